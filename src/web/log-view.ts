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
}

/** Messages of one author within this time stand under one name. */
const groupMs = 5 * 60_000;
/** Somebody this near to the end is reading along. */
const nearEndPixels = 80;
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

interface Shown {
  readonly item: HTMLLIElement;
  readonly entry: Entry;
}

/** Builds an empty log; `share` is what its button for letting somebody in does. */
export function createLogView(share: () => void): LogView {
  const list = h("ol", {
    class: "log",
    attributes: { role: "log", "aria-live": "polite", "aria-label": wording.composer, tabindex: "0" },
  });
  const welcome = h("div", { class: "welcome" });
  const element = h("div", { class: "scroll" }, welcome, list);
  const shown = new Map<string, Shown>();
  const entryOf = new Map<Element, Entry>();

  function put(entry: Entry, before: string | null): void {
    const follow = entry.kind === "message" && entry.author.own && !shown.has(entry.id);
    const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < nearEndPixels;
    const old = shown.get(entry.id);
    const item = draw(entry);
    if (old !== undefined) {
      entryOf.delete(old.item);
      old.item.remove();
    }
    shown.set(entry.id, { item, entry });
    entryOf.set(item, entry);
    list.insertBefore(item, (before === null ? null : shown.get(before)?.item) ?? null);
    group(item);
    group(item.nextElementSibling);
    welcome.hidden = true;
    if (follow || atEnd) element.scrollTop = element.scrollHeight;
  }

  function remove(id: string): void {
    const item = shown.get(id)?.item;
    if (item === undefined) return;
    const next = item.nextElementSibling;
    item.remove();
    shown.delete(id);
    entryOf.delete(item);
    group(next);
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

  return { element, put, remove, alone };
}

/** The name of an author, apart from its surroundings in writing direction; a second key under it is numbered. */
export function nameOf(author: Author): HTMLElement {
  const suffix = author.ordinal > 1 ? ` (${author.ordinal})` : "";
  return h("bdi", { class: "name" }, author.name + suffix);
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
  return previous.author.key === entry.author.key && Math.abs(entry.at - previous.at) < groupMs;
}

function draw(entry: Entry): HTMLLIElement {
  switch (entry.kind) {
    case "message":
      return drawMessage(entry);
    case "gap": {
      const { count, name } = entry;
      return drawLine(
        "warning",
        count === null || name === null ? wording.gapUnknown : wording.gap(count, name),
      );
    }
    case "unreadable":
      return drawLine("warning", wording.unreadable);
    case "notice":
      return drawLine("notice", wording.notices[entry.what](entry.name));
  }
}

function drawLine(kind: string, text: string): HTMLLIElement {
  return h("li", { class: kind }, h("span", { attributes: { dir: "auto" } }, text));
}

function drawMessage(entry: MessageEntry): HTMLLIElement {
  const { author, at, text, edited, deleted, delivery } = entry;
  const said = new Date(at);
  const editedMark = edited && !deleted ? h("span", {}, wording.edited) : null;
  const deliveryMark = author.own ? h("span", { class: "delivery" }, wording[delivery]) : null;
  const body = h("p", { class: deleted ? "text deleted" : "text", attributes: { dir: "auto" } });
  body.append(deleted ? wording.deleted : text);
  return h(
    "li",
    { class: `message ${delivery}${author.own ? " own" : ""}` },
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
    h("p", { class: "marks" }, editedMark, deliveryMark),
    reactionsOf(entry),
  );
}

function reactionsOf({ reactions }: MessageEntry): HTMLElement | null {
  if (reactions.size === 0) return null;
  const all = [...reactions].map(([emoji, authors]) => {
    const who = authors.map((author) => author.name).join(", ");
    return h("li", { attributes: { title: who } }, `${emoji} ${authors.length}`);
  });
  return h("ul", { class: "reactions" }, ...all);
}
