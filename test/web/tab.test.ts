import assert from "node:assert/strict";
import { test } from "node:test";

import { maxRoomsLeftBehind } from "../../src/protocol/limits.ts";
import type { SavedRoom } from "../../src/web/storage.ts";
import { createTab, type Tab } from "../../src/web/tab.ts";
import { createShelf, roomOf } from "./shelf.ts";

const enter = (tab: Tab, room: SavedRoom): void => tab.isIn(room.phrase, () => room);

test("the room that a tab is in is there after a reload, as it was when it was put", () => {
  const shelf = createShelf();
  const before = createTab(shelf);
  let draft = "ha";
  before.isIn("here", () => roomOf("here", 1, draft));
  draft = "half a";
  assert.ok(before.put());
  const after = createTab(shelf);
  assert.deepEqual(after.load(), roomOf("here", 1, "half a"));
  assert.deepEqual(after.kept("here"), roomOf("here", 1, "half a"));
  assert.equal(after.kept("there"), null);
  assert.equal(shelf.stored.size, 0);
});

test("a room that is left for another is kept while something in it is unsent, over a reload too", () => {
  const shelf = createShelf();
  const tab = createTab(shelf);
  enter(tab, roomOf("first", 2));
  enter(tab, roomOf("second"));
  enter(tab, roomOf("third", 0, "half a"));
  tab.leave();
  assert.deepEqual([tab.kept("first"), tab.kept("second"), tab.waiting()], [roomOf("first", 2), null, 2]);
  tab.put();
  const after = createTab(shelf);
  assert.equal(after.load(), null);
  assert.deepEqual([after.kept("first"), after.waiting()], [roomOf("first", 2), 2]);
  assert.deepEqual(after.kept("third"), roomOf("third", 0, "half a"));
});

test("a room that is entered again is no longer left behind, and one that is forgotten is gone", () => {
  const tab = createTab(createShelf());
  enter(tab, roomOf("first", 2));
  enter(tab, roomOf("second", 1));
  enter(tab, roomOf("first", 2));
  assert.equal(tab.waiting(), 1);
  tab.forget("second");
  tab.forget("first");
  assert.deepEqual([tab.kept("first"), tab.kept("second"), tab.waiting()], [null, null, 0]);
});

test("a room that is forgotten while nobody looks is out of storage at once", () => {
  const shelf = createShelf();
  const tab = createTab(shelf);
  enter(tab, roomOf("here", 1));
  tab.put();
  tab.forget("here");
  assert.ok(tab.put());
  assert.equal(shelf.stored.size, 0);
});

test("of many rooms left behind the oldest go", () => {
  const tab = createTab(createShelf());
  for (let index = 0; index <= maxRoomsLeftBehind; index++) enter(tab, roomOf(`${index}`, 1));
  tab.leave();
  assert.equal(tab.waiting(), maxRoomsLeftBehind);
  assert.equal(tab.kept("0"), null);
});

test("a page notices when another page of its tab has gone on from what it put", () => {
  const shelf = createShelf();
  const first = createTab(shelf);
  assert.ok(first.isUntouched());
  enter(first, roomOf("here", 1));
  first.put();
  assert.ok(first.isUntouched());
  const second = createTab(shelf);
  second.load();
  assert.ok(!first.isUntouched());
  enter(second, roomOf("here", 2));
  second.put();
  assert.ok(!first.isUntouched());
  second.drop();
  assert.ok(second.isUntouched());
});
