// The rooms that this tab has open, one of them in front, or the door. It knows no session: it is told what each room
// is called and what came in it unseen, and shows a strip to go from one to the other.

import { button, drawing, h } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";

/** A room as this file knows it. */
export interface OpenRoom {
  readonly element: HTMLElement;
  /** What it is called: its topic, or else its pictures. */
  readonly label: () => string;
  /** It is in front of the eyes again, or no longer. */
  readonly look: () => void;
  readonly focus: () => void;
}

/** Drawn once and changed in place: whoever is about to press it, or stands on it, must not lose it. */
interface Tab {
  readonly button: HTMLButtonElement;
  readonly label: HTMLElement;
  /** Stands in it while there is something to count. */
  readonly badge: HTMLElement;
  /** What came unseen. */
  unseen: number;
}

export interface Rooms<Room extends OpenRoom> {
  /** All of them, in the order of the strip. */
  readonly all: () => readonly Room[];
  /** The one in front; null at the door. */
  readonly front: () => Room | null;
  readonly show: (room: Room) => void;
  /** Shows the door, or something else that is no room. */
  readonly showDoor: (door: HTMLElement) => void;
  /** A room is open, behind the others. */
  readonly add: (room: Room) => void;
  /** A room is left; what is in front stays until something else is shown. */
  readonly remove: (room: Room) => void;
  /** So much has come in a room. What nobody sees is counted; the result says whether it was. */
  readonly news: (room: Room, count: number) => boolean;
  /** A room is called something else. */
  readonly relabel: () => void;
  /** Somebody looks at the page again. */
  readonly look: () => void;
}

/**
 * @param another opens the door to one more room
 * @param count is told how much came unseen in all rooms together
 */
export function createRooms<Room extends OpenRoom>(
  another: () => void,
  count: (unseen: number) => void,
): Rooms<Room> {
  const open = new Map<Room, Tab>();
  let front: Room | null = null;
  const strip = h("nav", { class: "rooms", attributes: { "aria-label": wording.rooms } });
  const place = h("div", { class: "place" });
  const more = button("room-tab", drawing("icon-drawing", 24, iconPath.add), another);
  strip.append(more);
  strip.hidden = true;
  document.body.replaceChildren(strip, place);

  function show(room: Room): void {
    const before = front;
    front = room;
    place.replaceChildren(room.element);
    if (before !== room) before?.look();
    look();
    open.get(room)?.button.scrollIntoView({ block: "nearest", inline: "nearest" });
    room.focus();
  }

  function showDoor(door: HTMLElement): void {
    const before = front;
    front = null;
    place.replaceChildren(door);
    before?.look();
    draw();
  }

  function look(): void {
    const tab = front === null ? undefined : open.get(front);
    if (tab !== undefined && !document.hidden) tab.unseen = 0;
    front?.look();
    draw();
  }

  function news(room: Room, came: number): boolean {
    if (room === front && !document.hidden) return false;
    const tab = open.get(room);
    if (tab !== undefined) tab.unseen += came;
    draw();
    return true;
  }

  /** One room alone needs no strip, except to come back from the door. */
  function draw(): void {
    strip.hidden = open.size < 2 && (front !== null || open.size === 0);
    for (const [room, { button: tab, label, badge, unseen }] of open) {
      if (label.textContent !== room.label()) label.textContent = room.label();
      badge.textContent = String(unseen);
      if (unseen === 0) badge.remove();
      else if (badge.parentNode === null) tab.append(badge);
      tab.setAttribute("aria-label", wording.roomWithUnread(room.label(), unseen));
      if (room === front) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    more.setAttribute("aria-label", wording.anotherRoom);
    count([...open.values()].reduce((sum, { unseen }) => sum + unseen, 0));
  }

  return {
    all: () => [...open.keys()],
    front: () => front,
    show,
    showDoor,
    add(room) {
      const label = h("bdi", {});
      const tab = button("room-tab", label, () => show(room));
      open.set(room, { button: tab, label, badge: h("span", { class: "unseen" }), unseen: 0 });
      more.before(tab);
      draw();
    },
    remove(room) {
      const tab = open.get(room)?.button;
      if (tab === document.activeElement) more.focus();
      tab?.remove();
      open.delete(room);
      draw();
    },
    news,
    relabel: draw,
    look,
  };
}
