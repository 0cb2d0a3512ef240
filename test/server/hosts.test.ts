import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { test } from "node:test";
import { lanAddresses, reachableHosts, urlOf } from "../../src/server/hosts.ts";

function card(address: string, internal = false): NetworkInterfaceInfo {
  const common = { address, netmask: "", mac: "", internal, cidr: null };
  return address.includes(":") ? { ...common, family: "IPv6", scopeid: 0 } : { ...common, family: "IPv4" };
}

test("a private address of a real interface comes first, IPv6 and bridges later", () => {
  const found = lanAddresses({
    lo: [card("127.0.0.1", true), card("::1", true)],
    docker0: [card("172.17.0.1")],
    eth0: [card("fd00::2"), card("203.0.113.5"), card("192.168.1.23"), card("fe80::1"), card("169.254.3.4")],
  });
  assert.deepEqual(found, ["192.168.1.23", "203.0.113.5", "172.17.0.1", "fd00::2"]);
});

test("a machine without a network is reached as localhost", () => {
  assert.deepEqual(reachableHosts("0.0.0.0", []), ["localhost"]);
});

test("listening everywhere on IPv4 names no IPv6 address", () => {
  assert.deepEqual(reachableHosts("0.0.0.0", ["192.168.1.23", "fd00::2"]), ["192.168.1.23", "localhost"]);
  assert.deepEqual(reachableHosts("::", ["192.168.1.23", "fd00::2"]), [
    "192.168.1.23",
    "fd00::2",
    "localhost",
  ]);
});

test("listening on one address names only that one", () => {
  assert.deepEqual(reachableHosts("127.0.0.1", ["192.168.1.23"]), ["127.0.0.1"]);
});

test("an IPv6 address stands in brackets, and the port of https is left out", () => {
  assert.equal(urlOf("https", "fd00::2", 3000), "https://[fd00::2]:3000");
  assert.equal(urlOf("https", "example.org", 443), "https://example.org");
});
