// TLS: what is too weak is refused, and handshakes that fail leave nothing behind.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { connect as connectPlain } from "node:net";
import { test } from "node:test";
import { type ConnectionOptions, getCiphers } from "node:tls";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

import { miB } from "../../src/protocol/units.ts";
import { closed } from "../server/house.ts";
import { ask, dialTls, readAll, running, withRelay } from "../server/tls-house.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

/** A record that says it is a handshake, around nonsense. */
const garbage: readonly (() => Buffer)[] = [
  () => Buffer.concat([Buffer.from("160301004001", "hex"), randomBytes(64)]),
  () => Buffer.concat([Buffer.from("1603010005010000010303", "hex"), randomBytes(8)]),
  () => Buffer.concat([Buffer.from("16", "hex"), randomBytes(200)]),
  () => Buffer.from("160301ffff", "hex"),
  () => Buffer.from("15030300020228", "hex"),
  () => Buffer.from("16030100", "hex"),
];
const total = 10_000;
const atOnce = 40;

test("10,000 handshakes that fail give back every descriptor and their memory", async () => {
  await withRelay({ maxConnectionsPerIp: 0 }, async (relay) => {
    const fail = async (count: number): Promise<void> => {
      let left = count;
      const one = async (): Promise<void> => {
        while (left-- > 0) {
          const socket = connectPlain(relay.port, "127.0.0.1").on("error", () => {});
          socket.write(garbage[left % garbage.length]?.() ?? "");
          // Every other one does not wait for the answer.
          if (left % 2 === 0) socket.end();
          else if (left % 6 === 5) socket.resetAndDestroy();
          socket.resume();
          await closed(socket);
        }
      };
      await Promise.all(Array.from({ length: atOnce }, one));
      // An answered request proves that the relay has seen the ends of those before it.
      await ask("/healthz", {}, relay.port);
      collectGarbage();
    };
    // What is made once has been made, then.
    await fail(500);
    const before = { heap: process.memoryUsage().heapUsed, descriptors: descriptors() };
    await fail(total);
    const grownBytes = process.memoryUsage().heapUsed - before.heap;
    console.log(`# heap grew by ${Math.round(grownBytes / 1024)} KiB over ${total} failed handshakes`);
    assert.ok(relay.sockets <= 1);
    assert.ok(descriptors() <= before.descriptors + 2);
    assert.ok(grownBytes < 4 * miB, `${grownBytes} bytes`);
  });
});

test("nothing below TLS 1.2 is spoken", async () => {
  for (const version of ["TLSv1", "TLSv1.1"] as const) {
    const options = { minVersion: version, maxVersion: version, ciphers: "ALL:@SECLEVEL=0" };
    await assert.rejects(dialTls(running.port, options));
  }
});

test("every suite without authenticated encryption or forward secrecy is refused, and the others are not", async () => {
  const spoken: string[] = [];
  for (const name of getCiphers().map((name) => name.toUpperCase())) {
    if (name.startsWith("TLS_")) continue;
    const options: ConnectionOptions = { maxVersion: "TLSv1.2", ciphers: `${name}:@SECLEVEL=0` };
    const socket = await dialTls(running.port, options).catch(() => null);
    if (socket === null) continue;
    spoken.push(name);
    socket.destroy();
  }
  // The certificate here is of EC: suites for RSA need another.
  assert.deepEqual(spoken.toSorted(), [
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-CHACHA20-POLY1305",
  ]);
});

test("every suite of TLS 1.3 that is spoken is authenticated", async () => {
  for (const name of ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"]) {
    const socket = await dialTls(running.port, { minVersion: "TLSv1.3", ciphers: name });
    assert.equal(socket.getCipher().name, name);
    socket.destroy();
  }
  const short = { minVersion: "TLSv1.3", ciphers: "TLS_AES_128_CCM_8_SHA256" } as const;
  await assert.rejects(dialTls(running.port, short));
});

test("a guest who asks for another protocol over TLS gets none", async () => {
  await assert.rejects(dialTls(running.port, { ALPNProtocols: ["h2"] }));
  const socket = await dialTls(running.port, { ALPNProtocols: ["h2", "http/1.1"] });
  assert.equal(socket.alpnProtocol, "http/1.1");
  socket.end();
  await readAll(socket);
});

/** Of this process, which is relay and peers at once. */
function descriptors(): number {
  return readdirSync("/dev/fd").length;
}
