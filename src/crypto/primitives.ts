// The standard functions that PROTOCOL.md names, as WebCrypto has them, one line of meaning each. Nothing here knows
// what a room is; test/crypto/wycheproof.ts runs these very functions against vectors that others made.

import type { Bytes } from "../protocol/base64url.ts";
import { tagBytes } from "../protocol/frame.ts";

/** SHA-256: 32 bytes. */
export async function sha256(message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", message));
}

/** PBKDF2-HMAC-SHA-512 (RFC 8018). The work happens off the thread that calls. */
export async function pbkdf2Sha512(
  password: Bytes,
  salt: Bytes,
  rounds: number,
  length: number,
): Promise<Bytes> {
  const key = await crypto.subtle.importKey("raw", password, "PBKDF2", false, ["deriveBits"]);
  const algorithm = { name: "PBKDF2", hash: "SHA-512", salt, iterations: rounds };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, length * 8));
}

/** A key to expand with HKDF-SHA-256. Not extractable. */
export function hkdfKey(secret: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveBits", "deriveKey"]);
}

/**
 * HKDF-SHA-256, extract and expand (RFC 5869).
 * @throws DOMException when `length` is above 255 × 32 bytes
 */
export async function hkdfSha256(key: CryptoKey, salt: Bytes, info: Bytes, length: number): Promise<Bytes> {
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
  return new Uint8Array(await crypto.subtle.deriveBits(algorithm, key, length * 8));
}

/** HKDF-SHA-256 straight into an AES-256-GCM key: its bytes never reach a script. Not extractable. */
export function hkdfAesKey(key: CryptoKey, salt: Bytes, info: Bytes): Promise<CryptoKey> {
  const algorithm = { name: "HKDF", hash: "SHA-256", salt, info };
  return crypto.subtle.deriveKey(algorithm, key, { name: "AES-GCM", length: 256 }, false, [
    "encrypt",
    "decrypt",
  ]);
}

/** A key for `hmacSha256`. Not extractable. */
export function hmacKey(secret: Bytes): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", secret, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
}

/** HMAC-SHA-256 (RFC 2104): 32 bytes. */
export async function hmacSha256(key: CryptoKey, message: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, message));
}

/** AES-GCM: the ciphertext with its 16-byte tag at the end. */
export async function gcmEncrypt(key: CryptoKey, iv: Bytes, aad: Bytes, plaintext: Bytes): Promise<Bytes> {
  return new Uint8Array(await crypto.subtle.encrypt(gcm(iv, aad), key, plaintext));
}

/** Undoes `gcmEncrypt`. Null when the tag is not that of this key, iv, aad and ciphertext. */
export async function gcmDecrypt(
  key: CryptoKey,
  iv: Bytes,
  aad: Bytes,
  ciphertext: Bytes,
): Promise<Bytes | null> {
  try {
    return new Uint8Array(await crypto.subtle.decrypt(gcm(iv, aad), key, ciphertext));
  } catch {
    return null;
  }
}

function gcm(iv: Bytes, aad: Bytes): AesGcmParams {
  return { name: "AES-GCM", iv, additionalData: aad, tagLength: tagBytes * 8 };
}
