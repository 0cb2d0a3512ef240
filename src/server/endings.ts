// What ends at a time of its own, the soonest first: a binary heap. What is gone before its time leaves a hole, swept
// out with many others, so that nobody can fill the memory with times that are far away. Knows nothing of frames.

interface Ending {
  readonly endsAtMs: number | null;
  /** Null once it is gone: a hole. */
  readonly slab: object | null;
}

/** Not worth sweeping. */
const fewHoles = 32;

/** Invariant: each entry but the first ends no sooner than the one at half its place (Williams 1964, Heapsort). */
export class Endings<T extends Ending> {
  #heap: T[] = [];
  #holes = 0;

  /** Entries and holes together. */
  get length(): number {
    return this.#heap.length;
  }

  add(entry: T): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    for (;;) {
      const above = (at - 1) >>> 1;
      const parent = heap[above];
      if (at === 0 || parent === undefined || endOf(parent) <= endOf(entry)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  /** Told after one of its entries has become a hole, whatever made it one. */
  dropped(): void {
    this.#holes++;
    if (this.#holes < Math.max(fewHoles, this.#heap.length / 2)) return;
    // Sorted is a heap as well.
    this.#heap = this.#heap.filter(({ slab }) => slab !== null).toSorted((a, b) => endOf(a) - endOf(b));
    this.#holes = 0;
  }

  /** The next whose time is over at `nowMs`, or null; it stays until it is a hole. */
  due(nowMs: number): T | null {
    for (;;) {
      const [soonest] = this.#heap;
      if (soonest === undefined) return null;
      if (soonest.slab !== null) return endOf(soonest) <= nowMs ? soonest : null;
      this.#takeFirst();
      this.#holes--;
    }
  }

  #takeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const [left, right] = [heap[2 * at + 1], heap[2 * at + 2]];
      const isRight = left !== undefined && right !== undefined && endOf(right) < endOf(left);
      const sooner = isRight ? right : left;
      if (sooner === undefined || endOf(sooner) >= endOf(last)) break;
      heap[at] = sooner;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = last;
  }
}

function endOf({ endsAtMs }: Ending): number {
  return endsAtMs ?? Number.POSITIVE_INFINITY;
}
