// How fast a body has to come, on a stepped clock.

import assert from "node:assert/strict";
import { test } from "node:test";

import { leastBodyBytes } from "../../src/protocol/limits.ts";
import { createPace } from "../../src/server/body.ts";
import { fakeClock } from "./support.ts";

/** Whether a body is still let come after two spans, when so many bytes have come in each. */
function isLetCome(bytesEach: number): boolean {
  const clock = fakeClock();
  let isTooSlow = false;
  const pace = createPace(clock, 10_000, () => (isTooSlow = true));
  for (let span = 0; span < 2; span++) {
    clock.step(5_000);
    pace.took(bytesEach - 1);
    clock.step(4_999);
    pace.took(1);
  }
  clock.step(2);
  pace.stop();
  return !isTooSlow;
}

test("a body goes on while the least comes in its time, or more, and is cut at a byte less", () => {
  assert.equal(isLetCome(leastBodyBytes + 1), true);
  assert.equal(isLetCome(leastBodyBytes), true);
  assert.equal(isLetCome(leastBodyBytes - 1), false);
});

test("a body that is held back has its time anew when it may go on, and one that is over has no time", () => {
  const clock = fakeClock();
  let cuts = 0;
  const pace = createPace(clock, 10_000, () => cuts++);
  clock.step(9_000);
  pace.stop();
  clock.step(60_000);
  pace.restart();
  clock.step(9_999);
  assert.equal(cuts, 0);
  clock.step(1);
  assert.equal(cuts, 1);
  pace.stop();
  clock.step(60_000);
  assert.equal(cuts, 1);
});
