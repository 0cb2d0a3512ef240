// Who is in the room, drawn anew at each change: at most a hundred lines.

import type { RosterMember } from "../session/events.ts";
import { h } from "./dom.ts";
import { avatarOf, nameOf } from "./log-view.ts";
import { wording } from "./wording.ts";

export interface PeopleView {
  readonly element: HTMLElement;
  show(members: readonly RosterMember[]): void;
}

/** Builds the list of members. */
export function createPeopleView(): PeopleView {
  const list = h("ul", { class: "members" });
  const element = h("section", { class: "people" }, h("h2", {}, wording.people), list);

  function show(members: readonly RosterMember[]): void {
    list.replaceChildren(...members.map(drawMember));
  }

  return { element, show };
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
