// When the relay hands on at once, and when it gathers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { busyIdleShare, calmIdleShare, flushWindowMs, loadEveryMs } from "../../src/protocol/limits.ts";
import { frameOf, room, testRelay, testRoom } from "./support.ts";

/** A room of two, one of whom says so many messages at a time. */
function twoMembers(atATime = 2) {
  const { clock, join } = testRelay();
  const [ann, bob] = [join(room, "ann"), join(room, "bob")];
  bob.read();
  let said = 0;
  return {
    clock,
    join,
    /** How many ms it takes until Bob hears Ann. */
    delayMs(): number {
      for (let count = 0; count < atATime; count++) ann.send(frameOf(`message ${said++}`));
      for (let ms = 0; ms < 1_000; ms++) {
        if (bob.read().length > 0) return ms;
        clock.step(1);
      }
      return assert.fail("expected Bob to hear Ann");
    },
  };
}

test("a relay that has time hands on at once; one that has none gathers, and stops when it has some again", () => {
  const { clock, delayMs } = twoMembers();
  assert.equal(delayMs(), 0);
  clock.toil(loadEveryMs);
  // The flush in which the load is measured is still one of before.
  assert.deepEqual([delayMs(), delayMs()], [0, flushWindowMs]);
  clock.toil(10 * loadEveryMs);
  assert.deepEqual([delayMs(), delayMs()], [flushWindowMs, flushWindowMs]);
  clock.step(loadEveryMs);
  assert.deepEqual([delayMs(), delayMs()], [flushWindowMs, 0]);
});

test("it does not change its mind between busy and calm, nor within the time that it measures", () => {
  const { clock, delayMs } = twoMembers();
  clock.toil(loadEveryMs / 2);
  assert.deepEqual([delayMs(), delayMs()], [0, 0]);
  clock.toil(loadEveryMs / 2);
  assert.deepEqual([delayMs(), delayMs()], [0, flushWindowMs]);
  const idleMs = 10 * loadEveryMs * ((busyIdleShare + calmIdleShare) / 2);
  clock.toil(10 * loadEveryMs - idleMs);
  clock.step(idleMs);
  assert.deepEqual([delayMs(), delayMs()], [flushWindowMs, flushWindowMs]);
});

test("where a room has one message at a time there is nothing to gather, however busy the relay is", () => {
  const { clock, delayMs } = twoMembers(1);
  clock.toil(loadEveryMs);
  assert.deepEqual([delayMs(), delayMs(), delayMs()], [0, 0, 0]);
});

test("rooms where people only come and go do not speak against gathering in those where they talk", () => {
  const { clock, join, delayMs } = twoMembers();
  for (let count = 0; count < 20; count++) join(testRoom(`other ${count}`), "cyd");
  clock.toil(loadEveryMs);
  assert.deepEqual([delayMs(), delayMs()], [0, flushWindowMs]);
});
