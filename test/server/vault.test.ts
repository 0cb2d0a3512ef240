import assert from "node:assert/strict";
import { test } from "node:test";

import { defaultLimits, fileChargeBytes, type Limits } from "../../src/protocol/limits.ts";
import { createCounters } from "../../src/server/counters.ts";
import { createVault, FileShare, type StoredFile } from "../../src/server/vault.ts";
import { fakeClock } from "./support.ts";

/** A vault with room for `files` files of 1000 bytes, and a way to put them in. */
function testVault(files: number, change: Partial<Limits> = {}) {
  const clock = fakeClock();
  const counters = createCounters();
  const fileMemoryBytes = files * (1000 + fileChargeBytes);
  const limits = { ...defaultLimits, fileMemoryBytes, fileSharePercent: 100, ...change };
  const vault = createVault(limits, clock, counters);
  const share = new FileShare();
  const take = (name: string, byteLength = 1000, of = share): StoredFile | null =>
    vault.take("room", name, "seat", of, byteLength);
  const names = (): string =>
    ["a", "b", "c", "d", "e", "f"].filter((name) => vault.find("room", name) !== null).join("");
  return { vault, clock, counters, share, take, names };
}

test("a file is found in its own room only", () => {
  const { vault, take } = testVault(2);
  const file = take("a");
  assert.equal(vault.find("room", "a"), file);
  assert.equal(vault.find("other", "a"), null);
  assert.equal(vault.find("room", "b"), null);
});

test("a file owns its memory", () => {
  const { take } = testVault(2);
  assert.equal(take("a", 10)?.bytes.buffer.byteLength, 10);
});

test("what is charged is the file and a fixed cost, and all of it comes back", () => {
  const { vault, counters, share, take } = testVault(2);
  const file = take("a", 10);
  assert.ok(file !== null);
  const used = [vault.usedBytes, share.chargedBytes, counters.fileBytes];
  assert.deepEqual(used, Array(3).fill(10 + fileChargeBytes));
  assert.equal(counters.files, 1);
  vault.drop(file);
  vault.drop(file);
  assert.deepEqual([vault.usedBytes, share.chargedBytes, counters.fileBytes, counters.files], [0, 0, 0, 0]);
});

test("a full vault holds what fits exactly, and one byte more costs the oldest", () => {
  const { take, names } = testVault(3);
  for (const name of ["a", "b", "c"]) assert.ok(take(name));
  assert.equal(names(), "abc");
  take("d");
  assert.equal(names(), "bcd");
  take("e", 1001);
  assert.equal(names(), "de");
});

test("a file that fits only alone has the vault alone, and one byte more drops nothing", () => {
  const { take, names } = testVault(2);
  take("a");
  take("b");
  assert.equal(take("c", 2 * (1000 + fileChargeBytes) - fileChargeBytes + 1), null);
  assert.equal(names(), "ab");
  assert.ok(take("c", 2 * (1000 + fileChargeBytes) - fileChargeBytes));
  assert.equal(names(), "c");
});

test("an address that has its share pays with its own oldest", () => {
  const { take, names } = testVault(4, { fileSharePercent: 50 });
  const other = new FileShare();
  take("a", 1000, other);
  take("b");
  take("c");
  assert.equal(names(), "abc");
  take("d");
  assert.equal(names(), "acd");
  assert.equal(take("e", 2 * (1000 + fileChargeBytes) - fileChargeBytes + 1), null);
  assert.equal(names(), "acd");
});

test("a file still coming makes way like any other, and its writer is told", () => {
  const { take, names } = testVault(1);
  let told = 0;
  take("a")?.dropped.add(() => told++);
  take("b");
  assert.deepEqual([names(), told], ["b", 1]);
});

test("a file lives as long as its age and no longer", () => {
  const { clock, take, names } = testVault(3, { fileAgeMs: 10_000 });
  take("a");
  clock.step(5_000);
  take("b");
  clock.step(4_500);
  assert.equal(names(), "ab");
  clock.step(500);
  assert.equal(names(), "b");
});

test("a stopped vault sweeps no more", () => {
  const { vault, clock, take, names } = testVault(3, { fileAgeMs: 1_000 });
  take("a");
  vault.stop();
  clock.step(5_000);
  assert.equal(names(), "a");
});

test("a cleared vault holds nothing, whoever writes or reads is told, and there is room for the next", () => {
  const { vault, counters, share, take, names } = testVault(2);
  let told = 0;
  for (const name of ["a", "b"]) take(name)?.dropped.add(() => told++);
  assert.equal(vault.clear(), 2);
  assert.deepEqual([names(), told], ["", 2]);
  assert.deepEqual([vault.usedBytes, share.chargedBytes, counters.fileBytes, counters.files], [0, 0, 0, 0]);
  take("c");
  assert.equal(names(), "c");
});
