import assert from "node:assert/strict";
import { test } from "node:test";

import { fileChargeBytes } from "../../src/protocol/limits.ts";
import { defaultLimits, type Limits } from "../../src/protocol/relay-limits.ts";
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
  const announce = (name: string, byteLength = 1000, of = share): StoredFile | null =>
    vault.take("room", name, "seat", of, byteLength);
  /** Announced, and come as a whole. */
  const take = (name: string, byteLength = 1000, of = share): StoredFile | null => {
    const file = announce(name, byteLength, of);
    if (file === null) return null;
    vault.fill(file, new Uint8Array(byteLength));
    vault.finish(file);
    return file;
  };
  const names = (): string =>
    ["a", "b", "c", "d", "e", "f"].filter((name) => vault.find("room", name) !== null).join("");
  return { vault, clock, counters, share, announce, take, names };
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

test("addresses that have no more than their share each are within one budget together", () => {
  const { vault, take, names } = testVault(4, { fileSharePercent: 50 });
  const [one, other, third] = [new FileShare(), new FileShare(), new FileShare()];
  for (const [name, share] of [
    ["a", one],
    ["b", one],
    ["c", other],
    ["d", other],
  ] as const)
    take(name, 1000, share);
  assert.deepEqual([names(), vault.usedBytes], ["abcd", 4 * (1000 + fileChargeBytes)]);
  take("e", 1000, third);
  assert.deepEqual([names(), vault.usedBytes], ["bcde", 4 * (1000 + fileChargeBytes)]);
});

test("a file still coming makes way like any other, and its writer is told", () => {
  const { announce, take, names } = testVault(1);
  let told = 0;
  announce("a")?.dropped.add(() => told++);
  take("b");
  assert.deepEqual([names(), told], ["b", 1]);
});

test("what is only announced pushes no file out, and is charged as it comes", () => {
  const { vault, counters, announce, take, names } = testVault(3);
  take("a");
  take("b");
  const usedBytes = vault.usedBytes;
  const c = announce("c", 2_000);
  assert.ok(c !== null);
  assert.equal(names(), "abc");
  assert.equal(vault.usedBytes, usedBytes + fileChargeBytes);
  vault.fill(c, new Uint8Array(1_000));
  assert.equal(names(), "abc");
  vault.fill(c, new Uint8Array(1_000));
  assert.equal(names(), "bc");
  vault.drop(c);
  assert.deepEqual([vault.usedBytes, counters.fileBytes], Array(2).fill(1_000 + fileChargeBytes));
});

test("who announces and does not send makes way for the files of others, not they for it", () => {
  const { vault, announce, names } = testVault(4, { fileSharePercent: 50 });
  const honest = announce("a", 1000, new FileShare()) ?? assert.fail();
  vault.fill(honest, new Uint8Array(600));
  const idle = new FileShare();
  announce("b", 1000, idle);
  announce("c", 1000, idle);
  announce("d", 1000, new FileShare());
  assert.equal(names(), "abcd");
  announce("e", 1000, new FileShare());
  assert.equal(names(), "acde");
  announce("f", 1000, new FileShare());
  assert.equal(names(), "adef");
});

test("of files that are announced the oldest still coming makes way, of its own address first", () => {
  const { announce, names } = testVault(4, { fileSharePercent: 50 });
  const other = new FileShare();
  announce("a", 1000, other);
  announce("b");
  announce("c");
  assert.equal(names(), "abc");
  announce("d");
  assert.equal(names(), "acd");
  announce("e", 1000, other);
  assert.equal(names(), "acde");
  announce("f", 1000, other);
  assert.equal(names(), "cdef");
});

test("a file that is the oldest when it grows too large goes itself", () => {
  const { vault, announce, take, names } = testVault(2);
  let told = 0;
  const a = announce("a", 2_000);
  assert.ok(a !== null);
  a.dropped.add(() => told++);
  take("b");
  vault.fill(a, new Uint8Array(2_000));
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
