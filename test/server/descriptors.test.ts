import assert from "node:assert/strict";
import { test } from "node:test";
import { mostSockets, readDescriptorLimit, usualConnections } from "../../src/server/descriptors.ts";

test("sockets are some more than connections, and always fewer than descriptors", () => {
  assert.equal(mostSockets(10_000, null), 12_016);
  assert.equal(mostSockets(10_000, 1_000_000), 12_016);
  assert.equal(mostSockets(10_000, 12_048), 12_016);
  assert.equal(mostSockets(10_000, 12_047), 12_015);
  for (const limit of [1, 32, 64, 256, 1024, 65_536]) {
    const sockets = mostSockets(usualConnections(limit), limit);
    assert.ok(sockets >= 1 && (sockets < limit || limit === 1), `${limit}`);
  }
});

test("guests may have four fifths of the descriptors, at most 10,000 and at least one", () => {
  assert.deepEqual([null, 1, 1024, 1_000_000].map(usualConnections), [10_000, 1, 819, 10_000]);
});

test(
  "the limit of this process is a number where the system tells",
  { skip: process.platform !== "linux" },
  () => {
    assert.ok((readDescriptorLimit() ?? 0) > 0);
  },
);
