import assert from "node:assert/strict";
import { test } from "node:test";
import { Shelf } from "../../src/server/shelf.ts";
import { seededNumbers } from "../seeded.ts";

interface Thing {
  readonly seq: number;
  slab: object | null;
}

function drop(shelf: Shelf<Thing>, each: Thing): void {
  each.slab = null;
  shelf.dropped();
}

test("whatever comes and whatever is dropped, a shelf shows the rest in order", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const next = seededNumbers(seed);
    const shelf = new Shelf<Thing>();
    const model: Thing[] = [];
    for (let seq = 1, step = 0; step < 2_000; step++) {
      // By turns it grows and shrinks, from the front as limits trim and anywhere as its authors delete.
      const isGrowing = step % 500 < 300;
      if (next() % 4 < (isGrowing ? 3 : 1)) {
        const thing = { seq, slab: {} };
        seq += 1 + (next() % 3);
        shelf.push(thing);
        model.push(thing);
      } else {
        const [gone] = model.splice(next() % 3 === 0 ? next() % Math.max(1, model.length) : 0, 1);
        if (gone !== undefined) drop(shelf, gone);
      }
      assert.deepEqual([shelf.count, shelf.oldest()], [model.length, model[0] ?? null]);
      const above = next() % (seq + 2);
      assert.equal(shelf.above(above), model.find((thing) => thing.seq > above) ?? null);
      if (step % 50 === 0) assert.deepEqual([...shelf], model);
    }
    for (const thing of model) drop(shelf, thing);
    assert.deepEqual([shelf.count, shelf.oldest(), shelf.above(0), [...shelf]], [0, null, null, []]);
  }
});

test("what has been dropped, from whichever end, takes no place", () => {
  for (const [kept, order] of [
    ["oldest", (things: Thing[]) => things.slice(1)],
    ["newest", (things: Thing[]) => things.slice(0, -1)],
  ] as const) {
    const shelf = new Shelf<Thing>();
    const things = Array.from({ length: 1_000 }, (_, index): Thing => ({ seq: index + 1, slab: {} }));
    for (const thing of things) shelf.push(thing);
    for (const thing of order(things)) drop(shelf, thing);
    assert.deepEqual([...shelf], [kept === "oldest" ? things[0] : things.at(-1)]);
    assert.ok(shelf.slots <= 64, `${shelf.slots} slots`);
  }
});
