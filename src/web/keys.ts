// From words to keys, on a screen that shows how far it is.

import { fromBase64url, type Bytes } from "../protocol/base64url.ts";
import { answerWithinMs, protocolVersion, saltBytes } from "../protocol/limits.ts";
import type { Random } from "../crypto/bytes.ts";
import { deriveRoomKeys, estimateDerivationMs, type RoomKeys } from "../crypto/keys.ts";
import type { Phrase } from "../crypto/phrase.ts";

/** The relay's salt; or "silent": no answer; or "foreign": an answer that this page does not understand. */
export async function fetchSalt(): Promise<Bytes | "silent" | "foreign"> {
  let answer: unknown;
  try {
    const signal = AbortSignal.timeout(answerWithinMs);
    const response = await fetch("/.well-known/secure-room", { cache: "no-store", signal });
    if (!response.ok) return "silent";
    answer = await response.json();
  } catch {
    return "silent";
  }
  const { protocol, salt } = (answer ?? {}) as { protocol?: unknown; salt?: unknown };
  const bytes = typeof salt === "string" ? fromBase64url(salt) : null;
  return protocol === protocolVersion && bytes?.length === saltBytes ? bytes : "foreign";
}

/** Derives the keys, and tells about twelve times a second how far that is, as a fraction of the estimated time. */
export async function deriveWithProgress(
  phrase: Phrase,
  salt: Bytes,
  random: Random,
  tell: (fraction: number) => void,
): Promise<RoomKeys> {
  const now = () => performance.now();
  const expectedMs = await estimateDerivationMs(now, random);
  const startedAt = now();
  const timer = setInterval(() => tell(Math.min((now() - startedAt) / expectedMs, 0.99)), 80);
  try {
    return await deriveRoomKeys(phrase, salt);
  } finally {
    clearInterval(timer);
  }
}
