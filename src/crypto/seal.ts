// One envelope ‹iv, ciphertext, fromUser›, PROTOCOL.md section 2: signed, padded, encrypted; and back. It does not know
// what a body says.
//
//    0  32  key         the author's public memberKey
//   32  64  signature   over lv(label("signature"), key, aad, iv, SHA-256(everything behind the signature))
//   96   4  u32         length of the body
//  100   …  body
//    …   …  zeros       up to one of few sizes

import type { Bytes } from "../protocol/base64url.ts";
import { ivBytes } from "../protocol/frame.ts";
import { maxPlaintextBytes } from "../protocol/limits.ts";
import { concat, label, lv, readU32, u32 } from "./bytes.ts";
import type { Random } from "./bytes.ts";
import type { RoomKeys } from "./keys.ts";
import { publicKeyBytes, signatureBytes, verifySignature } from "./member.ts";
import type { MemberKey } from "./member.ts";
import { sha256 } from "./primitives.ts";

/** What an envelope is for. One sealed for one use does not open for another. */
export type Use = "hello" | "message" | "volatile";

export interface Sealed {
  /** 12 bytes, drawn for this envelope alone. */
  readonly iv: Bytes;
  readonly ciphertext: Bytes;
}

export interface Opened {
  /** 32 bytes: whose signature it is. */
  readonly key: Bytes;
  /** 16 bytes: the message id. */
  readonly id: Bytes;
  readonly body: Bytes;
}

const signedAt = publicKeyBytes + signatureBytes;
const bodyAt = signedAt + 4;
const idBytes = 16;
const smallSizes = [256, 512, 1024, 2048, 4096];

/** The longest body that can be sealed: 63,388 bytes. */
export const maxBodyBytes = maxPlaintextBytes - bodyAt;

/**
 * The size of the plaintext that holds a body of `bodyBytes`: 256, 512, 1024, 2048, 4096, above that PADMÉ. Null when
 * the body is too long.
 */
export function paddedLength(bodyBytes: number): number | null {
  const needed = bodyAt + bodyBytes;
  return needed > maxPlaintextBytes ? null : stepFor(needed);
}

/** The size that `length` bytes are padded to: 256, 512, 1024, 2048, 4096, above that PADMÉ. Files share it. */
export function stepFor(length: number): number {
  return smallSizes.find((size) => length <= size) ?? padme(length);
}

/**
 * Seals `body` under a fresh iv from `random`: nobody can hand one in, so none is used twice.
 * @throws RangeError when the body is longer than `maxBodyBytes`, or fromUser is not 16 bytes
 */
export async function sealEnvelope(
  keys: RoomKeys,
  member: MemberKey,
  use: Use,
  fromUser: Bytes,
  body: Bytes,
  random: Random,
): Promise<Sealed> {
  const length = paddedLength(body.length);
  if (length === null) {
    throw new RangeError(`expected a body of at most ${maxBodyBytes} bytes, got ${body.length}`);
  }
  const iv = random(ivBytes);
  const aad = aadOf(keys, use, fromUser);
  const behind = new Uint8Array(length - signedAt);
  behind.set(u32(body.length));
  behind.set(body, bodyAt - signedAt);
  const input = await signatureInput(member.publicKey, aad, iv, behind);
  const plaintext = concat(member.publicKey, await member.sign(input), behind);
  return { iv, ciphertext: await keys.encrypt(fromUser, iv, aad, plaintext) };
}

/**
 * Opens an envelope. Null is the one outcome of every failure: another room, use or sender, altered bytes, padding or
 * length that is not exact, a small-order key, a signature that is not its key's.
 */
export async function openEnvelope(
  keys: RoomKeys,
  use: Use,
  envelope: { readonly fromUser: Bytes; readonly iv: Bytes; readonly ciphertext: Bytes },
): Promise<Opened | null> {
  const { fromUser, iv, ciphertext } = envelope;
  const aad = aadOf(keys, use, fromUser);
  const plaintext = await keys.decrypt(fromUser, iv, aad, ciphertext);
  if (plaintext === null || plaintext.length < bodyAt) return null;
  const bodyEnd = bodyAt + readU32(plaintext, signedAt);
  if (paddedLength(bodyEnd - bodyAt) !== plaintext.length) return null;
  if (plaintext.subarray(bodyEnd).some((byte) => byte !== 0)) return null;
  const key = plaintext.slice(0, publicKeyBytes);
  const input = await signatureInput(key, aad, iv, plaintext.slice(signedAt));
  if (!(await verifySignature(key, plaintext.slice(publicKeyBytes, signedAt), input))) return null;
  const id = (await sha256(input)).slice(0, idBytes);
  return { key, id, body: plaintext.slice(bodyAt, bodyEnd) };
}

/** PADMÉ (Nikitin et al., PETS 2019): leaks O(log log length) bits, costs at most 12 %, here at most 6.25 %. */
function padme(length: number): number {
  const exponent = Math.floor(Math.log2(length));
  const kept = Math.floor(Math.log2(exponent)) + 1;
  const step = 2 ** (exponent - kept);
  return Math.ceil(length / step) * step;
}

function aadOf(keys: RoomKeys, use: Use, fromUser: Bytes): Bytes {
  return lv(label(use), keys.access, fromUser);
}

async function signatureInput(key: Bytes, aad: Bytes, iv: Bytes, behind: Bytes): Promise<Bytes> {
  return lv(label("signature"), key, aad, iv, await sha256(behind));
}
