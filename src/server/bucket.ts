// A token bucket. Its clock is an argument of every call and must never run backward.

import type { Rate } from "../protocol/relay-limits.ts";

/** Holds between minus what is owed and `burst` tokens; `count` flow in over `perMs`. A count of 0 never refuses. */
export class Bucket {
  readonly #rate: Rate;
  /** Tokens times `perMs`, at whole milliseconds: integers, so that nothing is lost to rounding. */
  #balance: number;
  #atMs: number;

  /** Starts full. */
  constructor(rate: Rate, nowMs: number) {
    this.#rate = rate;
    this.#balance = rate.burst * rate.perMs;
    this.#atMs = Math.floor(nowMs);
  }

  /** Takes one token where there is one: 0. Else takes nothing and answers the ms until there is. */
  take(nowMs: number): number {
    if (this.#rate.count === 0) return 0;
    this.#refill(nowMs);
    const missing = this.#rate.perMs - this.#balance;
    if (missing > 0) return Math.ceil(missing / this.#rate.count);
    this.#balance -= this.#rate.perMs;
    return 0;
  }

  /** Takes `count` tokens, on credit where they are missing. Answers the ms until the debt is paid: 0 when there is none. */
  spend(count: number, nowMs: number): number {
    if (this.#rate.count === 0) return 0;
    this.#refill(nowMs);
    this.#balance -= count * this.#rate.perMs;
    return this.#balance < 0 ? Math.ceil(-this.#balance / this.#rate.count) : 0;
  }

  /** Whether it is as good as a new one. */
  isFull(nowMs: number): boolean {
    this.#refill(nowMs);
    return this.#rate.count === 0 || this.#balance >= this.#rate.burst * this.#rate.perMs;
  }

  #refill(nowMs: number): void {
    const { count, perMs, burst } = this.#rate;
    const atMs = Math.floor(nowMs);
    this.#balance = Math.min(burst * perMs, this.#balance + (atMs - this.#atMs) * count);
    this.#atMs = atMs;
  }
}
