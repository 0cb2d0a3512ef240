// When to dial: at once, after a jittered wait that grows, or when the tab wakes, and never before the relay wants it.
// It knows neither rooms nor frames.

import { redialQuietMs } from "../protocol/limits.ts";
import { retryDelayMs } from "./retry.ts";
import type { World } from "./world.ts";

export interface Dialling {
  /** What the relay has asked to wait, ms, since the last dial; null: nothing. */
  readonly retryAfterMs: number | null;
  /** Dials now. */
  readonly now: () => void;
  /** The line is lost: dials after a wait by chance, or after what the relay has asked for. Gives the wait in ms. */
  readonly later: (chance: number) => number;
  /** The relay wants to be left alone for so long; null takes it back. */
  readonly askedToWait: (ms: number | null) => void;
  /** The tab is back while there is no line: dials, unless the relay has asked to wait. */
  readonly wake: () => void;
  /** The tab is back while a dial is on its way, perhaps over a network that is gone: begins anew once it is quiet. */
  readonly wakeAmid: () => void;
  /** A dial has led into the room, or the person has decided anew: the next wait is a short one. */
  readonly succeeded: () => void;
  /** Nothing is dialled any more. */
  readonly stop: () => void;
}

/**
 * @param line.dial opens a line in place of the present one
 * @param line.quietSince wall clock, ms: when the present line has last given a sign of life
 */
export function createDialling(
  { now: clock, after }: Pick<World, "now" | "after">,
  line: { readonly dial: () => void; readonly quietSince: () => number },
): Dialling {
  let attempt = 0;
  let retryAfterMs: number | null = null;
  /** Wall clock, ms: the relay has asked not to be dialled before. */
  let politeUntil = 0;
  let cancelRetry = (): void => {};
  let cancelAmid: (() => void) | null = null;

  function stop(): void {
    cancelRetry();
    cancelAmid?.();
    cancelAmid = null;
  }

  function now(): void {
    stop();
    retryAfterMs = null;
    line.dial();
  }

  /** A slow handshake is no dead one, and tabs wake in fits: it begins anew only when nothing has come for a while. */
  function wakeAmid(): void {
    const quietMs = Math.max(0, clock() - line.quietSince());
    if (quietMs >= redialQuietMs) {
      now();
      return;
    }
    cancelAmid ??= after(redialQuietMs - quietMs, () => {
      cancelAmid = null;
      wakeAmid();
    });
  }

  return {
    get retryAfterMs() {
      return retryAfterMs;
    },
    now,
    later(chance) {
      stop();
      politeUntil = retryAfterMs === null ? 0 : clock() + retryAfterMs;
      const waitMs = Math.max(retryAfterMs ?? 0, retryDelayMs(attempt++, chance));
      cancelRetry = after(waitMs, now);
      return waitMs;
    },
    askedToWait(ms) {
      retryAfterMs = ms;
    },
    wake() {
      if (clock() >= politeUntil) now();
    },
    wakeAmid,
    succeeded() {
      attempt = 0;
      cancelAmid?.();
      cancelAmid = null;
    },
    stop,
  };
}
