// The mask of RFC 6455, section 5.3: four bytes over and over. By words of four, because a byte at a time is what reading a
// large message would mostly cost.

import { endianness } from "node:os";

const isLittle = endianness() === "LE";
/** Shorter payloads are not worth a view. */
const fewBytes = 32;

/** Takes the mask that stands in front of `from` off the bytes up to `end`, in place. */
export function unmask(bytes: Buffer, from: number, end: number): void {
  const mask = [
    bytes[from - 4] ?? 0,
    bytes[from - 3] ?? 0,
    bytes[from - 2] ?? 0,
    bytes[from - 1] ?? 0,
  ] as const;
  const alignedAt = end - from < fewBytes ? end : from + (-(bytes.byteOffset + from) & 3);
  bySingles(bytes, from, alignedAt, mask, 0);
  if (alignedAt === end) return;
  const phase = (alignedAt - from) & 3;
  const count = (end - alignedAt) >>> 2;
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + alignedAt, count);
  const word = wordOf(mask, phase);
  for (let index = 0; index < count; index++) words[index] = (words[index] ?? 0) ^ word;
  bySingles(bytes, alignedAt + 4 * count, end, mask, phase);
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
