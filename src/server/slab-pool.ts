// Buffers of slabs that nobody holds any more, to be used again, by any room: new ones, 64 MiB of them, are what has V8
// look through all of its heap.

import { leastPooledBytes, maxPooledBytes, maxSlabBytes } from "../protocol/limits.ts";

/** All rooms share it. */
export class SlabPool {
  /** Blank buffers by their length, a power of two. */
  readonly #blank = new Map<number, Buffer[]>();

  /** A buffer of exactly `byteLength`, with anything in it. */
  take(byteLength: number): Buffer {
    // Not from Node's shared pool, which a small one would pin.
    return this.#blank.get(byteLength)?.pop() ?? Buffer.allocUnsafeSlow(byteLength);
  }

  /** Takes what nobody else holds and blanks it, where it is worth it and there is room. */
  give(bytes: Buffer): void {
    const { length } = bytes;
    if (length < leastPooledBytes || length > maxSlabBytes || pooledBytesOf(length) !== length) return;
    const blank = this.#blank.get(length) ?? [];
    if ((blank.length + 1) * length > maxPooledBytes) return;
    bytes.fill(0);
    blank.push(bytes);
    this.#blank.set(length, blank);
  }
}

/** The longest that can be used again and is not above `byteLength`, or that in whole bytes where it is too short. */
export function pooledBytesOf(byteLength: number): number {
  return byteLength < leastPooledBytes ? Math.floor(byteLength) : 2 ** Math.floor(Math.log2(byteLength));
}
