import assert from "node:assert/strict";
import { test } from "node:test";
import { maxOutbox } from "../../src/protocol/limits.ts";
import { Outbox } from "../../src/session/outbox.ts";
import { retryDelayMs } from "../../src/session/retry.ts";

const body = (counter: number) =>
  ({ kind: "text", name: "Ann", at: 1, counter, text: `no ${counter}` }) as const;

test("the oldest that has not gone out on a line is next, and each line carries it once", () => {
  const outbox = new Outbox();
  outbox.add(body(0));
  outbox.add(body(1));
  const [first, second] = [{}, {}];
  for (const line of [first, second]) {
    for (const counter of [0, 1]) {
      const next = outbox.nextFor(line) ?? assert.fail();
      assert.equal(next.body.counter, counter);
      next.sentOn = line;
    }
    assert.equal(outbox.nextFor(line), null);
  }
});

test("an echo takes a message out, once", () => {
  const outbox = new Outbox();
  outbox.add(body(0));
  outbox.add(body(1));
  assert.equal(outbox.acknowledge(body(0)), "said");
  assert.equal(outbox.acknowledge(body(0)), "said");
  assert.deepEqual(
    outbox.waiting().map((entry) => entry.body.counter),
    [1],
  );
});

test("an echo under another name of the author is the same message", () => {
  const outbox = new Outbox();
  outbox.add(body(0));
  assert.equal(outbox.acknowledge({ ...body(0), name: "Anna" }), "said");
});

test("an echo is the same message in whatever order its fields were opened", () => {
  const outbox = new Outbox();
  outbox.add({ ...body(0), lasts: 60 });
  const { text, ...rest } = body(0);
  assert.equal(outbox.acknowledge({ text, lasts: 30, ...rest }), "said");
});

test("another message that waits under an echo's number is given back, to be said anew", () => {
  const outbox = new Outbox();
  outbox.add(body(0));
  assert.deepEqual(outbox.acknowledge({ ...body(0), text: "said before the crash" }), { clash: body(0) });
  assert.equal(outbox.size, 0);
});

test("what was saved comes back in order, sealed or not", () => {
  const outbox = new Outbox();
  for (const counter of [4, 5]) outbox.add(body(counter));
  const [sealed] = outbox.waiting();
  if (sealed) sealed.frame = new Uint8Array([1, 2, 3]);
  const restored = new Outbox();
  restored.restore(JSON.parse(JSON.stringify(outbox.save())));
  // What was sealed before a reload and what was not is not told apart behind it: a change of name unseals too.
  for (const entry of outbox.waiting()) entry.isFresh = false;
  assert.deepEqual(restored.waiting(), outbox.waiting());
});

test("only what was never sealed is worded anew and taken back", () => {
  const outbox = new Outbox();
  for (const counter of [0, 1, 2, 3]) outbox.add(body(counter));
  const [sealed, second] = outbox.waiting();
  if (sealed) sealed.isFresh = false;
  assert.equal(outbox.reword(0, "other"), false);
  assert.equal(outbox.takeBack(0, 4), null);
  assert.equal(outbox.reword(7, "other"), false);
  assert.ok(outbox.reword(1, "other"));
  assert.deepEqual(second?.body, { ...body(1), text: "other" });
  assert.equal(outbox.takeBack(2, 4), 4, "a later number is in use");
  assert.deepEqual([outbox.size, outbox.waiting().length], [3, 4]);
  assert.equal(outbox.takeBack(3, 4), 2, "and then none is");
  assert.deepEqual([outbox.size, outbox.waiting().length], [2, 2]);
  assert.equal(outbox.takeBack(1, 2), 1, "but the sealed one's is");
});

test("a number that may be on its way with nothing to say is not free", () => {
  const outbox = new Outbox();
  for (const counter of [0, 1]) outbox.add(body(counter));
  assert.equal(outbox.takeBack(0, 2), 2);
  const [out] = outbox.waiting();
  if (out) out.isFresh = false;
  assert.equal(outbox.takeBack(1, 2), 1);
  assert.deepEqual(outbox.waiting(), [out]);
  // In a tab that came back from an older state the number may have been another's: there is nothing to say anew.
  assert.equal(outbox.acknowledge(body(0)), "said");
});

test("saved entries that make no sense are left out", () => {
  const outbox = new Outbox();
  outbox.restore([
    { body: "!", frame: null },
    { body: "", frame: null },
    { body: "e30", frame: null },
  ]);
  assert.equal(outbox.size, 0);
});

test("it is full at its limit", () => {
  const outbox = new Outbox();
  for (let counter = 0; counter < maxOutbox - 1; counter++) outbox.add(body(counter));
  assert.equal(outbox.full, false);
  outbox.add(body(maxOutbox - 1));
  assert.equal(outbox.full, true);
});

test("the wait before a dial is anywhere below a ceiling that doubles from 0.5 s to 30 s", () => {
  assert.equal(retryDelayMs(0, 0), 0);
  assert.deepEqual(
    [0, 1, 2, 5, 6, 7, 1_000].map((attempt) => retryDelayMs(attempt, 0.5)),
    [250, 500, 1_000, 8_000, 15_000, 15_000, 15_000],
  );
});
