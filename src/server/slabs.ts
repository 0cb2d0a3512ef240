// Where the kept frames of one room lie: one behind another, so that what came together goes out as one piece, without a
// copy and without a buffer of its own for each. What has been written is never changed: it may be on its way to somebody.
// What limits have trimmed lies there until its slab goes; what is deleted or too old is wiped. Knows nothing of what a
// frame is.

import { aloneAboveBytes, maxSlabBytes, slabShare } from "../protocol/limits.ts";

/** A buffer and how much of it has been given out. */
export interface Slab {
  readonly bytes: Buffer;
  usedBytes: number;
  /** How many frames in it are kept. */
  kept: number;
}

/** Where a kept frame lies, nowhere once it has been dropped. Only `Slabs` changes it; part of the frame's own object. */
export interface Place {
  slab: Slab | null;
  from: number;
  to: number;
}

/**
 * The slabs of one room. When whoever drops a frame repacks what is wasteful, they hold at most twice the bytes of the kept
 * frames, and two and a half times while frames only come.
 */
export class Slabs {
  /** Where the next frame is written, if it has room there. */
  #last: Slab | null = null;
  /** Of the slabs that have a kept frame, and of the last. */
  #heldBytes = 0;
  /** Of the kept frames in them. */
  #keptBytes = 0;

  /** Sets `byteLength` aside for a frame that is kept. Whoever asks writes it there at once, and never again. */
  place(byteLength: number): { readonly slab: Slab; readonly from: number; readonly to: number } {
    const slab = this.#slabFor(byteLength, this.#heldBytes * slabShare);
    const from = slab.usedBytes;
    slab.usedBytes += byteLength;
    slab.kept++;
    this.#keptBytes += byteLength;
    return { slab, from, to: slab.usedBytes };
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

  /** Moves the frames, all that are kept, into slabs that hold nothing else. */
  repack(places: Iterable<Place>): void {
    this.#heldBytes = 0;
    this.#last = null;
    let restBytes = this.#keptBytes;
    for (const place of places) {
      const { slab, from, to } = place;
      if (slab === null) continue;
      const byteLength = to - from;
      move(place, slab, this.#slabFor(byteLength, restBytes));
      restBytes -= byteLength;
    }
  }

  /**
   * Lets go of a slab in which something was dropped that must not be held any more: the frames that are kept in it move.
   * @param places all that are kept, or more
   */
  wipe(slab: Slab, places: Iterable<Place>): void {
    const isLast = slab === this.#last;
    if (isLast) this.#last = null;
    if (slab.kept > 0 || isLast) this.#heldBytes -= slab.bytes.length;
    if (slab.kept === 0) return;
    const moved = Array.from(places).filter((place) => place.slab === slab);
    const fresh = this.#open(moved.reduce((sum, { from, to }) => sum + to - from, 0));
    for (const place of moved) move(place, slab, fresh);
  }

  #slabFor(byteLength: number, wantedBytes: number): Slab {
    const last = this.#last;
    if (last !== null && last.bytes.length - last.usedBytes >= byteLength) return last;
    // At the end of a slab it would leave too much of it empty.
    if (byteLength > aloneAboveBytes) return this.#open(byteLength);
    if (last !== null && last.kept === 0) this.#heldBytes -= last.bytes.length;
    this.#last = this.#open(Math.max(byteLength, Math.min(maxSlabBytes, Math.floor(wantedBytes))));
    return this.#last;
  }

  /** Not from Node's shared pool, which a small one would pin. */
  #open(byteLength: number): Slab {
    this.#heldBytes += byteLength;
    return { bytes: Buffer.allocUnsafeSlow(byteLength), usedBytes: 0, kept: 0 };
  }
}

function move(place: Place, old: Slab, slab: Slab): void {
  const frame = old.bytes.subarray(place.from, place.to);
  old.kept--;
  slab.bytes.set(frame, slab.usedBytes);
  place.slab = slab;
  place.from = slab.usedBytes;
  slab.usedBytes += frame.length;
  place.to = slab.usedBytes;
  slab.kept++;
}
