// Randomness that can be repeated, for tests: a failure names the seed it came from.

import type { Random } from "../src/crypto/bytes.ts";

/** mulberry32: 32 bits at a time, good enough to spread test cases, worthless for anything else. */
export function seededNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
}

/** Like `Math.random`: from 0 to below 1. */
export function seededFractions(seed: number): () => number {
  const next = seededNumbers(seed);
  return () => next() / 2 ** 32;
}

/** Bytes. */
export function seededRandom(seed: number): Random {
  const next = seededNumbers(seed);
  return (length) => Uint8Array.from({ length }, () => next() & 255);
}
