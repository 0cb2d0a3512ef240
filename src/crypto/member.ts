// The signing key of one tab in one room, PROTOCOL.md section 2: Ed25519. It says who wrote a message among people who
// all hold the room's keys. Where it is kept between two loads is the page's affair: it gets one string.

import { fromBase64url, toBase64url } from "../protocol/base64url.ts";
import type { Bytes } from "../protocol/base64url.ts";
import { concat, utf8 } from "./bytes.ts";

export const publicKeyBytes = 32;
export const signatureBytes = 64;
const seedBytes = 32;

export interface MemberKey {
  /** 32 bytes, as they travel in every envelope. */
  readonly publicKey: Bytes;
  /** The whole key, secret part included, for `restoreMemberKey`. Base64url. */
  readonly saved: string;
  /** 64 bytes: Ed25519 (RFC 8032) over `message`. */
  sign(message: Bytes): Promise<Bytes>;
}

/**
 * Makes a fresh key.
 * @throws DOMException (NotSupportedError) where WebCrypto has no Ed25519: Chromium before 137, Firefox before 129,
 * Safari before 17
 */
export async function createMemberKey(): Promise<MemberKey> {
  const pair = await crypto.subtle.generateKey({ name: "Ed25519" }, true, ["sign", "verify"]);
  // The type of generateKey covers algorithms with a single key.
  if (!("privateKey" in pair)) throw new Error("expected a key pair, got one key");
  const { d = "", x = "" } = await crypto.subtle.exportKey("jwk", pair.privateKey);
  const member = await restoreMemberKey(toBase64url(concat(bytesOf(d), bytesOf(x))));
  if (member === null) throw new Error("a fresh Ed25519 key does not verify its own signature");
  return member;
}

/** Brings a saved key back. Null when `saved` is mangled, or its secret part does not belong to its public one. */
export async function restoreMemberKey(saved: string): Promise<MemberKey | null> {
  const bytes = fromBase64url(saved);
  if (bytes?.length !== seedBytes + publicKeyBytes) return null;
  const publicKey = bytes.slice(seedBytes);
  const privateKey = await importPrivate(bytes.slice(0, seedBytes), publicKey);
  if (privateKey === null) return null;
  const sign = async (message: Bytes) =>
    new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, privateKey, message));
  // Not every browser compares the two parts when it imports them, and signing with a foreign public part gives the
  // secret away to who sees two such signatures. This one is shown to nobody.
  const probe = utf8("does this key fit");
  if (!(await verifySignature(publicKey, await sign(probe), probe))) return null;
  return { publicKey, saved, sign };
}

/**
 * Whether `signature` over `message` is by the holder of `publicKey`. False for wrong lengths, and for the small-order
 * keys before anything is computed: Node 20 and 22 accept those with one signature for every message.
 */
export async function verifySignature(publicKey: Bytes, signature: Bytes, message: Bytes): Promise<boolean> {
  if (publicKey.length !== publicKeyBytes || signature.length !== signatureBytes) return false;
  if (isSmallOrder(publicKey)) return false;
  try {
    const key = await crypto.subtle.importKey("raw", publicKey, { name: "Ed25519" }, false, ["verify"]);
    return await crypto.subtle.verify({ name: "Ed25519" }, key, signature, message);
  } catch {
    // Some implementations refuse bytes that are no point of the curve already at the import.
    return false;
  }
}

/** Bare JWK members: browsers disagree on `alg` ("EdDSA", "Ed25519") and need neither it nor key_ops. */
async function importPrivate(seed: Bytes, publicKey: Bytes): Promise<CryptoKey | null> {
  const jwk = { kty: "OKP", crv: "Ed25519", d: toBase64url(seed), x: toBase64url(publicKey) };
  try {
    return await crypto.subtle.importKey("jwk", jwk, { name: "Ed25519" }, false, ["sign"]);
  } catch {
    return null;
  }
}

function bytesOf(text: string): Bytes {
  const bytes = fromBase64url(text);
  if (bytes === null) throw new Error("expected base64url in a JWK");
  return bytes;
}

// The y coordinates, little-endian, of the points whose order divides 8, in both spellings where there are two
// (RFC 8032 lets y be at most p - 1, implementations do not all check): 0, 1, p - 1, p, p + 1 and the two of order 8.
const smallOrder: ReadonlySet<string> = new Set([
  "0000000000000000000000000000000000000000000000000000000000000000",
  "0100000000000000000000000000000000000000000000000000000000000000",
  "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
  "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
]);

function isSmallOrder(publicKey: Bytes): boolean {
  const y = publicKey.slice();
  // The sign of x, the top bit, is no part of y.
  y[publicKeyBytes - 1] = (y[publicKeyBytes - 1] ?? 0) & 0x7f;
  return smallOrder.has(Array.from(y, (byte) => byte.toString(16).padStart(2, "0")).join(""));
}
