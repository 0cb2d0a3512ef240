// Phrases for tests, where a refusal is a mistake of the test.

import { normalisePhrase } from "../../src/crypto/phrase.ts";
import type { Phrase } from "../../src/crypto/phrase.ts";

/** @throws when the text is refused */
export function phraseOf(text: string): Phrase {
  const result = normalisePhrase(text);
  if (result.kind === "refused") throw new Error(`expected a phrase, got ${result.why}`);
  return result.phrase;
}
