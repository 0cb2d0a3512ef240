import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";

import { Line } from "../../src/server/line.ts";
import { maskedFrame } from "./house.ts";
import { fakeClock } from "./support.ts";

/** A line that counts how often something awaited has gone. */
class CountingLine extends Line {
  written = 0;
  protected heardMessage(): void {}
  protected heardSign(): void {}
  protected heardMistake(): void {}
  protected hasRead(): void {}
  protected hasWritten(): void {
    this.written++;
  }
  protected hasGone(): void {}
}

test("when a pong or a ping has gone it is told: a replay may have had no room behind it", async () => {
  const clock = fakeClock();
  const socket = new Duplex({ read() {}, write: (_bytes, _encoding, gone) => gone() });
  const limits = { maxMessageBytes: 1_000, maxFragments: 4 };
  const line = new CountingLine(socket, { limits, maxQueueBytes: 1_000, clock });
  line.start(maskedFrame(0x89, Buffer.from("hi")));
  clock.settle();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(line.written, 1);
  line.ping();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(line.written, 2);
  line.cut();
});
