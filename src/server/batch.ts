// Frames that go out together. Knows neither rooms nor what a frame is.

import type { Slab } from "./slabs.ts";

interface Piece {
  /** Null where nobody uses the bytes again. */
  readonly slab: Slab | null;
  readonly bytes: Uint8Array;
  readonly from: number;
  to: number;
}

/** Frames in their order. What lies in a slab is copied before it is sent: whoever gets it may take as long as it likes. */
export class Batch {
  #pieces: Piece[] = [];
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Whole frames, one or several, which must not change any more. */
  add(bytes: Uint8Array): void {
    this.#byteLength += bytes.length;
    this.#pieces.push({ slab: null, bytes, from: 0, to: bytes.length });
  }

  /** Whole frames, one or several, from `from` to `to` in `slab`, which is held until `letGo`. */
  addKept(slab: Slab, from: number, to: number): void {
    this.#byteLength += to - from;
    const last = this.#pieces.at(-1);
    if (last?.slab === slab && last.to === from) {
      last.to = to;
      return;
    }
    slab.hold();
    this.#pieces.push({ slab, bytes: slab.bytes, from, to });
  }

  /** The same frames in a batch of their own, to which others may be added. */
  copy(): Batch {
    const copy = new Batch();
    for (const { slab, bytes, from, to } of this.#pieces) {
      if (slab === null) copy.add(bytes);
      else copy.addKept(slab, from, to);
    }
    return copy;
  }

  /** All of it in one piece, not to be written to: a single text as it is, or else a copy. */
  whole(): Uint8Array {
    const [only] = this.#pieces;
    if (only?.slab === null && this.#pieces.length === 1) return only.bytes;
    const whole = Buffer.allocUnsafeSlow(this.#byteLength);
    let at = 0;
    for (const { bytes, from, to } of this.#pieces) {
      whole.set(bytes.subarray(from, to), at);
      at += to - from;
    }
    return whole;
  }

  /** It is not needed any more. */
  letGo(): void {
    for (const { slab } of this.#pieces) slab?.letGo();
    this.#pieces = [];
    this.#byteLength = 0;
  }
}
