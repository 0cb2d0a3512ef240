import assert from "node:assert/strict";
import { test } from "node:test";
import { leastPooledBytes, maxPooledBytes, maxSlabBytes } from "../../src/protocol/limits.ts";
import { pooledBytesOf, SlabPool } from "../../src/server/slab-pool.ts";

function dirty(byteLength: number): Buffer {
  return Buffer.alloc(byteLength, 7);
}

test("what is given is used again, blank, by whoever wants as much", () => {
  const pool = new SlabPool();
  for (const byteLength of [leastPooledBytes, maxSlabBytes / 2, maxSlabBytes]) {
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
    const bytes = dirty(byteLength);
    pool.give(bytes);
    assert.notEqual(pool.take(byteLength), bytes);
  }
});

test("holds so much of each length and no more", () => {
  const pool = new SlabPool();
  for (const byteLength of [leastPooledBytes, maxSlabBytes]) {
    const most = maxPooledBytes / byteLength;
    const given = Array.from({ length: most + 1 }, () => dirty(byteLength));
    for (const bytes of given) pool.give(bytes);
    const taken = Array.from({ length: most + 1 }, () => pool.take(byteLength));
    assert.deepEqual(new Set(taken.slice(0, most)), new Set(given.slice(0, most)));
    assert.ok(!given.includes(taken[most] ?? Buffer.alloc(0)));
  }
});

test("a slab is as long as can be used again, unless it is too short for that", () => {
  const lengths = [0, 1.5, leastPooledBytes - 0.5, leastPooledBytes, 20_000.7, 65_535, maxSlabBytes];
  assert.deepEqual(lengths.map(pooledBytesOf), [
    0,
    1,
    leastPooledBytes - 1,
    leastPooledBytes,
    16_384,
    32_768,
    maxSlabBytes,
  ]);
});
