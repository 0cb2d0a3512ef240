// One entry of a room, drawn into its <li>. A change draws anew only what has changed: what is drawn again is read out
// again.

import type { Author, Entry, MessageEntry } from "../session/events.ts";
import { spell } from "./dates.ts";
import { button, h } from "./dom.ts";
import { emoteOf, saidIn } from "./emote.ts";
import { wording } from "./language.ts";
import { isEmoji, neutralise } from "./neutral.ts";
import { avatarOf, nameOf, plainName, sentence } from "./person.ts";
import { summaryOf } from "./summary.ts";

/** What a message needs of the log around it. */
export interface Around {
  /** Draws a text. */
  readonly drawText: (text: string) => Node;
  /** What stands in place of a text where a file was shared; null elsewhere. */
  readonly card: (entry: MessageEntry) => HTMLElement | null;
  /** The message a reply answers, or null when it is not here. */
  readonly answered: (entry: MessageEntry) => MessageEntry | null;
  readonly jump: (entry: MessageEntry) => void;
  readonly react: (entry: MessageEntry, emoji: string, on: boolean) => void;
}

/** What of a quoted message is shown; the rest is one jump away. */
const quotedLetters = 140;
/** One message may stand in many quotes. */
const summaries = new WeakMap<MessageEntry, string>();

/** Draws an entry into its item; `known` is what the item shows so far. */
export function drawEntry(item: HTMLLIElement, known: Entry | undefined, entry: Entry, around: Around): void {
  if (entry.kind !== "message") {
    drawLine(item, entry);
    return;
  }
  if (known?.kind !== "message") {
    item.replaceChildren(drawText(entry, around), drawMarks(entry));
    setPart(item, "quote", drawQuote(entry, around));
    setPart(item, "reactions", drawReactions(entry, around));
  } else redraw(item, known, entry, around);
  const isSending = entry.delivery === "sending";
  item.classList.add("message", isSending ? "sending" : "sent");
  item.classList.remove(isSending ? "sent" : "sending");
  item.classList.toggle("own", entry.author.own);
}

function redraw(item: HTMLLIElement, known: MessageEntry, entry: MessageEntry, around: Around): void {
  if (known.text !== entry.text || known.deleted !== entry.deleted) redrawText(item, entry, around);
  const { author } = entry;
  if (known.author.name !== author.name || known.author.ordinal !== author.ordinal) dropHead(item);
  if (known.reactions !== entry.reactions || known.messageId !== entry.messageId)
    setPart(item, "reactions", drawReactions(entry, around));
  item.querySelector(".marks")?.replaceWith(drawMarks(entry));
}

/** Draws a text anew: whom it mentions is another. */
export function redrawText(item: Element, entry: MessageEntry, around: Around): void {
  item.querySelector(".text")?.replaceWith(drawText(entry, around));
}

/** Draws the quote of an answer anew: what it quotes has changed, has come, or has gone. */
export function redrawQuote(item: HTMLLIElement, entry: MessageEntry, around: Around): void {
  setPart(item, "quote", drawQuote(entry, around));
}

/** Name and time above a message. One that follows closely on another of the same author has its time beside it. */
export function setHead(item: HTMLLIElement, { author, at }: MessageEntry, follows: boolean): void {
  item.classList.toggle("follows", follows);
  if (item.querySelector(follows ? ":scope > .when" : ":scope > .head") !== null) return;
  dropHead(item);
  const said = new Date(at).toISOString();
  const time = h("time", { attributes: { datetime: said } }, spell(at, "clock"));
  time.title = spell(at, "full");
  const name = follows ? h("span", { class: "heard" }, `${neutralise(author.name)}, `) : nameOf(author);
  const head = h("div", { class: follows ? "when" : "head" }, name, time);
  item.querySelector(".quote, .text")?.before(...(follows ? [] : [avatarOf(author)]), head);
}

function dropHead(item: HTMLLIElement): void {
  for (const part of item.querySelectorAll(":scope > :is(.head, .when, .avatar)")) part.remove();
}

/** Lines in front of an entry: the day begins, or what is new. */
export function setRules(item: HTMLLIElement, day: string | null, unread: boolean): void {
  for (const [name, text] of [
    ["unread", unread ? wording.newFromHere : null],
    ["day", day],
  ] as const) {
    const rule = item.querySelector(`:scope > .${name}`);
    if (rule?.textContent === text || (rule === null && text === null)) continue;
    rule?.remove();
    if (text !== null) item.prepend(h("div", { class: `rule ${name}` }, h("span", {}, text)));
  }
}

/** Whoever stands in the part that was there goes on from the same place in the new one, or from the message. */
function setPart(item: HTMLLIElement, name: "quote" | "reactions", part: HTMLElement | null): void {
  const before = item.querySelector(`:scope > .${name}`);
  const { activeElement } = document;
  const focused = before?.contains(activeElement) === true ? activeElement : null;
  before?.remove();
  if (part !== null && name === "quote") item.querySelector(":scope > .text")?.before(part);
  else if (part !== null) item.append(part);
  if (focused === null) return;
  const buttons = part === null ? [] : [part, ...part.querySelectorAll("button")];
  // A pill begins with its emoji, a quote with its author.
  const same = buttons.find(
    ({ tagName, firstChild }) =>
      tagName === "BUTTON" && firstChild?.textContent === focused.firstChild?.textContent,
  );
  (same ?? item).focus();
}

function drawText(entry: MessageEntry, around: Around): HTMLElement {
  const { text, deleted, author } = entry;
  const attributes = { dir: "auto" };
  const card = around.card(entry);
  if (card !== null) return h("div", { class: "text shared" }, card);
  if (deleted) return h("div", { class: "text deleted", attributes }, wording.deleted);
  const deed = emoteOf(text);
  if (deed !== null)
    return h("div", { class: "text emote", attributes }, nameOf(author), " ", around.drawText(deed));
  return h("div", { class: "text", attributes }, around.drawText(saidIn(text)));
}

/** Edited or not; and of an own message whether it is sent or seen. Pointing at it shows the number the relay gave. */
function drawMarks({ edited, deleted, author, delivery, seenBy, seq }: MessageEntry): HTMLElement {
  const editedMark = edited !== null && !deleted ? h("span", {}, wording.edited) : null;
  const said = seenBy > 0 ? wording.seenBy(seenBy) : wording[delivery];
  const mark = author.own ? h("span", { class: "delivery" }, said) : null;
  if (mark !== null && seq !== null) mark.title = wording.numbered(seq);
  return h("p", { class: "marks", attributes: { "aria-live": "off" } }, editedMark, mark);
}

function drawQuote(entry: MessageEntry, around: Around): HTMLElement | null {
  if (entry.re === undefined || entry.deleted) return null;
  const answered = around.answered(entry);
  if (answered === null) return h("p", { class: "quote gone" }, wording.quoteGone);
  const shown = answered.deleted ? wording.deleted : summaryInQuote(answered);
  const quote = button("quote", nameOf(answered.author), () => around.jump(answered));
  quote.append(h("span", { class: "quoted", attributes: { dir: "auto" } }, shown));
  quote.title = wording.jumpTo;
  return quote;
}

function summaryInQuote(entry: MessageEntry): string {
  const summary = summaries.get(entry) ?? summaryOf(entry, quotedLetters);
  summaries.set(entry, summary);
  return summary;
}

function drawReactions(entry: MessageEntry, around: Around): HTMLElement | null {
  // What others sent as a reaction and is none is not shown: it could be a sentence below somebody's words.
  const reactions = [...entry.reactions].filter(([emoji]) => isEmoji(emoji));
  if (reactions.length === 0) return null;
  const all = reactions.map(([emoji, authors]) => {
    const mine = authors.some((author) => author.own);
    const names = authors.map(plainName).join(", ");
    const who = wording.reactedBy(emoji, authors.length, names);
    const pill = button("reaction", emoji, () => around.react(entry, emoji, !mine));
    pill.append(h("span", { class: "count" }, String(authors.length)));
    pill.setAttribute("aria-pressed", String(mine));
    pill.setAttribute("aria-label", who);
    pill.title = `${who}\n${wording.reactionHint(mine)}`;
    return h("li", {}, pill);
  });
  return h("ul", { class: "reactions", attributes: { "aria-live": "off" } }, ...all);
}

function drawLine(item: HTMLLIElement, entry: Exclude<Entry, MessageEntry>): void {
  const { kind, text, who, quoted } = lineOf(entry);
  item.className = kind;
  const behind = quoted === "" ? null : h("bdi", { class: "quoted" }, neutralise(quoted));
  const line = h("p", {}, ...sentence(text, who), behind);
  item.replaceChildren(line);
}

interface Line {
  readonly kind: "notice" | "warning";
  readonly text: string;
  readonly who: readonly Author[];
  /** Somebody's own words, behind ours. */
  readonly quoted: string;
}

function lineOf(entry: Exclude<Entry, MessageEntry>): Line {
  switch (entry.kind) {
    case "gap": {
      const { author, count } = entry;
      if (count === null || author === null)
        return { kind: "warning", text: wording.gapUnknown, who: [], quoted: "" };
      return { kind: "warning", text: wording.gap(count), who: [author], quoted: "" };
    }
    case "unreadable":
      return { kind: "warning", text: wording.unreadable, who: [], quoted: "" };
    case "timer": {
      const { seconds, author } = entry;
      const text = seconds === 0 ? wording.timerOff : wording.timerOn(wording.duration(seconds));
      return { kind: "notice", text, who: [author], quoted: "" };
    }
    case "topic": {
      const { text, author } = entry;
      const said = text === "" ? wording.topicCleared : wording.topicSet;
      return { kind: "notice", text: said, who: [author], quoted: text };
    }
    case "notice":
      return { kind: "notice", text: wording.notices[entry.what], who: [entry.author], quoted: "" };
  }
}
