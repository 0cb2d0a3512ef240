// Phrases for tests, where a refusal is a mistake of the test, and their keys.

import { toBase64url, type Bytes } from "../../src/protocol/base64url.ts";
import { deriveRoomKeys, type RoomKeys } from "../../src/crypto/keys.ts";
import { normalisePhrase } from "../../src/crypto/phrase.ts";
import type { Phrase } from "../../src/crypto/phrase.ts";

/** @throws when the text is refused */
export function phraseOf(text: string): Phrase {
  const result = normalisePhrase(text);
  if (result.kind === "refused") throw new Error(`expected a phrase, got ${result.why}`);
  return result.phrase;
}

const derived = new Map<string, Promise<RoomKeys>>();

/** Keys of a phrase, derived once for all tests of a process: PBKDF2 is slow on purpose. */
export function keysOf(text: string, salt: Bytes = new Uint8Array(32)): Promise<RoomKeys> {
  const id = `${text} ${toBase64url(salt)}`;
  const keys = derived.get(id) ?? deriveRoomKeys(phraseOf(text), salt);
  derived.set(id, keys);
  return keys;
}
