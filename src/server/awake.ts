// Time that passes only while this process runs: when it has been stopped or stalled, peers still have their full time
// to answer. Beaten every `sweepEveryMs` by the door that asks.

import { sweepEveryMs } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";

export interface Awake {
  /** Since it was made. */
  readonly ms: number;
  /** Lets time pass: what has passed since the last beat, but of a long standstill only a little. */
  beat(): void;
}

export function createAwake(clock: Clock): Awake {
  let ms = 0;
  let beatAtMs = clock.now();
  return {
    get ms() {
      return ms;
    },
    beat() {
      const nowMs = clock.now();
      ms += Math.min(nowMs - beatAtMs, 2 * sweepEveryMs);
      beatAtMs = nowMs;
    },
  };
}
