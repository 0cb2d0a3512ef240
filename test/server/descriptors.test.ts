import assert from "node:assert/strict";
import { test } from "node:test";
import {
  mostHttpSockets,
  mostSockets,
  readDescriptorLimit,
  usualConnections,
} from "../../src/server/descriptors.ts";

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

test("with a port for plain HTTP both together still have fewer than the descriptors", () => {
  assert.equal(mostHttpSockets(10_000, null), 10_000);
  assert.equal(mostHttpSockets(100, 1_000_000), 100);
  assert.equal(mostHttpSockets(10_000, 1024), 102);
  assert.equal(mostSockets(10_000, 12_047, 100), 11_915);
  for (const limit of [64, 256, 1024, 65_536]) {
    const connections = usualConnections(limit);
    const elsewhere = mostHttpSockets(connections, limit);
    const sockets = mostSockets(connections, limit, elsewhere);
    assert.ok(elsewhere >= 1 && sockets >= 1 && sockets + elsewhere < limit, `${limit}`);
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
