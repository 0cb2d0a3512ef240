import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../src/protocol/base64url.ts";
import { checkPhrase, generatePhrase, normalisePhrase } from "../../src/crypto/phrase.ts";
import { symbols } from "../../src/crypto/symbols.ts";
import { beginsListWord } from "../../src/crypto/typo.ts";
import { words } from "../../src/crypto/words.ts";
import { phraseOf } from "./phrases.ts";
import { seededNumbers, seededRandom } from "../seeded.ts";

const right = "macaroni ribbon aardvark yoyo drainpipe umbrella kabob";

const normalForm = (text: string) => {
  const result = normalisePhrase(text);
  return result.kind === "phrase" ? result.phrase : result.why;
};

const check = (text: string) => checkPhrase(phraseOf(text));

async function generated(): Promise<string[]> {
  return (await generatePhrase(seededRandom(1))).split(" ");
}

test("the list has 1,296 words that three letters tell apart", () => {
  assert.equal(words.length, 1296);
  assert.equal(new Set(words.map((word) => word.slice(0, 3))).size, 1296);
  for (const word of words) assert.match(word, /^[a-z]{3,10}$/);
});

test("there are 64 different symbols with different names", () => {
  assert.equal(symbols.length, 64);
  assert.equal(new Set(symbols.map(({ symbol }) => symbol)).size, 64);
  assert.equal(new Set(symbols.map(({ name }) => name)).size, 64);
  assert.deepEqual(symbols[0], { index: 0, symbol: "🐶", name: "dog" });
  assert.deepEqual(symbols[36], { index: 36, symbol: "👍", name: "thumbs up" });
  assert.deepEqual(symbols[63], { index: 63, symbol: "📌", name: "pin" });
});

test("case, dashes, quotes, spaces and invisible characters do not tell phrases apart", () => {
  for (const text of [
    "maple river",
    "Maple-River",
    "MAPLE_RIVER",
    "“maple” ‘river’",
    "maple\u00a0river",
    "maple\u2003\u3000river",
    "maple \u2014 river",
    "maple\u2212river",
    "ma\u200bple\u200d river\ufe0f",
    "maple\r\nriver\n",
    "maple, river.",
  ]) {
    assert.equal(normalForm(text), "maple river", JSON.stringify(text));
  }
});

test("ligatures and wide letters are their plain letters", () => {
  assert.equal(normalForm("\ufb01ve"), "five");
  assert.equal(normalForm("\uff2d\uff21\uff30\uff2c\uff25"), "maple");
});

test("other signs stay, so that they count", () => {
  assert.equal(normalForm("maple! (river)"), "maple! (river)");
});

test("controls, unassigned characters and lone surrogates are refused", () => {
  for (const text of ["a\u0000b", "a\u001bb", "a\u007fb", "a\u0378b", "a\u{50000}b", "a\ud800", "\udc00a"]) {
    assert.equal(normalForm(text), "characters", JSON.stringify(text));
  }
});

test("a lone surrogate is not saved by what stands around it", () => {
  assert.equal(normalForm("\ud83d \udc36"), "characters");
});

test("a phrase of which nothing is left is empty", () => {
  for (const text of ["", " ", "\t\n", "-", "...", "\u200b", "“”"]) assert.equal(normalForm(text), "empty");
});

test("a phrase has at most 1,024 bytes after normalisation", () => {
  for (const [length, expected] of [
    [1023, "phrase"],
    [1024, "phrase"],
    [1025, "refused"],
  ] as const) {
    assert.equal(normalisePhrase("x".repeat(length)).kind, expected);
    assert.equal(normalisePhrase(`-- ${"X".repeat(length)} --`).kind, expected);
  }
  assert.equal(normalisePhrase("é".repeat(512)).kind, "phrase");
  assert.equal(normalisePhrase("é".repeat(513)).kind, "refused");
  // One character of three bytes that NFKC makes eighteen of.
  assert.equal(normalisePhrase("\ufdfa".repeat(40)).kind, "refused");
});

test("normalising twice changes nothing, for every character there is", () => {
  // Nothing but private use is assigned from plane 4 to 13 and behind 14.
  for (let code = 0; code < 0xe1000; code = code === 0x3ffff ? 0xe0000 : code + 1) {
    const result = normalisePhrase(`a${String.fromCodePoint(code)}b`);
    if (result.kind === "refused") continue;
    assert.equal(normalForm(result.phrase), result.phrase, `U+${code.toString(16)}`);
  }
});

test("normalising twice changes nothing, for 20,000 random strings", () => {
  const next = seededNumbers(7);
  const ranges = [0x80, 0x80, 0x250, 0x590, 0x1200, 0x3100, 0xfff0, 0x1ffff];
  for (let round = 0; round < 20_000; round++) {
    const codes = Array.from({ length: next() % 24 }, () => next() % (ranges[next() % ranges.length] ?? 1));
    const text = String.fromCodePoint(...codes);
    const result = normalisePhrase(text);
    if (result.kind === "refused") continue;
    assert.equal(normalForm(result.phrase), result.phrase, `round ${round}: ${JSON.stringify(text)}`);
    assert.equal(result.phrase, result.phrase.trim());
    assert.equal(normalForm(` ${result.phrase}-`), result.phrase, `round ${round}: ${JSON.stringify(text)}`);
  }
});

test("a generated phrase is eight list words in normal form and is recognised", async () => {
  for (let seed = 0; seed < 50; seed++) {
    const phrase = await generatePhrase(seededRandom(seed));
    assert.equal(phrase.split(" ").length, 8);
    assert.equal(normalForm(phrase), phrase);
    assert.deepEqual(await checkPhrase(phrase), { kind: "generated" });
  }
});

test("every word is drawn equally often: draws that would favour the first words are drawn again", async () => {
  const draws = [0xfd20, 0xffff, 0xfd1f, 0, 1, 1295, 1296, 1297, 2].map((value) =>
    Uint8Array.of(value >> 8, value & 255),
  );
  const random = (length: number): Bytes => {
    const draw = draws.shift();
    assert.equal(draw?.length, length);
    return draw ?? new Uint8Array(length);
  };
  const expected = [1295, 0, 1, 1295, 0, 1, 2].map((index) => words[index]);
  assert.deepEqual((await generatePhrase(random)).split(" ").slice(0, 7), expected);
  assert.equal(draws.length, 0);
});

test("eight list words with another last word fail their checksum", async () => {
  assert.deepEqual(await check(`${right} zucchini`), { kind: "checksum" });
  const swapped = await generated();
  [swapped[0], swapped[1]] = [swapped[1] ?? "", swapped[0] ?? ""];
  assert.deepEqual(await check(swapped.join(" ")), { kind: "checksum" });
});

test("six, seven and nine list words are counted; five and ten are somebody's own", async () => {
  const all = [...(await generated()), "zebra", "zucchini"].map((word) =>
    words.includes(word) ? word : "yoyo",
  );
  for (const count of [6, 7, 9]) {
    assert.deepEqual(await check(all.slice(0, count).join(" ")), { kind: "count", words: count });
  }
  for (const count of [1, 5, 10]) {
    assert.deepEqual(await check(all.slice(0, count).join(" ")), { kind: "own" });
  }
});

test("a mistyped word is found and its meaning comes first", async () => {
  const slips: readonly (readonly [string, string])[] = [
    ["aardvrak", "aardvark"],
    ["aadvark", "aardvark"],
    ["aardvarks", "aardvark"],
    ["aardbark", "aardvark"],
    ["aardwolf", "aardvark"],
    ["umbrela", "umbrella"],
    ["umberlla", "umbrella"],
    ["yoyp", "yoyo"],
    ["oyyo", "yoyo"],
    ["ribon", "ribbon"],
  ];
  for (const [typed, meant] of slips) {
    const phrase = (await generated()).with(3, typed).join(" ");
    const result = await check(phrase);
    assert.equal(result.kind, "typo", typed);
    if (result.kind !== "typo") continue;
    assert.equal(result.words.length, 1);
    assert.equal(result.words[0]?.at, 3);
    assert.equal(result.words[0]?.word, typed);
    assert.equal(result.words[0]?.suggestions[0], meant);
    assert.ok(result.words[0].suggestions.length <= 3);
  }
});

test("every word of the list is found again after one letter is lost, doubled or swapped", async () => {
  const others = (await generated()).slice(0, 6);
  let found = 0;
  let tried = 0;
  for (const word of words) {
    const at = word.length >> 1;
    const lost = word.slice(0, at) + word.slice(at + 1);
    const doubled = word.slice(0, at) + word.slice(at - 1);
    const swapped = word.slice(0, at - 1) + word.charAt(at) + word.charAt(at - 1) + word.slice(at + 1);
    for (const slip of [lost, doubled, swapped]) {
      const result = await check([...others, slip, "yoyo"].join(" "));
      if (result.kind !== "typo") continue;
      tried++;
      if (result.words[0]?.suggestions.includes(word)) found++;
    }
  }
  assert.ok(tried > 3500, `${tried}`);
  assert.ok(found / tried > 0.99, `${found} of ${tried}`);
});

test("a list word cut in two is one mistake, and so are two written as one", async () => {
  const cut = (await generated()).with(1, "yo-yo").join(" ");
  assert.deepEqual(await check(cut), {
    kind: "typo",
    words: [{ at: 1, word: "yo yo", suggestions: ["yoyo"] }],
  });
  const whole = (await generated()).toSpliced(2, 2, "aardvarkumbrella").join(" ");
  const result = await check(whole);
  assert.equal(result.kind === "typo" && result.words[0]?.suggestions[0], "aardvark umbrella");
});

test("what is left of a list word that was cut begins one, and a word of one's own does not", () => {
  for (const rest of ["y", "yo", "aard", "aardvark"]) assert.ok(beginsListWord(rest), rest);
  for (const own of ["blumentopf", "yoyos"]) assert.ok(!beginsListWord(own), own);
});

test("a word that resembles nothing has no suggestions", async () => {
  const result = await check((await generated()).with(7, "xxxxxxxx").join(" "));
  assert.deepEqual(result, { kind: "typo", words: [{ at: 7, word: "xxxxxxxx", suggestions: [] }] });
});

test("a phrase of which half the words or fewer are on the list is somebody's own", async () => {
  const four = (await generated()).slice(0, 4).join(" ");
  assert.deepEqual(await check(`${four} xxxx xxxy xxxz xxyx`), { kind: "own" });
  assert.equal((await check(`${four} xxxx xxxy xxxz`)).kind, "typo");
  assert.deepEqual(await check("correct horse battery staple"), { kind: "own" });
  assert.deepEqual(await check("x ".repeat(512)), { kind: "own" });
});
