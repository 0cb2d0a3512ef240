import assert from "node:assert/strict";
import { test } from "node:test";
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
  const expiry = createExpiry({ now: () => now, after }, (id) => ended.push(id));
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
  expiry.note("later", text(5_000, 10));
  expiry.note("stays", text(5_000));
  expiry.note("from the future", text(900_000, 8));
  to(13_999);
  assert.deepEqual(ended, []);
  to(14_000);
  assert.deepEqual(ended, ["from the future"]);
  to(15_000);
  assert.deepEqual(ended, ["from the future", "later"]);
  assert.equal(timers.size, 0);
});

test("what is over when it comes ends at once, each time it comes", () => {
  const { expiry, ended, to } = stage();
  to(20_000);
  expiry.note("old", text(0, 20));
  expiry.note("old", text(0, 20));
  assert.deepEqual(ended, ["old", "old"]);
});

test("a second copy that comes later lasts no longer than the first", () => {
  const { expiry, ended, to } = stage();
  expiry.note("a", text(5_000, 10));
  to(4_000);
  expiry.note("a", text(5_000, 10));
  to(10_000);
  assert.deepEqual(ended, ["a"]);
});

test("it says for how many whole seconds more something lasts, none where it stays, and null where it is over", () => {
  const { expiry, to } = stage();
  expiry.note("a", text(0, 10));
  expiry.note("b", text(0));
  assert.deepEqual([expiry.keepSeconds("a"), expiry.keepSeconds("b")], [10, 0]);
  to(1_500);
  assert.equal(expiry.keepSeconds("a"), 9);
});

test("a clock that the machine let sleep ends nothing late in what is carried", () => {
  let now = 0;
  const expiry = createExpiry({ now: () => now, after: () => () => {} }, () => {});
  expiry.note("a", text(0, 10));
  now = 10_000;
  assert.equal(expiry.keepSeconds("a"), null);
});
