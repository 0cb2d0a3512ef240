// The room's timer at work: takes messages off the screen and out of the archive when their time is over, and asks the
// relay to forget the own ones (PROTOCOL.md section 2, "timer"; section 3, `forget`).

import { maxArchiveFrames } from "../protocol/limits.ts";
import { remember } from "../protocol/bounded.ts";
import type { Archive } from "./archive.ts";
import type { Timeline } from "./timeline.ts";
import type { World } from "./world.ts";

/** The longest that `setTimeout` can wait; what is due later is looked at again then. */
const longestWaitMs = 2 ** 31 - 1;

export interface Expiry {
  /** An own message stands in the log as `seq`. */
  readonly sent: (id: string, seq: number) => void;
  /** An own message was deleted: the relay need not keep it until its time is over. */
  readonly deleted: (id: string) => void;
  /** Ends what is due, and sets the clock for what is next. */
  readonly check: () => void;
  /** Own messages whose time is over and that the relay still holds, by seq; asks for each once. */
  readonly takeOverdue: () => number[];
  /** The relay has begun a new log: no seq of the old one means anything. */
  readonly newLog: () => void;
  readonly stop: () => void;
}

/** @param overdue called when there is something for `takeOverdue` */
export function createExpiry(
  timeline: Timeline,
  archive: Archive,
  world: World,
  overdue: () => void,
): Expiry {
  const seqOf = new Map<string, number>();
  let late: number[] = [];
  let cancel = (): void => {};

  function check(): void {
    cancel();
    const now = world.now();
    for (const id of timeline.expire(now)) {
      archive.forget(id);
      const seq = seqOf.get(id);
      if (seq !== undefined) late.push(seq);
    }
    if (late.length > 0) overdue();
    const next = timeline.nextExpiry();
    if (next !== null) cancel = world.after(Math.min(Math.max(next - now, 0), longestWaitMs), check);
  }

  return {
    sent: (id, seq) => remember(seqOf, id, seq, maxArchiveFrames),
    deleted(id) {
      const seq = seqOf.get(id);
      if (seq !== undefined) late.push(seq);
      if (late.length > 0) overdue();
    },
    check,
    takeOverdue: () => late.splice(0),
    newLog() {
      seqOf.clear();
      late = [];
    },
    stop: () => cancel(),
  };
}
