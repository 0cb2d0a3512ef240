// The door for WebSockets over real sockets, with the `ws` client and, where a client would be too well-behaved, bytes.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect as connectTcp, type Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { WebSocket } from "ws";

import { close as closeCodes } from "../../src/protocol/close.ts";
import { decodeFrame } from "../../src/protocol/frame.ts";
import { defaultLimits, flushWindowMs, type Limits, subprotocol } from "../../src/protocol/limits.ts";
import { createAddresses } from "../../src/server/addresses.ts";
import { type Clock, systemClock } from "../../src/server/clock.ts";
import { type Counters, createCounters } from "../../src/server/counters.ts";
import { createRelay } from "../../src/server/relay.ts";
import { createWebSocketDoor, type WebSocketDoor } from "../../src/server/websocket.ts";
import { bytesOf, frameOf, type Heard, isFrame, joinOf, salt, seqs, testRoom, texts } from "./support.ts";

const room = testRoom("one");
const off = { count: 0, perMs: 1, burst: 0 };

interface House {
  readonly door: WebSocketDoor;
  readonly counters: Counters;
  readonly port: number;
  /** Opens a connection that has not joined. */
  dial(change?: Dial): Guest;
  /** Opens a connection and joins; answers once it is live. */
  enter(name: string, seat?: string, more?: object): Promise<Guest>;
}

interface Dial {
  readonly path?: string;
  readonly protocols?: string[];
  readonly origin?: string;
}

interface Guest {
  readonly ws: WebSocket;
  readonly heard: Heard[];
  /** Waits until what was heard satisfies `isEnough`. */
  until(isEnough: (heard: readonly Heard[]) => boolean): Promise<void>;
  say(text: object): void;
  /** The code and reason with which the connection ends. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The status with which an upgrade is refused. */
  readonly refused: Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>;
}

async function open(
  t: TestContext,
  change: Partial<Limits> = {},
  clock: Clock = systemClock,
): Promise<House> {
  const limits: Limits = {
    ...defaultLimits,
    upgradeRate: off,
    joinRate: off,
    maxConnectionsPerIp: 0,
    ...change,
  };
  const counters = createCounters();
  const addresses = createAddresses(limits, clock);
  const random = (byteLength: number): Uint8Array => bytesOf(`${Math.random()}`, byteLength);
  const relay = createRelay({ limits, salt, clock, counters, random, sweepEveryMs: 10 });
  const origins = new Set(["https://elsewhere.example"]);
  const door = createWebSocketDoor({ relay, limits, clock, counters, addresses, origins });
  const server: Server = createServer();
  server.on("upgrade", (request, socket, head) => door.upgrade(request, socket, head));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const guests = new Set<Guest>();
  t.after(async () => {
    for (const { ws } of guests) ws.terminate();
    await door.close(closeCodes.goingAway, "test over", 0);
    server.close();
  });
  const dial = ({ path = `/room/${room.id}`, protocols = [subprotocol], origin }: Dial = {}): Guest => {
    const url = `ws://127.0.0.1:${port}${path}`;
    const guest = newGuest(new WebSocket(url, protocols, { ...(origin === undefined ? {} : { origin }) }));
    guests.add(guest);
    return guest;
  };
  return {
    door,
    counters,
    port,
    dial,
    async enter(name, seat, more) {
      const guest = dial();
      await once(guest.ws, "open");
      guest.say({ ...joinOf(room, name, seat), ...more });
      await guest.until((heard) => texts(heard).includes("live"));
      return guest;
    },
  };
}

function newGuest(ws: WebSocket): Guest {
  const heard: Heard[] = [];
  const waiting = new Set<() => void>();
  ws.on("message", (data: Buffer, isBinary) => {
    const frame = isBinary ? decodeFrame(data) : (JSON.parse(data.toString()) as Heard);
    if (frame !== null) heard.push(frame);
    for (const look of waiting) look();
  });
  // A refused upgrade is looked at by its test; as an event it only says that there is no connection.
  ws.on("error", () => {});
  return {
    ws,
    heard,
    until(isEnough) {
      return new Promise((resolve, reject) => {
        const onClose = (code: number): void => reject(new Error(`closed with ${code} while waiting`));
        const look = (): void => {
          if (!isEnough(heard)) return;
          waiting.delete(look);
          ws.off("close", onClose);
          resolve();
        };
        waiting.add(look);
        ws.once("close", onClose);
        look();
      });
    },
    say: (text) => ws.send(JSON.stringify(text)),
    closed: new Promise((resolve) => {
      ws.once("close", (code, reason) => resolve({ code, reason: reason.toString() }));
    }),
    refused: new Promise((resolve) => {
      ws.once("unexpected-response", (_request, response) => {
        let body = "";
        response.on("data", (chunk: Buffer) => (body += chunk.toString()));
        response.on("end", () => {
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
          ws.terminate();
        });
      });
    }),
  };
}

/** Sends `bytes` and answers everything that comes back until the peer closes. */
async function raw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connectTcp(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
  socket.on("error", () => {});
  socket.write(bytes);
  await once(socket, "close");
  return answer;
}

function handshake(
  change: Readonly<Record<string, string | null>> = {},
  line = `GET /room/${room.id} HTTP/1.1`,
): string {
  const headers: Record<string, string | null> = {
    Host: "relay.example",
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": Buffer.alloc(16, 7).toString("base64"),
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": subprotocol,
    ...change,
  };
  const lines = Object.entries(headers).map(([name, value]) =>
    value === null ? "" : `${name}: ${value}\r\n`,
  );
  return `${line}\r\n${lines.join("")}\r\n`;
}

function statusOf(answer: string): number {
  return Number(answer.split(" ")[1]);
}

/** Opens a connection by hand, for frames no client would send. */
async function rawOpen(t: TestContext, port: number): Promise<Socket> {
  const socket = connectTcp(port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  socket.write(handshake());
  const [head] = (await once(socket, "data")) as [Buffer];
  assert.match(head.toString("latin1"), /^HTTP\/1\.1 101 /);
  return socket;
}

/** A client's frame with the mask of zeros, which leaves the payload as it is. */
function maskedFrame(first: number, payload: Buffer): Buffer {
  const header = payload.length < 126 ? Buffer.from([first, 0x80 | payload.length]) : Buffer.alloc(4);
  if (payload.length >= 126) {
    header[0] = first;
    header[1] = 0x80 | 126;
    header.writeUInt16BE(payload.length, 2);
  }
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}

/** The code of the close frame that the bytes after a handshake begin with. */
async function rawClose(socket: Socket): Promise<number> {
  const [bytes] = (await once(socket, "data")) as [Buffer];
  assert.equal(bytes[0], 0x88);
  return bytes.readUInt16BE(2);
}

// ── upgrades ─────────────────────────────────────────────────────────────────────────────────────────────────

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

// ── closing ──────────────────────────────────────────────────────────────────────────────────────────────────

test("closes with 1008 who does not join in time", async (t) => {
  const { dial } = await open(t, { joinTimeoutMs: 50 });
  const { code } = await dial().closed;
  assert.equal(code, 1008);
});

test("closes with 1008 who sends what the protocol does not have", async (t) => {
  const { dial, enter } = await open(t);
  const unjoined = dial();
  await once(unjoined.ws, "open");
  unjoined.ws.send(frameOf("x"));
  assert.equal((await unjoined.closed).code, 1008);
  const unknown = frameOf("x");
  unknown[0] = 9;
  const ann = await enter("Ann");
  ann.ws.send(unknown);
  assert.equal((await ann.closed).code, 1008);
  const bob = await enter("Bob");
  bob.say({ type: "forget", seq: "1" });
  const { code, reason } = await bob.closed;
  assert.deepEqual([code, reason], [1008, "not a text frame of this protocol"]);
});

test("closes with 1008 who shows the wrong access", async (t) => {
  const { dial } = await open(t);
  const nobody = dial();
  await once(nobody.ws, "open");
  nobody.say(joinOf(testRoom("two"), "Ann"));
  assert.equal((await nobody.closed).code, 1008);
});

test("takes a text frame of the full size, and closes one byte more with 1009", async (t) => {
  const { enter } = await open(t, { maxTextFrameBytes: 2_000 });
  const ann = await enter("Ann");
  const ping = (byteLength: number): string => JSON.stringify({ type: "ping" }).padEnd(byteLength, " ");
  ann.ws.send(ping(1_999));
  ann.ws.send(ping(2_000));
  await ann.until((heard) => texts(heard).filter((text) => text === "pong").length === 2);
  ann.ws.send(ping(2_001));
  assert.equal((await ann.closed).code, 1009);
});

test("takes a binary frame of 64 KiB, and closes one byte more with 1009", async (t) => {
  const { enter, counters } = await open(t);
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  for (const byteLength of [65_535, 65_536]) ann.ws.send(frameOf(`${byteLength}`, 1, byteLength));
  await bob.until((heard) => seqs(heard).length === 2);
  const [, last] = bob.heard.filter(isFrame);
  assert.deepEqual(last?.ciphertext, bytesOf("65536", 65_500));
  ann.ws.send(frameOf("over", 1, 65_537));
  assert.equal((await ann.closed).code, 1009);
  assert.equal(counters.refused["too-big"], 1);
  await bob.until((heard) => texts(heard).includes("member away"));
});

test("takes a message in as many fragments as allowed, and closes one more with 1008", async (t) => {
  const { enter } = await open(t, { maxFragments: 4 });
  const ann = await enter("Ann");
  const inFragments = (count: number): void => {
    const frame = frameOf(`${count}`);
    for (let at = 0; at < count; at++) {
      const end = at === count - 1 ? frame.length : at + 1;
      ann.ws.send(frame.subarray(at, end), { binary: true, fin: at === count - 1 });
    }
  };
  inFragments(3);
  inFragments(4);
  await ann.until((heard) => seqs(heard).length === 2);
  inFragments(5);
  assert.equal((await ann.closed).code, 1008);
});

test("closes malformed WebSocket frames with the code of RFC 6455", async (t) => {
  const { port } = await open(t);
  const cases: [string, Buffer, number][] = [
    ["a reserved bit", maskedFrame(0xc2, Buffer.from("x")), 1002],
    ["an unknown opcode", maskedFrame(0x83, Buffer.from("x")), 1002],
    ["no mask", Buffer.from([0x82, 1, 0]), 1002],
    ["a continuation of nothing", maskedFrame(0x80, Buffer.from("x")), 1002],
    ["a fragmented ping", maskedFrame(0x09, Buffer.from("x")), 1002],
    ["a ping too long", maskedFrame(0x89, Buffer.alloc(126)), 1002],
    ["a close of one byte", maskedFrame(0x88, Buffer.from("x")), 1002],
    ["a close with a code nobody may send", maskedFrame(0x88, Buffer.from([3, 0xed])), 1002],
    ["text that is not UTF-8", maskedFrame(0x81, Buffer.from([0xff])), 1007],
    ["a length of 2^63", Buffer.from([0x82, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]), 1009],
  ];
  for (const [what, bytes, code] of cases) {
    const socket = await rawOpen(t, port);
    socket.write(bytes);
    assert.equal(await rawClose(socket), code, what);
  }
});

test("closes with 4001 at once when a holder answers its ping", async (t) => {
  const { enter, dial } = await open(t);
  const ann = await enter("Ann", "first");
  const other = dial();
  await once(other.ws, "open");
  other.say(joinOf(room, "Ann", "second"));
  assert.equal((await other.closed).code, 4001);
  assert.deepEqual(texts(other.heard), ["error name-taken"]);
  assert.equal(ann.ws.readyState, WebSocket.OPEN);
});

test("closes with 4001 and a time to come back when the holder is away", async (t) => {
  const { enter, dial } = await open(t);
  const [ann, bob] = [await enter("Ann", "first"), await enter("Bob")];
  ann.ws.terminate();
  await bob.until((heard) => texts(heard).includes("member away"));
  const other = dial();
  await once(other.ws, "open");
  other.say(joinOf(room, "Ann", "second"));
  assert.equal((await other.closed).code, 4001);
  const [error] = other.heard;
  assert.ok(error !== undefined && !isFrame(error) && error.type === "error");
  assert.ok((error.retryAfterMs ?? 0) > 50_000);
});

test("a holder that does not answer is away after 5 s", async (t) => {
  const { clock, skip } = shiftedClock();
  const { enter, dial } = await open(t, {}, clock);
  const [ann, bob] = [await enter("Ann", "first"), await enter("Bob")];
  ann.ws.pause();
  const other = dial();
  await once(other.ws, "open");
  other.say(joinOf(room, "Ann", "second"));
  other.say({ type: "ping" });
  await other.until((heard) => texts(heard).includes("pong"));
  skip(5_000);
  assert.equal((await other.closed).code, 4001);
  await bob.until((heard) => texts(heard).includes("member away"));
});

test("closes the older connection with 4005 when its seat is taken back", async (t) => {
  const { enter } = await open(t);
  const older = await enter("Ann");
  await enter("Ann");
  assert.equal((await older.closed).code, 4005);
});

test("closes with 4002 when the room is full", async (t) => {
  const { enter, dial } = await open(t, { maxMembers: 1 });
  await enter("Ann");
  const late = dial();
  await once(late.ws, "open");
  late.say(joinOf(room, "Bob"));
  assert.equal((await late.closed).code, 4002);
});

test("closes with 1013 above the join rate", async (t) => {
  const { enter, dial } = await open(t, { joinRate: { count: 1, perMs: 60_000, burst: 1 } });
  await enter("Ann");
  const late = dial();
  await once(late.ws, "open");
  late.say(joinOf(room, "Bob"));
  assert.equal((await late.closed).code, 1013);
});

test("stops by closing everybody with the code it is given, and lets nobody in", async (t) => {
  const { enter, door, dial } = await open(t);
  const guests = [await enter("Ann"), await enter("Bob"), await enter("Cyd")];
  const closing = door.close(closeCodes.restart, "relay restarts", 60);
  assert.equal((await dial().refused).status, 503);
  for (const { closed } of guests) assert.deepEqual(await closed, { code: 1012, reason: "relay restarts" });
  await closing;
  assert.equal(door.connections, 0);
});

test("stops in time though somebody does not close", async (t) => {
  const { port, door } = await open(t);
  await rawOpen(t, port);
  await door.close(closeCodes.goingAway, "relay stops", 0);
  assert.equal(door.connections, 0);
});

// ── traffic ──────────────────────────────────────────────────────────────────────────────────────────────────

test("delivers to everybody, the sender included, and changes what was forged", async (t) => {
  const { enter } = await open(t);
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  const forged = frameOf("hi");
  forged.fill(0xee, 2, 24);
  ann.ws.send(forged);
  for (const { until, heard } of [ann, bob]) {
    await until((all) => seqs(all).length === 1);
    const [frame] = heard.filter(isFrame);
    assert.deepEqual([frame?.seq, frame?.fromUser], [1, bytesOf("Ann", 16)]);
  }
});

test("loses and doubles nothing between replay and live while others go on talking", async (t) => {
  const { enter, dial } = await open(t, {
    messageRate: off,
    byteRate: off,
    history: 5_000,
    historyBytes: 2 ** 28,
  });
  const ann = await enter("Ann");
  const total = 1_500;
  let sent = 0;
  const talk = (): void => {
    for (let burst = 0; burst < 10 && sent < total; burst++) ann.ws.send(frameOf(`${sent++}`, 1, 2_000));
    if (sent < total) setImmediate(talk);
  };
  talk();
  const guests: Guest[] = [];
  for (let index = 0; index < 8; index++) {
    await ann.until((heard) => seqs(heard).length > index * 150);
    const guest = dial();
    await once(guest.ws, "open");
    guest.say(joinOf(room, `guest ${index}`));
    guests.push(guest);
  }
  const expected = Array.from({ length: total }, (_, index) => index + 1);
  for (const guest of [ann, ...guests]) {
    await guest.until((heard) => seqs(heard).length >= total);
    assert.deepEqual(seqs(guest.heard), expected);
  }
});

test("a reader that stops reading is cut with 4004 while a bystander hears everything", async (t) => {
  const { enter, counters } = await open(t, { messageRate: off, byteRate: off });
  const [ann, bob, slow] = [await enter("Ann"), await enter("Bob"), await enter("Cyd")];
  slow.ws.pause();
  let sent = 0;
  while (counters.refused["too-slow"] === 0) {
    ann.ws.send(frameOf(`${sent++}`, 1, 60_000));
    await bob.until((heard) => seqs(heard).length === sent);
  }
  slow.ws.resume();
  assert.equal((await slow.closed).code, 4004);
  assert.deepEqual(
    seqs(bob.heard),
    Array.from({ length: sent }, (_, index) => index + 1),
  );
});

test("reading goes on up to the burst of the message rate, and pauses at one more", async (t) => {
  const { clock, pauses } = countedClock(() => 0);
  const { enter } = await open(t, { messageRate: { count: 20, perMs: 1_000, burst: 4 } }, clock);
  const ann = await enter("Ann");
  for (let sent = 1; sent <= 3; sent++) ann.ws.send(frameOf(`${sent}`));
  await ann.until((heard) => seqs(heard).length === 3);
  assert.equal(pauses(), 0);
  ann.ws.send(frameOf("over"));
  await ann.until((heard) => seqs(heard).length === 4);
  assert.equal(pauses(), 1);
});

test("reading pauses above the message rate, and nothing is dropped", async (t) => {
  const { enter } = await open(t, { messageRate: { count: 500, perMs: 1_000, burst: 5 } });
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  for (let sent = 0; sent < 60; sent++) ann.ws.send(frameOf(`${sent}`));
  await bob.until((heard) => seqs(heard).length === 60);
  assert.deepEqual(
    seqs(bob.heard),
    Array.from({ length: 60 }, (_, index) => index + 1),
  );
});

test("reading pauses above the byte rate, and nothing is dropped", async (t) => {
  const { clock, pauses } = countedClock();
  const { enter } = await open(
    t,
    { messageRate: off, byteRate: { count: 2 ** 22, perMs: 1_000, burst: 100_000 } },
    clock,
  );
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  ann.ws.send(frameOf("below", 1, 60_000));
  await bob.until((heard) => seqs(heard).length === 1);
  assert.equal(pauses(), 0);
  for (let sent = 0; sent < 12; sent++) ann.ws.send(frameOf(`${sent}`, 1, 60_000));
  await bob.until((heard) => seqs(heard).length === 13);
  assert.ok(pauses() > 0);
});

test("pings cost a token too", async (t) => {
  const { clock, pauses } = countedClock();
  const { enter } = await open(t, { messageRate: { count: 1_000, perMs: 1_000, burst: 10 } }, clock);
  const ann = await enter("Ann");
  for (let sent = 0; sent < 30; sent++) ann.ws.ping();
  ann.say({ type: "ping" });
  await ann.until((heard) => texts(heard).includes("pong"));
  assert.ok(pauses() > 0);
});

test("a holder that is held back for having said too much keeps its name", async (t) => {
  const { enter, dial } = await open(t, { messageRate: { count: 1, perMs: 1_000, burst: 3 } });
  const ann = await enter("Ann", "first");
  for (let sent = 0; sent < 20; sent++) ann.ws.send(frameOf(`${sent}`));
  await ann.until((heard) => seqs(heard).length > 3);
  const other = dial();
  await once(other.ws, "open");
  other.say(joinOf(room, "Ann", "second"));
  assert.equal((await other.closed).code, 4001);
  assert.equal(ann.ws.readyState, WebSocket.OPEN);
});

test("pings every 25 s, cuts after 20 s of silence, and lets who answers stay", async (t) => {
  const { clock, beatFor } = beatenClock();
  const { enter, door } = await open(t, {}, clock);
  const [ann, mute] = [await enter("Ann"), await enter("Bob")];
  mute.ws.pause();
  const pinged = once(ann.ws, "ping");
  beatFor(25_000);
  await pinged;
  // The pong has been read when what was sent behind it is answered.
  ann.say({ type: "ping" });
  await ann.until((heard) => texts(heard).includes("pong"));
  beatFor(19_500);
  assert.equal(door.connections, 2);
  beatFor(500);
  await ann.until((heard) => texts(heard).includes("member away"));
  assert.equal(door.connections, 1);
});

test("a relay that was stopped for an hour cuts nobody on waking", async (t) => {
  const { clock, beatFor, skip } = beatenClock();
  const { enter, door } = await open(t, {}, clock);
  await enter("Ann");
  beatFor(25_000);
  skip(3_600_000);
  beatFor(500);
  assert.equal(door.connections, 1);
});

/** The system's clock, moved on by hand. */
function shiftedClock(): { clock: Clock; skip: (ms: number) => void } {
  let shiftMs = 0;
  return {
    clock: { ...systemClock, now: () => systemClock.now() + shiftMs },
    skip: (ms) => {
      shiftMs += ms;
    },
  };
}

/** The system's clock, which counts what is put off: at the door only reading that pauses. */
function countedClock(now = systemClock.now): { clock: Clock; pauses: () => number } {
  let count = 0;
  return {
    clock: {
      ...systemClock,
      now,
      after(ms, run) {
        if (ms !== flushWindowMs) count++;
        return systemClock.after(ms, run);
      },
    },
    pauses: () => count,
  };
}

/** A clock that stands still but for its heartbeat, beaten by hand; flushes and timers run as ever. */
function beatenClock(): { clock: Clock; beatFor: (ms: number) => void; skip: (ms: number) => void } {
  let nowMs = 0;
  const beats = new Set<() => void>();
  return {
    clock: {
      ...systemClock,
      now: () => nowMs,
      every(_ms, run) {
        beats.add(run);
        return () => beats.delete(run);
      },
    },
    beatFor(ms) {
      for (const untilMs = nowMs + ms; nowMs < untilMs;) {
        nowMs += 500;
        for (const run of beats) run();
      }
    },
    skip(ms) {
      nowMs += ms;
    },
  };
}
