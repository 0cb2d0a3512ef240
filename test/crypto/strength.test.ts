import assert from "node:assert/strict";
import { test } from "node:test";
import { generatePhrase, judgePhrase, normalisePhrase } from "../../src/crypto/phrase.ts";
import { phraseOf } from "./phrases.ts";
import { seededRandom } from "../seeded.ts";

const judge = (text: string) => judgePhrase(phraseOf(text));

test("a generated phrase has 72.4 bits, exactly", async () => {
  for (let seed = 0; seed < 50; seed++) {
    const strength = judgePhrase(await generatePhrase(seededRandom(seed)));
    assert.deepEqual(strength, { words: 8, bits: 7 * Math.log2(1296) });
    assert.equal(strength.bits.toFixed(1), "72.4");
  }
});

test("list words have 10.3 bits each, and one said again has one", () => {
  assert.deepEqual(judge("aardvark"), { words: 1, bits: Math.log2(1296) });
  assert.deepEqual(judge("aardvark ribbon yoyo"), { words: 3, bits: 3 * Math.log2(1296) });
  assert.deepEqual(judge("yoyo yoyo yoyo"), { words: 3, bits: Math.log2(1296) + 2 });
  assert.equal(judge("yoyo ".repeat(8)).bits, Math.log2(1296) + 7);
});

test("what everybody tries first counts for next to nothing", () => {
  for (const text of [
    "password",
    "P4ssw0rd",
    "letmein",
    "let me in",
    "qwertyuiop",
    "123456789",
    "aaaaaaaaaaaaaaaa",
    "abcabcabcabc",
    "1qaz2wsx",
    "abcdefgh",
    "87654321",
    "correct horse battery staple",
    "to be or not to be",
    "iloveyou",
  ]) {
    const { bits } = judge(text);
    assert.ok(bits <= 6, `${text}: ${bits}`);
  }
});

test("a common word with a tail counts a little more, and not much", () => {
  for (const text of ["password1", "Password123!", "dragon2024", "!!sunshine!!"]) {
    assert.ok(judge(text).bits <= 8, `${text}: ${judge(text).bits}`);
  }
});

test("no phrase of somebody's own is said to be better than 64 bits", () => {
  const { bits } = judge(
    "Ph'nglui mglw'nafh Cthulhu R'lyeh wgah'nagl fhtagn, quoth the raven at 03:17 in Providence",
  );
  assert.equal(bits, 64);
});

test("a word more never makes a phrase weaker", () => {
  let last = 0;
  for (const text of [
    "gutes",
    "gutes essen",
    "gutes essen macht",
    "gutes essen macht müde",
    "gutes essen macht müde 47",
  ]) {
    const { bits } = judge(text);
    assert.ok(bits > last, `${text}: ${bits}`);
    last = bits;
  }
});

test("letters of any script count, and what repeats counts little", () => {
  assert.ok(judge("сегодня хорошая погода").bits > 20);
  assert.ok(judge("今天天气非常好我们出去").bits > 30);
  assert.ok(judge("🐶🐱🦁").bits <= 9);
  assert.ok(judge("x x x x x x x x x x").bits < 12);
  assert.ok(judge("aaaaaaaabaaaaaaaa").bits <= 6);
});

test("any phrase is judged: a finite number of bits above zero, the words counted", () => {
  const random = seededRandom(3);
  for (let round = 0; round < 2_000; round++) {
    const result = normalisePhrase(String.fromCodePoint(...random(1 + (round % 40))));
    if (result.kind === "refused") continue;
    const { bits, words } = judgePhrase(result.phrase);
    assert.ok(bits > 0 && bits <= 64, `${JSON.stringify(result.phrase)}: ${bits}`);
    assert.equal(words, result.phrase.split(" ").length);
  }
});
