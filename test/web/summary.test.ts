import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText } from "../../src/web/format.ts";
import { neutralise } from "../../src/web/neutral.ts";
import { summaryOf } from "../../src/web/summary.ts";
import { wordingDe } from "../../src/web/wording/de.ts";
import { message } from "./entries.ts";

const summed = (text: string, most = 140): string => summaryOf(message(text), most);

test("a summary has no marks, and is one line", () => {
  assert.equal(
    summed("The boat leaves at **eight**, *not* `nine`: ~~no~~"),
    "The boat leaves at eight, not nine: no",
  );
  assert.equal(summed("one\n\ntwo\tthree  "), "one two three");
  assert.equal(summed("> what *you* said\n- first\n- __second__"), "“what you said” first second");
  assert.equal(summed("```js\na * b * c\n```"), "a * b * c");
  assert.equal(summed("see https://example.org/a_b_c"), "see https://example.org/a_b_c");
  assert.equal(summed("/me waves **madly**"), "waves madly");
});

test("what is quoted stands in the quotation marks of the reader's language", () => {
  assert.equal(plainText("> see *here*\nyes", wordingDe.quoted), "„see here“\nyes");
});

test("a summary keeps the numbers of a list: they may be a date", () => {
  assert.equal(summed("3. Oktober, 18 Uhr"), "3. Oktober, 18 Uhr");
  assert.equal(summed("1. eggs\n2. *milk*"), "1. eggs 2. milk");
});

test("the name of a file is no text with marks", () => {
  const file = { file: "f", secret: "s", size: 1, fileName: "a __b__ c.txt", type: "" };
  assert.equal(summaryOf(message("", { file }), 140), "a __b__ c.txt");
});

test("a summary is cut between letters, and says so", () => {
  assert.equal(summed("12345", 5), "12345");
  assert.equal(summed("123456", 5), "12345…");
  assert.equal(summed("1234😀6", 5), "1234😀…");
});

test("a summary reads the start of a long text only, and cuts no character and no code in two", () => {
  const letters = "e\u0301".repeat(140);
  assert.equal(summed(letters.repeat(60), 280), `${letters}…`);
  assert.equal(summed(`\`\`\`\n${"log ".repeat(4_000)}\n\`\`\``, 8), "log log …");
  assert.equal(summed(`a ${"e".padEnd(4_000, "\u0301")}`), "a…");
  const family = "👩‍👩‍👧‍👦";
  for (let at = 0; at < 12; at++) {
    const text = `${"\u200b".repeat(300 - at)}${family.repeat(40)}`;
    assert.doesNotMatch(summed(text, 20), /\u200d…/, String(at));
  }
});

test("a summary cannot turn the writing around", () => {
  assert.equal(summed("a\u202eb\u200bc"), "abc");
  const tower = `e${"`\u0301\u0301`\u0301\u0301".repeat(40)}`;
  assert.equal(summed(tower), neutralise(`e${"\u0301".repeat(160)}`));
});
