import assert from "node:assert/strict";
import { test } from "node:test";

import { maxOpenRooms, maxTextBytes, maxUnsentBytes } from "../../src/protocol/limits.ts";
import { isKeepable, putSavedRooms, type SavedRoom, takeSavedRooms } from "../../src/web/storage.ts";
import { createShelf, roomOf, unsealed } from "./shelf.ts";

const full: readonly SavedRoom[] = [roomOf("here", 3, "half a"), roomOf("there", 2)];
const lengthOf = (rooms: readonly SavedRoom[]): number => JSON.stringify(rooms).length;

test("what is put is taken once", () => {
  const shelf = createShelf();
  assert.ok(putSavedRooms(shelf, full));
  assert.deepEqual([takeSavedRooms(shelf), takeSavedRooms(shelf)], [full, []]);
});

test("a room to which one comes back only as a new arrival keeps its words and its draft", () => {
  const shelf = createShelf();
  const rooms = [{ phrase: "here", session: null, draft: "unsent" }];
  assert.ok(putSavedRooms(shelf, rooms));
  assert.deepEqual(takeSavedRooms(shelf), rooms);
});

test("a draft is kept with what it answers", () => {
  const shelf = createShelf();
  const rooms = [{ ...roomOf("here", 0, "half a"), re: "id" }];
  assert.ok(putSavedRooms(shelf, rooms));
  assert.deepEqual(takeSavedRooms(shelf), rooms);
  shelf.setItem("secure-room", JSON.stringify([{ ...roomOf("here"), re: 7 }]));
  assert.deepEqual(takeSavedRooms(shelf), [roomOf("here")]);
});

test("a tab without rooms puts nothing into storage", () => {
  const shelf = createShelf();
  assert.ok(putSavedRooms(shelf, []));
  assert.equal(shelf.stored.size, 0);
});

test("where there is little space the sealed frames go first, and no text", () => {
  const shelf = createShelf();
  shelf.space = lengthOf(full) - 1;
  assert.ok(putSavedRooms(shelf, full));
  assert.deepEqual(takeSavedRooms(shelf), full.map(unsealed));
});

test("where there is less, seat and unsent messages of the first room stay, and it says that something is not kept", () => {
  const shelf = createShelf();
  const least = [unsealed(roomOf("here", 3))];
  shelf.space = lengthOf(least);
  assert.equal(putSavedRooms(shelf, full), false);
  assert.deepEqual(takeSavedRooms(shelf), least);
});

test("where there is none it says so, unless nothing is unsent", () => {
  const shelf = createShelf();
  shelf.space = 10;
  assert.equal(putSavedRooms(shelf, full), false);
  assert.equal(putSavedRooms(shelf, [roomOf("here", 1)]), false);
  assert.equal(putSavedRooms(shelf, [roomOf("here", 0, "half a")]), false);
  assert.ok(putSavedRooms(shelf, [roomOf("here")]));
});

test("a storage that may not be used at all is an empty one", () => {
  const refuse = (): never => {
    throw new DOMException("no", "SecurityError");
  };
  const shelf = { getItem: refuse, setItem: refuse, removeItem: refuse };
  assert.deepEqual(takeSavedRooms(shelf), []);
  assert.equal(putSavedRooms(shelf, full), false);
});

test("what makes no sense is left out", () => {
  const shelf = createShelf();
  for (const text of ["", "{", "null", "7", "{}", "[null,7,{}]"]) {
    shelf.setItem("secure-room", text);
    assert.deepEqual(takeSavedRooms(shelf), [], text);
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
    shelf.setItem("secure-room", JSON.stringify([room, roomOf("there")]));
    assert.deepEqual(takeSavedRooms(shelf), [roomOf("there")]);
  }
});

test("of too many rooms the first are read", () => {
  const shelf = createShelf();
  const rooms = Array.from({ length: maxOpenRooms + 1 }, (_, index) => roomOf(`room ${index}`, 1));
  shelf.setItem("secure-room", JSON.stringify(rooms));
  assert.deepEqual(takeSavedRooms(shelf), rooms.slice(0, -1));
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
