// The figures of src/crypto/THREATS.md are those of the protocol and of its own arithmetic.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pbkdf2Rounds } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { paddedLength } from "../../src/crypto/seal.ts";
import { words } from "../../src/crypto/words.ts";

const file = new URL("../../../src/crypto/THREATS.md", import.meta.url);
const text = readFileSync(file, "utf8").replaceAll(/\s+/g, " ");
const guessesPerSecond = 5_000;
const yearSeconds = 365.25 * 24 * 3600;
const dollarsPerHour = 0.4;

const yearsFor = (bits: number) => 2 ** (bits - 1) / guessesPerSecond / yearSeconds;
const dollarsFor = (bits: number) => (2 ** (bits - 1) / guessesPerSecond / 3600) * dollarsPerHour;

function says(sentence: string): void {
  assert.ok(text.includes(sentence), `THREATS.md no longer says: ${sentence}`);
}

test("the limits it names are the protocol's", () => {
  says(`PBKDF2-HMAC-SHA-512 with ${pbkdf2Rounds.toLocaleString("en-US")} rounds`);
  says(`answers ${defaultLimits.joinRate.count} joins a minute`);
  says(`by default ${defaultLimits.history} messages, ${defaultLimits.historyAgeMs / 3_600_000} hours`);
  says("a message of up to 156 bytes is as long as any other");
  assert.deepEqual([paddedLength(0), paddedLength(156), paddedLength(157)], [256, 256, 512]);
});

test("the guessing rate follows from the benchmark it names", () => {
  assert.equal(Math.round((1_431_600 * 999) / pbkdf2Rounds), 2_384);
  says("1,431,600 × 999 / 600,000 = 2,384 guesses a second");
  says(`${guessesPerSecond.toLocaleString("en-US")} guesses a second on one graphics card`);
});

test("the costs follow from the rate", () => {
  const word = Math.log2(words.length);
  says(`| ${(4 * word).toFixed(1)} | ${Math.round(yearsFor(4 * word))} years | 31,000 USD |`);
  assert.equal(Math.round(dollarsFor(4 * word) / 1_000) * 1_000, 31_000);
  says(`| ${(5 * word).toFixed(1)} | 12,000 years | 40 million USD |`);
  assert.equal(Math.round(yearsFor(5 * word) / 1_000) * 1_000, 12_000);
  assert.equal(Math.round(dollarsFor(5 * word) / 1e7) * 10, 40);
  says(`| **${(7 * word).toFixed(1)}** | **19 thousand million years** | **68 million million USD** |`);
  assert.equal(Math.round(yearsFor(7 * word) / 1e9), 19);
  assert.equal(Math.round(dollarsFor(7 * word) / 1e12), 68);
});
