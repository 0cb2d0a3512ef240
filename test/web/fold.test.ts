import assert from "node:assert/strict";
import { test } from "node:test";
import { findFolded, fold } from "../../src/web/fold.ts";

/** What stands at the places found. */
const found = (text: string, wanted: string) =>
  findFolded(text, fold(wanted)).map(([from, to]) => text.slice(from, to));

test("capitals, accents, wide and joined forms do not count", () => {
  for (const text of ["Äpfel", "APFEL", "A\u0308pfel", "ＡＰＦＥＬ"]) assert.equal(fold(text), "apfel");
  assert.equal(fold("Straße"), "strasse");
  assert.equal(fold("ΟΔΟΣ"), fold("οδος"));
  assert.equal(fold("ﬁn"), "fin");
});

test("what is found is named as it stands in the text", () => {
  assert.deepEqual(found("Äpfel und ÄPFEL, A\u0308pfel.", "apfel"), ["Äpfel", "ÄPFEL", "A\u0308pfel"]);
  assert.deepEqual(found("Die Straße", "strasse"), ["Straße"]);
  assert.deepEqual(found("🎉a🎉", "a"), ["a"]);
  assert.deepEqual(found("aaaa", "aa"), ["aa", "aa"]);
  assert.deepEqual(found("a", "b"), []);
  assert.deepEqual(found("a", ""), []);
});
