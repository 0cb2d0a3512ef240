// Who is in the room, drawn anew at each change, and what the room has agreed on: how long messages stay, and whether
// one tells what one has seen.

import type { RosterMember } from "../session/events.ts";
import type { Way } from "./dial.ts";
import { h } from "./dom.ts";
import { wording } from "./language.ts";
import { avatarOf, nameOf } from "./person.ts";

export interface PeopleView {
  readonly element: HTMLElement;
  readonly show: (members: readonly RosterMember[]) => void;
  /** The room's timer, in seconds; 0 is off. */
  readonly showTimer: (seconds: number) => void;
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
  const timer = h("select", { on: { change: () => options.setTimer(Number(timer.value)) } });
  const receipts = h("input", { attributes: { type: "checkbox" } });
  receipts.checked = options.receipts;
  receipts.addEventListener("change", () => options.setReceipts(receipts.checked));
  const way = h("span", { class: "way" });
  showTimer(0);
  const element = h(
    "section",
    { class: "people" },
    h("h2", {}, wording.people),
    list,
    h("h2", {}, wording.room),
    h("label", { class: "setting" }, h("span", {}, wording.timer), timer),
    h("label", { class: "setting check" }, receipts, h("span", {}, wording.receipts)),
    h("p", { class: "quiet" }, wording.receiptsHint),
    h("p", { class: "quiet" }, `${wording.way}: `, way),
  );

  function showWay(now: Way): void {
    way.textContent = wording.ways[now];
  }

  /** A time that somebody else's program has set stands in the list as well. */
  function showTimer(seconds: number): void {
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
    timer.value = String(seconds);
  }

  function show(members: readonly RosterMember[]): void {
    list.replaceChildren(...members.map(drawMember));
  }

  return { element, show, showTimer, showWay };
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
