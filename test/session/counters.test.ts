import assert from "node:assert/strict";
import { test } from "node:test";
import { maxGapsPerKey } from "../../src/protocol/limits.ts";
import { Counters, missingIn } from "../../src/session/counters.ts";

const gapsOf = (counters: Counters) => counters.gaps("ann").map(({ from, to }) => [from, to]);

test("a number is news once per key, also below the last", () => {
  const counters = new Counters();
  for (const counter of [5, 6, 4, 9, 7, 1]) {
    assert.notEqual(counters.see("ann", counter), "seen");
    assert.equal(counters.see("ann", counter), "seen");
  }
  assert.notEqual(counters.see("bob", 5), "seen");
  assert.deepEqual(gapsOf(counters), [
    [2, 3],
    [8, 8],
  ]);
});

test("gaps count from the lowest number seen", () => {
  const counters = new Counters();
  for (const counter of [3, 4, 6, 10]) counters.see("ann", counter);
  assert.deepEqual(gapsOf(counters), [
    [5, 5],
    [7, 9],
  ]);
});

test("a number that comes late makes its gap smaller, or two of it, or none", () => {
  const counters = new Counters();
  for (const counter of [0, 6]) counters.see("ann", counter);
  counters.excuse("ann", 2);
  counters.excuse("ann", 4);
  counters.see("ann", 3);
  assert.deepEqual(gapsOf(counters), [
    [1, 2],
    [4, 5],
  ]);
  assert.deepEqual(counters.gaps("ann").map(missingIn), [1, 1]);
  for (const counter of [1, 2, 5, 4]) counters.see("ann", counter);
  assert.deepEqual(gapsOf(counters), []);
});

test("a deleted number is not missing, and deleting it twice changes nothing more", () => {
  const counters = new Counters();
  for (const counter of [0, 4]) counters.see("ann", counter);
  const gap = counters.excuse("ann", 2);
  assert.equal(gap && missingIn(gap), 2);
  const again = counters.excuse("ann", 2);
  assert.equal(again && missingIn(again), 2);
  assert.equal(counters.excuse("ann", 0), null);
  assert.equal(counters.excuse("ann", 5), null);
  assert.equal(counters.excuse("bob", 2), null);
});

test("a key keeps no more than its most gaps, and a number of a forgotten one is news all the same", () => {
  const counters = new Counters();
  for (let counter = 0; counter <= maxGapsPerKey * 2; counter += 2) counters.see("ann", counter);
  assert.equal(counters.gaps("ann").length, maxGapsPerKey);
  counters.see("ann", maxGapsPerKey * 2 + 2);
  assert.equal(counters.gaps("ann").length, maxGapsPerKey);
  assert.deepEqual(gapsOf(counters)[0], [3, 3]);
  assert.deepEqual(counters.see("ann", 1), { filled: null });
  assert.equal(counters.gaps("ann").length, maxGapsPerKey);
  assert.equal(counters.see("ann", 2), "seen");
  assert.notEqual(counters.see("ann", 3), "seen");
});

test("a gap that is cut in two above the limit loses no number either", () => {
  const counters = new Counters();
  for (let counter = 0; counter < maxGapsPerKey * 4; counter += 4) counters.see("ann", counter);
  counters.see("ann", maxGapsPerKey * 4);
  assert.equal(counters.gaps("ann").length, maxGapsPerKey);
  for (const counter of [2, 1, 3]) assert.notEqual(counters.see("ann", counter), "seen");
});
