// Byte strings as PROTOCOL.md writes them: utf8, lv, label, big-endian u32. Nothing here knows a key.

import type { Bytes } from "../protocol/base64url.ts";

/**
 * Unpredictable bytes, handed in so that tests can be repeated. In the program it is `crypto.getRandomValues`.
 * Every call must give bytes that no earlier call gave: the nonces come from here.
 */
export type Random = (length: number) => Bytes;

const encoder = new TextEncoder();

/** `text` in UTF-8. A lone surrogate becomes U+FFFD; callers that must tell such texts apart refuse them before. */
export function utf8(text: string): Bytes {
  return encoder.encode(text);
}

/** The parts one behind the other, copied. */
export function concat(...parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** The parts joined, each behind its length as u32: no two lists of parts give the same bytes. */
export function lv(...parts: readonly Uint8Array[]): Bytes {
  return concat(...parts.flatMap((part) => [u32(part.length), part]));
}

/** `secure-room/1 ` and `name`: keeps one use of a key apart from every other. */
export function label(name: string): Bytes {
  return utf8(`secure-room/1 ${name}`);
}

/** The four bytes of `value`, 0 to 2^32 - 1, big-endian. */
export function u32(value: number): Bytes {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

/**
 * The u32 at `at`.
 * @throws RangeError when fewer than four bytes are left there
 */
export function readU32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(at);
}

/** Whether two byte strings are the same. It looks at every byte, wherever they first differ. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let at = 0; at < a.length; at++) difference |= (a[at] ?? 0) ^ (b[at] ?? 0);
  return difference === 0;
}
