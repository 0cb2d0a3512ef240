import assert from "node:assert/strict";
import { test } from "node:test";
import { words } from "../../src/crypto/words.ts";
import { completeListWord } from "../../src/web/word-completion.ts";

/** Completes where the bar stands, and gives the whole text afterwards. */
function complete(marked: string): string | null {
  const caret = marked.indexOf("|");
  const text = marked.replace("|", "");
  const found = completeListWord(text, caret);
  return found && text.slice(0, found.from) + (found.suggestions[0]?.insert ?? "") + text.slice(found.to);
}

test("three letters of any list word are enough", () => {
  for (const word of words) {
    const completed = complete(`${word.slice(0, 3)}|`);
    if (word.length > 3) assert.equal(completed, `${word} `);
    else assert.equal(completed, null, word);
  }
});

test("words are completed wherever the caret stands, with any capitals and dashes", () => {
  assert.equal(complete("jamboree umb|"), "jamboree umbrella ");
  assert.equal(complete("Jamboree-UMB|"), "Jamboree-umbrella ");
  assert.equal(complete("umb| jamboree"), "umbrella  jamboree");
});

test("fewer letters, a whole word, another spelling and the middle of a word complete nothing", () => {
  for (const text of ["um|", "umbrella|", "umbx|", "um|brella", "|", "umbrellas|"]) {
    assert.equal(complete(text), null, text);
  }
});

test("a phrase of one's own is left in peace", () => {
  assert.equal(complete("correct horse umb|"), null);
  assert.equal(complete("https://room.example/join#jam|"), null);
});
