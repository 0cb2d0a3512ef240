// Where the kept frames of one room lie: one behind another, so that what came together goes out as one piece, without a
// copy and without a buffer of its own for each. What has been written is never changed: it may be on its way to somebody.

import { maxSlabBytes, slabShare } from "../protocol/limits.ts";

/** A buffer and how much of it has been written; frames are written at its `usedBytes`. */
export interface Slab {
  readonly bytes: Buffer;
  usedBytes: number;
  /** How many frames in it are kept. */
  kept: number;
}

/** Where a frame lies. */
export interface Place {
  slab: Slab | null;
  from: number;
  to: number;
}

/** The slabs of one room. */
export class Slabs {
  /** Where the next frame is written, if it has room there. */
  #last: Slab | null = null;
  /** Of the slabs themselves. */
  #heldBytes = 0;
  /** Of the kept frames in them. */
  #keptBytes = 0;

  /** A slab in which there is room for `byteLength` more. */
  roomFor(byteLength: number): Slab {
    const last = this.#last;
    if (last !== null && last.bytes.length - last.usedBytes >= byteLength) return last;
    this.#last = null;
    if (last !== null && last.kept === 0) this.#heldBytes -= last.bytes.length;
    return this.#open(Math.max(byteLength, Math.min(maxSlabBytes, Math.floor(this.#heldBytes * slabShare))));
  }

  keep({ slab, from, to }: Place): void {
    if (slab === null) return;
    slab.kept++;
    this.#keptBytes += to - from;
  }

  /** The frame is kept no longer. */
  drop(place: Place): void {
    const { slab, from, to } = place;
    if (slab === null) return;
    place.slab = null;
    slab.kept--;
    this.#keptBytes -= to - from;
    if (slab.kept === 0 && slab !== this.#last) this.#heldBytes -= slab.bytes.length;
  }

  /** Whether more than half of what is held is no kept frame's. */
  get isWasteful(): boolean {
    return this.#heldBytes > 2 * this.#keptBytes;
  }

  /** Moves the frames, all that are kept, into one slab that holds nothing else. */
  repack(places: Iterable<Place>): void {
    this.#heldBytes = 0;
    this.#last = null;
    if (this.#keptBytes === 0) return;
    const slab = this.#open(this.#keptBytes);
    for (const place of places) {
      if (place.slab === null) continue;
      const frame = place.slab.bytes.subarray(place.from, place.to);
      slab.bytes.set(frame, slab.usedBytes);
      place.slab = slab;
      place.from = slab.usedBytes;
      slab.usedBytes += frame.length;
      place.to = slab.usedBytes;
      slab.kept++;
    }
  }

  /** Not from Node's shared pool, which a small one would pin. */
  #open(byteLength: number): Slab {
    const slab = { bytes: Buffer.allocUnsafeSlow(byteLength), usedBytes: 0, kept: 0 };
    this.#heldBytes += byteLength;
    this.#last = slab;
    return slab;
  }
}
