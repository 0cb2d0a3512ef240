// A token bucket. Its clock is an argument of every call and must never run backward.

import type { Rate } from "../protocol/limits.ts";

/** Holds between minus what was owed and `burst` tokens; `rate.count` flow in over `rate.perMs`. A count of 0 never refuses. */
export class Bucket {
  readonly #rate: Rate;
  #tokens: number;
  #atMs: number;

  /** Starts full. */
  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#tokens = rate.burst;
    this.#atMs = nowMs;
  }

  /** Takes one token where there is one: 0. Else takes nothing and answers the ms until there is. */
  take(nowMs: number): number {
    if (this.#rate.count === 0) return 0;
    this.#refill(nowMs);
    if (this.#tokens < 1) return this.#msFor(1 - this.#tokens);
    this.#tokens -= 1;
    return 0;
  }

  /** Takes `count` tokens, on credit where they are missing. Answers the ms until the debt is paid: 0 when there is none. */
  spend(count: number, nowMs: number): number {
    if (this.#rate.count === 0) return 0;
    this.#refill(nowMs);
    this.#tokens -= count;
    return this.#tokens < 0 ? this.#msFor(-this.#tokens) : 0;
  }

  /** Whether it is as good as a new one. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#rate.count === 0 || this.#tokens >= this.#rate.burst;
  }

  #refill(nowMs: number): void {
    const inflow = ((nowMs - this.#atMs) * this.#rate.count) / this.#rate.perMs;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + inflow);
    this.#atMs = nowMs;
  }

  /** Rounded up, so that whoever waits that long finds the tokens there. */
  #msFor(tokens: number): number {
    return Math.ceil((tokens * this.#rate.perMs) / this.#rate.count);
  }
}
