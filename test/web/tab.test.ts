import assert from "node:assert/strict";
import { test } from "node:test";

import type { SavedRoom } from "../../src/web/storage.ts";
import { createTab, type Tab } from "../../src/web/tab.ts";
import { createShelf, roomOf } from "./shelf.ts";

const enter = (tab: Tab, room: SavedRoom): void => tab.isIn(room.phrase, () => room);

test("the rooms that a tab is in are there after a reload, as they were when they were put, the one in front first", () => {
  const shelf = createShelf();
  const before = createTab(shelf);
  let draft = "ha";
  enter(before, roomOf("there", 2));
  before.isIn("here", () => roomOf("here", 1, draft));
  draft = "half a";
  assert.ok(before.put("here"));
  const after = createTab(shelf);
  assert.deepEqual(after.load(), [roomOf("here", 1, "half a"), roomOf("there", 2)]);
  assert.deepEqual(after.kept("here"), roomOf("here", 1, "half a"));
  assert.equal(after.kept("elsewhere"), null);
  assert.equal(shelf.stored.size, 0);
});

test("a room that is not back yet after a reload is kept over the next one too", () => {
  const shelf = createShelf();
  const first = createTab(shelf);
  for (const room of [roomOf("here"), roomOf("there", 2)]) enter(first, room);
  first.put(null);
  const second = createTab(shelf);
  second.load();
  enter(second, roomOf("here", 1));
  second.put("here");
  assert.deepEqual(createTab(shelf).load(), [roomOf("here", 1), roomOf("there", 2)]);
});

test("a room that is forgotten while nobody looks is out of storage at once", () => {
  const shelf = createShelf();
  const tab = createTab(shelf);
  enter(tab, roomOf("here", 1));
  tab.put(null);
  tab.forget("here");
  assert.equal(tab.kept("here"), null);
  assert.ok(tab.put(null));
  assert.equal(shelf.stored.size, 0);
});

test("a page notices when another page of its tab has gone on from what it put", () => {
  const shelf = createShelf();
  const first = createTab(shelf);
  assert.ok(first.isUntouched());
  enter(first, roomOf("here", 1));
  first.put(null);
  assert.ok(first.isUntouched());
  const second = createTab(shelf);
  second.load();
  assert.ok(!first.isUntouched());
  enter(second, roomOf("here", 2));
  second.put(null);
  assert.ok(!first.isUntouched());
  second.drop();
  assert.ok(second.isUntouched());
});
