// A sessionStorage for tests, which is full when a test says so, and the rooms that are put there.

import type { SavedSession } from "../../src/session/world.ts";
import type { SavedRoom, Shelf } from "../../src/web/storage.ts";

export interface TestShelf extends Shelf {
  readonly stored: Map<string, string>;
  /** The longest text that still fits. */
  space: number;
}

export function createShelf(): TestShelf {
  const stored = new Map<string, string>();
  return {
    stored,
    space: Infinity,
    getItem: (key) => stored.get(key) ?? null,
    setItem(key, text) {
      if (text.length > this.space) throw new DOMException("full", "QuotaExceededError");
      stored.set(key, text);
    },
    removeItem: (key) => void stored.delete(key),
  };
}

/** A room with so many unsent messages. */
export function roomOf(phrase: string, unsent = 0, draft = ""): SavedRoom {
  const session: SavedSession = {
    roomId: `room of ${phrase}`,
    name: "Ann",
    member: "key",
    seat: "seat",
    counter: 7,
    helloAt: 1,
    receipts: false,
    timer: null,
    seen: null,
    unsent: Array.from({ length: unsent }, (_, index) => ({ body: `body ${index}`, frame: "f".repeat(400) })),
  };
  return { phrase, session, draft };
}

/** The same as it stands in storage without sealed frames. */
export function unsealed(room: SavedRoom): SavedRoom {
  const { session } = room;
  if (session === null) return room;
  return {
    ...room,
    session: { ...session, unsent: session.unsent.map(({ body }) => ({ body, frame: null })) },
  };
}
