import assert from "node:assert/strict";
import { test } from "node:test";
import { viewShare } from "../../src/protocol/limits.ts";
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

test("a small part of a large buffer is copied, so that it does not keep the whole alive", () => {
  const buffer = new Uint8Array(100 * viewShare).fill(7);
  const [whole, copied] = [100, 99].map((byteLength) => {
    const batch = new Batch();
    batch.add(buffer, 50, 50 + byteLength);
    return batch.whole();
  });
  assert.equal(whole?.buffer, buffer.buffer);
  assert.equal(copied?.buffer.byteLength, 99);
  assert.deepEqual(
    [...(copied ?? [])],
    Array.from({ length: 99 }, () => 7),
  );
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
});

test("nothing is nothing", () => {
  const batch = new Batch();
  assert.deepEqual([batch.byteLength, batch.whole().length], [0, 0]);
});
