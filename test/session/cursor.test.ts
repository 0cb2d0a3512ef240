import assert from "node:assert/strict";
import { test } from "node:test";
import type { Joined } from "../../src/protocol/control.ts";
import { Cursor } from "../../src/session/cursor.ts";

const joined = (log: string, first: number): Joined => ({ type: "joined", salt: "", log, first, last: 100 });

/** Of somebody who came to log "a" at its beginning, and has read five frames. */
function readFive(): Cursor {
  const cursor = new Cursor(null);
  cursor.joined(joined("a", 1));
  cursor.moveTo(5);
  return cursor;
}

test("a newcomer wants all of the log, and misses nothing that went before", () => {
  const cursor = new Cursor(null);
  assert.deepEqual([cursor.where, cursor.seen, cursor.moveTo(1)], [{}, null, false]);
  assert.deepEqual(cursor.joined(joined("a", 7)), { isNew: true, isTrimmed: false });
  assert.deepEqual(cursor.seen, { log: "a", seq: 6 });
  assert.deepEqual([cursor.moveTo(6), cursor.moveTo(7), cursor.moveTo(7)], [true, true, false]);
  assert.deepEqual(cursor.where, { log: "a", after: 7 });
});

test("who was away for a moment goes on, and is told what the log has lost meanwhile", () => {
  const cursor = readFive();
  assert.deepEqual(cursor.joined(joined("a", 6)), { isNew: false, isTrimmed: false });
  assert.deepEqual(cursor.seen, { log: "a", seq: 5 });
  assert.deepEqual(cursor.joined(joined("a", 9)), { isNew: false, isTrimmed: true });
  assert.deepEqual(cursor.seen, { log: "a", seq: 8 });
});

test("what a log still holds below what it has lost is read, and the loss is told once", () => {
  const cursor = readFive();
  assert.equal(cursor.joined(joined("a", 9)).isTrimmed, true);
  assert.deepEqual(
    [cursor.moveTo(7), cursor.where, cursor.seen],
    [true, { log: "a", after: 7 }, { log: "a", seq: 8 }],
  );
  assert.equal(cursor.joined(joined("a", 9)).isTrimmed, false);
  assert.equal(cursor.joined(joined("a", 10)).isTrimmed, true);
});

test("another log is read from its beginning", () => {
  const cursor = readFive();
  assert.deepEqual(cursor.joined(joined("b", 1)), { isNew: true, isTrimmed: false });
  assert.deepEqual(cursor.seen, { log: "b", seq: 0 });
  assert.deepEqual(cursor.joined(joined("c", 3)), { isNew: true, isTrimmed: true });
});

test("a page that was loaded anew reads all again, and knows what the log has lost since", () => {
  const before = { log: "a", seq: 5 };
  const cursor = new Cursor(before);
  assert.deepEqual([cursor.where, cursor.seen], [{}, before]);
  assert.deepEqual(cursor.joined(joined("a", 3)), { isNew: true, isTrimmed: false });
  assert.deepEqual(cursor.seen, { log: "a", seq: 2 });
  assert.equal(new Cursor(before).joined(joined("a", 7)).isTrimmed, true);
});

test("in a room under other keys nothing was read yet", () => {
  const cursor = new Cursor({ log: "a", seq: 5 });
  cursor.forget();
  assert.equal(cursor.seen, null);
  assert.deepEqual(cursor.joined(joined("a", 9)), { isNew: true, isTrimmed: false });
});
