// Where the kept frames of one room lie: one behind another, without a buffer of its own for each. What has been written is
// not changed while anybody holds it: it may wait for the flush. What limits have trimmed lies there until its slab goes to
// the pool, blank, or to the collector; what is deleted or too old is wiped. Knows nothing of what a frame is.

import { aloneAboveBytes, maxSlabBytes, slabShare } from "../protocol/limits.ts";
import { pooledBytesOf, type SlabPool } from "./slab-pool.ts";

/** A buffer, how much of it has been given out, and who needs it. */
export class Slab {
  readonly bytes: Buffer;
  readonly #pool: SlabPool;
  usedBytes = 0;
  /** How many frames in it are kept. */
  kept = 0;
  /** Its room, until it has no use for it any more, and every queue with frames in it. */
  #holders = 1;

  constructor(pool: SlabPool, byteLength: number) {
    this.bytes = pool.take(byteLength);
    this.#pool = pool;
  }

  /** Whoever holds it has to let go of it once. */
  hold(): void {
    this.#assertHeld();
    this.#holders++;
  }

  letGo(): void {
    this.#assertHeld();
    this.#holders--;
    if (this.#holders === 0) this.#pool.give(this.bytes);
  }

  /** What nobody holds may be another room's by now. */
  #assertHeld(): void {
    if (this.#holders === 0) throw new Error("expected a slab that is held, got one that is not");
  }
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
  readonly #pool: SlabPool;
  /** Where the next frame is written, if it has room there. */
  #last: Slab | null = null;
  /** Of the slabs that have a kept frame, and of the last. */
  #heldBytes = 0;
  /** Of the kept frames in them. */
  #keptBytes = 0;

  constructor(pool: SlabPool) {
    this.#pool = pool;
  }

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
    if (slab.kept === 0 && slab !== this.#last) this.#letGo(slab);
  }

  /** Whether more than half of what is held is no kept frame's. */
  get isWasteful(): boolean {
    return this.#heldBytes > 2 * this.#keptBytes;
  }

  /** Moves the frames, all that are kept, into slabs that hold nothing else. */
  repack(places: Iterable<Place>): void {
    this.#close();
    let restBytes = this.#keptBytes;
    for (const place of places) {
      const { slab, from, to } = place;
      if (slab === null) continue;
      const byteLength = to - from;
      this.#move(place, slab, this.#slabFor(byteLength, restBytes));
      restBytes -= byteLength;
    }
  }

  /**
   * Lets go of a slab in which something was dropped that must not be held any more: the frames that are kept in it move.
   * @param places all that are kept, or more
   */
  wipe(slab: Slab, places: Iterable<Place>): void {
    if (slab === this.#last) this.#close();
    if (slab.kept === 0) return;
    const moved = Array.from(places).filter((place) => place.slab === slab);
    const fresh = this.#open(moved.reduce((sum, { from, to }) => sum + to - from, 0));
    for (const place of moved) this.#move(place, slab, fresh);
  }

  #slabFor(byteLength: number, wantedBytes: number): Slab {
    const last = this.#last;
    if (last !== null && last.bytes.length - last.usedBytes >= byteLength) return last;
    // At the end of a slab it would leave too much of it empty.
    if (byteLength > aloneAboveBytes) return this.#open(byteLength);
    this.#close();
    this.#last = this.#open(Math.max(byteLength, pooledBytesOf(Math.min(maxSlabBytes, wantedBytes))));
    return this.#last;
  }

  #open(byteLength: number): Slab {
    this.#heldBytes += byteLength;
    return new Slab(this.#pool, byteLength);
  }

  /** Nothing more is written behind what is in the last one. */
  #close(): void {
    const last = this.#last;
    this.#last = null;
    if (last?.kept === 0) this.#letGo(last);
  }

  #letGo(slab: Slab): void {
    this.#heldBytes -= slab.bytes.length;
    slab.letGo();
  }

  #move(place: Place, old: Slab, slab: Slab): void {
    old.bytes.copy(slab.bytes, slab.usedBytes, place.from, place.to);
    place.to += slab.usedBytes - place.from;
    place.from = slab.usedBytes;
    place.slab = slab;
    slab.usedBytes = place.to;
    slab.kept++;
    old.kept--;
    if (old.kept === 0) this.#letGo(old);
  }
}
