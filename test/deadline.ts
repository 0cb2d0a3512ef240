// Keeps a run of tests from standing still for ever: a browser that does not start, a process that does not end.

import { beforeEach } from "node:test";

/** Gives what `promise` gives, or fails with what was awaited when `limitMs` have passed. */
export async function within<T>(limitMs: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`not within ${limitMs / 1_000} s: ${what}`)), limitMs);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Ends this process with 1 if its tests have not ended after `minutes`, and names the one it stands in. */
export function endRunAfter(minutes: number): void {
  // Each process that a test starts has a listener that ends it with this one.
  process.setMaxListeners(0);
  let running = "none has begun";
  beforeEach((context) => {
    running = context.name;
  });
  const giveUp = () => {
    console.error(`The tests have not ended within ${minutes} minutes. The last one begun: ${running}`);
    process.exit(1);
  };
  setTimeout(giveUp, minutes * 60_000).unref();
}
