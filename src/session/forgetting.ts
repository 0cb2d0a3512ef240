// Asks the relay to drop the own messages that were deleted (PROTOCOL.md section 3, `forget`): under every number that
// each has in the log, and again on every line, because a request may be lost with the one it went out on.

import { maxArchiveFrames } from "../protocol/limits.ts";
import { remember } from "../protocol/bounded.ts";

export interface Forgetting {
  /** An own message stands in the log as `seq`, perhaps not for the first time. */
  readonly sent: (id: string, seq: number) => void;
  /** It is deleted. */
  readonly deleted: (id: string) => void;
  /** The room is live. */
  readonly live: () => void;
  /** The relay has begun a new log: no seq of the old one means anything. */
  readonly newLog: () => void;
}

/** @param ask sends one request; it may be lost */
export function createForgetting(ask: (seq: number) => void): Forgetting {
  const seqsOf = new Map<string, number[]>();
  const gone = new Map<string, null>();

  function askFor(id: string): void {
    for (const seq of seqsOf.get(id) ?? []) ask(seq);
  }

  return {
    sent(id, seq) {
      remember(seqsOf, id, [...(seqsOf.get(id) ?? []), seq], maxArchiveFrames);
      if (gone.has(id)) ask(seq);
    },
    deleted(id) {
      remember(gone, id, null, maxArchiveFrames);
      askFor(id);
    },
    live() {
      for (const id of gone.keys()) askFor(id);
    },
    newLog: () => seqsOf.clear(),
  };
}
