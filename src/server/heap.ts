// How far V8 lets the heap of this process grow before it looks through all of it again.

import { setFlagsFromString } from "node:v8";

/** In percent of what was alive the last time. */
const growth = 200;

/**
 * Holds still what V8 guesses from how fast it happens to be, between 10 and 300 percent. While many guests come in, each
 * with objects that stay as long as the guest, it guesses low and marks the same objects over and over, a tenth of what a
 * join costs. V8 reads the flag each time it sets itself a limit; `--max-old-space-size` bounds that as ever.
 */
export function steadyHeap(): void {
  setFlagsFromString(`--heap-growing-percent=${growth}`);
}
