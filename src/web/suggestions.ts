// The list of what could be meant, at a field in which somebody types: the keys stay in the field, arrows go through the
// list, Tab and Enter take, Escape closes (WAI-ARIA "combobox" pattern; a text area must keep its own role, so it says
// aria-autocomplete and aria-activedescendant and no aria-expanded).

import type { Completion } from "./completion.ts";
import { h } from "./dom.ts";
import { wording } from "./language.ts";

export interface Suggestions {
  /** The list, and a line for those who hear the page. */
  readonly element: HTMLElement;
  /** Looks anew at what stands in the field. */
  readonly update: () => void;
  readonly close: () => void;
  /** Whether a key press was for the list. */
  readonly takeKey: (event: KeyboardEvent) => boolean;
}

interface SuggestionsOptions {
  readonly complete: (text: string, caret: number) => Completion | null;
  /** Whether the first one is chosen from the start, so that Enter takes it. */
  readonly eager: boolean;
}

let lists = 0;

/** Puts a list of suggestions at a field. The caller asks `takeKey` first on each key press. */
export function createSuggestions(
  field: HTMLTextAreaElement,
  { complete, eager }: SuggestionsOptions,
): Suggestions {
  const id = `suggestions-${lists++}`;
  const list = h("ul", {
    class: "suggestions",
    // What scrolls can be reached by keyboard; in the field, Tab takes a suggestion and never comes here.
    attributes: { id, role: "listbox", tabindex: "0", "aria-label": wording.writing.suggestions, hidden: "" },
  });
  // A press must not take the focus from the field: the list would be gone before it counts.
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  const heard = h("span", { class: "heard", attributes: { role: "status" } });
  const element = h("div", { class: "suggestions-place" }, list, heard);
  let shown: Completion | null = null;
  let chosen = -1;

  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-haspopup", "listbox");
  field.setAttribute("aria-controls", id);
  field.addEventListener("input", update);
  field.addEventListener("click", update);
  field.addEventListener("blur", close);
  // Arrows and the like move the caret without changing the text.
  field.addEventListener("keyup", ({ key }) => {
    if (["ArrowLeft", "ArrowRight", "Home", "End"].includes(key)) update();
  });

  function update(): void {
    const { value, selectionStart, selectionEnd } = field;
    const found = selectionStart === selectionEnd ? complete(value, selectionStart) : null;
    if (found === null) close();
    else show(found);
  }

  function show(found: Completion): void {
    const options = found.suggestions.map(({ label, detail }, index) => {
      const option = h(
        "li",
        { attributes: { id: `${id}-${index}`, role: "option" } },
        h("bdi", {}, label),
        detail === "" ? null : h("span", { class: "quiet" }, detail),
      );
      option.addEventListener("click", () => take(index));
      return option;
    });
    if (shown === null || shown.suggestions.length !== found.suggestions.length) {
      heard.textContent = wording.writing.suggestionCount(found.suggestions.length);
    }
    shown = found;
    list.replaceChildren(...options);
    list.hidden = false;
    choose(eager ? 0 : -1);
  }

  function choose(index: number): void {
    chosen = index;
    for (const [at, option] of [...list.children].entries()) {
      option.setAttribute("aria-selected", String(at === index));
      if (at === index) option.scrollIntoView({ block: "nearest" });
    }
    if (index < 0) field.removeAttribute("aria-activedescendant");
    else field.setAttribute("aria-activedescendant", `${id}-${index}`);
  }

  function take(index: number): void {
    const suggestion = shown?.suggestions[index];
    if (shown === null || suggestion === undefined) return;
    const { from, to } = shown;
    close();
    // One space behind it is enough.
    const end = suggestion.insert.endsWith(" ") && field.value.charAt(to) === " " ? to + 1 : to;
    field.setRangeText(suggestion.insert, from, end, "end");
    field.focus();
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }

  function close(): void {
    shown = null;
    list.hidden = true;
    list.replaceChildren();
    heard.textContent = "";
    choose(-1);
  }

  function takeKey(event: KeyboardEvent): boolean {
    if (shown === null) return false;
    const count = shown.suggestions.length;
    const { key } = event;
    if (key === "ArrowDown") choose((chosen + 1) % count);
    else if (key === "ArrowUp") choose((Math.max(chosen, 0) + count - 1) % count);
    else if (key === "Escape") close();
    else if (key === "Tab" && !event.shiftKey) take(Math.max(chosen, 0));
    else if (key === "Enter" && !event.shiftKey && chosen >= 0) take(chosen);
    else return false;
    return true;
  }

  return { element, update, close, takeKey };
}

/** Whether a key press belongs to an input method that is still composing: its Enter takes a word, it sends nothing. */
export function isComposing(event: KeyboardEvent): boolean {
  // Safari ends the composition before it tells of the key; the old code gives it away.
  return event.isComposing || event.keyCode === 229;
}
