// A relay behind its door over real sockets, clients of the `ws` package for it, bytes where a client would be too
// well-behaved, and clocks to move it on with.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { type AddressInfo, connect as connectTcp, type Socket } from "node:net";
import type { TestContext } from "node:test";
import { WebSocket } from "ws";

import { close as closeCodes } from "../../src/protocol/close.ts";
import { decodeFrame } from "../../src/protocol/frame.ts";
import { flushWindowMs, subprotocol } from "../../src/protocol/limits.ts";
import { defaultLimits, type Limits } from "../../src/protocol/relay-limits.ts";
import { createAddresses } from "../../src/server/addresses.ts";
import { createAssets } from "../../src/server/assets.ts";
import { type Clock, systemClock } from "../../src/server/clock.ts";
import { type Counters, createCounters } from "../../src/server/counters.ts";
import { createFallbackDoor, type FallbackDoor } from "../../src/server/fallback.ts";
import { createFileDoor } from "../../src/server/files.ts";
import { createPages } from "../../src/server/http.ts";
import { createRelay } from "../../src/server/relay.ts";
import { createVault, type Vault } from "../../src/server/vault.ts";
import { createWebSocketDoor, type WebSocketDoor } from "../../src/server/websocket.ts";
import { bytesOf, type Heard, joinOf, room, salt, texts } from "./support.ts";

/** A rate that is turned off. */
export const off = { count: 0, perMs: 1, burst: 0 };

/** A relay behind its door, on a port of its own. */
export interface House {
  readonly door: WebSocketDoor;
  readonly fallback: FallbackDoor;
  readonly counters: Counters;
  readonly vault: Vault;
  readonly port: number;
  /** Opens a connection that has not joined. */
  readonly dial: (change?: Dial) => Guest;
  /** Opens a connection and joins; answers once it is live. */
  readonly enter: (name: string, seat?: string, more?: object) => Promise<Guest>;
}

interface Dial {
  readonly path?: string;
  readonly protocols?: string[];
  readonly origin?: string;
}

/** A client of the `ws` package. */
export interface Guest {
  readonly ws: WebSocket;
  readonly heard: Heard[];
  /** Waits until what was heard satisfies `isEnough`. */
  readonly until: (isEnough: (heard: readonly Heard[]) => boolean) => Promise<void>;
  readonly say: (text: object) => void;
  /** The code and reason with which the connection ends. */
  readonly closed: Promise<{ code: number; reason: string }>;
  /** The status with which an upgrade is refused. */
  readonly refused: Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; body: string }>;
}

/** Opens a house that is torn down with the test. */
export async function open(
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
  const vault = createVault(limits, clock, counters);
  const files = createFileDoor({ relay, vault, limits, clock, counters, addresses });
  const fallback = createFallbackDoor({ relay, limits, clock, counters, addresses });
  const pages = createPages({
    assets: createAssets([]),
    version: "0",
    salt,
    limits,
    clock,
    counters,
    addresses,
    origins,
    privacy: {
      version: "0",
      limits,
      logs: false,
      logAddresses: false,
      trustProxy: false,
      vouchedBy: "files",
      contact: null,
      stylesheet: null,
    },
    ownCertificate: () => false,
    routes: [files, fallback.route],
  });
  const server: Server = createServer({ requestTimeout: 0 }, pages);
  server.on("checkContinue", pages);
  server.on("upgrade", (request, socket, head) => door.upgrade(request, socket, head));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const guests = new Set<Guest>();
  t.after(async () => {
    for (const { ws } of guests) ws.terminate();
    vault.stop();
    await Promise.all([door, fallback].map((each) => each.close(closeCodes.goingAway, "test over", 0)));
    server.closeAllConnections();
    server.close();
  });
  const dial = ({ path = `/room/${room.id}`, protocols = [subprotocol], origin }: Dial = {}): Guest => {
    const url = `ws://127.0.0.1:${port}${path}`;
    const guest = newGuest(new WebSocket(url, protocols, origin === undefined ? {} : { origin }));
    guests.add(guest);
    return guest;
  };
  return {
    door,
    fallback,
    counters,
    vault,
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
export async function raw(port: number, bytes: string | Buffer): Promise<string> {
  const socket = connectTcp(port, "127.0.0.1");
  let answer = "";
  socket.on("data", (chunk: Buffer) => (answer += chunk.toString("latin1")));
  socket.on("error", () => {});
  socket.write(bytes);
  await closed(socket);
  return answer;
}

/** Resolves when `socket` has closed, in whichever way: `once` would take a reset for a failure. */
export async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => socket.on("close", () => resolve()));
}

/** The text of an upgrade request. */
export function handshake(
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

/** The status of an HTTP answer. */
export function statusOf(answer: string): number {
  return Number(answer.split(" ")[1]);
}

/** Opens a connection by hand, for frames no client would send. */
export async function rawOpen(t: TestContext, port: number): Promise<Socket> {
  const socket = connectTcp(port, "127.0.0.1");
  t.after(() => socket.destroy());
  socket.on("error", () => {});
  socket.write(handshake());
  const [head] = (await once(socket, "data")) as [Buffer];
  assert.match(head.toString("latin1"), /^HTTP\/1\.1 101 /);
  return socket;
}

/** A client's frame with the mask of zeros, which leaves the payload as it is. */
export function maskedFrame(first: number, payload: Buffer): Buffer {
  const header = payload.length < 126 ? Buffer.from([first, 0x80 | payload.length]) : Buffer.alloc(4);
  if (payload.length >= 126) {
    header[0] = first;
    header[1] = 0x80 | 126;
    header.writeUInt16BE(payload.length, 2);
  }
  return Buffer.concat([header, Buffer.alloc(4), payload]);
}

/** The code of the close frame that the bytes after a handshake begin with. */
export async function rawClose(socket: Socket): Promise<number> {
  const [bytes] = (await once(socket, "data")) as [Buffer];
  assert.equal(bytes[0], 0x88);
  return bytes.readUInt16BE(2);
}

/** The system's clock, moved on by hand. */
export function shiftedClock(): { clock: Clock; skip: (ms: number) => void } {
  let shiftMs = 0;
  return {
    clock: { ...systemClock, now: () => systemClock.now() + shiftMs },
    skip: (ms) => {
      shiftMs += ms;
    },
  };
}

/** The system's clock, which counts what is put off: at the door only reading that pauses. */
export function countedClock(now = () => systemClock.now()): { clock: Clock; pauses: () => number } {
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

/** The system's clock, whose heartbeat is beaten by hand. */
export function handClock(): { clock: Clock; beat: () => void } {
  const beats = new Set<() => void>();
  return {
    clock: {
      ...systemClock,
      every(_ms, run) {
        beats.add(run);
        return () => beats.delete(run);
      },
    },
    beat() {
      for (const run of beats) run();
    },
  };
}

/** A clock that stands still but for its heartbeat, beaten by hand; flushes and timers run as ever. */
export function beatenClock(): { clock: Clock; beatFor: (ms: number) => void; skip: (ms: number) => void } {
  const { clock, beat } = handClock();
  let nowMs = 0;
  return {
    clock: { ...clock, now: () => nowMs },
    beatFor(ms) {
      for (const untilMs = nowMs + ms; nowMs < untilMs;) {
        nowMs += 500;
        beat();
      }
    },
    skip(ms) {
      nowMs += ms;
    },
  };
}

/** A clock whose timers run by hand. */
export interface HandTimers {
  readonly clock: Clock;
  /** What runs the timers that are set, of `ms` where that is given; each can be told from the others, and runs once. */
  readonly timers: (ms?: number) => (() => void)[];
}

/** The clock given, but for its timers. */
export function handTimers(clock: Clock = systemClock): HandTimers {
  const set = new Map<() => void, number>();
  return {
    clock: {
      ...clock,
      after(ms, run) {
        const once = (): void => {
          set.delete(once);
          run();
        };
        set.set(once, ms);
        return () => set.delete(once);
      },
    },
    timers: (ms) => [...set].flatMap(([run, setMs]) => (ms === undefined || ms === setMs ? run : [])),
  };
}
