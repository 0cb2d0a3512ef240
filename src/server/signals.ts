// What the process does on each signal, for a relay that runs or is still starting.

import { sameSignalMs } from "../protocol/limits.ts";
import type { Log } from "./logger.ts";
import type { Running, StopCode } from "./server.ts";

/** What a signal does beside stopping. */
export interface Signals {
  /** Reads the certificate's files anew; null where there are none. */
  reload: (() => Promise<void>) | null;
}

/**
 * Ctrl-C and a closed terminal stop at once, SIGTERM lets guests go spread out. A second Ctrl-C does not wait. Without a
 * terminal SIGHUP is what it is for other servers: a sign that the operator's certificate has changed, which stops
 * nothing where there is none. SIGUSR2, which Windows does not have, deletes everything and stops nothing either.
 * Whether SIGHUP was to be ignored, as nohup has it, cannot be told: Node puts every signal back before this begins.
 * @param fail says one sentence and ends the process
 */
export function stopOnSignals(
  starting: Promise<{ readonly running: Running }>,
  { fail, log }: { readonly fail: (message: string) => never; readonly log: Log },
): Signals {
  const signals: Signals = { reload: null };
  const hasTerminal = process.stdin.isTTY || process.stdout.isTTY;
  let stoppingSinceMs: number | null = null;
  const stop = (code: StopCode) => () => {
    const nowMs = performance.now();
    if (stoppingSinceMs !== null) {
      // Under npx one Ctrl-C comes twice, and guests must still hear that the relay stops.
      if (nowMs - stoppingSinceMs >= sameSignalMs) process.exit(0);
      return;
    }
    stoppingSinceMs = nowMs;
    // The shell's prompt would stand behind the ^C.
    if (process.stdout.isTTY) process.stdout.write("\n");
    starting
      .then(({ running }) => running.stop(code))
      .then(
        () => {
          process.stdout.write("stopped: guests were told, and nothing that was said is kept here\n");
          process.exit(0);
        },
        (thrown: unknown) => fail(`could not stop cleanly: ${String(thrown)}`),
      );
  };
  process.on("SIGINT", stop(1001));
  process.on("SIGHUP", () => {
    if (hasTerminal) stop(1001)();
    else if (signals.reload === null) log("info", "nothing-to-reload");
    else void signals.reload();
  });
  process.on("SIGTERM", stop(1012));
  // One digit from the next one; left to itself it opens Node's debugger to everybody on this machine.
  process.on("SIGUSR1", () => {});
  // Where nothing came of the start, whoever awaits it says so.
  process.on("SIGUSR2", () => void starting.then(({ running }) => running.clear()).catch(() => {}));
  return signals;
}
