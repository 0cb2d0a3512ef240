// Who is writing: told now and then while one writes, and forgotten when nothing more is heard of it. Nothing of it is
// kept, and nothing is lost with it.

import { remember } from "../protocol/bounded.ts";
import { maxRosterMembers, typingEveryMs, typingLastsMs } from "../protocol/limits.ts";
import type { Author } from "./events.ts";
import type { World } from "./world.ts";

export interface Typing {
  /** The person writes, or has stopped. */
  readonly write: (on: boolean) => void;
  /** Somebody else writes, or has stopped. */
  readonly heard: (author: Author, on: boolean) => void;
  readonly stop: () => void;
}

/**
 * @param send seals and sends one notice; it may be lost
 * @param tell is given all who write at present, the longest first
 */
export function createTyping(
  world: Pick<World, "now" | "after">,
  send: (on: boolean) => void,
  tell: (authors: readonly Author[]) => void,
): Typing {
  const writing = new Map<string, { readonly author: Author; readonly cancel: () => void }>();
  /** When the others were last told, ms since 1970; null when they take us for idle. */
  let toldAt: number | null = null;

  function write(on: boolean): void {
    const now = world.now();
    const isKnown = on ? toldAt !== null && now - toldAt < typingEveryMs : toldAt === null;
    if (isKnown) return;
    toldAt = on ? now : null;
    send(on);
  }

  function heard(author: Author, on: boolean): void {
    const known = writing.get(author.key);
    if (author.own || (known === undefined && !on)) return;
    known?.cancel();
    if (on) {
      const cancel = world.after(typingLastsMs, () => heard(author, false));
      remember(writing, author.key, { author, cancel }, maxRosterMembers);
    } else writing.delete(author.key);
    if (on !== (known !== undefined)) tell([...writing.values()].map((each) => each.author));
  }

  function stop(): void {
    for (const { cancel } of writing.values()) cancel();
    const wereThere = writing.size > 0;
    writing.clear();
    toldAt = null;
    if (wereThere) tell([]);
  }

  return { write, heard, stop };
}
