import assert from "node:assert/strict";
import { test } from "node:test";
import { maxMarksPerLetter } from "../../src/protocol/limits.ts";
import { emojis } from "../../src/web/emoji.ts";
import { isEmoji, neutralise } from "../../src/web/neutral.ts";

test("direction controls are left out, so that a text cannot be read backwards", () => {
  for (const control of "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c") {
    assert.equal(neutralise(`invoice${control}fdp.exe`), "invoicefdp.exe");
  }
});

test("characters that nobody sees are left out", () => {
  for (const unseen of "\u200b\u2060\u2064\ufeff\u00ad\u034f\u115f\u3164\uffa0\u180e\u2062\ufff9\u206a\u{1d173}\u{e0001}\u{e0041}") {
    assert.equal(neutralise(`An${unseen}n`), "Ann", unseen.codePointAt(0)?.toString(16));
  }
});

test("a joiner between letters that do not join is left out", () => {
  assert.equal(neutralise("An\u200dn\u200c"), "Ann");
  assert.equal(neutralise("\u200d"), "");
});

test("emoji made of several keep their joiners, tags and shapes", () => {
  for (const emoji of ["👩‍👩‍👧‍👦", "🏳️‍🌈", "👩🏽‍🚀", "❤️‍🔥", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "☎︎", "🧑🏿‍🤝‍🧑🏻", "🐻‍❄️"])
    assert.equal(neutralise(emoji), emoji);
});

test("scripts that need joiners keep them, but not several in a row", () => {
  for (const word of ["می‌خواهم", "क्‍ष", "ශ්‍රී", "ന്‍"]) assert.equal(neutralise(word), word);
  assert.equal(neutralise("می\u200c\u200c\u200cخ"), "می\u200cخ");
});

test("of a tower of marks the first few stay", () => {
  assert.equal(neutralise(`Z${"\u0301".repeat(500)}a`), `Z${"\u0301".repeat(maxMarksPerLetter)}a`);
  assert.equal(neutralise("\u0301".repeat(500)), "\u0301".repeat(maxMarksPerLetter));
});

test("an unseen character between marks does not begin a new tower", () => {
  assert.equal(neutralise(`Z${"\u0301\u200b".repeat(50)}`), `Z${"\u0301".repeat(maxMarksPerLetter)}`);
});

test("a joiner between marks does not begin a new tower", () => {
  const tower = neutralise(`م${"\u064b\u200c".repeat(50)}`);
  assert.equal(tower.replaceAll("\u200c", ""), `م${"\u064b".repeat(maxMarksPerLetter)}`);
});

test("words with many marks stay whole", () => {
  for (const word of ["Việt Nam", "Việt", "שָּׁ֑֔ל֜וֹם", "กำลังใจ", "བསྒྲུབས", "हिन्दी", "Ω̱̈́"])
    assert.equal(neutralise(word), word);
});

test("other separators of lines become newlines", () => {
  assert.equal(neutralise("a\u2028b\u2029c"), "a\nb\nc");
});

test("an ordinary text is given back as it is", () => {
  const text = "Hello, wörld! 你好 שלום مرحبا\n\t👍🏽 ½ €";
  assert.equal(neutralise(text), text);
});

test("a reaction is one emoji: of those that people choose, each is", () => {
  const chosen = ["👍", "❤️", "❤", "☎︎", "1️⃣", "🇩🇪", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🏴‍☠️", "👨🏻‍❤️‍💋‍👨🏿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏃🏽‍♀️‍➡️", "🧑🏿‍🤝‍🧑🏻"];
  for (const emoji of [...chosen, ...emojis.map((each) => each.emoji)]) assert.ok(isEmoji(emoji), emoji);
});

test("what is more than one emoji, or less, is no reaction", () => {
  for (const text of [
    "",
    "a",
    "7",
    "\u200b",
    "\ufe0f",
    "\u200d",
    "👍👍",
    "👍 ",
    "👍a",
    "\u202enatas si nnA",
    "👍\u0301",
    "👍\u202e",
    "🇩",
    "ok 👍",
  ])
    assert.ok(!isEmoji(text), text);
  assert.ok(!isEmoji(["👩", "👩", "👩", "👩", "👩", "👩"].join("\u200d")));
});
