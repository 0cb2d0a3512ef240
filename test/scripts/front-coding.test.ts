import assert from "node:assert/strict";
import { test } from "node:test";
import { frontCode, frontCodedModule } from "../../scripts/front-coding.ts";
import { words } from "../../src/crypto/words.ts";

test("a word that begins like the one before it is coded by what differs", () => {
  assert.equal(frontCode(["sail", "sailor", "say", "tea", "tea"]), "AsailEorCyAteaD");
});

test("the page's module gives the very list, word for word", async () => {
  const module = `data:text/javascript,${encodeURIComponent(frontCodedModule(words))}`;
  const { words: decoded } = (await import(module)) as { words: readonly string[] };
  assert.deepEqual(decoded, words);
});
