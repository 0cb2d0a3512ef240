// The messages of a room, one <li> each, in the order the session tells, with the days and what is new marked between
// them. It keeps the newest in sight unless somebody has scrolled up to read.

import type { MessageId } from "../session/body.ts";
import type { Entry, MessageEntry } from "../session/events.ts";
import { bringToMiddle } from "./bring.ts";
import { dayOf, spellDay } from "./dates.ts";
import { button, h } from "./dom.ts";
import { wording } from "./language.ts";
import { type Around, drawEntry, redrawQuote, redrawText, setHead, setRules } from "./message-view.ts";
import { createQuotes } from "./quotes.ts";
import { createReadingPlace } from "./reading-place.ts";

export interface LogView {
  readonly element: HTMLElement;
  /** The scrolling part, which holds the items. */
  readonly scroller: HTMLElement;
  /** Adds an entry, or draws a known one anew, in front of `before` or at the end. */
  put(entry: Entry, before: string | null): void;
  remove(id: string): void;
  /** Takes everything off this screen, for good: what is told of it later is not shown. */
  clear(): void;
  /** Whether the person is alone: what an empty room says depends on it. */
  alone(alone: boolean): void;
  /** Whether the newest message is in sight. */
  readonly atEnd: () => boolean;
  /** From now on nothing is announced: the line is gone, or what was said is replayed. */
  quiet(): void;
  /** All is here, and is announced again. What others said meanwhile is new where its number is above `readUpTo`. */
  live(readUpTo: number): void;
  /** Whether somebody looks: what comes meanwhile is marked as new. */
  look(looking: boolean): void;
  readonly entryOf: (item: Element) => Entry | undefined;
  readonly itemOf: (id: string) => HTMLElement | undefined;
  /** Brings an item to the middle of what is in sight. */
  readonly bring: (item: HTMLElement) => void;
  /** Everything on screen, from top to bottom. */
  readonly entries: () => Entry[];
  /** The newest message that `wanted` takes. */
  readonly newest: (wanted: (entry: MessageEntry) => boolean) => MessageEntry | null;
  /** Draws anew those texts of messages that `wanted` takes, as they were said or as they are drawn. */
  redrawTexts(wanted: (text: string) => boolean): void;
  /** Brings a message into sight and puts the focus on it. */
  jump(id: string): void;
}

interface LogOptions extends Pick<Around, "card"> {
  /** Lets somebody in: an empty room offers it. */
  readonly share: () => void;
  readonly drawText: Around["drawText"];
  readonly react: Around["react"];
  /** Others have said something just now, or while the line was gone. */
  readonly news: (entries: readonly MessageEntry[]) => void;
}

/** Messages of one author within this time of the first stand under one name. */
const groupMs = 5 * 60_000;
/** How long a message that was jumped to stands out. */
const pointedForMs = 1_500;

/** Builds an empty log. */
export function createLogView(options: LogOptions): LogView {
  const list = h("ol", { class: "log" });
  const welcome = h("div", { class: "welcome" });
  // What was said before one came is read by who wants to; only what comes live is announced.
  const scroller = h(
    "div",
    {
      class: "scroll",
      attributes: { role: "log", "aria-live": "off", "aria-label": wording.messages, tabindex: "0" },
    },
    welcome,
    list,
  );
  scroller.addEventListener("focusin", ({ target }) => makeScrollable(target));
  const place = createReadingPlace(scroller, list, () => {
    if (isLooking) unreadSeen = true;
  });
  const element = h("div", { class: "log-frame" }, scroller, place.button);

  const shown = new Map<string, HTMLLIElement>();
  const entryOf = new Map<Element, Entry>();
  /** When the message was said under whose name and time an item stands. */
  const headAt = new WeakMap<Element, number>();
  let isQuiet = true;
  /** What others said that came while it was quiet. */
  let arrived: HTMLLIElement[] = [];
  let isLooking = true;
  /** The first message that nobody was looking at; the line stays where it is until others come unseen. */
  let unread: HTMLLIElement | null = null;
  let unreadSeen = true;
  let newestOwn: HTMLLIElement | null = null;
  let today = dayOf(Date.now());
  const cleared = new Set<string>();

  const around: Around = {
    drawText: options.drawText,
    card: options.card,
    react: options.react,
    jump: (entry) => jump(entry.id),
    answered: ({ re }) => messageOf(re),
  };
  const quotes = createQuotes<HTMLLIElement>((item) => {
    const entry = entryOf.get(item);
    if (entry?.kind === "message") redrawQuote(item, entry, around);
  });

  function put(entry: Entry, before: string | null): void {
    if (cleared.has(entry.id)) return;
    const known = shown.get(entry.id);
    const item = known ?? h("li", { attributes: { tabindex: "-1" } });
    const next = (before === null ? null : shown.get(before)) ?? null;
    const was = entryOf.get(item);
    entryOf.set(item, entry);
    shown.set(entry.id, item);
    drawEntry(item, was, entry, around);
    // Moving an item that already stands there would have it announced again.
    const moves = item.parentElement !== list || item.nextElementSibling !== next;
    const followed = item.nextElementSibling;
    if (moves) list.insertBefore(item, next);
    if (known === undefined) noteNew(item, entry);
    for (const each of [item, item.nextElementSibling, moves ? followed : null]) settle(each);
    if (entry.kind === "message") quotes.put(item, entry, was);
    if (entry.kind === "message" && entry.author.own) markNewestOwn(item);
    welcome.hidden = true;
    turnDay();
    place.stay();
  }

  /** The last own message says for all above it that they are sent. */
  function markNewestOwn(item: HTMLLIElement): void {
    const before = newestOwn;
    const isLater = before === null || before.parentElement !== list || isBehind(before, item);
    if (!isLater || before === item) return;
    before?.classList.remove("newest-own");
    item.classList.add("newest-own");
    newestOwn = item;
  }

  /** Own words take the eyes to the end; others' are counted while nobody looks at it. */
  function noteNew(item: HTMLLIElement, entry: Entry): void {
    if (entry.kind !== "message") return;
    if (entry.author.own) {
      if (entry.delivery === "sending") place.toEnd();
      return;
    }
    if (isQuiet) {
      arrived.push(item);
      return;
    }
    options.news([entry]);
    place.countBelow(1);
    if (!isLooking || !place.atEnd()) markUnread(item);
  }

  /** The line goes in front of the first that nobody has seen. */
  function markUnread(item: HTMLLIElement): void {
    const before = unread;
    if (unreadSeen) unread = item;
    unreadSeen = isLooking && place.atEnd();
    for (const each of [before, unread]) settle(each);
  }

  function clear(): void {
    for (const id of shown.keys()) {
      remove(id);
      cleared.add(id);
    }
  }

  function remove(id: string): void {
    cleared.delete(id);
    const item = shown.get(id);
    if (item === undefined) return;
    const next = item.nextElementSibling;
    const entry = entryOf.get(item);
    const hadFocus = item.contains(document.activeElement);
    // It was where Tab came to among the messages.
    if (item.tabIndex === 0) scroller.tabIndex = 0;
    item.remove();
    if (hadFocus) (next instanceof HTMLElement ? next : scroller).focus();
    shown.delete(id);
    entryOf.delete(item);
    if (item === unread) unread = null;
    if (item === newestOwn) {
      const last = shown.get(newest(({ author }) => author.own)?.id ?? "");
      if (last !== undefined) markNewestOwn(last);
    }
    if (entry?.kind === "message") quotes.remove(item, entry);
    settle(next);
    welcome.hidden = shown.size > 0;
  }

  /** Lines in front of an item and the name above it depend on what stands in front of it. */
  function settle(item: Element | null): void {
    const entry = item === null ? undefined : entryOf.get(item);
    if (entry?.kind !== "message" || !(item instanceof HTMLLIElement)) return;
    // A room behind is out of the page, and its messages have authors all the same.
    if (item.parentElement !== list) return;
    const previous = messageBefore(item);
    const isNewDay = previous === undefined || dayOf(previous.at) !== dayOf(entry.at);
    const isFirstUnread = item === unread;
    setRules(item, isNewDay ? spellDay(entry.at, Date.now()) : null, isFirstUnread);
    const directly = item.previousElementSibling;
    const since = (directly && headAt.get(directly)) ?? entry.at;
    const follows =
      !isNewDay &&
      !isFirstUnread &&
      isOfOneAuthor(directly && entryOf.get(directly), entry) &&
      Math.abs(entry.at - since) < groupMs;
    headAt.set(item, follows ? since : entry.at);
    setHead(item, entry, follows);
  }

  /** In a page that is left open overnight, what was today is yesterday. */
  function turnDay(): void {
    if (today === (today = dayOf(Date.now()))) return;
    for (const rule of list.querySelectorAll(".rule.day")) settle(rule.parentElement);
  }

  function messageBefore(item: Element): MessageEntry | undefined {
    let previous = item.previousElementSibling;
    while (previous !== null) {
      const entry = entryOf.get(previous);
      if (entry?.kind === "message") return entry;
      previous = previous.previousElementSibling;
    }
    return undefined;
  }

  function quiet(): void {
    isQuiet = true;
    scroller.setAttribute("aria-live", "off");
  }

  function live(readUpTo: number): void {
    isQuiet = false;
    scroller.setAttribute("aria-live", "polite");
    const came = arrived.flatMap((item) => {
      const entry = entryOf.get(item);
      const isNew = entry?.kind === "message" && !entry.deleted && (entry.seq ?? 0) > readUpTo;
      return isNew ? [{ item, entry }] : [];
    });
    arrived = [];
    const [first] = came;
    if (first === undefined) return;
    options.news(came.map(({ entry }) => entry));
    place.countBelow(came.length);
    markUnread(first.item);
  }

  function look(looking: boolean): void {
    if (looking && !isLooking) place.restore();
    isLooking = looking;
    turnDay();
    if (looking && place.atEnd()) unreadSeen = true;
  }

  function alone(isAlone: boolean): void {
    welcome.replaceChildren(
      h("p", {}, isAlone ? wording.alone : wording.empty),
      h("p", { class: "quiet" }, isAlone ? wording.aloneHint : wording.emptyHint),
      ...(isAlone ? [button("primary", wording.shareTitle, options.share)] : []),
    );
  }

  function messageOf(id: MessageId | undefined): MessageEntry | null {
    const item = quotes.itemOf(id);
    const entry = item && entryOf.get(item);
    return entry?.kind === "message" ? entry : null;
  }

  function bring(item: HTMLElement): void {
    place.leave();
    bringToMiddle(item);
  }

  function jump(id: string): void {
    const item = shown.get(id);
    if (item === undefined) return;
    bring(item);
    item.focus({ preventScroll: true });
    item.classList.add("pointed");
    setTimeout(() => item.classList.remove("pointed"), pointedForMs);
  }

  function entries(): Entry[] {
    return [...list.children].flatMap((item) => entryOf.get(item) ?? []);
  }

  function newest(wanted: (entry: MessageEntry) => boolean): MessageEntry | null {
    for (let item = list.lastElementChild; item !== null; item = item.previousElementSibling) {
      const entry = entryOf.get(item);
      if (entry?.kind === "message" && wanted(entry)) return entry;
    }
    return null;
  }

  function redrawTexts(wanted: (text: string) => boolean): void {
    for (const [item, entry] of entryOf) {
      if (entry.kind !== "message" || entry.deleted || entry.file) continue;
      const isWanted = wanted(entry.text) || wanted(item.querySelector(".text")?.textContent ?? "");
      if (isWanted) redrawText(item, entry, around);
    }
  }

  return {
    element,
    scroller,
    put,
    remove,
    clear,
    alone,
    atEnd: place.atEnd,
    quiet,
    live,
    look,
    entryOf: (item) => entryOf.get(item),
    entries,
    newest,
    itemOf: (id) => shown.get(id),
    bring,
    redrawTexts,
    jump,
  };
}

/** A text longer than its place is read by keyboard too: Tab leads from its item into it. */
function makeScrollable(item: EventTarget | null): void {
  const text = item instanceof HTMLLIElement ? item.querySelector<HTMLElement>(":scope > .text") : null;
  if (text !== null && text.scrollHeight > text.clientHeight) text.tabIndex = 0;
}

function isBehind(first: Node, second: Node): boolean {
  return (first.compareDocumentPosition(second) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
}

function isOfOneAuthor(previous: Entry | null | undefined, { author }: MessageEntry): boolean {
  if (previous?.kind !== "message") return false;
  return previous.author.key === author.key && previous.author.name === author.name;
}
