// Frames that go out together. Knows neither rooms nor what a frame is.

import { viewShare } from "../protocol/limits.ts";

interface Piece {
  readonly bytes: Uint8Array;
  readonly from: number;
  to: number;
}

/** Frames in their order. What lies together in one buffer is one piece, and a single piece is sent without a copy. */
export class Batch {
  readonly #pieces: Piece[] = [];
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  /** Whole frames, one or several, from `from` to `to` in `bytes`, where they must not change any more. */
  add(bytes: Uint8Array, from = 0, to = bytes.length): void {
    this.#byteLength += to - from;
    const last = this.#pieces.at(-1);
    if (last !== undefined && last.bytes === bytes && last.to === from) last.to = to;
    else this.#pieces.push({ bytes, from, to });
  }

  /** The same frames in a batch of their own, to which others may be added. */
  copy(): Batch {
    const copy = new Batch();
    for (const { bytes, from, to } of this.#pieces) copy.add(bytes, from, to);
    return copy;
  }

  /**
   * All of it in one piece, not to be written to. Where it lay together it is a view, unless that would keep a buffer more
   * than `viewShare` as large alive for a reader that does not take it.
   */
  whole(): Uint8Array {
    const [only] = this.#pieces;
    if (
      only !== undefined &&
      this.#pieces.length === 1 &&
      this.#byteLength * viewShare >= only.bytes.length
    ) {
      return only.bytes.subarray(only.from, only.to);
    }
    const whole = Buffer.allocUnsafeSlow(this.#byteLength);
    let at = 0;
    for (const { bytes, from, to } of this.#pieces) {
      whole.set(bytes.subarray(from, to), at);
      at += to - from;
    }
    return whole;
  }
}
