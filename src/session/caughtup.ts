// How much has come while one was away, said once: what a replay brings, and, when the relay has begun a new log, what
// others carry into it afterwards.

import { broughtBackQuietMs } from "../protocol/limits.ts";
import type { World } from "./world.ts";

export interface CaughtUp {
  /** A text is news. `carried`: somebody else has brought it back. */
  readonly news: (carried: boolean) => void;
  /** The replay is through. */
  readonly live: () => void;
  /** The line is gone. */
  readonly lost: () => void;
  /** This is another log than the one before. */
  readonly newLog: () => void;
  /** Whether this tab has been live before. */
  readonly wasLive: boolean;
}

/** @param tell is told how much has come, and whether this tab came in for the first time */
export function createCaughtUp(
  after: World["after"],
  tell: (messages: number, first: boolean) => void,
): CaughtUp {
  let messages = 0;
  let isLive = false;
  let wasLive = false;
  let isNewLog = false;
  let cancel = (): void => {};

  function count(first: boolean): void {
    cancel();
    const counted = messages;
    messages = 0;
    tell(counted, first);
  }

  return {
    get wasLive() {
      return wasLive;
    },
    news(carried) {
      if (!isLive) messages++;
      if (!isLive || !carried || !isNewLog) return;
      messages++;
      cancel();
      cancel = after(broughtBackQuietMs, () => count(false));
    },
    live() {
      isLive = true;
      count(!wasLive);
      wasLive = true;
    },
    lost() {
      cancel();
      isLive = false;
    },
    newLog() {
      isNewLog = wasLive;
    },
  };
}
