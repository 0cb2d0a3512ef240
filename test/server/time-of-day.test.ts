// The time of day, which a host may set at any moment: it moves nothing that the relay counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs } from "../../src/protocol/units.ts";
import { handClock, open } from "./house.ts";
import { frameOf, seqs, texts } from "./support.ts";

test("a clock that is set hours ahead, again and again, drops nobody and forgets nothing", async (t) => {
  const { clock, beat } = handClock();
  const { enter, door } = await open(t, {}, clock);
  const [ann, bob] = [await enter("ann"), await enter("bob")];
  ann.ws.send(frameOf("before"));
  await bob.until((heard) => seqs(heard).length === 1);
  const beforeMs = Date.now();
  t.mock.timers.enable({ apis: ["Date"], now: beforeMs });
  // The first beat would ask who is silent, the next cut them.
  for (let count = 1; count <= 3; count++) {
    t.mock.timers.setTime(beforeMs + count * 30 * hourMs);
    beat();
  }
  bob.ws.send(frameOf("after"));
  await ann.until((heard) => seqs(heard).length === 2);
  const cyd = await enter("cyd");
  assert.deepEqual(seqs(cyd.heard), [1, 2]);
  assert.equal(texts(cyd.heard).filter((text) => text === "member here").length, 3);
  assert.equal(door.connections, 3);
});

test("where a clock is set hours back, what has run out still goes", async (t) => {
  const { clock, beat } = handClock();
  const { enter } = await open(t, { historyAgeMs: 50 }, clock);
  const ann = await enter("ann");
  ann.ws.send(frameOf("old"));
  await ann.until((heard) => seqs(heard).length === 1);
  t.mock.timers.enable({ apis: ["Date"], now: Date.now() - 30 * hourMs });
  await new Promise((resolve) => setTimeout(resolve, 100));
  beat();
  assert.deepEqual(seqs((await enter("bob")).heard), []);
});
