// Takes up the operator's certificate when its files change, or when asked to: whoever renews it (certbot, a cron job)
// need not know the relay. A pair that cannot be used is told of once, and the one in use stays.

import { stat } from "node:fs/promises";
import { type Certificate, readOwnCertificate } from "./certificate.ts";
import type { Clock } from "./clock.ts";
import type { Log } from "./logger.ts";
import { Mistake } from "./mistake.ts";
import type { Pair } from "./tls.ts";

export interface ReloadOptions {
  readonly files: { readonly cert: string; readonly key: string };
  /** The pair in use. */
  readonly inUse: Pair;
  readonly use: (certificate: Certificate) => void;
  readonly log: Log;
  readonly clock: Clock;
  /** The time of day, in ms since 1970. */
  readonly today: () => number;
}

export interface Reloading {
  /** Reads the pair now, changed or not. Never rejects: what is wrong is logged. */
  reload(): Promise<void>;
  /** Resolves when no look is under way. */
  settled(): Promise<void>;
  stop(): void;
}

/**
 * How often the files are looked at. Not by watching: that sees neither what a symbolic link leads to (certbot) nor
 * network file systems.
 */
export const lookEveryMs = 5_000;

/** Looks at the files until it is stopped. */
export function watchPair(options: ReloadOptions): Reloading {
  const { files, use, log, clock, today } = options;
  let { inUse } = options;
  /** As the files were when they were read last, and at the last look. */
  let read: string | null = null;
  let seen: string | null = null;
  let reading: Promise<void> | null = null;

  async function load(): Promise<void> {
    try {
      const certificate = await readOwnCertificate(files, today());
      // The whole of both files: the chain may be another behind the same certificate.
      if (certificate.cert === inUse.cert && certificate.key === inUse.key) return;
      inUse = certificate;
      use(certificate);
      log("info", "certificate-changed", { fingerprint: certificate.fingerprint });
    } catch (thrown) {
      if (!(thrown instanceof Mistake)) throw thrown;
      log("warn", "certificate-refused", { reason: `${thrown.message}; the one before stays in use` });
    }
  }

  async function look(): Promise<void> {
    const now = await stampOf([files.cert, files.key]);
    // The files as they were at the start have been read by whoever started this.
    read ??= now;
    // Two looks must agree: between them the second file of the pair follows the first.
    const isSettled = now === seen;
    seen = now;
    if (!isSettled || now === read) return;
    read = now;
    await load();
  }

  /** One at a time: a look on a slow disk may take longer than the time between two. */
  function alone(work: () => Promise<void>): Promise<void> {
    const mine = (reading ?? Promise.resolve()).then(work).finally(() => {
      // Another may wait behind this one.
      if (reading === mine) reading = null;
    });
    reading = mine;
    return mine;
  }

  void alone(look);
  const stopLooking = clock.every(lookEveryMs, () => {
    if (reading === null) void alone(look);
  });
  return {
    reload: () => alone(load),
    settled: async () => reading ?? undefined,
    stop: stopLooking,
  };
}

/** Changes when one of the files does; what is not there counts as well. */
async function stampOf(paths: readonly string[]): Promise<string> {
  const stats = await Promise.all(paths.map((path) => stat(path).catch(() => null)));
  return stats
    .map((found) => (found === null ? "-" : `${found.ino} ${found.size} ${found.mtimeMs}`))
    .join(" ");
}
