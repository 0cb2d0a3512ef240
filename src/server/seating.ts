// Who sits where: how a joined connection comes to a seat, takes it back, loses it, and how a name that two people want
// is settled. Sees only joins whose access has been checked. Moves no frame.

import { fromBase64url, toBase64url } from "../protocol/base64url.ts";
import { close } from "../protocol/close.ts";
import type { MemberState } from "../protocol/control.ts";
import { awayMs, logIdBytes, nameProbeMs, roomChargeBytes, seatChargeBytes } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import type { Clock } from "./clock.ts";
import type { Counters, Refusal } from "./counters.ts";
import { emptyQueue, type Fanout } from "./fanout.ts";
import type { Logs } from "./log.ts";
import {
  type Admission,
  type Connection,
  type JoinRefusal,
  memberFrame,
  type Room,
  type Seat,
  withState,
} from "./room.ts";

/** Closes a connection for a reason of ours. */
export type End = (connection: Connection, why: Refusal, closeCode: number, reason: string) => void;
/** Says `error`, then closes the connection. */
export type Refuse = (
  connection: Connection,
  why: JoinRefusal,
  closeCode: number,
  retryAfterMs?: number,
) => void;

export interface Seating {
  /** The seat with the id `seat` in the room `roomId`, here or away. */
  find(roomId: string, seat: string): Seat | null;
  /** Seats the connection, refuses it, or lets it wait whether the holder of its name answers. */
  admit(connection: Connection, admission: Admission): void;
  /** There has been a sign of life from `seat`. */
  heard(seat: Seat): void;
  /** The connection gives up its seat, or the name it was waiting for. */
  leave(connection: Connection): void;
  /** The connection is no more: its member is away. */
  lose(connection: Connection): void;
  /** All that are open now. */
  rooms(): Iterable<Room>;
  /** Forgets those who are away before their time is over. */
  endAbsences(): void;
  /** Ends probes and absences that have run out. */
  sweep(nowMs: number): void;
}

/** The rooms and seats of one relay. */
export function createSeating(options: {
  readonly limits: Pick<Limits, "maxMembers">;
  readonly clock: Clock;
  readonly random: (byteLength: number) => Uint8Array;
  readonly counters: Counters;
  readonly logs: Logs;
  readonly fanout: Fanout<Connection>;
  readonly end: End;
  readonly refuse: Refuse;
}): Seating {
  const { limits, clock, random, counters, logs, fanout, end, refuse } = options;
  const rooms = new Map<string, Room>();
  // Each in the order in which they run out.
  const probing = new Set<Connection>();
  const away = new Set<Seat>();

  function admit(connection: Connection, admission: Admission): void {
    const room = rooms.get(connection.roomId) ?? openRoom(connection);
    if (room === null) return refuse(connection, "memory", close.tryLater);
    const known = room.seats.get(admission.seat);
    if (known !== undefined) return takeBack(connection, known, admission);
    const holder = room.holders.get(admission.fromUser);
    if (holder !== undefined && holder.connection !== null) {
      return probe(connection, admission, holder, holder.connection);
    }
    if (holder !== undefined) return refuseName(connection, holder);
    if (room.seats.size >= limits.maxMembers) return refuse(connection, "full", close.roomFull);
    sitDown(connection, admission, room);
  }

  function sitDown(connection: Connection, admission: Admission, room: Room): void {
    const { seat: id, fromUser } = admission;
    const member = memberFrame(admission);
    const chargedBytes = seatChargeBytes + member.length;
    const fromUserBytes = fromBase64url(fromUser);
    if (fromUserBytes === null)
      throw new TypeError(`expected what the decoder checked, got ${fromUser.length} symbols`);
    const seat: Seat = {
      id,
      room,
      fromUser,
      fromUserBytes,
      bytes: connection.bytes,
      member,
      chargedBytes,
      share: connection.address.share,
      connection,
      awayUntilMs: 0,
      wantedBy: null,
    };
    // Seated before the claim: a claim trims logs, and a room that loses its last frame stays only for its seats.
    room.seats.set(id, seat);
    if (!logs.claim(chargedBytes, seat.share)) {
      room.seats.delete(id);
      dropIfIdle(room);
      return refuse(connection, "memory", close.tryLater);
    }
    room.holders.set(fromUser, seat);
    counters.seats++;
    enter(connection, seat, admission);
  }

  function takeBack(connection: Connection, seat: Seat, admission: Admission): void {
    if (seat.fromUser !== admission.fromUser) {
      return end(connection, "policy", close.policy, "this seat belongs to another name");
    }
    const member = memberFrame(admission);
    const growthBytes = member.length - seat.member.length;
    if (growthBytes > 0 && !logs.claim(growthBytes, seat.share)) {
      return refuse(connection, "memory", close.tryLater);
    }
    if (growthBytes < 0) logs.release(-growthBytes, seat.share);
    seat.chargedBytes += growthBytes;
    seat.member = member;
    away.delete(seat);
    keepName(seat);
    const older = seat.connection;
    enter(connection, seat, admission);
    if (older === null) return;
    fanout.leave(seat.room, older);
    older.seat = null;
    older.phase = "ended";
    older.wire.close(close.takenOver, "seat taken over by a newer connection");
  }

  function enter(connection: Connection, seat: Seat, { log, after }: Admission): void {
    const { room } = seat;
    connection.phase = "seated";
    connection.seat = seat;
    connection.bytes = seat.bytes;
    connection.greeted = false;
    connection.cursor = log === room.log.id ? Math.min(after ?? 0, room.log.last) : 0;
    seat.connection = connection;
    fanout.announce(room, seat.member);
    fanout.enter(room, connection);
  }

  function leave(connection: Connection): void {
    stopProbing(connection);
    const { seat } = connection;
    if (seat === null) return;
    fanout.leave(seat.room, connection);
    connection.seat = null;
    standUp(seat);
  }

  function lose(connection: Connection): void {
    stopProbing(connection);
    const { seat } = connection;
    if (seat === null) return;
    fanout.leave(seat.room, connection);
    connection.seat = null;
    seat.connection = null;
    seat.awayUntilMs = clock.now() + awayMs;
    away.add(seat);
    tell(seat, "away");
    keepName(seat);
  }

  /** The seat is gone, its name free: whoever waited for it tries again. */
  function standUp(seat: Seat): void {
    const { room, wantedBy } = seat;
    away.delete(seat);
    room.seats.delete(seat.id);
    room.holders.delete(seat.fromUser);
    logs.release(seat.chargedBytes, seat.share);
    counters.seats--;
    tell(seat, "left");
    for (const connection of wantedBy ?? []) {
      const admission = stopProbing(connection);
      if (admission !== null) admit(connection, admission);
    }
    dropIfIdle(room);
  }

  function tell(seat: Seat, state: MemberState): void {
    seat.member = withState(seat.member, state);
    fanout.announce(seat.room, seat.member);
  }

  // ── a name that somebody has ───────────────────────────────────────────────────────────────────────────────

  function probe(connection: Connection, admission: Admission, holder: Seat, held: Connection): void {
    connection.phase = "probing";
    connection.wants = { admission, holder, untilMs: clock.now() + nameProbeMs };
    probing.add(connection);
    (holder.wantedBy ??= new Set()).add(connection);
    held.wire.ping();
  }

  function stopProbing(connection: Connection): Admission | null {
    const { wants } = connection;
    if (wants === null) return null;
    wants.holder.wantedBy?.delete(connection);
    probing.delete(connection);
    connection.wants = null;
    return wants.admission;
  }

  /** The holder has given a sign of life, or has just gone away: either way the name stays its own. */
  function keepName(seat: Seat): void {
    if (seat.wantedBy === null) return;
    for (const connection of seat.wantedBy) refuseName(connection, seat);
  }

  function refuseName(connection: Connection, holder: Seat): void {
    const isAway = holder.connection === null;
    const retryAfterMs = isAway ? Math.max(0, Math.ceil(holder.awayUntilMs - clock.now())) : undefined;
    refuse(connection, "name-taken", close.nameTaken, retryAfterMs);
  }

  // ── rooms ──────────────────────────────────────────────────────────────────────────────────────────────────

  /** Null when there is no memory for it, or its address has its share. */
  function openRoom({ roomId: id, address: { share } }: Connection): Room | null {
    if (!logs.claim(roomChargeBytes, share)) return null;
    const seats = new Map<string, Seat>();
    const room: Room = {
      id,
      seats,
      holders: new Map(),
      share,
      log: logs.open(toBase64url(random(logIdBytes)), () => dropIfIdle(room)),
      members: () => Array.from(seats.values(), ({ member }) => member),
      live: new Map(),
      replaying: new Set(),
      queue: emptyQueue(),
      stretch: 0,
      dirty: false,
      dirtySinceMs: 0,
      toldAtMs: -Infinity,
      isWaiting: false,
    };
    rooms.set(id, room);
    counters.rooms++;
    return room;
  }

  function dropIfIdle(room: Room): void {
    if (room.seats.size > 0 || room.log.shelf.count > 0) return;
    // It may have gone already, and another have its id.
    if (rooms.get(room.id) !== room) return;
    rooms.delete(room.id);
    logs.release(roomChargeBytes, room.share);
    counters.rooms--;
  }

  function sweep(nowMs: number): void {
    for (const { wants } of probing) {
      if (wants === null || nowMs < wants.untilMs) break;
      const { connection } = wants.holder;
      if (connection !== null) end(connection, "silent", close.tryLater, "no answer to a ping");
    }
    for (const seat of away) {
      if (nowMs < seat.awayUntilMs) break;
      standUp(seat);
    }
  }

  return {
    find: (roomId, seat) => rooms.get(roomId)?.seats.get(seat) ?? null,
    admit,
    heard: keepName,
    leave,
    lose,
    rooms: () => rooms.values(),
    endAbsences() {
      for (const seat of away) standUp(seat);
    },
    sweep,
  };
}
