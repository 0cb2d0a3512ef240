import assert from "node:assert/strict";
import { test } from "node:test";
import { leastPooledBytes, maxPoolBytes, maxSlabBytes } from "../../src/protocol/limits.ts";
import { pooledBytesOf, SlabPool } from "../../src/server/slab-pool.ts";

function dirty(byteLength: number): Buffer {
  return Buffer.alloc(byteLength, 7);
}

test("what is given is used again, blank, by whoever wants as much", () => {
  const pool = new SlabPool();
  for (const byteLength of [leastPooledBytes, 16_384, maxSlabBytes]) {
    const bytes = dirty(byteLength);
    pool.give(bytes);
    assert.notEqual(pool.take(byteLength / 2), bytes);
    assert.equal(pool.take(byteLength), bytes);
    assert.ok(bytes.every((byte) => byte === 0));
    assert.notEqual(pool.take(byteLength), bytes);
  }
});

test("what nobody will want is not held", () => {
  const pool = new SlabPool();
  for (const byteLength of [leastPooledBytes / 2, leastPooledBytes + 1, maxSlabBytes - 1, 2 * maxSlabBytes]) {
    pool.give(dirty(byteLength));
    const taken = pool.take(byteLength);
    assert.equal(taken.length, byteLength);
    assert.notEqual(taken.buffer.byteLength, 0);
    assert.ok(!taken.equals(dirty(byteLength)));
  }
});

test("holds so much and no more, and what is given last rather than other lengths", () => {
  const pool = new SlabPool();
  const short = Array.from({ length: maxPoolBytes / leastPooledBytes + 1 }, () => dirty(leastPooledBytes));
  for (const bytes of short) pool.give(bytes);
  const most = new Set(short);
  const heldOf = (byteLength: number, given: ReadonlySet<Buffer>): number => {
    let held = 0;
    while (given.has(pool.take(byteLength))) held++;
    return held;
  };
  assert.equal(heldOf(leastPooledBytes, most), maxPoolBytes / leastPooledBytes);
  for (const bytes of short) pool.give(bytes);
  const long = dirty(maxSlabBytes);
  pool.give(long);
  assert.equal(pool.take(maxSlabBytes), long);
  assert.equal(heldOf(leastPooledBytes, most), 0);
});

test("a slab is as long as can be used again, unless it is too short for that", () => {
  const lengths = [0, 1.5, leastPooledBytes - 0.5, leastPooledBytes, 5_000.7, 65_535, maxSlabBytes];
  assert.deepEqual(lengths.map(pooledBytesOf), [
    0,
    1,
    leastPooledBytes - 1,
    leastPooledBytes,
    4_096,
    32_768,
    maxSlabBytes,
  ]);
});
