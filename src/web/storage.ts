// What lets a tab survive a reload: kept in sessionStorage only while nobody looks at the tab, and taken out at once
// when it is back, so that a duplicated tab never shares a seat or a signing key.

import type { SavedSession } from "../session/world.ts";

/** A room as one tab keeps it over a reload. */
export interface SavedTab {
  readonly phrase: string;
  readonly session: SavedSession;
}

const key = "secure-room";

/** Takes the saved tab out of storage, or null: nothing there, or nothing that makes sense. */
export function takeSavedTab(): SavedTab | null {
  try {
    const text = sessionStorage.getItem(key);
    sessionStorage.removeItem(key);
    return text === null ? null : check(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Puts the tab into storage. A full or forbidden storage costs the reload, not the chat. */
export function putSavedTab(tab: SavedTab): void {
  try {
    sessionStorage.setItem(key, JSON.stringify(tab));
  } catch {}
}

/** Forgets what was put. */
export function dropSavedTab(): void {
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

function isSeen(value: unknown): value is SavedSession["seen"] {
  const { log, seq } = (value ?? {}) as { log?: unknown; seq?: unknown };
  return typeof log === "string" && isCount(seq);
}

/** Our own words, but in a place that extensions and people can write to: the outer shape is checked. */
function check(value: unknown): SavedTab | null {
  const tab = value as Partial<SavedTab> | null;
  const session = tab?.session as Partial<SavedSession> | undefined;
  if (typeof tab?.phrase !== "string" || session === undefined) return null;
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
  return {
    phrase: tab.phrase,
    session: { roomId, name, member, seat, counter, helloAt, receipts, unsent, ...known },
  };
}
