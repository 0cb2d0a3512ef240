// The time of day, which a host may set at any moment: it moves nothing that the relay counts.

import assert from "node:assert/strict";
import { test } from "node:test";
import { hourMs } from "../../src/protocol/units.ts";
import { type Clock, systemClock } from "../../src/server/clock.ts";
import { open } from "./house.ts";
import { frameOf, seqs, texts } from "./support.ts";

for (const [where, jump] of [
  ["ahead", 30],
  ["back", -30],
] as const) {
  test(`a clock that is set hours ${where} drops nobody and forgets nothing`, async (t) => {
    const beats = new Set<() => void>();
    const clock: Clock = {
      ...systemClock,
      every(_ms, run) {
        beats.add(run);
        return () => beats.delete(run);
      },
    };
    const { enter, door } = await open(t, {}, clock);
    const [ann, bob] = [await enter("ann"), await enter("bob")];
    ann.ws.send(frameOf("before"));
    await bob.until((heard) => seqs(heard).length === 1);
    const before = Date.now();
    t.mock.timers.enable({ apis: ["Date"], now: before + jump * hourMs });
    // A first look may still give them time to answer.
    for (let look = 0; look < 3; look++) for (const run of beats) run();
    bob.ws.send(frameOf("after"));
    await ann.until((heard) => seqs(heard).length === 2);
    const cyd = await enter("cyd");
    assert.deepEqual(seqs(cyd.heard), [1, 2]);
    assert.equal(texts(cyd.heard).filter((text) => text === "member here").length, 3);
    assert.equal(door.connections, 3);
  });
}
