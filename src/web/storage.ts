// What lets a tab survive a reload, as it stands in sessionStorage: the room it is in, and the rooms that it has left
// with something unsent. How it is spelt, and what is left out where there is little space. When: tab.ts.

import { utf8 } from "../crypto/bytes.ts";
import { maxRoomsLeftBehind, maxUnsentBytes } from "../protocol/limits.ts";
import type { SavedSession } from "../session/world.ts";

/** A room as one tab keeps it. */
export interface SavedRoom {
  readonly phrase: string;
  /** Null when the tab comes back only as a new arrival; then what it had not sent stands in the draft. */
  readonly session: SavedSession | null;
  /** What stands in the composer. */
  readonly draft: string;
}

export interface SavedTab {
  readonly room: SavedRoom | null;
  /** The newest last. */
  readonly leftBehind: readonly SavedRoom[];
}

/** The part of `Storage` that is used here; each call may throw where the person has forbidden it. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const key = "secure-room";
const nothing: SavedTab = { room: null, leftBehind: [] };

/** sessionStorage; where the browser forbids even to look at it, one that keeps nothing. */
export function openShelf(): Shelf {
  try {
    return sessionStorage;
  } catch {
    const refuse = (): never => {
      throw new Error("storage is forbidden");
    };
    return { getItem: () => null, setItem: refuse, removeItem: () => {} };
  }
}

/** Whether so many unsent texts of one room may wait. */
export function isKeepable(texts: readonly string[]): boolean {
  return texts.reduce((bytes, text) => bytes + utf8(text).length, 0) <= maxUnsentBytes;
}

/** Whether losing it would lose something that somebody has written. */
export function hasText({ session, draft }: SavedRoom): boolean {
  return draft.trim() !== "" || (session?.unsent.length ?? 0) > 0;
}

/** The text that stands in storage, or null. */
export function savedText(shelf: Shelf): string | null {
  try {
    return shelf.getItem(key);
  } catch {
    return null;
  }
}

/** Takes the saved tab out of storage; an empty one where there is nothing, or nothing that makes sense. */
export function takeSavedTab(shelf: Shelf): SavedTab {
  const text = savedText(shelf);
  dropSavedTab(shelf);
  try {
    return text === null ? nothing : check(JSON.parse(text));
  } catch {
    return nothing;
  }
}

/**
 * Puts the tab into storage. Where all of it does not fit, the sealed frames are left out (they are sealed anew, under
 * the same counters), and then all but the room that the tab is in, its seat and what it has not sent.
 * @returns false when something that was written is not kept
 */
export function putSavedTab(shelf: Shelf, tab: SavedTab): boolean {
  const { room, leftBehind } = tab;
  if (room === null && leftBehind.length === 0) return true;
  const unsealed = { room: room && unseal(room), leftBehind: leftBehind.map(unseal) };
  if (put(shelf, tab) || put(shelf, unsealed)) return true;
  const least = unsealed.room && { ...unsealed.room, draft: "" };
  const isLeastKept = put(shelf, { room: least, leftBehind: [] });
  const isMoreWritten = (room !== null && room.draft.trim() !== "") || leftBehind.some(hasText);
  return !isMoreWritten && (isLeastKept || room === null || !hasText(room));
}

/** Forgets what was put. */
export function dropSavedTab(shelf: Shelf): void {
  try {
    shelf.removeItem(key);
  } catch {}
}

function put(shelf: Shelf, tab: SavedTab): boolean {
  try {
    shelf.setItem(key, JSON.stringify(tab));
    return true;
  } catch {
    return false;
  }
}

function unseal(room: SavedRoom): SavedRoom {
  const { session } = room;
  if (session === null) return room;
  return {
    ...room,
    session: { ...session, unsent: session.unsent.map(({ body }) => ({ body, frame: null })) },
  };
}

// ── our own words, but in a place that extensions and people can write to: the outer shape is checked ───────────

function check(value: unknown): SavedTab {
  const { room, leftBehind } = (value ?? {}) as { room?: unknown; leftBehind?: unknown };
  const rooms = Array.isArray(leftBehind) ? leftBehind : [];
  return {
    room: checkRoom(room),
    leftBehind: rooms
      .slice(-maxRoomsLeftBehind)
      .map(checkRoom)
      .filter((each) => each !== null),
  };
}

function checkRoom(value: unknown): SavedRoom | null {
  const { phrase, session, draft } = (value ?? {}) as {
    phrase?: unknown;
    session?: unknown;
    draft?: unknown;
  };
  if (typeof phrase !== "string" || typeof draft !== "string") return null;
  if (session === null) return { phrase, session, draft };
  const checked = checkSession(session);
  return checked && { phrase, session: checked, draft };
}

function checkSession(value: unknown): SavedSession | null {
  const session = (value ?? {}) as Partial<SavedSession>;
  const { roomId, name, member, seat, counter, helloAt, receipts, unsent, timer, seen } = session;
  if (
    typeof roomId !== "string" ||
    typeof name !== "string" ||
    typeof member !== "string" ||
    typeof seat !== "string"
  )
    return null;
  if (!isCount(counter) || !isCount(helloAt) || typeof receipts !== "boolean") return null;
  if (!Array.isArray(unsent) || !unsent.every(isUnsent)) return null;
  const known = { timer: isCount(timer) ? timer : null, seen: isSeen(seen) ? seen : null };
  return { roomId, name, member, seat, counter, helloAt, receipts, unsent, ...known };
}

function isSeen(value: unknown): value is SavedSession["seen"] {
  const { log, seq } = (value ?? {}) as { log?: unknown; seq?: unknown };
  return typeof log === "string" && isCount(seq);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isUnsent(value: unknown): boolean {
  const { body, frame } = (value ?? {}) as { body?: unknown; frame?: unknown };
  return typeof body === "string" && (frame === null || typeof frame === "string");
}
