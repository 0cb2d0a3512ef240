// What lets a tab survive a reload, as it stands in sessionStorage: the rooms that it is in, the one in front first. How
// they are spelt, and what is left out where there is little space. When: tab.ts.

import { utf8 } from "../crypto/bytes.ts";
import { maxOpenRooms, maxUnsentBytes } from "../protocol/limits.ts";
import type { MessageId } from "../session/body.ts";
import type { SavedSession } from "../session/world.ts";

/** A room as one tab keeps it. */
export interface SavedRoom {
  readonly phrase: string;
  /** Null when the tab comes back only as a new arrival; then what it had not sent stands in the draft. */
  readonly session: SavedSession | null;
  /** What stands in the composer. */
  readonly draft: string;
  /** The message that the draft answers. */
  readonly re?: MessageId;
}

/** The part of `Storage` that is used here; each call may throw where the person has forbidden it. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const key = "secure-room";

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

/** Takes the saved rooms out of storage; none where there is nothing, or nothing that makes sense. */
export function takeSavedRooms(shelf: Shelf): SavedRoom[] {
  const text = savedText(shelf);
  dropSavedRooms(shelf);
  try {
    const value: unknown = text === null ? [] : JSON.parse(text);
    return Array.isArray(value) ? value.slice(0, maxOpenRooms).flatMap((each) => check(each) ?? []) : [];
  } catch {
    return [];
  }
}

/**
 * Puts the rooms into storage. Where all of it does not fit, the sealed frames are left out (they are sealed anew, under
 * the same counters), and then all but the first room, its seat and what it has not sent.
 * @returns false when something that was written is not kept
 */
export function putSavedRooms(shelf: Shelf, rooms: readonly SavedRoom[]): boolean {
  const [first, ...others] = rooms;
  if (first === undefined) return true;
  const unsealed = rooms.map(unseal);
  if (put(shelf, rooms) || put(shelf, unsealed)) return true;
  const isLeastKept = put(shelf, [{ ...unseal(first), draft: "" }]);
  const isMoreWritten = first.draft.trim() !== "" || others.some(hasText);
  return !isMoreWritten && (isLeastKept || !hasText(first));
}

/** Forgets what was put. */
export function dropSavedRooms(shelf: Shelf): void {
  try {
    shelf.removeItem(key);
  } catch {}
}

function put(shelf: Shelf, rooms: readonly SavedRoom[]): boolean {
  try {
    shelf.setItem(key, JSON.stringify(rooms));
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

function check(value: unknown): SavedRoom | null {
  const { phrase, session, draft, re } = (value ?? {}) as {
    phrase?: unknown;
    session?: unknown;
    draft?: unknown;
    re?: unknown;
  };
  if (typeof phrase !== "string" || typeof draft !== "string") return null;
  const drafted = typeof re === "string" ? { draft, re } : { draft };
  if (session === null) return { phrase, session, ...drafted };
  const checked = checkSession(session);
  return checked && { phrase, session: checked, ...drafted };
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
