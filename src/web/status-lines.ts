// Between the messages and the composer: that the room is offline, and a word for a moment.

import type { Status } from "../session/events.ts";
import { button, h } from "./dom.ts";
import { wording } from "./language.ts";

const saidForMs = 5_000;

export interface OfflineLine {
  readonly element: HTMLElement;
  readonly show: (now: Status) => void;
}

export interface MomentLine {
  readonly element: HTMLElement;
  /** Says it for a moment, in place of what it said before. */
  readonly say: (text: string) => void;
}

/** The line that stands there while the room is offline, with the button that dials at once. */
export function createOfflineLine(tryNow: () => void): OfflineLine {
  const text = h("span", {});
  const again = button("chip", wording.tryNow, tryNow);
  const element = h("div", { class: "banner", attributes: { role: "status", hidden: "" } });

  function show(now: Status): void {
    // While it dials again it is still offline.
    if (now.state !== "dialling" && now.state !== "joining") element.hidden = now.state !== "lost";
    if (now.state !== "lost") {
      // What is said again is read out again only where it comes anew.
      if (element.hidden) text.textContent = "";
      return;
    }
    const said = now.stopped && now.unsent === 0 ? wording.stopped : wording.offline(now.unsent);
    // Nothing that stays is drawn anew: it would be read out again, and whoever stands on the button would fall off it.
    if (text.textContent !== said) text.textContent = said;
    if (again.parentNode === null) element.append(text, again);
  }

  return { element, show };
}

/** The line on which a word is said for a moment, such as how much has come in place of reading all of it out. */
export function createMomentLine(): MomentLine {
  const element = h("div", { class: "banner word", attributes: { role: "status", hidden: "" } });
  let hiding: ReturnType<typeof setTimeout> | undefined;

  function say(text: string): void {
    clearTimeout(hiding);
    element.replaceChildren(text);
    element.hidden = false;
    hiding = setTimeout(() => (element.hidden = true), saidForMs);
  }

  return { element, say };
}
