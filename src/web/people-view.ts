// Who is in the room, drawn anew at each change, and what the room has agreed on: how long messages stay, and whether
// one tells what one has seen.

import type { RosterMember } from "../session/events.ts";
import type { Way } from "./dial.ts";
import { button, h } from "./dom.ts";
import { wording } from "./language.ts";
import { avatarOf, nameOf } from "./person.ts";

export interface PeopleView {
  readonly element: HTMLElement;
  readonly show: (members: readonly RosterMember[]) => void;
  /** The room's timer, in seconds; 0 is off. */
  readonly showTimer: (seconds: number) => void;
  /** A timer that was chosen and not set is no longer meant. */
  readonly forgetChoice: () => void;
  /** What carries the room at present. */
  readonly showWay: (way: Way) => void;
}

interface PeopleOptions {
  readonly receipts: boolean;
  readonly setReceipts: (on: boolean) => void;
  readonly setTimer: (seconds: number) => void;
}

/** What the timer offers, in seconds: off, five minutes, an hour, a day, a week. */
const timers = [0, 300, 3_600, 86_400, 604_800];

/** Builds the list of members and the room's switches. */
export function createPeopleView(options: PeopleOptions): PeopleView {
  const list = h("ul", { class: "members" });
  const timer = h("select", { on: { change: offerToSet } });
  // By keyboard each step through the list is a choice: what holds for everybody takes a press of its own.
  const set = button("primary", wording.timerSet, () => {
    inForce = Number(timer.value);
    options.setTimer(inForce);
    timer.focus();
    offerToSet();
  });
  /** The room's timer, or the one that was asked for last. */
  let inForce = 0;
  const receipts = h("input", { attributes: { type: "checkbox" } });
  receipts.checked = options.receipts;
  receipts.addEventListener("change", () => options.setReceipts(receipts.checked));
  const way = h("span", { class: "way" });
  set.hidden = true;
  showTimer(0);
  const element = h(
    "section",
    { class: "people" },
    h("h2", {}, wording.people),
    list,
    h("h2", {}, wording.room),
    h("label", { class: "setting" }, h("span", {}, wording.timer), timer),
    set,
    h("label", { class: "setting check" }, receipts, h("span", {}, wording.receipts)),
    h("p", { class: "quiet" }, wording.receiptsHint),
    h("p", { class: "quiet" }, `${wording.way}: `, way),
  );

  function showWay(now: Way): void {
    way.textContent = wording.ways[now];
  }

  function offerToSet(): void {
    set.hidden = Number(timer.value) === inForce;
  }

  function forgetChoice(): void {
    timer.value = String(inForce);
    offerToSet();
  }

  /** A time that somebody else's program has set stands in the list as well. What is being chosen stays chosen. */
  function showTimer(seconds: number): void {
    const chosen = set.hidden ? String(seconds) : timer.value;
    inForce = seconds;
    const offered = timers.includes(seconds) ? timers : [...timers, seconds].toSorted((a, b) => a - b);
    timer.replaceChildren(
      ...offered.map((each) =>
        h(
          "option",
          { attributes: { value: String(each) } },
          each === 0 ? wording.never : wording.duration(each),
        ),
      ),
    );
    timer.value = chosen;
    // It stood in the list only because it was in force.
    if (timer.value === "") timer.value = String(seconds);
    offerToSet();
  }

  function show(members: readonly RosterMember[]): void {
    list.replaceChildren(...members.map(drawMember));
  }

  return { element, show, showTimer, forgetChoice, showWay };
}

function drawMember({ author, state }: RosterMember): HTMLElement {
  if (author === null) return h("li", { class: "member unknown" }, wording.unknownMember);
  const mark = author.own ? wording.you : state === "away" ? wording.away : null;
  return h(
    "li",
    { class: `member ${state}` },
    avatarOf(author),
    nameOf(author),
    mark === null ? null : h("span", { class: "quiet" }, mark),
  );
}
