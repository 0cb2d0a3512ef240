// When to dial again: exponential back-off with full jitter, after M. Brooker, "Exponential Backoff And Jitter" (AWS, 2015).

import { retryFirstMs, retryMostMs } from "../protocol/limits.ts";

/**
 * The wait before dial number `attempt` (0 is the first after a loss), in ms: uniform between 0 and a ceiling that
 * doubles from 0.5 s to 30 s, so that a thousand clients do not come back in the same instant.
 * @param chance uniform in [0, 1)
 */
export function retryDelayMs(attempt: number, chance: number): number {
  const ceiling = Math.min(retryMostMs, retryFirstMs * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling * chance);
}
