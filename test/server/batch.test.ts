import assert from "node:assert/strict";
import { test } from "node:test";
import { leastPooledBytes } from "../../src/protocol/limits.ts";
import { Batch } from "../../src/server/batch.ts";
import { SlabPool } from "../../src/server/slab-pool.ts";
import { Slab } from "../../src/server/slabs.ts";

/** In which each byte is its place. */
function newSlab(pool = new SlabPool()): Slab {
  const slab = new Slab(pool, leastPooledBytes);
  for (let at = 0; at < leastPooledBytes; at++) slab.bytes[at] = at;
  return slab;
}

test("what nobody uses again is handed on as it is, without a copy", () => {
  const text = Uint8Array.of(1, 2, 3);
  const batch = new Batch();
  batch.add(text);
  assert.equal(batch.whole(), text);
});

test("what lies in a slab is copied, alone too: it stays as it is when the slab is used again", () => {
  const pool = new SlabPool();
  const slab = newSlab(pool);
  const batch = new Batch();
  batch.addKept(slab, 10, 13);
  const whole = batch.whole();
  batch.letGo();
  slab.letGo();
  assert.equal(pool.take(leastPooledBytes), slab.bytes);
  slab.bytes.fill(9);
  assert.deepEqual([...whole], [10, 11, 12]);
});

test("what lies in a slab is copied in its order, with what comes between", () => {
  const slab = newSlab();
  const batch = new Batch();
  batch.addKept(slab, 0, 3);
  batch.addKept(slab, 3, 4);
  batch.addKept(slab, 5, 6);
  batch.add(Uint8Array.of(200, 201));
  batch.addKept(slab, 6, 7);
  assert.equal(batch.byteLength, 8);
  const whole = batch.whole();
  assert.deepEqual([...whole], [0, 1, 2, 3, 5, 200, 201, 6]);
  assert.equal(whole.buffer.byteLength, 8);
  slab.bytes.fill(0);
  assert.deepEqual([...whole], [0, 1, 2, 3, 5, 200, 201, 6]);
});

test("a copy goes its own way", () => {
  const slab = newSlab();
  const batch = new Batch();
  batch.addKept(slab, 0, 3);
  const copy = batch.copy();
  batch.addKept(slab, 3, 5);
  copy.addKept(slab, 8, 9);
  assert.deepEqual([...batch.whole()], [0, 1, 2, 3, 4]);
  assert.deepEqual([...copy.whole()], [0, 1, 2, 8]);
});

test("a slab is not used again before its room and every batch has let go of it", () => {
  const pool = new SlabPool();
  const slab = newSlab(pool);
  const batch = new Batch();
  batch.addKept(slab, 10, 20);
  batch.addKept(slab, 30, 40);
  const copy = batch.copy();
  const isFree = (): boolean => {
    const taken = pool.take(leastPooledBytes);
    if (taken === slab.bytes) pool.give(taken);
    return taken === slab.bytes;
  };
  slab.letGo();
  assert.equal(isFree(), false);
  batch.letGo();
  assert.equal(isFree(), false);
  assert.deepEqual([...copy.whole()].slice(0, 3), [10, 11, 12]);
  batch.letGo();
  assert.equal(isFree(), false);
  copy.letGo();
  assert.equal(isFree(), true);
  assert.throws(() => slab.letGo(), /held/);
  assert.throws(() => new Batch().addKept(slab, 0, 1), /held/);
});

test("nothing is nothing", () => {
  const batch = new Batch();
  assert.deepEqual([batch.byteLength, batch.whole().length], [0, 0]);
  batch.letGo();
});
