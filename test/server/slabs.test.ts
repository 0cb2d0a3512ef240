import assert from "node:assert/strict";
import { test } from "node:test";
import { aloneAboveBytes, maxSlabBytes } from "../../src/protocol/limits.ts";
import { Batch } from "../../src/server/batch.ts";
import { SlabPool } from "../../src/server/slab-pool.ts";
import { type Place, type Slab, Slabs } from "../../src/server/slabs.ts";
import { seededNumbers } from "../seeded.ts";

interface Kept {
  readonly place: Place;
  readonly value: number;
}

function assertWhole(kept: readonly Kept[]): void {
  for (const { place, value } of kept) {
    assert.ok(place.slab?.bytes.subarray(place.from, place.to).every((byte) => byte === value));
  }
}

/** A frame of `byteLength` times `value`. */
function put(slabs: Slabs, byteLength: number, value = 1): Place {
  const place = slabs.place(byteLength);
  place.slab.bytes.fill(value, place.from, place.to);
  return place;
}

test("a room's first frames have slabs as long as they are, many share one, and large ones lie alone", () => {
  const slabs = new Slabs(new SlabPool());
  const first = put(slabs, 300);
  assert.equal(first.slab?.bytes.length, 300);
  const places = Array.from({ length: 5_000 }, () => put(slabs, 300));
  const all = new Set(places.map(({ slab }) => slab?.bytes.length ?? 0));
  assert.equal(Math.max(...all), maxSlabBytes);
  // 300 bytes 5,000 times are 23 of the largest, and what grows up to them.
  assert.ok(new Set(places.map(({ slab }) => slab)).size < 60);
  const others = new Slabs(new SlabPool());
  put(others, 300);
  const large = put(others, aloneAboveBytes + 1_000);
  const larger = put(others, maxSlabBytes + 1);
  assert.deepEqual(
    [large.slab?.bytes.length, larger.slab?.bytes.length],
    [aloneAboveBytes + 1_000, maxSlabBytes + 1],
  );
});

test("what has been written stays as it is while it is held, wherever frames are moved to", () => {
  const slabs = new Slabs(new SlabPool());
  const first = put(slabs, 100, 1);
  const second = put(slabs, 100, 2);
  const third = put(slabs, 100, 3);
  const sent = third.slab?.bytes.subarray(third.from, third.to);
  third.slab?.hold();
  slabs.drop(first);
  slabs.drop(second);
  slabs.repack([first, second, third]);
  assert.deepEqual([first.slab, second.slab], [null, null]);
  assert.ok(third.slab?.bytes.subarray(third.from, third.to).every((byte) => byte === 3));
  for (let count = 0; count < 100; count++) put(slabs, 50, 4);
  assert.ok(sent?.every((byte) => byte === 3));
});

test("through thousands of frames that come and go, little more is held than is kept, and each stays what it was", () => {
  const next = seededNumbers(11);
  const slabs = new Slabs(new SlabPool());
  const kept: Kept[] = [];
  let repacked = 0;
  for (let step = 0; step < 20_000; step++) {
    // It fills and empties, by its oldest and by any.
    const isFilling = step % 4_000 < 2_500;
    const comes = kept.length === 0 || next() % 10 < (isFilling ? 7 : 3);
    if (comes) {
      const value = next() % 256;
      kept.push({ place: put(slabs, 1 + (next() % (next() % 50 === 0 ? 70_000 : 400)), value), value });
    } else {
      const [gone] = kept.splice(next() % 5 === 0 ? 0 : next() % kept.length, 1);
      if (gone !== undefined) slabs.drop(gone.place);
      if (slabs.isWasteful) {
        slabs.repack(kept.map(({ place }) => place));
        repacked++;
      }
    }
    const all = new Set(kept.map(({ place }) => place.slab).filter((slab): slab is Slab => slab !== null));
    const heldBytes = [...all].reduce((sum, { bytes }) => sum + bytes.length, 0);
    const keptBytes = kept.reduce((sum, { place }) => sum + place.to - place.from, 0);
    const most = keptBytes * (comes ? 2.5 : 2);
    assert.ok(heldBytes <= most, `${heldBytes} bytes are held for ${keptBytes}`);
    if (step % 500 === 0) assertWhole(kept);
  }
  assert.ok(repacked > 1 && repacked < 1_000, `repacked ${repacked} times`);
});

test("a room of large frames holds hardly more than them, whichever are dropped", () => {
  const next = seededNumbers(5);
  const slabs = new Slabs(new SlabPool());
  const kept: Place[] = [];
  for (let step = 0; step < 2_000; step++) {
    kept.push(put(slabs, 33 * 1024));
    if (kept.length < 100) continue;
    for (const gone of kept.splice(next() % kept.length, 1)) slabs.drop(gone);
    assert.equal(slabs.isWasteful, false);
    assert.ok(kept.every(({ slab, from, to }) => slab?.bytes.length === to - from));
  }
});

test("what is wiped is in no slab that is held, and what lay beside it is as it was", () => {
  const next = seededNumbers(17);
  const slabs = new Slabs(new SlabPool());
  const kept: Kept[] = [];
  const places = (): Place[] => kept.map(({ place }) => place);
  for (let step = 0; step < 3_000; step++) {
    const value = next() % 256;
    kept.push({ place: put(slabs, 1 + (next() % 400), value), value });
    if (next() % 3 > 0) continue;
    const [gone] = kept.splice(next() % kept.length, 1);
    const slab = gone?.place.slab;
    if (gone === undefined || slab === null || slab === undefined) throw new Error("expected a kept frame");
    slabs.drop(gone.place);
    if (slabs.isWasteful) slabs.repack(places());
    slabs.wipe(slab, places());
    slabs.wipe(slab, places());
    assert.ok(kept.every(({ place }) => place.slab !== slab));
    const fresh = put(slabs, 1, 0);
    assert.notEqual(fresh.slab, slab);
    kept.push({ place: fresh, value: 0 });
  }
  assertWhole(kept);
  for (const { place } of kept) slabs.drop(place);
  slabs.repack([]);
  assert.equal(slabs.isWasteful, false);
});

test("when nothing is kept, nothing is held", () => {
  const slabs = new Slabs(new SlabPool());
  const places = Array.from({ length: 40 }, () => put(slabs, 300));
  for (const place of places) {
    slabs.drop(place);
    if (slabs.isWasteful) slabs.repack(places);
  }
  assert.equal(slabs.isWasteful, false);
  assert.equal(put(slabs, 10).slab?.bytes.length, 10);
});

test("rooms that use each other's buffers again change nothing that is kept or waits to be sent", () => {
  const next = seededNumbers(23);
  const pool = new SlabPool();
  const rooms = Array.from({ length: 5 }, () => ({ slabs: new Slabs(pool), kept: [] as Kept[] }));
  const queues: { batch: Batch; values: number[] }[] = [];
  const buffers = new Set<Buffer>();
  const slabsSeen = new Set<Slab>();
  for (let step = 0; step < 30_000; step++) {
    const room = rooms[next() % rooms.length];
    if (room === undefined) throw new Error("expected a room");
    const { slabs, kept } = room;
    const value = 1 + (next() % 255);
    const byteLength = 1 + (next() % (next() % 3 === 0 ? 5_000 : 300));
    const place = put(slabs, byteLength, value);
    kept.push({ place, value });
    if (place.slab === null) throw new Error("expected a place");
    buffers.add(place.slab.bytes);
    slabsSeen.add(place.slab);
    const queue = queues[next() % 8] ?? { batch: new Batch(), values: [] };
    if (queue.values.length === 0) queues.push(queue);
    queue.batch.addKept(place.slab, place.from, place.to);
    queue.values.push(...Array.from({ length: byteLength }, () => value));
    while (kept.length > 150 + (next() % 100)) {
      const [gone] = kept.splice(next() % 9 === 0 ? next() % kept.length : 0, 1);
      const slab = gone?.place.slab;
      if (gone === undefined || slab === null || slab === undefined) throw new Error("expected a kept frame");
      slabs.drop(gone.place);
      if (slabs.isWasteful) slabs.repack(kept.map((each) => each.place));
      if (next() % 9 === 0)
        slabs.wipe(
          slab,
          kept.map((each) => each.place),
        );
    }
    if (step % 50 !== 0) continue;
    const [flushed] = queues.splice(next() % queues.length, 1);
    const copied = flushed?.batch.copy();
    flushed?.batch.letGo();
    assert.deepEqual([...(copied?.whole() ?? [])], flushed?.values);
    copied?.letGo();
    if (step % 1_000 === 0) for (const each of rooms) assertWhole(each.kept);
  }
  assert.ok(buffers.size < slabsSeen.size / 2, `${buffers.size} buffers for ${slabsSeen.size} slabs`);
});
