import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { test } from "node:test";

import { answerSliceBytes } from "../../src/protocol/limits.ts";
import { deliver } from "../../src/server/delivery.ts";
import { fakeClock } from "./support.ts";

/** A body of so many slices on its way, the system that takes it, and its clock. */
function onItsWay(slices: number) {
  const clock = fakeClock();
  const came: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const response = new Writable({
    write(slice: Buffer, _encoding, taken) {
      came.push(slice);
      waiting.push(taken);
    },
  });
  const body = Buffer.from(Array.from({ length: slices * answerSliceBytes }, (_, at) => at % 251));
  const asked: number[] = [];
  deliver(response, body, clock, (goneBytes) => {
    asked.push(goneBytes);
    return 10_000;
  });
  const take = async (): Promise<void> => {
    waiting.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { clock, came, response, body, asked, take };
}

test("a body goes out whole, and one slice of it at a time", async () => {
  const { came, response, body, asked, take } = onItsWay(3);
  assert.equal(came.length, 1);
  await take();
  assert.equal(came.length, 2);
  await take();
  assert.equal(response.writableEnded, false);
  await take();
  assert.equal(response.writableEnded, true);
  assert.ok(Buffer.concat(came).equals(body));
  assert.deepEqual(asked, [0, answerSliceBytes, 2 * answerSliceBytes]);
});

test("who does not take the next slice in time is cut, and each slice has its time anew", async () => {
  const { clock, response, take } = onItsWay(3);
  clock.step(9_999);
  await take();
  clock.step(9_999);
  assert.equal(response.destroyed, false);
  clock.step(1);
  assert.equal(response.destroyed, true);
});

test("behind its end nothing is cut", async () => {
  const { clock, response, take } = onItsWay(1);
  await take();
  clock.step(10_000);
  assert.equal(response.writableFinished, true);
  assert.equal(response.errored, null);
});
