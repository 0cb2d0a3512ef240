// Whoever holds a socket and says too little is cut within 12 s, with the protocol's own times: all at once, because
// each takes as long as the others.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect as connectPlain, createServer, type Socket } from "node:net";
import { test } from "node:test";
import { connect as connectTls, type TLSSocket } from "node:tls";

import { encodeText } from "../../src/protocol/control.ts";
import { secondMs } from "../../src/protocol/units.ts";
import type { Running } from "../../src/server/server.ts";
import { beatenClock, handshake, maskedFrame, open, rawOpen } from "../server/house.ts";
import { frameOf, joinOf, testRoom, texts } from "../server/support.ts";
import { dialTls, enter, startWith } from "../server/tls-house.ts";
import { pathOf } from "../server/transfer.ts";

/** Of the page: larger than what the sockets on the way hold. */
const largeFile = { path: "/large.css", type: "text/css", immutable: true, body: randomBytes(3_500_000) };
let relay: Running;

const cutWithinMs = 12 * secondMs;
const dripEveryMs = 250;
const room = testRoom("slow");
const seat = { Authorization: `Bearer ${joinOf(room, "ann").seat}` };

/** Writes `bytes` one by one, for as long as the socket takes them. */
function drip(socket: Socket, bytes: Iterable<string | number>): void {
  const rest = bytes[Symbol.iterator]();
  const timer = setInterval(() => {
    const { value, done } = rest.next();
    if (!done) socket.write(typeof value === "number" ? Buffer.of(value) : value);
  }, dripEveryMs);
  socket.on("close", () => clearInterval(timer));
}

const endless = (start: string): string[] => `${start}${"x".repeat(1_000)}`.split("");

function plain(): Socket {
  return connectPlain(relay.port, "127.0.0.1");
}

/** The bytes of a TLS client's first message. */
async function clientHello(): Promise<Buffer> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const client = connectTls({ port: address.port, host: "127.0.0.1" }).on("error", () => {});
  const [peer] = (await once(server, "connection")) as [Socket];
  const [hello] = (await once(peer, "data")) as [Buffer];
  client.destroy();
  peer.destroy();
  server.close();
  return hello;
}

function head(method: string, path: string, headers: Readonly<Record<string, string | number>>): string {
  const lines = Object.entries({ Host: "localhost", ...headers }).map(
    ([name, value]) => `${name}: ${value}\r\n`,
  );
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}

/** A member over the fallback, whose stream stays open. */
async function streamOf(name: string): Promise<TLSSocket> {
  const socket = await dialTls(relay.port);
  const body = encodeText(joinOf(room, name));
  socket.write(
    head("POST", `/room/${room.id}/join`, {
      "Content-Type": "application/json",
      "Content-Length": body.length,
    }) + body,
  );
  await once(socket, "data");
  return socket;
}

const notReading = "nothing of the page it asked for";

const slow: readonly (readonly [what: string, dial: () => Promise<Socket>])[] = [
  ["nothing", async () => plain()],
  [
    "the first byte of a handshake",
    async () => {
      const socket = plain();
      socket.write("\u0016");
      return socket;
    },
  ],
  [
    "a handshake that begins late",
    async () => {
      const socket = plain();
      const timer = setTimeout(() => socket.write("\u0016"), 9 * secondMs);
      socket.on("close", () => clearTimeout(timer));
      return socket;
    },
  ],
  [
    "a handshake byte by byte",
    async () => {
      const socket = plain();
      drip(socket, await clientHello());
      return socket;
    },
  ],
  [
    "a plain head byte by byte",
    async () => {
      const socket = plain();
      drip(socket, endless("GET / HTTP/1.1\r\nX: "));
      return socket;
    },
  ],
  ["a handshake and nothing else", () => dialTls(relay.port)],
  [
    "a head byte by byte",
    async () => {
      const socket = await dialTls(relay.port);
      drip(socket, endless("GET / HTTP/1.1\r\nX: "));
      return socket;
    },
  ],
  [
    "a second head byte by byte",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(head("GET", "/healthz", {}));
      await once(socket, "data");
      drip(socket, endless("GET / HTTP/1.1\r\nX: "));
      return socket;
    },
  ],
  [
    "nothing behind an answer",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(head("GET", "/healthz", {}));
      return socket;
    },
  ],
  [
    "a body for nothing byte by byte",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(head("POST", "/", { "Content-Length": 10_000 }));
      drip(socket, endless(""));
      return socket;
    },
  ],
  [
    "a join byte by byte",
    async () => {
      const socket = await dialTls(relay.port);
      const type = { "Content-Type": "application/json", "Content-Length": 1_000 };
      socket.write(head("POST", `/room/${room.id}/join`, type));
      drip(socket, endless(""));
      return socket;
    },
  ],
  [
    "a frame byte by byte",
    async () => {
      const stream = await streamOf("bob");
      stream.on("data", () => {});
      const socket = await dialTls(relay.port);
      const Authorization = `Bearer ${joinOf(room, "bob").seat}`;
      const type = { "Content-Type": "application/octet-stream", "Content-Length": 1_000, Authorization };
      socket.write(head("POST", `/room/${room.id}/frame`, type));
      drip(socket, endless(""));
      socket.on("close", () => stream.destroy());
      return socket;
    },
  ],
  [
    "a file byte by byte",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(head("PUT", pathOf("slow", room.id), { ...seat, "Content-Length": 1_000 }));
      drip(socket, endless(""));
      return socket;
    },
  ],
  [
    notReading,
    async () => {
      const socket = await dialTls(relay.port);
      // Its end is learnt without reading: what comes back stays where it is.
      socket.pause();
      socket.write(head("GET", largeFile.path, {}));
      return socket;
    },
  ],
  [
    "blank lines behind a request that was answered",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(head("GET", "/healthz", {}));
      drip(
        socket,
        Array.from({ length: 1_000 }, () => "\r\n"),
      );
      return socket;
    },
  ],
  [
    "an upgrade and nothing else",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(handshake({}, `GET /room/${room.id} HTTP/1.1`));
      return socket;
    },
  ],
  [
    "an upgrade and a join byte by byte",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(handshake({}, `GET /room/${room.id} HTTP/1.1`));
      drip(socket, maskedFrame(0x81, Buffer.alloc(100, " ")));
      return socket;
    },
  ],
  [
    "an upgrade and pings",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(handshake({}, `GET /room/${room.id} HTTP/1.1`));
      drip(
        socket,
        Array.from({ length: 1_000 }, () => maskedFrame(0x89, Buffer.alloc(0)).toString("latin1")),
      );
      return socket;
    },
  ],
  [
    "an upgrade and empty fragments",
    async () => {
      const socket = await dialTls(relay.port);
      socket.write(handshake({}, `GET /room/${room.id} HTTP/1.1`));
      const empty = [maskedFrame(1, Buffer.alloc(0)), maskedFrame(0, Buffer.alloc(0))];
      drip(
        socket,
        Array.from({ length: 60 }, (_, at) => (at === 0 ? empty[0] : empty[1])?.toString("latin1") ?? ""),
      );
      return socket;
    },
  ],
];

test("who says too little is cut within 12 s, whatever it is, and a member who talks is not", async (t) => {
  relay = await startWith({}, { page: [largeFile] });
  t.after(() => relay.stop(1001));
  const ann = await enter(relay.port, room.id);
  ann.send(encodeText(joinOf(room, "ann")));
  await once(ann, "message");
  const open = new Map<string, Socket>();
  await Promise.all(
    slow.map(async ([what, dial]) => {
      const socket = await dial();
      socket.on("error", () => {});
      if (!socket.isPaused()) socket.on("data", () => {});
      open.set(what, socket);
      socket.on("close", () => open.delete(what));
    }),
  );
  const before = relay.sockets;
  await new Promise((resolve) => setTimeout(resolve, cutWithinMs));
  // Only ann is left, as the relay sees it: one that reads nothing does not see its end.
  assert.ok(before > slow.length);
  open.delete(notReading);
  assert.deepEqual([...open.keys()], []);
  assert.equal(relay.sockets, 1);
  const echoed = once(ann, "message");
  ann.send(frameOf("still here"));
  await echoed;
  ann.terminate();
});

test("who has joined and drips a frame is away at the heartbeat's limit", async (t) => {
  const { clock, beatFor } = beatenClock();
  const house = await open(t, {}, clock);
  const bob = await house.enter("Bob");
  const eve = await rawOpen(t, house.port);
  eve.write(maskedFrame(0x81, Buffer.from(JSON.stringify({ ...joinOf(testRoom("one"), "Eve") }))));
  await bob.until((heard) => texts(heard).filter((text) => text === "member here").length === 2);
  const frame = maskedFrame(0x82, Buffer.from(frameOf("drip")));
  for (const [at, byte] of frame.subarray(0, 44).entries()) {
    eve.write(Buffer.of(byte));
    beatFor(1_000);
    // Bob talks, so that only one of the two is silent.
    bob.say({ type: "ping" });
    await bob.until((heard) => texts(heard).filter((text) => text === "pong").length > at);
  }
  assert.equal(house.door.connections, 2);
  beatFor(1_000);
  await bob.until((heard) => texts(heard).includes("member away"));
  assert.equal(house.door.connections, 1);
});
