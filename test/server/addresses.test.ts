import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { test } from "node:test";

import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { addressKey, createAddresses, createCrowd, mostSocketsOfIp } from "../../src/server/addresses.ts";
import { fakeClock } from "./support.ts";

test("a crowd counts IPv6 by /64, and a place that is given back is free again", () => {
  const crowd = createCrowd(2);
  const leave = crowd.enter("2001:db8::1");
  assert.notEqual(leave, null);
  assert.notEqual(crowd.enter("2001:db8::2"), null);
  assert.equal(crowd.enter("2001:db8::3"), null);
  assert.notEqual(crowd.enter("2001:db8:0:1::3"), null);
  leave?.();
  assert.notEqual(crowd.enter("2001:db8::3"), null);
  assert.equal(crowd.enter("2001:db8::1"), null);
});

test("an address may have twice its connections and 16 sockets, and any number where there is no limit", () => {
  assert.deepEqual([mostSocketsOfIp(1), mostSocketsOfIp(32), mostSocketsOfIp(0)], [18, 80, Infinity]);
});

test("an IPv4 address counts as itself, inside IPv6 too", () => {
  for (const spelling of ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:c000:207", "0:0:0:0:0:ffff:192.0.2.7"]) {
    assert.equal(addressKey(spelling), "192.0.2.7");
  }
});

test("an IPv6 address counts by its /64", () => {
  const key = addressKey("2001:db8:1:2:3:4:5:6");
  for (const spelling of ["2001:db8:1:2::1", "2001:0DB8:0001:0002::", "2001:db8:1:2:ffff::%eth0"]) {
    assert.equal(addressKey(spelling), key);
  }
  for (const another of ["2001:db8:1:3::1", "2001:db8::1", "::1", "fe80::1%eth0"]) {
    assert.notEqual(addressKey(another), key);
  }
  assert.equal(addressKey("::1"), addressKey("0:0:0:0:0:0:0:1"));
});

test("an address is known for as long as it uses something", () => {
  const clock = fakeClock();
  const addresses = createAddresses(defaultLimits, clock);
  const one = addresses.of("192.0.2.7");
  assert.equal(addresses.of("::ffff:192.0.2.7"), one);
  one.connections = 1;
  addresses.sweep();
  assert.equal(addresses.of("192.0.2.7"), one);
  one.connections = 0;
  one.share.chargedBytes = 1;
  addresses.sweep();
  assert.equal(addresses.of("192.0.2.7"), one);
  one.share.chargedBytes = 0;
  one.files.chargedBytes = 1;
  addresses.sweep();
  assert.equal(addresses.of("192.0.2.7"), one);
  one.files.chargedBytes = 0;
  one.upgrades.take(clock.now());
  addresses.sweep();
  assert.equal(addresses.size, 1);
  clock.step(60_000);
  addresses.sweep();
  assert.equal(addresses.size, 0);
});

function requestFrom(remoteAddress: string, forwarded?: string): IncomingMessage {
  const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

test("X-Forwarded-For counts for nothing without a trusted proxy", () => {
  const addresses = createAddresses(defaultLimits, fakeClock());
  assert.equal(addresses.from(requestFrom("192.0.2.7", "198.51.100.1")).name, "192.0.2.7");
});

test("behind a trusted proxy the last hop counts, which the proxy has added, and nothing in front of it", () => {
  const addresses = createAddresses(defaultLimits, fakeClock(), true);
  const name = (forwarded?: string): string => addresses.from(requestFrom("10.0.0.1", forwarded)).name;
  assert.equal(name("198.51.100.1"), "198.51.100.1");
  assert.equal(name("203.0.113.9, 198.51.100.1"), "198.51.100.1");
  assert.equal(name("203.0.113.9,2001:db8:1:2::5 "), "2001:db8:1:2::/64");
  assert.equal(name("::ffff:198.51.100.1"), "198.51.100.1");
  for (const none of [undefined, "", "unknown", "198.51.100.1, ", "198.51.100.1, x", "198.51.100.1:443"]) {
    assert.equal(name(none), "10.0.0.1", none);
  }
});
