import assert from "node:assert/strict";
import { test } from "node:test";
import { Endings } from "../../src/server/endings.ts";
import { seededNumbers } from "../seeded.ts";

interface Thing {
  readonly endsAtMs: number;
  slab: object | null;
}

const thing = (endsAtMs: number): Thing => ({ endsAtMs, slab: {} });

function drop(endings: Endings<Thing>, each: Thing): void {
  each.slab = null;
  endings.dropped();
}

test("whatever the order they came in, they end in the order of their times, and none too early", () => {
  const next = seededNumbers(3);
  const endings = new Endings<Thing>();
  let model: Thing[] = [];
  for (let nowMs = 0; nowMs < 3_000; nowMs++) {
    for (let added = next() % 3; added > 0; added--) {
      const one = thing(nowMs + (next() % 400));
      endings.add(one);
      model.push(one);
    }
    const [gone] = next() % 3 === 0 ? model.splice(next() % Math.max(1, model.length), 1) : [];
    if (gone !== undefined) drop(endings, gone);
    let before = 0;
    for (let due = endings.due(nowMs); due !== null; due = endings.due(nowMs)) {
      assert.ok(before <= due.endsAtMs && due.endsAtMs <= nowMs);
      before = due.endsAtMs;
      drop(endings, due);
    }
    model = model.filter(({ slab }) => slab !== null);
    assert.ok(model.every(({ endsAtMs }) => endsAtMs > nowMs));
  }
});

test("what is gone long before its time takes no place", () => {
  const endings = new Endings<Thing>();
  for (let count = 0; count < 1_000; count++) {
    const one = thing(1_000_000 - count);
    endings.add(one);
    drop(endings, one);
  }
  assert.ok(endings.length < 64, `${endings.length} left`);
});
