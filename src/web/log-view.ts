// The messages of a room, one <li> each, in the order the session tells. It keeps the newest in sight unless somebody
// has scrolled up to read.

import type { Author, Entry, MessageEntry } from "../session/events.ts";
import { button, h } from "./dom.ts";
import { wording } from "./wording.ts";

export interface LogView {
  readonly element: HTMLElement;
  /** Adds an entry, or draws a known one anew, in front of `before` or at the end. */
  put(entry: Entry, before: string | null): void;
  remove(id: string): void;
  /** Whether the person is alone: what an empty room says depends on it. */
  alone(alone: boolean): void;
  /** Whether the newest message is in sight. */
  readonly atEnd: () => boolean;
  /** While quiet, nothing is announced: a replay is no news. */
  quiet(quiet: boolean): void;
  /** Everything on screen, from top to bottom. */
  readonly entries: () => Entry[];
  readonly itemOf: (id: string) => HTMLElement | undefined;
  /** The newest message that `wanted` takes. */
  readonly newest: (wanted: (entry: MessageEntry) => boolean) => MessageEntry | null;
  /** Takes everything off this screen. */
  clear(): void;
  /** Draws anew the texts of the messages that `wanted` takes. */
  redrawTexts(wanted: (entry: MessageEntry) => boolean): void;
}

interface LogOptions {
  /** Lets somebody in: an empty room offers it. */
  readonly share: () => void;
  readonly drawText: (text: string) => Node;
}

/** Messages of one author within this time stand under one name. */
const groupMs = 5 * 60_000;
/** Somebody this near to the end is reading along. */
const nearEndPixels = 80;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

/** Builds an empty log. */
export function createLogView({ share, drawText }: LogOptions): LogView {
  const list = h("ol", { class: "log" });
  const welcome = h("div", { class: "welcome" });
  // What was said before one came is read by who wants to; only what comes live is announced.
  const element = h(
    "div",
    {
      class: "scroll",
      attributes: { role: "log", "aria-live": "off", "aria-label": wording.messages, tabindex: "0" },
    },
    welcome,
    list,
  );
  const shown = new Map<string, HTMLLIElement>();
  const entryOf = new Map<Element, Entry>();
  const cleared = new Set<string>();

  function put(entry: Entry, before: string | null): void {
    const follow = entry.kind === "message" && entry.author.own && !shown.has(entry.id);
    const wasAtEnd = atEnd();
    const next = (before === null ? null : shown.get(before)) ?? null;
    const item = shown.get(entry.id) ?? h("li");
    if (cleared.has(entry.id)) return;
    if (!isEcho(entryOf.get(item), entry)) draw(item, entry, drawText);
    else markSent(item, entry);
    shown.set(entry.id, item);
    entryOf.set(item, entry);
    // Moving an item that already stands there would have it announced again.
    if (item.parentElement !== list || item.nextElementSibling !== next) list.insertBefore(item, next);
    group(item);
    group(item.nextElementSibling);
    welcome.hidden = true;
    if (follow || wasAtEnd) element.scrollTop = element.scrollHeight;
  }

  function remove(id: string): void {
    const item = shown.get(id);
    if (item === undefined) return;
    const next = item.nextElementSibling;
    item.remove();
    shown.delete(id);
    entryOf.delete(item);
    group(next);
  }

  function atEnd(): boolean {
    return element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPixels;
  }

  function quiet(isQuiet: boolean): void {
    element.setAttribute("aria-live", isQuiet ? "off" : "polite");
  }

  function alone(isAlone: boolean): void {
    welcome.replaceChildren(
      h("p", {}, isAlone ? wording.alone : wording.empty),
      h("p", { class: "quiet" }, isAlone ? wording.aloneHint : wording.emptyHint),
      ...(isAlone ? [button("primary", wording.shareTitle, share)] : []),
    );
  }

  /** Hides the name of a message that follows closely on another by the same author. */
  function group(item: Element | null): void {
    if (item === null) return;
    const entry = entryOf.get(item);
    const previous =
      item.previousElementSibling === null ? undefined : entryOf.get(item.previousElementSibling);
    item.classList.toggle("follows", isFollowing(previous, entry));
  }

  function entries(): Entry[] {
    return [...list.children].flatMap((item) => entryOf.get(item) ?? []);
  }

  function newest(wanted: (entry: MessageEntry) => boolean): MessageEntry | null {
    return entries().findLast((entry) => entry.kind === "message" && wanted(entry)) as MessageEntry | null;
  }

  function clear(): void {
    for (const id of shown.keys()) cleared.add(id);
    shown.clear();
    entryOf.clear();
    list.replaceChildren();
    welcome.hidden = false;
  }

  function redrawTexts(wanted: (entry: MessageEntry) => boolean): void {
    for (const [item, entry] of entryOf) {
      if (entry.kind !== "message" || entry.deleted || !wanted(entry)) continue;
      item.querySelector(".text")?.replaceChildren(drawText(entry.text));
    }
  }

  const itemOf = (id: string) => shown.get(id);
  return { element, put, remove, alone, atEnd, quiet, entries, itemOf, newest, clear, redrawTexts };
}

/** The name of an author, apart from its surroundings in writing direction; a second key under it is numbered. */
export function nameOf(author: Author): HTMLElement {
  const { name, ordinal } = author;
  const number = ordinal > 1 ? h("span", { class: "ordinal" }, String(ordinal)) : null;
  if (number !== null) number.title = wording.ordinal;
  return h("span", { class: "name" }, h("bdi", {}, name), number);
}

/** A disc with the first letter of the name, in a colour made from the key. */
export function avatarOf(author: Author): HTMLElement {
  const hue = (author.key.charCodeAt(0) * 31 + author.key.charCodeAt(1)) % 12;
  const [first = "?"] = [...new Intl.Segmenter().segment(author.name)].map(({ segment }) => segment);
  return h(
    "span",
    { class: `avatar hue-${hue}`, attributes: { "aria-hidden": "true" } },
    first.toUpperCase(),
  );
}

function isFollowing(previous: Entry | undefined, entry: Entry | undefined): boolean {
  if (previous?.kind !== "message" || entry?.kind !== "message") return false;
  const same = previous.author.key === entry.author.key && previous.author.name === entry.author.name;
  return same && Math.abs(entry.at - previous.at) < groupMs;
}

/** An own message that is back or was seen, else unchanged: redrawn as a whole it would be announced twice. */
function isEcho(known: Entry | undefined, entry: Entry): entry is MessageEntry {
  if (known?.kind !== "message" || entry.kind !== "message" || !entry.author.own) return false;
  const { text, author } = known;
  const same = author.name === entry.author.name && author.ordinal === entry.author.ordinal;
  const marked =
    known.delivery !== entry.delivery || known.seenBy !== entry.seenBy || known.seq !== entry.seq;
  return marked && entry.text === text && same;
}

function markSent(item: HTMLLIElement, entry: MessageEntry): void {
  item.className = `message ${entry.delivery} own`;
  const mark = item.querySelector(".delivery");
  if (mark !== null) mark.replaceWith(drawDelivery(entry));
}

/** Sending, sent or seen; pointing at it shows the number that the relay gave. */
function drawDelivery(entry: MessageEntry): HTMLElement {
  const mark = h("span", { class: "delivery" }, deliveryText(entry));
  if (entry.seq !== null) mark.title = wording.numbered(entry.seq);
  return mark;
}

function deliveryText({ delivery, seenBy }: MessageEntry): string {
  return seenBy > 0 ? wording.seenBy(seenBy) : wording[delivery];
}

function draw(item: HTMLLIElement, entry: Entry, drawText: LogOptions["drawText"]): void {
  switch (entry.kind) {
    case "message":
      drawMessage(item, entry, drawText);
      return;
    case "gap":
      drawLine(item, "warning", gapText(entry.count, entry.author), entry.author);
      return;
    case "unreadable":
      drawLine(item, "warning", wording.unreadable);
      return;
    case "timer":
      drawLine(item, "notice", timerText(entry.seconds), entry.author);
      return;
    case "topic":
      drawLine(
        item,
        "notice",
        entry.text === "" ? wording.topicCleared : wording.topicSet + entry.text,
        entry.author,
      );
      return;
    case "notice":
      drawLine(item, "notice", wording.notices[entry.what], entry.author);
  }
}

function timerText(seconds: number): string {
  return seconds === 0 ? wording.timerOff : wording.timerOn(wording.duration(seconds));
}

function gapText(count: number | null, author: Author | null): string {
  return count === null || author === null ? wording.gapUnknown : wording.gap(count);
}

/** A sentence of ours; where it says {name}, the name stands apart from it, so that no name can finish the sentence. */
function drawLine(item: HTMLLIElement, kind: string, text: string, author: Author | null = null): void {
  const [before = "", behind = ""] = text.split("{name}");
  item.className = kind;
  item.replaceChildren(before, ...(author === null ? [] : [nameOf(author)]), behind);
}

function drawMessage(item: HTMLLIElement, entry: MessageEntry, drawText: LogOptions["drawText"]): void {
  const { author, at, text, edited, deleted, delivery } = entry;
  const said = new Date(at);
  const editedMark = edited !== null && !deleted ? h("span", {}, wording.edited) : null;
  const deliveryMark = author.own ? drawDelivery(entry) : null;
  const body = h("div", { class: deleted ? "text deleted" : "text", attributes: { dir: "auto" } });
  body.append(deleted ? wording.deleted : drawText(text));
  item.className = `message ${delivery}${author.own ? " own" : ""}`;
  const children = [
    avatarOf(author),
    h(
      "div",
      { class: "head" },
      nameOf(author),
      h(
        "time",
        { attributes: { datetime: said.toISOString(), title: calendar.format(said) } },
        clock.format(said),
      ),
    ),
    body,
    h("p", { class: "marks", attributes: { "aria-live": "off" } }, editedMark, deliveryMark),
    reactionsOf(entry),
  ];
  item.replaceChildren(...children.filter((child) => child !== null));
}

function reactionsOf({ reactions }: MessageEntry): HTMLElement | null {
  if (reactions.size === 0) return null;
  const all = [...reactions].map(([emoji, authors]) => {
    const who = authors.map((author) => author.name).join(", ");
    return h("li", { attributes: { title: who } }, `${emoji} ${authors.length}`);
  });
  return h("ul", { class: "reactions" }, ...all);
}
