// Binary frames, PROTOCOL.md section 3: the tuple ‹iv, ciphertext, fromUser› behind a small header.
// This is the only file that knows byte offsets. It never looks at what the ciphertext means.
//
//    0  u8   kind
//    1  u8   zero
//    2  u48  seq        from a client: how many seconds the relay keeps it, 0 as long as its limits; written by the relay
//    8  16   fromUser   kinds 1 and 2: written by the relay; kind 3: the author's, left as it is
//   24  12   iv
//   36  …    ciphertext, at least 16 bytes

import type { Bytes } from "./base64url.ts";

export const fromUserBytes = 16;
export const ivBytes = 12;
export const tagBytes = 16;

const kindAt = 0;
const zeroAt = 1;
const seqAt = 2;
const fromUserAt = 8;
const ivAt = fromUserAt + fromUserBytes;
const ciphertextAt = ivAt + ivBytes;

export const frameHeaderBytes = ciphertextAt;
export const minFrameBytes = ciphertextAt + tagBytes;

/** 1 is kept and numbered, 2 is never kept (seq 0), 3 is kept and numbered: another's message brought back. */
export const frameKind = { message: 1, volatile: 2, carried: 3 } as const;
export type FrameKind = (typeof frameKind)[keyof typeof frameKind];

export interface Frame {
  readonly kind: FrameKind;
  /** The place in the room's log; 0 in a volatile frame and in one that no relay has stamped. */
  readonly seq: number;
  readonly fromUser: Bytes;
  readonly iv: Bytes;
  readonly ciphertext: Bytes;
}

/** The kind of a well-formed frame, or null: unknown kind, second byte not zero, or no room for a tag. */
export function frameKindOf(frame: Uint8Array): FrameKind | null {
  if (frame.length < minFrameBytes || frame[zeroAt] !== 0) return null;
  const kind = frame[kindAt];
  return kind === frameKind.message || kind === frameKind.volatile || kind === frameKind.carried
    ? kind
    : null;
}

/**
 * Lays out one frame. A client leaves `seq` at 0.
 * @throws RangeError when fromUser is not 16 bytes, iv not 12, or the ciphertext shorter than its tag
 */
export function encodeFrame(frame: Omit<Frame, "seq"> & { readonly seq?: number }): Bytes {
  expectLength("fromUser", frame.fromUser, fromUserBytes);
  expectLength("iv", frame.iv, ivBytes);
  if (frame.ciphertext.length < tagBytes) {
    throw new RangeError(
      `expected a ciphertext of at least ${tagBytes} bytes, got ${frame.ciphertext.length}`,
    );
  }
  const bytes = new Uint8Array(frameHeaderBytes + frame.ciphertext.length);
  bytes[kindAt] = frame.kind;
  stampSeq(bytes, frame.seq ?? 0);
  stampFromUser(bytes, frame.fromUser);
  bytes.set(frame.iv, ivAt);
  bytes.set(frame.ciphertext, ciphertextAt);
  return bytes;
}

/** Reads one frame; its parts are copies. Null where `frameKindOf` is null. */
export function decodeFrame(bytes: Uint8Array): Frame | null {
  const kind = frameKindOf(bytes);
  if (kind === null) return null;
  return {
    kind,
    seq: seqOf(bytes),
    fromUser: copy(bytes, fromUserAt, ivAt),
    iv: copy(bytes, ivAt, ciphertextAt),
    ciphertext: copy(bytes, ciphertextAt),
  };
}

/** The u48 at the frame's seq; in a client's frame the seconds that it asks for. */
export function seqOf(frame: Uint8Array): number {
  let seq = 0;
  for (let at = seqAt; at < fromUserAt; at++) seq = seq * 256 + (frame[at] ?? 0);
  return seq;
}

/**
 * Writes `seq` into the frame, in place.
 * @throws RangeError when `seq` does not fit into u48
 */
export function stampSeq(frame: Uint8Array, seq: number): void {
  if (!Number.isSafeInteger(seq) || seq < 0 || seq >= 2 ** 48)
    throw new RangeError(`expected a u48, got ${seq}`);
  let rest = seq;
  for (let at = fromUserAt - 1; at >= seqAt; at--) {
    frame[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
}

/** A copy of a client's frame that asks the relay to drop it after so many seconds; 0: when its limits say. */
export function lasting(frame: Uint8Array, seconds: number): Bytes {
  const asked = new Uint8Array(frame);
  stampSeq(asked, seconds);
  return asked;
}

/** Writes the 16 bytes of `fromUser` into the frame, in place. */
export function stampFromUser(frame: Uint8Array, fromUser: Uint8Array): void {
  frame.set(fromUser, fromUserAt);
}

/** Not `bytes.slice`: on Node's Buffer that is a view. */
function copy(bytes: Uint8Array, from: number, to?: number): Bytes {
  return new Uint8Array(bytes.subarray(from, to));
}

function expectLength(name: string, bytes: Uint8Array, length: number): void {
  if (bytes.length !== length)
    throw new RangeError(`expected ${name} of ${length} bytes, got ${bytes.length}`);
}
