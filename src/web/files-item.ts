// One file in the tray above the composer: what it is, how far it is, what the person can do with it.

import { safeFileName, type Shown } from "../session/files.ts";
import { button, h } from "./dom.ts";
import { wording } from "./language.ts";
import { spellSize } from "./size.ts";

export interface ItemView {
  readonly element: HTMLLIElement;
  /** Waits for the person; so many bytes would go out. */
  readonly staged: (bytes: number) => void;
  /** Shows the picture, or lets the person listen or look. */
  readonly preview: (kind: Shown["kind"]) => void;
  /** Says what the person should know before sending. */
  readonly note: (sentence: string) => void;
  /** Lets the person send the picture as it was chosen. */
  readonly offerOriginal: () => void;
  readonly waiting: (sentence: string) => void;
  /** How much has gone out, 0 to 1. */
  readonly sending: (fraction: number) => void;
  readonly failed: (sentence: string, mayTryAgain: boolean) => void;
  /** Takes it off the page. */
  readonly stop: () => void;
}

interface Intents {
  readonly remove: () => void;
  readonly again: () => void;
  readonly original: (asOriginal: boolean) => void;
}

/** Shows `file` as chosen. */
export function createItemView(file: File, intents: Intents): ItemView {
  const words = wording.files;
  const name = safeFileName(file.name);
  const size = h("span", { class: "quiet" }, spellSize(file.size));
  const said = h("p", { class: "quiet", attributes: { role: "status" } });
  const bar = h("progress", { attributes: { max: "1", "aria-label": name, hidden: "" } });
  const again = button("secondary", wording.tryAgain, intents.again);
  const removeButton = button("secondary", words.remove, intents.remove);
  const choice = h("label", { class: "setting check", attributes: { hidden: "" } });
  const box = h("input", { attributes: { type: "checkbox" } });
  const previewed = h("div", { class: "preview" });
  let url: string | null = null;
  choice.append(box, words.original);
  box.addEventListener("change", () => intents.original(box.checked));
  const element = h(
    "li",
    { class: "outgoing" },
    previewed,
    h("div", { class: "file-name" }, h("bdi", {}, name), " ", size),
    choice,
    said,
    bar,
    h("div", { class: "row" }, again, removeButton),
  );
  labelButton(removeButton, words.remove);
  again.hidden = true;

  function labelButton(labelled: HTMLButtonElement, text: string): void {
    labelled.textContent = text;
    labelled.setAttribute("aria-label", `${text}: ${name}`);
  }

  function say(sentence: string, isFault: boolean): void {
    said.textContent = sentence;
    said.className = isFault ? "fault" : "quiet";
  }

  function offerOriginal(): void {
    choice.hidden = false;
  }

  function staged(bytes: number): void {
    size.textContent = spellSize(bytes);
    if (said.className === "fault") say("", false);
    again.hidden = true;
  }

  function onItsWay(sentence: string): void {
    choice.hidden = true;
    again.hidden = true;
    labelButton(removeButton, wording.cancel);
    say(sentence, false);
  }

  function sending(fraction: number): void {
    // Said once; how far it is shows in the bar, and is not read out at every step.
    if (bar.hidden) onItsWay(words.sending);
    bar.hidden = false;
    bar.value = fraction;
  }

  function waiting(sentence: string): void {
    bar.hidden = true;
    onItsWay(sentence);
  }

  function failed(sentence: string, mayTryAgain: boolean): void {
    bar.hidden = true;
    say(sentence, true);
    again.hidden = !mayTryAgain;
    labelButton(again, wording.tryAgain);
    labelButton(removeButton, words.remove);
  }

  function preview(kind: Shown["kind"]): void {
    url = URL.createObjectURL(file);
    const attributes = { src: url };
    if (kind === "image") previewed.append(h("img", { attributes: { ...attributes, alt: "" } }));
    else previewed.append(h(kind, { attributes: { ...attributes, controls: "", "aria-label": name } }));
  }

  function stop(): void {
    element.remove();
    if (url !== null) URL.revokeObjectURL(url);
  }

  return {
    element,
    staged,
    preview,
    note: (sentence) => say(sentence, false),
    offerOriginal,
    waiting,
    sending,
    failed,
    stop,
  };
}
