import assert from "node:assert/strict";
import { test } from "node:test";

import { makeFolder, start } from "../../scripts/bench/contenders.ts";
import { startGenerator } from "../../scripts/bench/load.ts";

test("the load of the bench gets into its rooms, and all that it says comes back to everybody", async (t) => {
  const folder = await makeFolder();
  t.after(() => folder.remove());
  const relay = await start("secure-room", folder.path);
  t.after(() => relay.stop());
  const generator = startGenerator();
  t.after(() => generator.stop());
  const place = { dialect: "secure-room", port: relay.port, localAddress: "127.0.0.1" } as const;
  const { failed } = await generator.open({ ...place, members: 12, membersPerRoom: 4, atOnce: 12 });
  assert.equal(failed, 0);
  for (const payloadBytes of [200, 20_000]) {
    const said = await generator.load({ messagesPerSecond: 200, payloadBytes, forMs: 200, drainMs: 10_000 });
    assert.deepEqual([said.sent, said.owed, said.delivered, said.endedBy], [40, 160, 160, {}]);
  }
  const order = { messages: 6, payloadBytes: 200, warmMs: 0, forMs: 200, drainMs: 5_000 };
  const { delivered, lost } = await generator.converse(order);
  assert.equal(lost, 0);
  assert.ok(delivered > 0);
  await generator.close();
});
