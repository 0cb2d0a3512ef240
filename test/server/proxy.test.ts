// Behind a proxy: whose connections are counted together, over real TLS.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { WebSocket } from "ws";

import { subprotocol } from "../../src/protocol/limits.ts";
import { room } from "./support.ts";
import { certificate, dialTls, withRelay } from "./tls-house.ts";

/** Whether somebody is let in whom a proxy calls `forwarded`. */
async function isLetIn(port: number, forwarded: string, before = {}): Promise<boolean> {
  const url = `wss://127.0.0.1:${port}/room/${room.id}`;
  const headers = { ...before, "X-Forwarded-For": forwarded };
  const ws = new WebSocket(url, subprotocol, { ca: certificate.cert, headers });
  ws.on("error", () => {});
  return Promise.race([
    once(ws, "open").then(() => true),
    once(ws, "unexpected-response").then(() => {
      ws.terminate();
      return false;
    }),
  ]);
}

test("guests of a trusted proxy are counted one by one, and no forged hop in front helps", async () => {
  await withRelay(
    { maxConnectionsPerIp: 1 },
    async ({ port }) => {
      assert.equal(await isLetIn(port, "198.51.100.1"), true);
      assert.equal(await isLetIn(port, "198.51.100.2"), true);
      assert.equal(await isLetIn(port, "198.51.100.1"), false);
      assert.equal(await isLetIn(port, "203.0.113.9, 198.51.100.1"), false);
    },
    { trustProxy: true },
  );
});

test("a guest is counted who sends so many headers that Node would leave the proxy's out", async () => {
  const many = Object.fromEntries(Array.from({ length: 1_100 }, (_, index) => [`A${index}`, "a"]));
  await withRelay(
    { maxConnectionsPerIp: 1 },
    async ({ port }) => {
      assert.equal(await isLetIn(port, "198.51.100.1", many), true);
      assert.equal(await isLetIn(port, "198.51.100.2", many), true);
      assert.equal(await isLetIn(port, "198.51.100.1", many), false);
    },
    { trustProxy: true },
  );
});

test("without a trusted proxy everybody behind one is one address, whatever is said", async () => {
  await withRelay({ maxConnectionsPerIp: 1 }, async ({ port }) => {
    assert.equal(await isLetIn(port, "198.51.100.1"), true);
    assert.equal(await isLetIn(port, "198.51.100.2"), false);
  });
});

test("a trusted proxy is no crowd, however many sockets it opens", async () => {
  await withRelay(
    { maxConnectionsPerIp: 1 },
    async ({ port }) => {
      const sockets = await Promise.all(Array.from({ length: 30 }, () => dialTls(port)));
      for (const socket of sockets) socket.destroy();
    },
    { trustProxy: true },
  );
});
