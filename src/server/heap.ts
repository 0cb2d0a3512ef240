// How far V8 lets the heap of this process grow before it looks through all of it again.

import { getHeapStatistics, setFlagsFromString } from "node:v8";

/** In percent of what was alive the last time. */
const growth = 200;
/** From here on V8's own guess goes as high, and higher; a smaller heap it keeps small, and so it shall be. */
const largeHeapBytes = 2 * 1024 ** 3;

/**
 * Where there is memory for a large heap, holds still what V8 guesses from how fast it happens to be, between 10 and 300
 * percent. While many guests come in, each with objects that stay as long as the guest, it guesses low and marks the same
 * objects over and over, a tenth of what a join costs. V8 reads this flag each time it sets itself a limit, never above
 * that of the whole heap, so it may be set while it runs.
 */
export function steadyHeap(): void {
  if (getHeapStatistics().heap_size_limit < largeHeapBytes) return;
  setFlagsFromString(`--heap-growing-percent=${growth}`);
}
