// Kept frames in the order they came. Dropping one, anywhere, is cheap: it leaves a hole, swept out with many others. Knows
// nothing of frames but that they have a seq, and lie nowhere once they are dropped.

interface Entry {
  readonly seq: number;
  /** Null once it has been dropped: a hole. */
  readonly slab: object | null;
}

const leastSlots = 8;
/** A ring that is fuller than so much, without its holes, is doubled when it has no slot left. */
const fullShare = 0.75;
/** A ring of which less than so much is used is halved. */
const fewUsedShare = 0.25;
/** Not worth sweeping. */
const fewHoles = 32;
/** Of a shelf, swept out when so much of it is holes: what was dropped keeps its object until then. */
const holeShare = 0.2;

/** A ring, because an array whose front is cut off again and again is mostly work for the collector. */
export class Shelf<T extends Entry> {
  /** As long as a power of two, so that a mask finds the slot. */
  #ring: (T | null)[] = [];
  /** The slot of the oldest entry, which is no hole. */
  #first = 0;
  /** Entries and holes. */
  #length = 0;
  #holes = 0;

  get count(): number {
    return this.#length - this.#holes;
  }

  /** What it takes: entries, holes and what is empty. */
  get slots(): number {
    return this.#ring.length;
  }

  push(entry: T): void {
    if (this.#length === this.#ring.length) this.#makeRoom();
    this.#ring[this.#slot(this.#length)] = entry;
    this.#length++;
  }

  oldest(): T | null {
    return this.#at(0);
  }

  /** The first one with a seq above `seq`; only where seqs ascend. */
  above(seq: number): T | null {
    let low = 0;
    let high = this.#length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#at(middle)?.seq ?? 0) > seq) high = middle;
      else low = middle + 1;
    }
    while (low < this.#length && this.#at(low)?.slab === null) low++;
    return low < this.#length ? this.#at(low) : null;
  }

  /** All that are no holes. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (let index = 0; index < this.#length; index++) {
      const entry = this.#at(index);
      if (entry !== null && entry.slab !== null) yield entry;
    }
  }

  /** Told after one of its entries has become a hole. */
  dropped(): void {
    this.#holes++;
    while (this.#at(0)?.slab === null) {
      this.#ring[this.#first] = null;
      this.#first = this.#slot(1);
      this.#length--;
      this.#holes--;
    }
    if (this.#holes >= Math.max(fewHoles, this.#length * holeShare)) this.#sweep();
    const { length: slots } = this.#ring;
    if (slots > leastSlots && this.#length < slots * fewUsedShare) this.#resize(slots / 2);
  }

  #slot(index: number): number {
    return (this.#first + index) & (this.#ring.length - 1);
  }

  /** @param index below `#length`; null where nothing is on the shelf */
  #at(index: number): T | null {
    return this.#ring[this.#slot(index)] ?? null;
  }

  #makeRoom(): void {
    this.#sweep();
    const { length: slots } = this.#ring;
    if (this.#length >= slots * fullShare) this.#resize(Math.max(leastSlots, 2 * slots));
  }

  /** Moves the entries together, in place. */
  #sweep(): void {
    let count = 0;
    for (let index = 0; index < this.#length; index++) {
      const entry = this.#at(index);
      if (entry === null || entry.slab === null) continue;
      this.#ring[this.#slot(count)] = entry;
      count++;
    }
    for (let index = count; index < this.#length; index++) this.#ring[this.#slot(index)] = null;
    this.#length = count;
    this.#holes = 0;
  }

  #resize(slots: number): void {
    this.#ring = Array.from({ length: slots }, (_, index) => (index < this.#length ? this.#at(index) : null));
    this.#first = 0;
  }
}
