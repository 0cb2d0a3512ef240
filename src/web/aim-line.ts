// The line above the composer that tells what the draft is for: an answer, with what it answers, or an edit.

import type { MessageEntry } from "../session/events.ts";
import type { Aim } from "./aim.ts";
import { button, h } from "./dom.ts";
import { wording } from "./language.ts";
import { nameOf } from "./person.ts";
import { summaryOf } from "./summary.ts";

export interface AimLine {
  readonly element: HTMLElement;
  /** Hidden where there is neither; an edit goes first. */
  readonly show: (aim: Pick<Aim, "edited" | "answered">) => void;
}

/** What of a message is shown above its answer; the rest stands in the log. */
const quotedLength = 200;

/** @param cancel ends what the line tells of */
export function createAimLine(cancel: () => void): AimLine {
  const element = h("div", { class: "aim", attributes: { hidden: "" } });

  function show({ edited, answered }: Pick<Aim, "edited" | "answered">): void {
    element.hidden = edited === null && answered === null;
    const stop = button("secondary cancel", wording.cancel, cancel);
    if (edited !== null) element.replaceChildren(status(wording.writing.editing), stop);
    else if (answered !== null) element.replaceChildren(...quote(answered), stop);
  }

  return { element, show };
}

function quote(entry: MessageEntry): HTMLElement[] {
  const [before = "", behind = ""] = wording.writing.replyingTo.split("{name}");
  const quoted = summaryOf(entry, quotedLength);
  return [
    status(before, nameOf(entry.author), behind),
    h("span", { class: "quoted", attributes: { dir: "auto" } }, quoted),
  ];
}

function status(...what: readonly (Node | string)[]): HTMLElement {
  return h("p", { attributes: { role: "status" } }, ...what);
}
