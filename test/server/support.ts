// What the server's tests share: a clock that is stepped, a wire that only remembers, and a client's own words.

import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";

import { toBase64url } from "../../src/protocol/base64url.ts";
import { encodeText, type Join, type RelayText } from "../../src/protocol/control.ts";
import { createEventReader } from "../../src/protocol/event-stream.ts";
import { decodeFrame, encodeFrame, type Frame, type FrameKind } from "../../src/protocol/frame.ts";
import { defaultLimits, type Limits } from "../../src/protocol/relay-limits.ts";
import { type Address, createAddresses } from "../../src/server/addresses.ts";
import type { Clock } from "../../src/server/clock.ts";
import { type Counters, createCounters } from "../../src/server/counters.ts";
import { type Connection, createRelay, type Relay } from "../../src/server/relay.ts";
import { eventsOf } from "../../src/server/stream.ts";
import type { Wire } from "../../src/server/wire.ts";

export interface FakeClock extends Clock {
  /** Moves time on by `ms`, running what comes due on the way. */
  readonly step: (ms: number) => void;
  /** Moves time on by `ms`, all of it spent on something. */
  readonly toil: (ms: number) => void;
  /** Runs what was asked to run soon, and what that asks for. */
  readonly settle: () => void;
}

interface Timer {
  atMs: number;
  readonly everyMs: number | null;
  readonly run: () => void;
}

export function fakeClock(): FakeClock {
  let nowMs = 1_000;
  let busyMs = 0;
  const soon: (() => void)[] = [];
  const timers = new Set<Timer>();
  const add = (timer: Timer): (() => void) => {
    timers.add(timer);
    return () => timers.delete(timer);
  };
  const settle = (): void => {
    for (let run = soon.shift(); run !== undefined; run = soon.shift()) run();
  };
  return {
    now: () => nowMs,
    idle: () => nowMs - busyMs,
    soon: (run) => void soon.push(run),
    after: (ms, run) => add({ atMs: nowMs + ms, everyMs: null, run }),
    every: (ms, run) => add({ atMs: nowMs + ms, everyMs: ms, run }),
    settle,
    toil(ms) {
      nowMs += ms;
      busyMs += ms;
    },
    step(ms) {
      const untilMs = nowMs + ms;
      settle();
      for (;;) {
        const [next] = [...timers].toSorted((a, b) => a.atMs - b.atMs);
        if (next === undefined || next.atMs > untilMs) break;
        nowMs = next.atMs;
        if (next.everyMs === null) timers.delete(next);
        else next.atMs += next.everyMs;
        next.run();
        settle();
      }
      nowMs = untilMs;
    },
  };
}

/** What a client reads off its wire: texts as they are, frames decoded. */
export type Heard = RelayText | Frame;

export interface FakeWire extends Wire {
  queuedBytes: number;
  /** When true, what is sent stays queued. */
  isStuck: boolean;
  pings: number;
  closed: { readonly code: number; readonly reason: string } | null;
  /** What has come since the last call. */
  read(): Heard[];
}

/** @param parse how what was sent is read: off a WebSocket, unless a test says otherwise */
export function fakeWire(parse: (bytes: Buffer) => Heard[] = readFrames): FakeWire {
  let bytes: Uint8Array[] = [];
  return {
    queuedBytes: 0,
    isStuck: false,
    pings: 0,
    closed: null,
    send(frames) {
      if (this.closed !== null) throw new Error("expected nothing to be sent behind the close");
      // As they are: nothing may change them any more.
      bytes.push(frames);
      if (this.isStuck) this.queuedBytes += frames.length;
    },
    ping() {
      this.pings++;
    },
    close(code, reason) {
      this.closed = { code, reason };
    },
    read() {
      const heard = parse(Buffer.concat(bytes));
      bytes = [];
      return heard;
    },
  };
}

/** Takes unmasked frames of RFC 6455 apart. */
export function readFrames(bytes: Buffer): Heard[] {
  const heard: Heard[] = [];
  let at = 0;
  while (at < bytes.length) {
    const opcode = bytes.readUInt8(at);
    let length = bytes.readUInt8(at + 1);
    at += 2;
    if (length === 126) {
      length = bytes.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(bytes.readBigUInt64BE(at));
      at += 8;
    }
    const payload = bytes.subarray(at, at + length);
    at += length;
    if (payload.length !== length) throw new Error(`expected ${length} bytes, got ${payload.length}`);
    if (opcode === 0x81) heard.push(JSON.parse(payload.toString()) as RelayText);
    else if (opcode === 0x82) heard.push(expectFrame(payload));
    else throw new Error(`expected a whole text or binary frame, got ${opcode}`);
  }
  return heard;
}

/** The same, by way of the events that a stream makes of them. */
export function readAsEvents(bytes: Buffer): Heard[] {
  const events = createEventReader().read(Buffer.from(eventsOf(bytes)));
  assert.ok(events !== null);
  return events.map(({ name, data }) =>
    name === "text" ? (JSON.parse(data) as RelayText) : expectFrame(Buffer.from(data, "base64url")),
  );
}

function expectFrame(bytes: Uint8Array): Frame {
  const frame = decodeFrame(bytes);
  if (frame === null) throw new Error(`expected a frame, got ${bytes.length} bytes`);
  return frame;
}

export function isFrame(heard: Heard): heard is Frame {
  return "kind" in heard;
}

/** The numbers of the frames among what was heard. */
export function seqs(heard: readonly Heard[]): number[] {
  return heard.filter(isFrame).map(({ seq }) => seq);
}

/** The types of the texts among what was heard, with the state of a member and the code of an error. */
export function texts(heard: readonly Heard[]): string[] {
  return heard.flatMap((one) => {
    if (isFrame(one)) return [];
    if (one.type === "member") return [`member ${one.state}`];
    return [one.type === "error" ? `error ${one.code}` : one.type];
  });
}

export const salt = toBase64url(new Uint8Array(32).fill(9));

/** The `joined` that what was heard begins with. */
export function joinedOf(heard: readonly Heard[]): { log: string; first: number; last: number } {
  const [joined] = heard;
  assert.ok(joined !== undefined && !isFrame(joined) && joined.type === "joined");
  assert.equal(joined.salt, salt);
  return joined;
}

/** When the `error` that was heard first says to come back. */
export function retryAfterMs(heard: readonly Heard[]): number | undefined {
  const [error] = heard;
  assert.ok(error !== undefined && !isFrame(error) && error.type === "error");
  return error.retryAfterMs;
}

/** A room as its members know it. */
export interface TestRoom {
  readonly access: string;
  readonly id: string;
}

export function testRoom(seed: string): TestRoom {
  const access = createHash("sha256").update(seed).digest().subarray(0, 16);
  const id = createHash("sha256").update(access).digest().subarray(0, 16);
  return { access: toBase64url(access), id: toBase64url(id) };
}

/** The room that tests meet in. */
export const room = testRoom("one");

/** `byteLength` bytes, the same for the same words. */
export function bytesOf(words: string, byteLength: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(createHash("shake256", { outputLength: byteLength }).update(words).digest());
}

/** What somebody called `name` says to come in on the seat called `seat`. */
export function joinOf(
  room: TestRoom,
  name: string,
  seat = `seat of ${name}`,
  more: Partial<Join> = {},
): Join {
  return {
    type: "join",
    access: room.access,
    seat: toBase64url(bytesOf(seat, 32)),
    fromUser: toBase64url(bytesOf(name, 16)),
    iv: toBase64url(randomBytes(12)),
    ciphertext: toBase64url(bytesOf(`hello of ${name}`, 272)),
    ...more,
  };
}

/** A frame with `byteLength` bytes in all. */
export function frameOf(body: string, kind: FrameKind = 1, byteLength = 100): Uint8Array<ArrayBuffer> {
  const ciphertext = bytesOf(body, byteLength - 36);
  return encodeFrame({ kind, fromUser: bytesOf("nobody", 16), iv: bytesOf(`iv ${body}`, 12), ciphertext });
}

/** A member of a test, on a fake wire. */
export interface TestMember {
  readonly wire: FakeWire;
  readonly connection: Connection;
  readonly say: (text: object) => void;
  readonly send: (frame: Uint8Array) => void;
  readonly read: () => Heard[];
  readonly break: () => void;
}

export interface TestRelay {
  readonly relay: Relay;
  readonly clock: FakeClock;
  readonly counters: Counters;
  readonly address: Address;
  readonly addressOf: (remoteAddress: string) => Address;
  /** A connection that has not joined. */
  readonly connect: (room: TestRoom, address?: Address, wire?: FakeWire) => TestMember;
  /** A connection whose join has been heard. */
  readonly join: (room: TestRoom, name: string, seat?: string, more?: Partial<Join>) => TestMember;
}

/** A relay with its own clock; rates are off unless a test asks for them. */
export function testRelay(change: Partial<Limits> = {}): TestRelay {
  const clock = fakeClock();
  const counters = createCounters();
  const limits: Limits = { ...defaultLimits, joinRate: { count: 0, perMs: 1, burst: 0 }, ...change };
  const addresses = createAddresses(limits, clock);
  let drawn = 0;
  const relay = createRelay({
    limits,
    salt,
    clock,
    counters,
    random: (byteLength) => bytesOf(`random ${drawn++}`, byteLength),
    sweepEveryMs: 500,
  });
  const address = addresses.of("192.0.2.1");
  const connect = (room: TestRoom, from = address, wire = fakeWire()): TestMember => {
    const connection = relay.connect(wire, room.id, from);
    return {
      wire,
      connection,
      say: (text) => relay.receiveText(connection, JSON.stringify(text)),
      send(frame) {
        const read = Buffer.from(frame);
        relay.receiveFrame(connection, read);
        // Whatever it was read into is read into again.
        read.fill(0);
      },
      read() {
        clock.settle();
        return wire.read();
      },
      break: () => relay.disconnect(connection),
    };
  };
  return {
    relay,
    clock,
    counters,
    address,
    addressOf: (remoteAddress) => addresses.of(remoteAddress),
    connect,
    join(room, name, seat, more) {
      const member = connect(room);
      relay.receiveText(member.connection, encodeText(joinOf(room, name, seat, more)));
      return member;
    },
  };
}
