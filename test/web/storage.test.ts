import assert from "node:assert/strict";
import { test } from "node:test";

import { maxRoomsLeftBehind, maxTextBytes, maxUnsentBytes } from "../../src/protocol/limits.ts";
import { isKeepable, putSavedTab, type SavedTab, takeSavedTab } from "../../src/web/storage.ts";
import { createShelf, roomOf, unsealed } from "./shelf.ts";

const empty: SavedTab = { room: null, leftBehind: [] };
const full: SavedTab = { room: roomOf("here", 3, "half a"), leftBehind: [roomOf("there", 2)] };
const lengthOf = (tab: SavedTab): number => JSON.stringify(tab).length;

test("what is put is taken once", () => {
  const shelf = createShelf();
  assert.ok(putSavedTab(shelf, full));
  assert.deepEqual([takeSavedTab(shelf), takeSavedTab(shelf)], [full, empty]);
});

test("a room to which one comes back only as a new arrival keeps its words and its draft", () => {
  const shelf = createShelf();
  const tab = { room: { phrase: "here", session: null, draft: "unsent" }, leftBehind: [] };
  assert.ok(putSavedTab(shelf, tab));
  assert.deepEqual(takeSavedTab(shelf), tab);
});

test("a tab without rooms puts nothing into storage", () => {
  const shelf = createShelf();
  assert.ok(putSavedTab(shelf, empty));
  assert.equal(shelf.stored.size, 0);
});

test("where there is little space the sealed frames go first, and no text", () => {
  const shelf = createShelf();
  shelf.space = lengthOf(full) - 1;
  assert.ok(putSavedTab(shelf, full));
  assert.deepEqual(takeSavedTab(shelf), {
    room: unsealed(roomOf("here", 3, "half a")),
    leftBehind: [unsealed(roomOf("there", 2))],
  });
});

test("where there is less, seat and unsent messages stay, and it says that something is not kept", () => {
  const shelf = createShelf();
  const least = { room: unsealed(roomOf("here", 3)), leftBehind: [] };
  shelf.space = lengthOf(least);
  assert.equal(putSavedTab(shelf, full), false);
  assert.deepEqual(takeSavedTab(shelf), least);
});

test("where there is none it says so, unless nothing is unsent", () => {
  const shelf = createShelf();
  shelf.space = 10;
  assert.equal(putSavedTab(shelf, full), false);
  assert.equal(putSavedTab(shelf, { room: roomOf("here", 1), leftBehind: [] }), false);
  assert.equal(putSavedTab(shelf, { room: roomOf("here", 0, "half a"), leftBehind: [] }), false);
  assert.ok(putSavedTab(shelf, { room: roomOf("here"), leftBehind: [] }));
});

test("a storage that may not be used at all is an empty one", () => {
  const refuse = (): never => {
    throw new DOMException("no", "SecurityError");
  };
  const shelf = { getItem: refuse, setItem: refuse, removeItem: refuse };
  assert.deepEqual(takeSavedTab(shelf), empty);
  assert.equal(putSavedTab(shelf, full), false);
});

test("what makes no sense is left out", () => {
  const shelf = createShelf();
  for (const text of [
    "",
    "{",
    "null",
    "7",
    "[]",
    '{"room":7,"leftBehind":7}',
    '{"leftBehind":[null,7,{}]}',
  ]) {
    shelf.setItem("secure-room", text);
    assert.deepEqual(takeSavedTab(shelf), empty, text);
  }
  const { session } = roomOf("here", 1);
  for (const wrong of [
    { name: 7 },
    { counter: -1 },
    { helloAt: "1" },
    { receipts: null },
    { unsent: {} },
    { unsent: [{ body: 1, frame: null }] },
  ]) {
    const room = { phrase: "here", session: { ...session, ...wrong }, draft: "" };
    shelf.setItem("secure-room", JSON.stringify({ room, leftBehind: [room, roomOf("there")] }));
    assert.deepEqual(takeSavedTab(shelf), { room: null, leftBehind: [roomOf("there")] });
  }
});

test("of many rooms the newest are read", () => {
  const shelf = createShelf();
  const rooms = Array.from({ length: maxRoomsLeftBehind + 1 }, (_, index) => roomOf(`room ${index}`, 1));
  shelf.setItem("secure-room", JSON.stringify({ room: null, leftBehind: rooms }));
  assert.deepEqual(takeSavedTab(shelf).leftBehind, rooms.slice(1));
});

test("unsent texts may wait up to the limit, in bytes, and not beyond", () => {
  const texts = Array.from({ length: maxUnsentBytes / maxTextBytes - 1 }, () => "x".repeat(maxTextBytes));
  for (const [last, expected] of [
    [maxTextBytes - 2, true],
    [maxTextBytes, true],
    [maxTextBytes + 2, false],
  ] as const) {
    assert.equal(isKeepable([...texts, "é".repeat(last / 2)]), expected, `${last}`);
  }
});
