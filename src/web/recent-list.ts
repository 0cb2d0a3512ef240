// The rooms that this browser remembers, at the door: enter one, or forget it.

import type { Phrase } from "../crypto/phrase.ts";
import { spellDay } from "./dates.ts";
import { button, drawing, h } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";
import { forgetRoom, type RecentRoom, recentRooms } from "./recent-rooms.ts";

interface RecentListOptions {
  readonly enter: (phrase: Phrase) => void;
  /** A room was forgotten. */
  readonly changed: () => void;
}

/** Draws the list; null where nothing is remembered. */
export function createRecentList(options: RecentListOptions): HTMLElement | null {
  const rooms = recentRooms();
  if (rooms.length === 0) return null;
  return h(
    "section",
    { class: "recent" },
    h("h2", {}, wording.recentRooms),
    h("ul", {}, ...rooms.map((room) => drawRoom(room, options))),
  );
}

function drawRoom(room: RecentRoom, { enter, changed }: RecentListOptions): HTMLElement {
  const { pictures, topic, at, phrase } = room;
  const label = topic === "" ? pictures : `${topic} ${pictures}`;
  const about = h(
    "span",
    { class: "recent-about" },
    h("bdi", { class: "recent-name" }, topic || pictures),
    h(
      "small",
      { class: "quiet" },
      topic === "" ? "" : `${pictures} · `,
      wording.lastHere(spellDay(at, Date.now())),
    ),
    phrase === null ? h("small", { class: "quiet" }, wording.recentNoWords) : null,
  );
  const way = phrase === null ? about : button("recent-room", about, () => enter(phrase));
  if (phrase !== null) way.setAttribute("aria-label", wording.recentEnter(label));
  const forget = button("tool", drawing("icon-drawing", 24, iconPath.close), () => {
    forgetRoom(pictures);
    changed();
  });
  forget.setAttribute("aria-label", wording.recentForget(label));
  return h("li", {}, way, forget);
}
