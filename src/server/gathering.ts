// Whether what is forwarded goes out with the next tick or is gathered for a while first: that makes fewer and larger
// writes, but everybody waits, so it pays only where no time is left and there is much to gather. It sends nothing itself.

import {
  busyIdleShare,
  calmIdleShare,
  flushWindowMs,
  loadEveryMs,
  worthGathering,
} from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";

/** A room, as gathering sees it. */
export interface Gathered {
  /** The last stretch of `flushWindowMs` in which it had messages. */
  stretch: number;
}

/** Counts messages, and how many stretches of how many rooms they came in, and measures how busy the process is. */
export class Gathering {
  readonly #clock: Clock;
  #windowMs = 0;
  #measuredAtMs: number;
  /** What `clock.idle` said then. */
  #idleMs: number;
  /** Since then, as the stretches. */
  #messages = 0;
  #stretches = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#measuredAtMs = clock.now();
    this.#idleMs = clock.idle();
  }

  /** How long to gather; 0 for the next tick. */
  get windowMs(): number {
    return this.#windowMs;
  }

  /** A message waits to be forwarded. */
  posted(): void {
    this.#messages++;
  }

  /** What waited in `room`, messages among it, goes out. */
  flushing(room: Gathered, nowMs: number): void {
    const stretch = Math.floor(nowMs / flushWindowMs);
    if (room.stretch === stretch) return;
    room.stretch = stretch;
    this.#stretches++;
  }

  /** Everything that waited has gone out; `nowMs` is when that began. */
  flushed(nowMs: number): void {
    const passedMs = nowMs - this.#measuredAtMs;
    if (passedMs < loadEveryMs) return;
    const idleMs = this.#clock.idle();
    const idleShare = (idleMs - this.#idleMs) / passedMs;
    if (idleShare > calmIdleShare || this.#messages <= this.#stretches * worthGathering) this.#windowMs = 0;
    else if (idleShare < busyIdleShare) this.#windowMs = flushWindowMs;
    this.#measuredAtMs = nowMs;
    this.#idleMs = idleMs;
    this.#messages = 0;
    this.#stretches = 0;
  }
}
