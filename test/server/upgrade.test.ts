// Who is let in and what the others are told, over real sockets.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { subprotocol } from "../../src/protocol/limits.ts";
import { handshake, open, raw, statusOf } from "./house.ts";
import { room } from "./support.ts";

test("lets in who asks for a room in its own protocol", async (t) => {
  const { dial } = await open(t);
  const guest = dial();
  await once(guest.ws, "open");
  assert.equal(guest.ws.protocol, subprotocol);
  assert.equal(guest.ws.extensions, "");
});

test("takes the subprotocol among others", async (t) => {
  const { dial } = await open(t);
  const guest = dial({ protocols: ["chat", subprotocol] });
  await once(guest.ws, "open");
  assert.equal(guest.ws.protocol, subprotocol);
});

test("answers 404 on every path but a room's", async (t) => {
  const { port, counters } = await open(t);
  const id = room.id;
  const stray = id.replace(/.$/, "B");
  const paths = [
    "/",
    "/room/",
    `/room/${id}/`,
    `/room/${id}?x`,
    `/room/${id}A`,
    `/room/${id.slice(1)}`,
    `/room/${stray}`,
  ];
  paths.push(
    `/ROOM/${id}`,
    `//room/${id}`,
    `/x/../room/${id}`,
    `/room/${"+".repeat(22)}`,
    "/room/%41".padEnd(30, "A"),
  );
  for (const path of paths) {
    const answer = await raw(port, handshake({}, `GET ${path} HTTP/1.1`));
    assert.equal(statusOf(answer), 404, path);
    assert.match(answer, /content-type: text\/plain/i);
  }
  assert.equal(statusOf(await raw(port, handshake({}, `POST /room/${id} HTTP/1.1`))), 404);
  assert.equal(counters.refused.path, paths.length + 1);
});

test("answers 400 without its subprotocol", async (t) => {
  const { port } = await open(t);
  for (const name of [null, "", "chat", "secure-room.2", "secure-room.10", "SECURE-ROOM.1"]) {
    assert.equal(statusOf(await raw(port, handshake({ "Sec-WebSocket-Protocol": name }))), 400, String(name));
  }
});

test("answers 426 to another version of WebSocket", async (t) => {
  const { port } = await open(t);
  for (const version of ["8", "12", "14", "13, 8", null]) {
    const answer = await raw(port, handshake({ "Sec-WebSocket-Version": version }));
    assert.equal(statusOf(answer), 426);
    assert.match(answer, /sec-websocket-version: 13\r\n/i);
  }
});

test("answers 400 to what is no WebSocket handshake", async (t) => {
  const { port } = await open(t);
  assert.equal(statusOf(await raw(port, handshake({ Upgrade: "h2c" }))), 400);
  assert.equal(statusOf(await raw(port, handshake({ "Sec-WebSocket-Key": null }))), 400);
  assert.equal(statusOf(await raw(port, handshake({ "Sec-WebSocket-Key": "short" }))), 400);
  assert.equal(statusOf(await raw(port, handshake({}, `GET /room/${room.id} HTTP/1.0`))), 400);
});

test("answers 403 to pages of another origin", async (t) => {
  const { dial, port } = await open(t);
  const own = `127.0.0.1:${port}`;
  for (const origin of [`https://${own}`, "https://elsewhere.example"]) {
    await once(dial({ origin }).ws, "open");
  }
  for (const origin of [`http://${own}`, "https://evil.example", `https://${own}.evil.example`, "null", ""]) {
    assert.equal(statusOf(await raw(port, handshake({ Host: own, Origin: origin }))), 403, origin);
  }
});

test("answers 503 above its connections, and has room again when one has gone", async (t) => {
  const { dial, door } = await open(t, { maxConnections: 2 });
  const [first, second] = [dial(), dial()];
  await Promise.all([once(first.ws, "open"), once(second.ws, "open")]);
  const { status, headers, body } = await dial().refused;
  assert.equal(status, 503);
  assert.ok(Number(headers["retry-after"]) > 0);
  assert.match(body, /^[A-Z].*\.\n$/);
  first.ws.close();
  await first.closed;
  assert.equal(door.connections, 1);
  await once(dial().ws, "open");
});

test("answers 429 above the connections of one address", async (t) => {
  const { dial } = await open(t, { maxConnectionsPerIp: 1 });
  const first = dial();
  await once(first.ws, "open");
  const { status, headers } = await dial().refused;
  assert.deepEqual([status, Number(headers["retry-after"]) > 0], [429, true]);
  first.ws.close();
  await first.closed;
  await once(dial().ws, "open");
});

test("answers 429 above the upgrade rate", async (t) => {
  const { dial } = await open(t, { upgradeRate: { count: 60, perMs: 60_000, burst: 2 } });
  await once(dial().ws, "open");
  await once(dial().ws, "open");
  const { status, headers } = await dial().refused;
  assert.deepEqual([status, headers["retry-after"]], [429, "1"]);
});
