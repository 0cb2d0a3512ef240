// Time as the server sees it, handed in so that tests can step it. Monotonic: setting the wall clock moves nothing here.

import { performance } from "node:perf_hooks";

export interface Clock {
  /** Milliseconds that only ever grow; they say nothing about the time of day. */
  now(): number;
  /** Of them, those that were spent waiting for something to do. */
  idle(): number;
  /** Runs once the sockets that are readable now have been read. */
  soon(run: () => void): void;
  /** Runs once after `ms`; the answer cancels it. */
  after(ms: number, run: () => void): () => void;
  /** Runs every `ms` until the answer is called. */
  every(ms: number, run: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  idle: () => performance.nodeTiming.idleTime,
  soon: (run) => void setImmediate(run),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  every(ms, run) {
    const timer = setInterval(run, ms);
    return () => clearInterval(timer);
  },
};

/** Resolves with `work`, or after `ms` without it. */
export async function within(clock: Clock, work: Promise<unknown>, ms: number): Promise<void> {
  let stopTimer = (): void => {};
  const patience = new Promise<void>((resolve) => {
    stopTimer = clock.after(ms, resolve);
  });
  await Promise.race([work, patience]);
  stopTimer();
}
