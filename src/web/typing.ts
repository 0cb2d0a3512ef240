// Who is typing: telling it of oneself, seldom enough, and forgetting it of others, who may have gone without a word.

import { maxTypists, typingEveryMs, typingForMs } from "../protocol/limits.ts";
import type { Author } from "../session/events.ts";

type After = (ms: number, callback: () => void) => () => void;

/** Tells the room that one is typing. */
export interface OwnTyping {
  /** Something stands in the field, or nothing any more. */
  readonly changed: (isTyping: boolean) => void;
  /** What was typed has been sent: others see that by the message itself. */
  readonly sent: () => void;
}

/**
 * @param send tells the room
 * @param now milliseconds of any clock that goes forward
 */
export function createOwnTyping(send: (on: boolean) => void, now: () => number): OwnTyping {
  let toldAt: number | null = null;

  function changed(isTyping: boolean): void {
    if (!isTyping) {
      if (toldAt !== null) send(false);
      toldAt = null;
      return;
    }
    if (toldAt !== null && now() - toldAt < typingEveryMs) return;
    toldAt = now();
    send(true);
  }

  return { changed, sent: () => (toldAt = null) };
}

/** The others who are typing. */
export interface Typists {
  readonly heard: (author: Author, on: boolean) => void;
  /** A message of somebody has come: it is written. */
  readonly wrote: (author: Author) => void;
  readonly stop: () => void;
}

/** Follows who is typing; `show` is called with all of them at each change, in the order in which they began. */
export function createTypists(after: After, show: (authors: readonly Author[]) => void): Typists {
  const typing = new Map<string, { readonly author: Author; readonly cancel: () => void }>();

  function heard(author: Author, on: boolean): void {
    const known = typing.get(author.key);
    if (!on) {
      forget(author.key);
      return;
    }
    if (known === undefined && typing.size >= maxTypists) return;
    known?.cancel();
    typing.set(author.key, { author, cancel: after(typingForMs, () => forget(author.key)) });
    if (known === undefined) tell();
  }

  function forget(key: string): void {
    typing.get(key)?.cancel();
    if (typing.delete(key)) tell();
  }

  function stop(): void {
    for (const { cancel } of typing.values()) cancel();
    typing.clear();
    tell();
  }

  function tell(): void {
    show([...typing.values()].map(({ author }) => author));
  }

  return { heard, wrote: (author) => forget(author.key), stop };
}
