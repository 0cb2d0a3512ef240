// Buffers of slabs that nobody holds any more, to be used again, by any room: new ones, 64 MiB of them, are what has V8
// look through all of its heap.

import { leastPooledBytes, maxPoolBytes, maxSlabBytes } from "../protocol/limits.ts";

/** Blank buffers. All rooms share them. */
export class SlabPool {
  /** By their length: powers of two. */
  readonly #waiting = new Map<number, Buffer[]>();
  #byteLength = 0;

  /** A buffer of exactly `byteLength`, with anything in it. */
  take(byteLength: number): Buffer {
    const bytes = this.#waiting.get(byteLength)?.pop();
    // Not from Node's shared pool, which a small one would pin.
    if (bytes === undefined) return Buffer.allocUnsafeSlow(byteLength);
    this.#byteLength -= byteLength;
    return bytes;
  }

  /** Takes what nobody else holds, where it is worth it and there is room. */
  give(bytes: Buffer): void {
    const { length } = bytes;
    if (length < leastPooledBytes || length > maxSlabBytes || pooledBytesOf(length) !== length) return;
    if (this.#byteLength + length > maxPoolBytes) this.#forgetOthers(length);
    if (this.#byteLength + length > maxPoolBytes) return;
    this.#byteLength += length;
    bytes.fill(0);
    const waiting = this.#waiting.get(length);
    if (waiting === undefined) this.#waiting.set(length, [bytes]);
    else waiting.push(bytes);
  }

  /** Rooms that have grown do not ask for short ones any more. */
  #forgetOthers(length: number): void {
    const waiting = this.#waiting.get(length) ?? [];
    this.#waiting.clear();
    this.#waiting.set(length, waiting);
    this.#byteLength = waiting.length * length;
  }
}

/** The longest that can be used again and is not above `byteLength`, or that in whole bytes where it is too short. */
export function pooledBytesOf(byteLength: number): number {
  return byteLength < leastPooledBytes ? Math.floor(byteLength) : 2 ** Math.floor(Math.log2(byteLength));
}
