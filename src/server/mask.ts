// The mask of RFC 6455, section 5.3: four bytes over and over. By words of four, because a byte at a time is what reading a
// large message would mostly cost.

import { endianness } from "node:os";

const isLittle = endianness() === "LE";
/** Shorter payloads are not worth a view. */
const fewBytes = 32;

/** Bytes that came together, with many frames perhaps: what each view of a Buffer asks it for is asked once. */
export class Chunk {
  readonly bytes: Buffer;
  readonly #buffer: ArrayBufferLike;
  /** Where in it the bytes begin. */
  readonly #startsAt: number;
  /** All that are whole and aligned; null until somebody wants them. */
  #words: Int32Array | null = null;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.#buffer = bytes.buffer;
    this.#startsAt = bytes.byteOffset;
  }

  /** Takes the mask that stands in front of `from` off the bytes up to `end`, in place, and shows them. */
  unmasked(from: number, end: number): Uint8Array {
    const { bytes } = this;
    const mask = [
      bytes[from - 4] ?? 0,
      bytes[from - 3] ?? 0,
      bytes[from - 2] ?? 0,
      bytes[from - 1] ?? 0,
    ] as const;
    const alignedAt = end - from < fewBytes ? end : from + (-(this.#startsAt + from) & 3);
    bySingles(bytes, from, alignedAt, mask, 0);
    if (alignedAt < end) this.#byWords(alignedAt, end, mask, (alignedAt - from) & 3);
    return new Uint8Array(this.#buffer, this.#startsAt + from, end - from);
  }

  #byWords(alignedAt: number, end: number, mask: Mask, phase: number): void {
    const skipped = -this.#startsAt & 3;
    const words = (this.#words ??= new Int32Array(
      this.#buffer,
      this.#startsAt + skipped,
      (this.bytes.length - skipped) >>> 2,
    ));
    const first = (alignedAt - skipped) >>> 2;
    const last = first + ((end - alignedAt) >>> 2);
    const word = wordOf(mask, phase);
    for (let index = first; index < last; index++) words[index] = (words[index] ?? 0) ^ word;
    bySingles(this.bytes, alignedAt + 4 * (last - first), end, mask, phase);
  }
}

type Mask = readonly [number, number, number, number];

function bySingles(bytes: Buffer, from: number, end: number, mask: Mask, phase: number): void {
  for (let at = from; at < end; at++) {
    bytes[at] = (bytes[at] ?? 0) ^ (mask[(at - from + phase) & 3] ?? 0);
  }
}

/** The mask from its byte `phase` on, as this machine reads four bytes. */
function wordOf(mask: Mask, phase: number): number {
  let word = 0;
  for (let index = 0; index < 4; index++) {
    const byte = mask[(index + phase) & 3] ?? 0;
    word |= byte << (isLittle ? 8 * index : 24 - 8 * index);
  }
  return word;
}
