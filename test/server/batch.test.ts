import assert from "node:assert/strict";
import { test } from "node:test";
import { Batch } from "../../src/server/batch.ts";

const bytes = Uint8Array.from({ length: 100 }, (_, at) => at);

test("what lies together is handed on where it lies, without a copy", () => {
  const batch = new Batch();
  for (let at = 10; at < 60; at += 10) batch.add(bytes, at, at + 10);
  const whole = batch.whole();
  assert.equal(batch.byteLength, 50);
  assert.deepEqual(whole, bytes.subarray(10, 60));
  assert.equal(whole.buffer, bytes.buffer);
});

test("what does not is copied in its order", () => {
  const batch = new Batch();
  batch.add(bytes, 0, 3);
  batch.add(bytes, 4, 6);
  batch.add(Uint8Array.of(200, 201));
  batch.add(bytes, 6, 7);
  const whole = batch.whole();
  assert.deepEqual([...whole], [0, 1, 2, 4, 5, 200, 201, 6]);
  assert.notEqual(whole.buffer, bytes.buffer);
});

test("a copy goes its own way", () => {
  const batch = new Batch();
  batch.add(bytes, 0, 3);
  const copy = batch.copy();
  batch.add(bytes, 3, 5);
  copy.add(bytes, 8, 9);
  assert.deepEqual([...batch.whole()], [0, 1, 2, 3, 4]);
  assert.deepEqual([...copy.whole()], [0, 1, 2, 8]);
  assert.equal(new Batch().whole().length, 0);
});
