import assert from "node:assert/strict";
import { test } from "node:test";
import { createRoomTimer } from "../../src/session/timer.ts";

/** A timer, the words that it has sent, and what waits for its time. */
function stage(saved: number | null) {
  const words: number[] = [];
  const changes: number[] = [];
  const waiting = new Set<() => void>();
  const after = (_ms: number, run: () => void) => {
    waiting.add(run);
    return () => waiting.delete(run);
  };
  const on = {
    word: (seconds: number) => words.push(seconds),
    changed: (seconds: number) => changes.push(seconds),
  };
  const timer = createRoomTimer(saved, { now: () => 1_000, after }, on);
  const wait = () => {
    for (const run of waiting) if (waiting.delete(run)) run();
  };
  return { timer, words, changes, wait };
}

test("who knows nothing says nothing, and takes the word of those who were there", () => {
  const { timer, words, changes, wait } = stage(null);
  timer.tellSoon(0.5);
  wait();
  assert.deepEqual([words, timer.saved], [[], null]);
  timer.fromWord(60, 500);
  assert.deepEqual([timer.seconds, timer.saved, changes], [60, 60, [60]]);
  timer.tellSoon(0.5);
  wait();
  assert.deepEqual(words, [60]);
});

test("one speaks for all: who hears the same is silent, and who hears another value says what the log says", () => {
  const { timer, words, wait } = stage(null);
  timer.fromLog(60, 500);
  timer.tellSoon(0.5);
  timer.fromWord(60, 500);
  wait();
  assert.deepEqual(words, []);
  timer.tellSoon(0.5);
  timer.tellSoon(0.9);
  timer.fromWord(0, 500);
  wait();
  assert.deepEqual([words, timer.seconds], [[60], 60]);
});

test("what a tab remembers goes under any word, and what the log says goes above all, until part of it is missing", () => {
  const { timer } = stage(300);
  assert.equal(timer.seconds, 300);
  timer.fromWord(60, 500);
  assert.equal(timer.seconds, 60);
  timer.fromLog(20, 500);
  timer.fromWord(60, 500);
  assert.equal(timer.seconds, 20);
  timer.doubt();
  assert.equal(timer.seconds, 20);
  timer.fromWord(60, 500);
  assert.equal(timer.seconds, 60);
});

test("what the log says is a change where it is another value than the log's last, or than the one in force", () => {
  const { timer } = stage(60);
  const changes = [60, 60, 0, 0].map((seconds) => timer.fromLog(seconds, 500));
  assert.deepEqual(changes, [true, false, true, false]);
  timer.doubt();
  timer.fromWord(300, 500);
  assert.equal(timer.fromLog(0, 500), true);
});

test("a word that waits is not said when the line is gone", () => {
  const { timer, words, wait } = stage(60);
  timer.tellSoon(0.5);
  timer.stop();
  wait();
  assert.deepEqual(words, []);
});

test("a word from before the timer was set last is one that was said already", () => {
  const { timer } = stage(null);
  timer.fromLog(300, 500);
  timer.doubt();
  timer.fromWord(0, 499);
  assert.equal(timer.seconds, 300);
  timer.fromWord(0, 500);
  assert.equal(timer.seconds, 0);
});

test("whoever's clock runs ahead silences nobody", () => {
  const { timer } = stage(null);
  timer.fromLog(300, 900_000);
  timer.doubt();
  timer.fromWord(60, 1_000);
  assert.equal(timer.seconds, 60);
});
