import assert from "node:assert/strict";
import { test } from "node:test";
import { type Frame, frameKind, frameKindOf, seqOf } from "../../src/protocol/frame.ts";
import { maxArchiveBytes, maxArchiveFrames } from "../../src/protocol/limits.ts";
import { Archive } from "../../src/session/archive.ts";

function frameOf(byteLength = 16): Frame {
  const fromUser = new Uint8Array(16);
  const iv = new Uint8Array(12);
  return { kind: frameKind.message, seq: 7, fromUser, iv, ciphertext: new Uint8Array(byteLength) };
}

/** What the archive would carry into an empty log, in order. */
function carried(archive: Archive): string[] {
  const ids: string[] = [];
  for (;;) {
    const next = archive.nextMissing((id) => ids.includes(id));
    if (next === null) return ids;
    ids.push(next.id);
  }
}

function hold(...ids: readonly string[]): Archive {
  const archive = new Archive();
  archive.newLog();
  for (const id of ids) archive.keep(id, frameOf(), 0);
  return archive;
}

test("what it carries is kind 3 without a number", () => {
  const { frame } = hold("a").nextMissing(() => false) ?? assert.fail();
  assert.deepEqual([frameKindOf(frame), seqOf(frame)], [frameKind.carried, 0]);
});

test("a new log that breaks off before it has everything leaves the order as it was", () => {
  const archive = hold("a", "b", "c", "d");
  archive.newLog();
  for (const id of ["a", "b"]) archive.keep(id, frameOf(), 0);
  assert.deepEqual(carried(archive), ["a", "b", "c", "d"]);
});

test("what comes by in a new log stands in its order, as it does on screens", () => {
  const archive = hold("a", "b", "c", "d");
  archive.newLog();
  for (const id of ["b", "new", "a", "d"]) archive.keep(id, frameOf(), 0);
  assert.deepEqual(carried(archive), ["b", "c", "new", "a", "d"]);
});

test("a new log has its order where the latest of it is forgotten", () => {
  const archive = hold("a", "b");
  archive.newLog();
  for (const id of ["new", "short"]) archive.keep(id, frameOf(), 0);
  archive.forget("short");
  for (const id of ["a", "b"]) archive.keep(id, frameOf(), 0);
  assert.deepEqual(carried(archive), ["new", "a", "b"]);
});

test("the oldest go when there are too many, or too many bytes", () => {
  const many = hold(...Array.from({ length: maxArchiveFrames + 1 }, (_, index) => String(index)));
  assert.deepEqual([carried(many)[0], carried(many).length], ["1", maxArchiveFrames]);
  const large = hold("a", "b");
  large.keep("c", frameOf(maxArchiveBytes - 16), 0);
  assert.deepEqual(carried(large), ["b", "c"]);
});

test("what is forgotten is carried no more", () => {
  const archive = hold("a", "b");
  archive.forget("a");
  archive.forget("unknown");
  assert.deepEqual(carried(archive), ["b"]);
});

test("a cleared archive holds nothing and has room for everything", () => {
  const archive = hold("a", "b");
  archive.clear();
  assert.deepEqual(carried(archive), []);
  archive.keep("c", frameOf(maxArchiveBytes), 0);
  assert.deepEqual(carried(archive), ["c"]);
});

test("what came by until the operator had it deleted is let go of, what came later is held", () => {
  const archive = new Archive();
  for (const [index, id] of ["a", "b", "c"].entries()) archive.keep(id, frameOf(), index);
  archive.forgetUntil(1);
  assert.deepEqual(carried(archive), ["c"]);
});

test("what has come by again since then is held", () => {
  const archive = hold("a", "b");
  archive.keep("a", frameOf(), 2);
  archive.forgetUntil(1);
  assert.deepEqual(carried(archive), ["a"]);
});
