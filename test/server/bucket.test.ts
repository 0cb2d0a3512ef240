import assert from "node:assert/strict";
import { test } from "node:test";

import { Bucket } from "../../src/server/bucket.ts";

const rate = { count: 20, perMs: 1_000, burst: 3 };

test("gives its burst, then nothing until a token has flowed in", () => {
  const bucket = new Bucket(rate, 0);
  assert.deepEqual([bucket.take(0), bucket.take(0), bucket.take(0)], [0, 0, 0]);
  assert.equal(bucket.take(0), 50);
  assert.equal(bucket.take(49), 1);
  assert.equal(bucket.take(50), 0);
  assert.equal(bucket.take(50), 50);
});

test("holds no more than its burst, however long nobody takes", () => {
  const bucket = new Bucket(rate, 0);
  for (let taken = 0; taken < 3; taken++) assert.equal(bucket.take(3_600_000), 0);
  assert.equal(bucket.take(3_600_000), 50);
});

test("spends on credit and tells when the debt is paid", () => {
  const bucket = new Bucket(rate, 0);
  assert.equal(bucket.spend(3, 0), 0);
  assert.equal(bucket.spend(1, 0), 50);
  assert.equal(bucket.spend(9, 0), 500);
  assert.equal(bucket.spend(0, 499), 1);
  assert.equal(bucket.spend(0, 500), 0);
});

test("whoever waits as long as told finds the token there, at awkward rates too", () => {
  for (const count of [1, 3, 7, 30, 999]) {
    const bucket = new Bucket({ count, perMs: 60_000, burst: 1 }, 0);
    let nowMs = 0.1;
    for (let taken = 0; taken < 100; taken++) {
      nowMs += bucket.take(nowMs);
      if (taken > 0) assert.equal(bucket.take(nowMs), 0);
    }
  }
});

test("a count of 0 never refuses", () => {
  const bucket = new Bucket({ count: 0, perMs: 1_000, burst: 0 }, 0);
  for (let taken = 0; taken < 100; taken++) assert.equal(bucket.take(0), 0);
  assert.equal(bucket.spend(1e9, 0), 0);
  assert.equal(bucket.isFull(0), true);
});

test("is full again when everything has flowed back", () => {
  const bucket = new Bucket(rate, 0);
  assert.equal(bucket.isFull(0), true);
  bucket.take(0);
  assert.equal(bucket.isFull(49), false);
  assert.equal(bucket.isFull(50), true);
});
