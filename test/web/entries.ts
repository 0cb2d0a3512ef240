// Entries of a room, made up for tests of what becomes of them on a page.

import type { Author, Entry, MessageEntry } from "../../src/session/events.ts";

export const ann: Author = { key: "ann", name: "Ann", ordinal: 1, own: true };
export const bob: Author = { key: "bob", name: "Bob", ordinal: 1, own: false };

let count = 0;

/** A message that has been said, at a minute after midnight of the first of February 2026, UTC. */
export function message(text: string, more: Partial<MessageEntry> = {}): MessageEntry {
  count++;
  return {
    kind: "message",
    id: `ann.${count}`,
    messageId: `id${count}`,
    author: ann,
    at: Date.UTC(2026, 1, 1, 0, count % 60),
    text,
    edited: null,
    deleted: false,
    delivery: "sent",
    seq: count,
    seenBy: 0,
    reactions: new Map(),
    ...more,
  };
}

/** A line that is no message. */
export const notice: Entry = { kind: "notice", id: "line.0", what: "joined", author: bob };
