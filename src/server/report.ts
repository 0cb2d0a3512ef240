// Tells the log, every few seconds, what has been refused since the last time: a flood costs a line, not one for each.
// It only reads counters, so whoever refuses something pays for an addition and no more.

import { reportEveryMs } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";
import type { Counters, Refusal } from "./counters.ts";
import type { LineLevel, Log } from "./logger.ts";

/**
 * What happens to honest people on an ordinary day: a phone goes to sleep, a browser opens a socket it does not use or
 * does not know the certificate, a name is taken. The rest is worth a warning.
 */
const ordinary: ReadonlySet<Refusal> = new Set<Refusal>([
  "path",
  "version",
  "subprotocol",
  "join-timeout",
  "message-rate",
  "name-taken",
  "full",
  "too-slow",
  "silent",
  "file-too-big",
  "file-slow",
  "tls",
  "tls-timeout",
  "head-timeout",
]);

/** Reports until the answer is called, which reports once more. */
export function reportRefusals(log: Log, counters: Counters, clock: Clock): () => void {
  const reported = { ...counters.refused };

  function report(): void {
    for (const reason of Object.keys(reported) as Refusal[]) {
      const count = counters.refused[reason] - reported[reason];
      if (count === 0) continue;
      reported[reason] += count;
      log(levelOf(reason), "refused", { reason, count });
    }
    for (const { address, reason, count } of counters.offences?.take() ?? []) {
      log(levelOf(reason), "offender", { address, reason, count });
    }
    const { connections, rooms, seats, messagesIn, bytesIn, bytesOut, files } = counters;
    log("debug", "counts", { connections, rooms, seats, messagesIn, bytesIn, bytesOut, files });
  }

  const stopReporting = clock.every(reportEveryMs, report);
  return () => {
    stopReporting();
    report();
  };
}

function levelOf(reason: Refusal): LineLevel {
  return ordinary.has(reason) ? "info" : "warn";
}
