import assert from "node:assert/strict";
import { test } from "node:test";
import { maxCameBy, maxClockBehindMs, maxTimelineEntries } from "../../src/protocol/limits.ts";
import type { MessageBody } from "../../src/session/body.ts";
import { createExpiry } from "../../src/session/expiry.ts";

/** A clock to step, and what has ended. */
function stage() {
  let now = 0;
  const timers = new Set<{ at: number; run: () => void }>();
  const ended: string[] = [];
  const after = (ms: number, run: () => void) => {
    const timer = { at: now + ms, run };
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const created = createExpiry({ now: () => now, after }, (id) => ended.push(id));
  const expiry = {
    ...created,
    note: (id: string, body: MessageBody, isFresh: boolean, isOnScreen = body.kind === "text") =>
      created.note(id, body, { isFresh, isOnScreen }),
  };
  const to = (ms: number) => {
    now = ms;
    for (const timer of timers) if (timer.at <= now && timers.delete(timer)) timer.run();
  };
  return { expiry, ended, to, timers };
}

const text = (at: number, lasts?: number): MessageBody => ({
  kind: "text",
  name: "Ann",
  at,
  counter: 0,
  text: "hello",
  ...(lasts === undefined ? {} : { lasts }),
});

test("a message ends by the earlier of its author's clock and ours, and one that says nothing stays", () => {
  const { expiry, ended, to, timers } = stage();
  to(6_000);
  expiry.note("later", text(5_000, 10), false);
  expiry.note("stays", text(5_000), false);
  expiry.note("from the future", text(900_000, 8), false);
  to(13_999);
  assert.deepEqual(ended, []);
  to(14_000);
  assert.deepEqual(ended, ["from the future"]);
  to(15_000);
  assert.deepEqual(ended, ["from the future", "later"]);
  assert.equal(timers.size, 0);
});

test("one that lasts from its arrival, its author's clock being behind, is not ended by a copy", () => {
  const { expiry, ended, to } = stage();
  to(100_000);
  expiry.note("a", text(0, 20), true);
  to(110_000);
  expiry.note("a", text(0, 20), false);
  assert.deepEqual(ended, []);
  to(120_000);
  assert.deepEqual(ended, ["a"]);
});

test("texts that are on no screen push out none that are", () => {
  const { expiry, ended } = stage();
  expiry.note("a", text(0, 60), false);
  for (let each = 0; each < maxCameBy + 1; each++) expiry.note(`twice ${each}`, text(0, 60), false, false);
  assert.deepEqual(ended, ["twice 0"]);
});

test("what is over when it comes ends at once, each time it comes", () => {
  const { expiry, ended, to } = stage();
  to(20_000);
  expiry.note("old", text(0, 20), false);
  expiry.note("old", text(0, 20), false);
  assert.deepEqual(ended, ["old", "old"]);
});

test("a second copy that comes later lasts no longer than the first", () => {
  const { expiry, ended, to } = stage();
  expiry.note("a", text(5_000, 10), false);
  to(4_000);
  expiry.note("a", text(5_000, 10), false);
  to(10_000);
  assert.deepEqual(ended, ["a"]);
});

test("it says for how many whole seconds more something lasts, none where it stays, and null where it is over", () => {
  const { expiry, to } = stage();
  expiry.note("a", text(0, 10), false);
  expiry.note("b", text(0), false);
  assert.deepEqual([expiry.keepSeconds("a"), expiry.keepSeconds("b")], [10, 0]);
  to(1_500);
  assert.equal(expiry.keepSeconds("a"), 9);
});

test("a clock that the machine let sleep ends nothing late in what is carried", () => {
  let now = 0;
  const expiry = createExpiry({ now: () => now, after: () => () => {} }, () => {});
  expiry.note("a", text(0, 10), { isFresh: false, isOnScreen: true });
  now = 10_000;
  assert.equal(expiry.keepSeconds("a"), null);
});

test("what is said just now by somebody whose clock is behind lasts from when it comes, by a day at most", () => {
  const { expiry, ended, to } = stage();
  to(maxClockBehindMs + 10_000);
  expiry.note("behind", text(10_000, 10), true);
  expiry.note("long ago", text(0, 10), true);
  expiry.note("replayed", text(10_000, 10), false);
  assert.deepEqual(ended, ["long ago", "replayed"]);
  to(maxClockBehindMs + 20_000);
  assert.deepEqual(ended, ["long ago", "replayed", "behind"]);
});

test("what shows nothing pushes out no times of what is on screens", () => {
  const { expiry, ended, to } = stage();
  expiry.note("text", text(0, 10), false);
  const { name, at } = text(0);
  for (let n = 0; n <= maxCameBy; n++) {
    expiry.note(`void ${n}`, { kind: "void", name, at, counter: n, lasts: 1_000 }, false);
  }
  assert.deepEqual(ended, ["void 0"]);
  to(10_000);
  assert.deepEqual(ended, ["void 0", "text"]);
});

test("what is pushed out by newer ones on the screen has ended", () => {
  const { expiry, ended } = stage();
  for (let n = 0; n <= maxTimelineEntries; n++) expiry.note(`text ${n}`, text(0, 10), false);
  assert.deepEqual(ended, ["text 0"]);
});

test("after a sleep in which no timer ran, what is over has ended at a look", () => {
  let now = 0;
  const ended: string[] = [];
  const expiry = createExpiry({ now: () => now, after: () => () => {} }, (id) => ended.push(id));
  expiry.note("a", text(0, 10), { isFresh: false, isOnScreen: true });
  now = 10_000;
  expiry.check();
  assert.deepEqual(ended, ["a"]);
});
