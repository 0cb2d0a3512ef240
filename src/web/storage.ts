// What lets a tab survive a reload: kept in sessionStorage only while nobody looks at the tab, and taken out at once
// when it is back, so that a duplicated tab never shares a seat or a signing key.

import type { SavedSession } from "../session/world.ts";

/** A room as one tab keeps it over a reload. */
export interface SavedTab {
  readonly phrase: string;
  readonly session: SavedSession;
}

const key = "secure-room";

/** Rooms that one tab has open at once. */
export const maxOpenRooms = 8;

/** Takes the saved rooms out of storage, the one in front first; none where there are none that make sense. */
export function takeSavedTabs(): SavedTab[] {
  try {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    const value: unknown = text === null ? [] : JSON.parse(text);
    return Array.isArray(value) ? value.slice(0, maxOpenRooms).flatMap((each) => check(each) ?? []) : [];
  } catch {
    return [];
  }
}

/** Puts the rooms into storage. A full or forbidden storage costs the reload, not the chat. */
export function putSavedTabs(tabs: readonly SavedTab[]): void {
  try {
    if (tabs.length > 0) sessionStorage.setItem(key, JSON.stringify(tabs));
    else sessionStorage.removeItem(key);
  } catch {}
}

/** Forgets what was put. */
export function dropSavedTabs(): void {
  try {
    sessionStorage.removeItem(key);
  } catch {}
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isUnsent(value: unknown): boolean {
  const { body, frame } = (value ?? {}) as { body?: unknown; frame?: unknown };
  return typeof body === "string" && (frame === null || typeof frame === "string");
}

/** Our own words, but in a place that extensions and people can write to: the outer shape is checked. */
function check(value: unknown): SavedTab | null {
  const tab = value as Partial<SavedTab> | null;
  const session = tab?.session as Partial<SavedSession> | undefined;
  if (typeof tab?.phrase !== "string" || session === undefined) return null;
  const { roomId, name, member, seat, counter, helloAt, receipts, unsent } = session;
  if (
    typeof roomId !== "string" ||
    typeof name !== "string" ||
    typeof member !== "string" ||
    typeof seat !== "string"
  )
    return null;
  if (!isCount(counter) || !isCount(helloAt) || typeof receipts !== "boolean") return null;
  if (!Array.isArray(unsent) || !unsent.every(isUnsent)) return null;
  return { phrase: tab.phrase, session: { roomId, name, member, seat, counter, helloAt, receipts, unsent } };
}
