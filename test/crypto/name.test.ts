import assert from "node:assert/strict";
import { test } from "node:test";
import { checkName, foldName } from "../../src/crypto/name.ts";
import { seededNumbers } from "../seeded.ts";

const check = (text: string) => {
  const result = checkName(text);
  return result.kind === "name" ? result.name : result.why;
};

test("a name is trimmed and otherwise left as it was typed", () => {
  assert.deepEqual(checkName("  Ann-Marie O'Neil\u00a0"), { kind: "name", name: "Ann-Marie O'Neil" });
});

test("a name has 1 to 32 graphemes", () => {
  assert.equal(checkName("x").kind, "name");
  assert.equal(checkName("x".repeat(31)).kind, "name");
  assert.equal(checkName("x".repeat(32)).kind, "name");
  assert.equal(check("x".repeat(33)), "too-long");
  assert.equal(checkName("e\u0301".repeat(32)).kind, "name");
  assert.equal(check("e\u0301".repeat(33)), "too-long");
});

test("a name has at most 128 bytes", () => {
  assert.equal(checkName("🐶".repeat(31)).kind, "name");
  assert.equal(checkName("🐶".repeat(32)).kind, "name");
  assert.equal(check(`${"🐶".repeat(31)}e\u0301\u0301`), "too-long");
  assert.equal(check("👩‍👩‍👧‍👦".repeat(6)), "too-long");
  assert.equal(checkName("👩‍👩‍👧‍👦".repeat(5)).kind, "name");
});

test("a name in which nothing can be seen is empty", () => {
  for (const text of ["", "   ", "\u200b", "\u2060 \u200d", "\u3164"]) assert.equal(check(text), "empty");
});

test("controls, line breaks, direction overrides, unassigned and lone surrogates are refused", () => {
  for (const text of [
    "a\nb",
    "a\u0000",
    "a\u2028b",
    "\u202eevil",
    "a\u2066b",
    "a\u0378",
    "a\ud800",
    "\udc00",
  ]) {
    assert.equal(check(text), "characters", JSON.stringify(text));
  }
});

test("what would make two names look the same is refused: private use, format characters, and what draws nothing", () => {
  const format = "\u0600\u06dd\u070f\u08e2\ufff9\ufffb\u{110bd}\u{13430}";
  const privateUse = "\ue000\uf8ff\u{f0000}\u{10fffd}";
  const blank = "\u2800\u2d7f\u303f\ufffc\u{1107f}\u{13440}\u{13441}\u{13442}\u{16fe4}\u{1bc9d}\u{1d159}";
  for (const character of Array.from(format + privateUse + blank)) {
    assert.equal(check(`Ann${character}`), "characters", character.codePointAt(0)?.toString(16));
  }
});

test("ignorable characters are let in, since folding takes them out", () => {
  for (const character of "\u00ad\u200c\u200d\u200e\ufe0f\u3164") {
    assert.equal(checkName(`Ann${character}x`).kind, "name");
    assert.equal(foldName(`Ann${character}x`), "annx");
  }
});

test("a very long text is refused at once", () => {
  assert.equal(check("x".repeat(1_000_000)), "too-long");
  assert.equal(check(`x${" ".repeat(1_000_000)}x`), "too-long");
});

test("names that differ in case, width, composition or white space are one", () => {
  for (const text of ["Ann Lee", "ANN LEE", " ann \u00a0lee ", "\uff21nn Lee", "An\u200bn\tLee"]) {
    assert.equal(foldName(text), "ann lee");
  }
  assert.equal(foldName("J\u00fcrgen"), foldName("Ju\u0308rgen"));
});

test("dashes, dots and quotes do tell names apart", () => {
  assert.equal(foldName("Ann-Lee"), "ann-lee");
  assert.equal(foldName("O’Neil."), "o’neil.");
});

test("a name that passes passes again unchanged, and folding twice changes nothing", () => {
  const next = seededNumbers(11);
  const ranges = [0x80, 0x250, 0x1200, 0x3100, 0xfff0, 0x1ffff];
  for (let round = 0; round < 10_000; round++) {
    const codes = Array.from({ length: next() % 20 }, () => next() % (ranges[next() % ranges.length] ?? 1));
    const result = checkName(String.fromCodePoint(...codes));
    if (result.kind === "refused") continue;
    assert.deepEqual(checkName(result.name), result, `round ${round}`);
    assert.equal(foldName(foldName(result.name)), foldName(result.name), `round ${round}`);
  }
});
