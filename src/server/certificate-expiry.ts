// Says in the log that the certificate is about to run out, while there is time to do something about it.

import { dayMs, hourMs } from "../protocol/units.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./logger.ts";

/** With less left, somebody should look why it was not renewed. */
export const warnDays = 14;
const lookEveryMs = hourMs;

/**
 * Warns once a day.
 * @param untilMs when the certificate in use runs out, in ms since 1970
 * @param today the time of day, in ms since 1970
 * @returns what ends it
 */
export function watchExpiry(
  untilMs: () => number,
  { log, clock, today }: { readonly log: Log; readonly clock: Clock; readonly today: () => number },
): () => void {
  let warnedMs = -Infinity;
  const look = (): void => {
    const leftMs = untilMs() - today();
    if (leftMs > warnDays * dayMs || today() - warnedMs < dayMs) return;
    warnedMs = today();
    const days = Math.floor(leftMs / dayMs);
    const event = leftMs > 0 ? "certificate-expires" : "certificate-expired";
    log("warn", event, { days, until: new Date(untilMs()).toISOString() });
  };
  look();
  return clock.every(lookEveryMs, look);
}
