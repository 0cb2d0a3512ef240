import assert from "node:assert/strict";
import { test } from "node:test";
import { maxSlabBytes } from "../../src/protocol/limits.ts";
import { type Place, type Slab, Slabs } from "../../src/server/slabs.ts";
import { seededNumbers } from "../seeded.ts";

/** A frame of `byteLength` times `value`. */
function put(slabs: Slabs, byteLength: number, value = 1): Place {
  const slab = slabs.roomFor(byteLength);
  const from = slab.usedBytes;
  slab.usedBytes += byteLength;
  slab.bytes.fill(value, from, slab.usedBytes);
  const place = { slab, from, to: slab.usedBytes };
  slabs.keep(place);
  return place;
}

test("a room's first frames have slabs as large as they are, many share one, and none is above the limit", () => {
  const slabs = new Slabs();
  const first = put(slabs, 300);
  assert.equal(first.slab?.bytes.length, 300);
  const places = Array.from({ length: 5_000 }, () => put(slabs, 300));
  const all = new Set(places.map(({ slab }) => slab?.bytes.length ?? 0));
  assert.equal(Math.max(...all), maxSlabBytes);
  assert.ok(new Set(places.map(({ slab }) => slab)).size < 60);
  const large = put(slabs, maxSlabBytes + 1);
  assert.equal(large.slab?.bytes.length, maxSlabBytes + 1);
});

test("what has been written stays as it is, wherever frames are moved to", () => {
  const slabs = new Slabs();
  const first = put(slabs, 100, 1);
  const second = put(slabs, 100, 2);
  const third = put(slabs, 100, 3);
  const sent = third.slab?.bytes.subarray(third.from, third.to);
  slabs.drop(first);
  slabs.drop(second);
  slabs.repack([first, second, third]);
  assert.deepEqual([first.slab, second.slab], [null, null]);
  assert.ok(third.slab?.bytes.subarray(third.from, third.to).every((byte) => byte === 3));
  put(slabs, 50, 4);
  assert.ok(sent?.every((byte) => byte === 3));
});

test("through thousands of frames that come and go, slabs hold at most twice what is kept", () => {
  const next = seededNumbers(11);
  const slabs = new Slabs();
  const kept: { place: Place; value: number }[] = [];
  let repacked = 0;
  for (let step = 0; step < 20_000; step++) {
    // It fills and empties, by its oldest and by any.
    const isFilling = step % 4_000 < 2_500;
    if (kept.length === 0 || next() % 10 < (isFilling ? 7 : 3)) {
      const value = next() % 256;
      kept.push({ place: put(slabs, 1 + (next() % (next() % 50 === 0 ? 70_000 : 400)), value), value });
    } else {
      const [gone] = kept.splice(next() % 5 === 0 ? 0 : next() % kept.length, 1);
      if (gone !== undefined) slabs.drop(gone.place);
    }
    if (slabs.isWasteful) {
      slabs.repack(kept.map(({ place }) => place));
      repacked++;
    }
    const all = new Set(kept.map(({ place }) => place.slab).filter((slab): slab is Slab => slab !== null));
    const heldBytes = [...all].reduce((sum, { bytes }) => sum + bytes.length, 0);
    const keptBytes = kept.reduce((sum, { place }) => sum + place.to - place.from, 0);
    assert.ok(heldBytes <= 2 * keptBytes, `${heldBytes} bytes are held for ${keptBytes}`);
    if (step % 500 !== 0) continue;
    for (const { place, value } of kept) {
      assert.ok(place.slab?.bytes.subarray(place.from, place.to).every((byte) => byte === value));
    }
  }
  assert.ok(repacked > 5 && repacked < 1_000, `repacked ${repacked} times`);
});

test("when nothing is kept, nothing is held", () => {
  const slabs = new Slabs();
  const places = Array.from({ length: 40 }, () => put(slabs, 300));
  for (const place of places) {
    slabs.drop(place);
    if (slabs.isWasteful) slabs.repack(places);
  }
  assert.equal(slabs.isWasteful, false);
  assert.equal(put(slabs, 10).slab?.bytes.length, 10);
});
