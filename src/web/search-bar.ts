// The bar to look through what the tab holds: a field, how many there are, older and newer. What is found is marked by
// the browser's own highlights, so that no message is drawn anew for it; where there are none, the item is marked.

import type { Entry } from "../session/events.ts";
import { button, h } from "./dom.ts";
import { findFolded } from "./fold.ts";
import { foldQuery, search } from "./search.ts";
import { isComposing } from "./suggestions.ts";
import { wording } from "./language.ts";

export interface SearchBar {
  readonly element: HTMLElement;
  /** Shows the bar with something to look for; "" leaves what stood there. */
  readonly open: (query: string) => void;
  readonly close: () => void;
  /** Something has come, changed or gone, or the room is in front again. */
  readonly refresh: () => void;
}

interface SearchBarOptions {
  /** Everything on screen, from top to bottom. */
  readonly entries: () => readonly Entry[];
  readonly itemOf: (id: string) => HTMLElement | undefined;
  /** Brings one of them in sight. */
  readonly bring: (item: HTMLElement) => void;
  /** The bar has gone. */
  readonly closed: () => void;
}

const highlightName = "found";
/** Marks drawn at once; a letter in a full room stands in it a hundred thousand times. */
const maxMarks = 2_000;

/** Builds the bar, hidden. */
export function createSearchBar(options: SearchBarOptions): SearchBar {
  const field = h("input", {
    attributes: {
      type: "search",
      "aria-label": wording.search.label,
      placeholder: wording.search.label,
      autocomplete: "off",
      dir: "auto",
    },
  });
  const place = h("span", { class: "quiet place", attributes: { role: "status" } });
  const older = button("icon", "↑", () => go(-1));
  const newer = button("icon", "↓", () => go(1));
  const shut = button("icon", "✕", close);
  const labels = [
    [older, wording.search.older],
    [newer, wording.search.newer],
    [shut, wording.search.close],
  ] as const;
  for (const [each, label] of labels) {
    each.setAttribute("aria-label", label);
    each.title = label;
  }
  const element = h(
    "div",
    { class: "search", attributes: { role: "search", hidden: "" } },
    field,
    place,
    older,
    newer,
    shut,
  );
  let found: readonly string[] = [];
  /** The id of the one that is shown. */
  let current: string | null = null;
  let waiting = 0;

  field.addEventListener("input", () => look(true));
  element.addEventListener("keydown", (event) => {
    if (isComposing(event) || !takeKey(event)) return;
    event.preventDefault();
    event.stopPropagation();
  });

  function takeKey({ key, shiftKey, target }: KeyboardEvent): boolean {
    if (key === "Escape") close();
    else if (target !== field) return false;
    else if (key === "Enter") go(shiftKey ? 1 : -1);
    else if (key === "ArrowUp") go(-1);
    else if (key === "ArrowDown") go(1);
    else return false;
    return true;
  }

  /** @param anew from the newest one, or from where one was */
  function look(anew: boolean): void {
    found = search(options.entries(), foldQuery(field.value));
    const kept = !anew && current !== null && found.includes(current);
    if (!kept) unmark();
    current = kept ? current : (found.at(-1) ?? null);
    if (!kept) showCurrent();
    show();
  }

  function go(step: number): void {
    if (found.length === 0) return;
    unmark();
    const at = current === null ? found.length : found.indexOf(current);
    current = found[(at + step + found.length) % found.length] ?? null;
    showCurrent();
    show();
  }

  function showCurrent(): void {
    const item = current === null ? undefined : options.itemOf(current);
    if (item === undefined) return;
    item.classList.add("found");
    options.bring(item);
  }

  function unmark(): void {
    if (current !== null) options.itemOf(current)?.classList.remove("found");
  }

  function show(): void {
    const asked = foldQuery(field.value) !== "";
    // Counted from the newest: that is where one begins.
    const at = current === null ? 0 : found.length - found.indexOf(current);
    place.textContent = !asked ? "" : at === 0 ? wording.search.none : wording.search.place(at, found.length);
    older.disabled = newer.disabled = found.length === 0;
    highlight(found, foldQuery(field.value));
  }

  function highlight(ids: readonly string[], wanted: string): void {
    if (!("highlights" in CSS)) return;
    const ranges: Range[] = [];
    // The newest first: those are near.
    for (const id of ids.toReversed()) {
      const text = options.itemOf(id)?.querySelector(".text");
      if (text && ranges.length < maxMarks) ranges.push(...rangesIn(text, wanted));
    }
    if (ranges.length === 0) CSS.highlights.delete(highlightName);
    else CSS.highlights.set(highlightName, new Highlight(...ranges));
  }

  function open(query: string): void {
    if (query !== "") field.value = query;
    element.hidden = false;
    field.focus();
    field.select();
    look(true);
  }

  function close(): void {
    if (element.hidden) return;
    unmark();
    found = [];
    current = null;
    element.hidden = true;
    highlight([], "");
    options.closed();
  }

  /** Many entries may come at once: one look for all. The marks are those of the room in front; one behind looks later. */
  function refresh(): void {
    if (element.hidden || waiting !== 0) return;
    waiting = requestAnimationFrame(() => {
      waiting = 0;
      if (!element.hidden && element.isConnected) look(false);
    });
  }

  return { element, open, close, refresh };
}

/** Where it stands in a drawn text; a place that marks cut in two is not drawn, but is counted. */
function rangesIn(text: Element, wanted: string): Range[] {
  const walker = document.createTreeWalker(text, NodeFilter.SHOW_TEXT);
  const ranges: Range[] = [];
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    for (const [from, to] of findFolded(node.nodeValue ?? "", wanted)) {
      const range = new Range();
      range.setStart(node, from);
      range.setEnd(node, to);
      ranges.push(range);
    }
  }
  return ranges;
}
