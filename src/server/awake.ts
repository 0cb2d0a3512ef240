// Time that passes only while this process runs: when it has been stopped or stalled, peers still have their full time
// to answer. Beaten every `sweepEveryMs` by the door that asks.

import { sweepEveryMs } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";

/** Begins when it is made. A class and no literal with a getter, which to V8 is a slow dictionary: every read asks it. */
export class Awake {
  readonly #clock: Clock;
  #ms = 0;
  #beatAtMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#beatAtMs = clock.now();
  }

  get ms(): number {
    return this.#ms;
  }

  /** Lets time pass: what has passed since the last beat, but of a long standstill only a little. */
  beat(): void {
    const nowMs = this.#clock.now();
    this.#ms += Math.min(nowMs - this.#beatAtMs, 2 * sweepEveryMs);
    this.#beatAtMs = nowMs;
  }
}
