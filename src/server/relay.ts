// The relay: every frame's way through. It never looks into a binary frame beyond its fixed header, and reads text.
// No socket, no HTTP, no await, no logging: a door (websocket.ts) hands in wires and what arrives on them.
//
//   a connection:  waiting ── join ──▶ seated ── leave ──▶ waiting        any ── broken, or a peer's mistake ──▶ ended
//                     └─ the name is somebody's ─▶ probing ─▶ seated (the holder left) or ended (4001)
//   a seat:        here ── its connection broke ──▶ away ── 60 s ──▶ left        away ── joins again ──▶ here

import { createHash } from "node:crypto";

import { close } from "../protocol/close.ts";
import { decodeClientText, type Join } from "../protocol/control.ts";
import { frameKind, frameKindOf, seqOf, stampFromUser, stampSeq } from "../protocol/frame.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import { secondMs } from "../protocol/units.ts";
import type { Address } from "./addresses.ts";
import { Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { type Counters, countRefusal, type Refusal } from "./counters.ts";
import { createFanout } from "./fanout.ts";
import { createLogs } from "./log.ts";
import {
  type Connection,
  errorFrame,
  joinRefusals,
  type JoinRefusal,
  pongFrame,
  unknownTextFrame,
} from "./room.ts";
import { createSeating } from "./seating.ts";
import { binaryFrame, frameBytesOf, type Wire, writeBinaryFrame } from "./wire.ts";

export type { Connection } from "./room.ts";

/** What a door has to know of a seat that a request names. */
export interface Sender {
  /** What its bytes are taken from. */
  readonly bytes: Bucket;
  /** Null while away. */
  readonly connection: Connection | null;
}

export interface Relay {
  /** Charged for the logs, rooms and seats. */
  readonly logBytes: () => number;
  /** A new connection to the room `roomId`; it has to join in time. */
  connect(wire: Wire, roomId: string, address: Address): Connection;
  /** A text frame, at most `maxTextFrameBytes` long. */
  receiveText(connection: Connection, text: string): void;
  /** A binary frame, at most `maxFrameBytes` long. It is written into, and not held on to. */
  receiveFrame(connection: Connection, frame: Uint8Array): void;
  /** Any sign of life that was not a frame. */
  heard(connection: Connection): void;
  /** What was sent as awaited has gone. */
  drained(connection: Connection): void;
  /** Closes the connection for a mistake of its peer; its member is away. `reason` is ours, never a peer's text. */
  end(connection: Connection, why: Refusal, closeCode: number, reason: string): void;
  /** Who sits on `seat`, b64u of 32 bytes, in the room `roomId`, here or away; null when nobody does. */
  sender(roomId: string, seat: string): Sender | null;
  /** The wire has ended, by whomever. */
  disconnect(connection: Connection): void;
  /**
   * Deletes every kept frame and forgets who is away; gives how many frames that were. Members who are here stay, in the
   * same log with its numbers: what they hold is no reason to bring it back.
   */
  clear(): number;
  /** Ends what has run out. Runs by itself every `sweepEveryMs`. */
  sweep(): void;
  /** From here on nothing that comes is forwarded, and nobody is told of it; the doors close the connections. */
  stop(): void;
}

/**
 * @param options.salt b64u of 32 bytes, told to everybody who joins
 * @param options.random fresh random bytes
 * @param options.sweepEveryMs how often to look for what has run out
 */
export function createRelay(options: {
  readonly limits: Limits;
  readonly salt: string;
  readonly clock: Clock;
  readonly random: (byteLength: number) => Uint8Array;
  readonly counters: Counters;
  readonly sweepEveryMs: number;
}): Relay {
  const { limits, salt, clock, random, counters } = options;
  const logs = createLogs(limits);
  /** Those that have not joined, the longest waiting first. */
  const waiting = new Set<Connection>();
  /** All, the oldest first; none where no age is too old. */
  const aging = new Set<Connection>();
  const fanout = createFanout<Connection>({ salt, limits, clock, counters, tooSlow });
  const seating = createSeating({ limits, clock, random, counters, logs, fanout, end, refuse });
  const stopSweeping = clock.every(options.sweepEveryMs, sweep);
  let isStopped = false;

  // ── frames ─────────────────────────────────────────────────────────────────────────────────────────────────

  function receiveFrame(connection: Connection, frame: Uint8Array): void {
    const { seat, phase } = connection;
    if (phase === "ended" || isStopped) return;
    if (seat === null) return end(connection, "policy", close.policy, "the first frame must be a join");
    const kind = frameKindOf(frame);
    if (kind === null) return end(connection, "policy", close.policy, "not a frame of this protocol");
    const { room } = seat;
    const { log } = room;
    seating.heard(seat);
    counters.messagesIn++;
    counters.bytesIn += frame.length;
    const isVolatile = kind === frameKind.volatile;
    const lastsSeconds = seqOf(frame);
    const seq = isVolatile ? 0 : ++log.last;
    stampSeq(frame, seq);
    if (kind !== frameKind.carried) stampFromUser(frame, seat.fromUserBytes);
    if (isVolatile) return fanout.postVolatile(room, binaryFrame(frame));
    const { slab, from, to } = log.slabs.place(frameBytesOf(frame.length));
    writeBinaryFrame(slab.bytes, from, frame);
    const { share } = connection.address;
    // Before it is kept: the log may drop or move it at once.
    const keptAtMs = fanout.post(room, slab, from, to);
    const endsAtMs = lastsSeconds === 0 ? null : keptAtMs + lastsSeconds * secondMs;
    logs.keep({
      seq,
      keptAtMs,
      endsAtMs,
      frameBytes: frame.length,
      seat: seat.id,
      log,
      share,
      slab,
      from,
      to,
    });
    fanout.relieve(room);
  }

  function receiveText(connection: Connection, text: string): void {
    if (connection.phase === "ended" || isStopped) return;
    const said = decodeClientText(text);
    if (said === null) return end(connection, "policy", close.policy, "not a text frame of this protocol");
    const { seat, phase } = connection;
    if (phase === "waiting" && said.type !== "join") {
      return end(connection, "policy", close.policy, "the first frame must be a join");
    }
    if (seat !== null && said.type !== "leave") seating.heard(seat);
    switch (said.type) {
      case "join":
        return join(connection, said);
      case "ping":
        return fanout.deliver(connection, pongFrame);
      case "forget":
        return seat === null ? undefined : logs.forget(seat.room.log, said.seq, seat.id);
      case "leave":
        seating.leave(connection);
        return wait(connection);
      case "unknown":
        return fanout.deliver(connection, unknownTextFrame);
    }
  }

  function join(connection: Connection, { access, ...admission }: Join): void {
    if (connection.phase !== "waiting") return end(connection, "policy", close.policy, "joined twice");
    if (roomIdOf(access) !== connection.roomId) {
      return end(connection, "policy", close.policy, "this access does not open this room");
    }
    const retryAfterMs = connection.address.joins.take(clock.now());
    if (retryAfterMs > 0) return refuse(connection, "join-rate", close.tryLater, retryAfterMs);
    waiting.delete(connection);
    seating.admit(connection, admission);
  }

  // ── ends ───────────────────────────────────────────────────────────────────────────────────────────────────

  function refuse(connection: Connection, why: JoinRefusal, closeCode: number, retryAfterMs?: number): void {
    const { code, message, reason } = joinRefusals[why];
    connection.wire.send(errorFrame(code, message, retryAfterMs), false);
    end(connection, why, closeCode, reason);
  }

  function end(connection: Connection, why: Refusal, closeCode: number, reason: string): void {
    if (connection.phase === "ended") return;
    countRefusal(counters, why, connection.address.name);
    lose(connection);
    connection.wire.close(closeCode, reason);
  }

  function tooSlow(connection: Connection): void {
    end(connection, "too-slow", close.tooSlow, "too slow a reader");
  }

  function lose(connection: Connection): void {
    connection.phase = "ended";
    waiting.delete(connection);
    aging.delete(connection);
    seating.lose(connection);
  }

  function wait(connection: Connection): void {
    connection.phase = "waiting";
    connection.waitingSinceMs = clock.now();
    waiting.add(connection);
  }

  function sweep(): void {
    const nowMs = clock.now();
    for (const connection of waiting) {
      if (nowMs - connection.waitingSinceMs < limits.joinTimeoutMs) break;
      end(connection, "join-timeout", close.policy, "no join in time");
    }
    for (const connection of aging) {
      if (nowMs - connection.openedAtMs < limits.connectionAgeMs) break;
      // No mistake of its peer's: it dials again, and a balancer may send it where its room is now.
      lose(connection);
      connection.wire.close(close.restart, "time to connect anew");
    }
    seating.sweep(nowMs);
    logs.expire(nowMs);
  }

  return {
    logBytes: logs.usedBytes,
    connect(wire, roomId, address) {
      const connection: Connection = {
        wire,
        roomId,
        address,
        bytes: new Bucket(limits.byteRate, clock.now()),
        phase: "waiting",
        openedAtMs: clock.now(),
        waitingSinceMs: 0,
        wants: null,
        seat: null,
        cursor: 0,
        greeted: false,
      };
      counters.connections++;
      if (limits.connectionAgeMs > 0) aging.add(connection);
      wait(connection);
      return connection;
    },
    receiveText,
    receiveFrame,
    end,
    sender: (roomId, seat) => seating.find(roomId, seat),
    heard({ seat }) {
      if (seat !== null) seating.heard(seat);
    },
    drained(connection) {
      const room = connection.seat?.room;
      if (room?.replaying.has(connection)) fanout.touch(room);
    },
    disconnect(connection) {
      counters.connections--;
      if (!isStopped) lose(connection);
    },
    clear() {
      // What is still there goes with the process, and nobody is told of anything.
      if (isStopped) return 0;
      seating.endAbsences();
      const messages = logs.clear();
      fanout.cleared(seating.rooms());
      return messages;
    },
    sweep,
    stop() {
      isStopped = true;
      stopSweeping();
    },
  };
}

/** The path that `access`, b64u of 16 bytes, proves a right to: PROTOCOL.md section 1. */
function roomIdOf(access: string): string {
  const digest = createHash("sha256").update(access, "base64url").digest();
  return digest.toString("base64url", 0, 16);
}
