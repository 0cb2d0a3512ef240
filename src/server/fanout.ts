// How a room's bytes reach its members: a queue per room, one flush of all dirty rooms per tick (under load, per
// `flushWindowMs`; of a crowd in which nobody speaks, per `tellCrowdEveryMs`), one buffer for everybody, and the only
// place that cuts a slow reader. Knows nothing of joins, names or what a frame is for.
//
// Why nothing is lost or doubled between replay and live: a reader's replay moves only inside the flush of its room,
// behind the delivery of what was queued. When its cursor meets the end of the log there, every kept frame up to the
// last seq has been replayed to it and nothing is queued, so whatever comes next is queued for it as a live reader.

import { encodeText } from "../protocol/control.ts";
import { crowdMembers, flushAtBytes, replayQueueBytes, tellCrowdEveryMs } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import { Batch } from "./batch.ts";
import type { Clock } from "./clock.ts";
import type { Counters } from "./counters.ts";
import { type Gathered, Gathering } from "./gathering.ts";
import type { RoomLog } from "./log.ts";
import type { Slab } from "./slabs.ts";
import { textFrame, type Wire } from "./wire.ts";

/** A member's connection, as the fan-out sees it. */
export interface Reader {
  readonly wire: Wire;
  /** The last seq replayed, or known to the client before. */
  cursor: number;
  /** Whether it has been sent `joined` and the members. */
  greeted: boolean;
}

/** A room, as the fan-out sees it. */
export interface Audience<R extends Reader> extends Gathered {
  readonly log: RoomLog;
  /** One framed `member` text per seat. */
  members(): Iterable<Uint8Array>;
  /** Who hears live traffic, and over what: a delivery looks at the wire alone, which is one thing less to fetch. */
  readonly live: Map<R, Wire>;
  /** Who is still being told what came before. */
  readonly replaying: Set<R>;
  queue: Queue;
  dirty: boolean;
  /** In whole ms of the clock, when it became dirty last. */
  dirtySinceMs: number;
  /** When a text last went out to everybody, in ms of the clock. */
  toldAtMs: number;
  /** Whether a timer will have it flushed: it is a crowd that was told something just now. */
  isWaiting: boolean;
}

/** What waits for the next flush, in the order in which everybody gets it. */
export interface Queue {
  readonly all: Batch;
  /** Without volatile frames: for readers that lag. Null while there is none among them. */
  lasting: Batch | null;
  /** For readers in replay, who get the frames from the log. Null while no text is queued. */
  texts: Batch | null;
}

export interface Fanout<R extends Reader> {
  /** Has the room flushed soon, which is also when replays go on; a crowd may have to wait for `tellCrowdEveryMs`. */
  touch(room: Audience<R>): void;
  /**
   * Queues the framed message from `from` to `to` in `slab`, before the log gets it, which may drop or move it at once.
   * Gives since when a flush has been wanted, in whole ms of the clock: one look at it for everything that goes out together.
   */
  post(room: Audience<R>, slab: Slab, from: number, to: number): number;
  /** To be called when the log has it: flushes now where more is queued than should wait. */
  relieve(room: Audience<R>): void;
  /** Queues a framed volatile message. */
  postVolatile(room: Audience<R>, frame: Uint8Array): void;
  /** Queues a framed text for everybody. */
  announce(room: Audience<R>, text: Uint8Array): void;
  /** Greets `reader`, replays from its cursor, and lets it hear what follows. */
  enter(room: Audience<R>, reader: R): void;
  leave(room: Audience<R>, reader: R): void;
  /** Everything kept has been deleted: tells the members of `rooms` now, and whoever comes later. */
  cleared(rooms: Iterable<Audience<R>>): void;
  /** Sends now, or cuts a reader that has too much queued. */
  deliver(reader: R, frames: Uint8Array): void;
}

const liveFrame = textFrame(encodeText({ type: "live" }));

/** @param agoMs rounded up; what it spends on its way still makes the deletion look that much later */
function clearedFrame(agoMs: number): Uint8Array {
  return textFrame(encodeText({ type: "cleared", agoMs: Math.ceil(agoMs) }));
}

/** A queue with nothing in it. */
export function emptyQueue(): Queue {
  return { all: new Batch(), lasting: null, texts: null };
}

/**
 * The fan-out of one relay.
 * @param options.salt b64u of 32 bytes, told to everybody who joins
 * @param options.tooSlow must take the reader out with `leave` and close its wire
 */
export function createFanout<R extends Reader>(options: {
  readonly salt: string;
  readonly limits: Pick<Limits, "maxQueueBytes" | "maxVolatileQueueBytes">;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly tooSlow: (reader: R) => void;
}): Fanout<R> {
  const { limits, clock, counters, tooSlow } = options;
  const gathering = new Gathering(clock);
  let dirtyRooms: Audience<R>[] = [];
  let clearedAtMs: number | null = null;

  function touch(room: Audience<R>): void {
    if (room.queue.all.byteLength >= flushAtBytes) return void schedule(room);
    if (room.dirty || room.isWaiting) return;
    const isCrowd = room.live.size + room.replaying.size >= crowdMembers;
    const waitMs = isCrowd ? room.toldAtMs + tellCrowdEveryMs - clock.now() : 0;
    if (waitMs <= 0) return void schedule(room);
    room.isWaiting = true;
    clock.after(waitMs, () => {
      room.isWaiting = false;
      schedule(room);
    });
  }

  function schedule(room: Audience<R>): number {
    if (room.dirty) return room.dirtySinceMs;
    room.dirty = true;
    room.dirtySinceMs = Math.floor(clock.now());
    if (dirtyRooms.push(room) === 1) {
      if (gathering.windowMs === 0) clock.soon(flushAll);
      else clock.after(gathering.windowMs, flushAll);
    }
    return room.dirtySinceMs;
  }

  function flushAll(): void {
    const rooms = dirtyRooms;
    dirtyRooms = [];
    const nowMs = clock.now();
    for (const room of rooms) {
      const { all, texts } = room.queue;
      if (all.byteLength > (texts?.byteLength ?? 0)) gathering.flushing(room, nowMs);
      flush(room);
    }
    gathering.flushed(nowMs);
  }

  function flush(room: Audience<R>): void {
    const { queue } = room;
    room.dirty = false;
    // What is announced from here on, of readers that are cut, waits for the next flush.
    room.queue = emptyQueue();
    if (queue.texts !== null) room.toldAtMs = clock.now();
    if (queue.all.byteLength > 0 && room.live.size > 0) deliverAll(room, queue);
    if (room.replaying.size > 0) replayAll(room, queue);
    queue.all.letGo();
    queue.lasting?.letGo();
  }

  function deliverAll(room: Audience<R>, { all, lasting }: Queue): void {
    const whole = all.whole();
    let rest: Uint8Array | null = null;
    for (const [reader, wire] of room.live) {
      const { queuedBytes } = wire;
      const isLagging = lasting !== null && queuedBytes > limits.maxVolatileQueueBytes;
      const frames = !isLagging ? whole : (rest ??= lasting.whole());
      if (frames.length === 0) continue;
      if (isTooMuch(frames, queuedBytes)) tooSlow(reader);
      else send(wire, frames, false);
    }
  }

  function replayAll(room: Audience<R>, { texts }: Queue): void {
    const news = texts?.whole() ?? null;
    let greeting: Uint8Array | null = null;
    for (const reader of room.replaying) {
      if (reader.greeted && news !== null) sendAwaited(reader, news);
      if (!room.replaying.has(reader)) continue;
      replay(room, reader, reader.greeted ? null : (greeting ??= greet(room)));
    }
  }

  function greet(room: Audience<R>): Uint8Array {
    const { id, first, last } = room.log;
    const joined = textFrame(encodeText({ type: "joined", salt: options.salt, log: id, first, last }));
    const greeting = new Batch();
    greeting.add(joined);
    if (clearedAtMs !== null) greeting.add(clearedFrame(clock.now() - clearedAtMs));
    for (const member of room.members()) greeting.add(member);
    return greeting.whole();
  }

  /** Sends what the reader has room for; the rest waits until its wire has drained. */
  function replay(room: Audience<R>, reader: R, greeting: Uint8Array | null): void {
    const frames = new Batch();
    if (greeting !== null) frames.add(greeting);
    const mostBytes = Math.min(replayQueueBytes, limits.maxQueueBytes);
    const { queuedBytes } = reader.wire;
    reader.greeted = true;
    for (;;) {
      const kept = room.log.after(reader.cursor);
      if (kept === null || kept.slab === null) {
        frames.add(liveFrame);
        room.replaying.delete(reader);
        room.live.set(reader, reader.wire);
        break;
      }
      const { slab, from, to } = kept;
      const waitingBytes = queuedBytes + frames.byteLength;
      if (waitingBytes > 0 && waitingBytes + to - from > mostBytes) break;
      frames.addKept(slab, from, to);
      reader.cursor = kept.seq;
    }
    if (frames.byteLength > 0) send(reader.wire, frames.whole(), room.replaying.has(reader));
    frames.letGo();
  }

  /** One that keeps up gets a batch of any size. */
  function isTooMuch(frames: Uint8Array, queuedBytes: number): boolean {
    return queuedBytes > 0 && queuedBytes + frames.length > limits.maxQueueBytes;
  }

  /** For who may be in replay: a replay goes on when all before it has gone. */
  function sendAwaited(reader: R, frames: Uint8Array): void {
    const { wire } = reader;
    if (isTooMuch(frames, wire.queuedBytes)) tooSlow(reader);
    else send(wire, frames, true);
  }

  function send(wire: Wire, frames: Uint8Array, isAwaited: boolean): void {
    counters.bytesOut += frames.length;
    wire.send(frames, isAwaited);
  }

  function relieve(room: Audience<R>): void {
    // What one tick can bring is more than what one reader may have queued.
    if (room.queue.all.byteLength >= flushAtBytes) flush(room);
  }

  function queueText({ queue }: Audience<R>, text: Uint8Array): void {
    queue.all.add(text);
    queue.lasting?.add(text);
    (queue.texts ??= new Batch()).add(text);
  }

  return {
    touch,
    post(room, slab, from, to) {
      const { queue } = room;
      queue.lasting?.addKept(slab, from, to);
      queue.all.addKept(slab, from, to);
      gathering.posted();
      return schedule(room);
    },
    relieve,
    postVolatile(room, frame) {
      const { queue } = room;
      queue.lasting ??= queue.all.copy();
      queue.all.add(frame);
      gathering.posted();
      schedule(room);
      relieve(room);
    },
    announce(room, text) {
      queueText(room, text);
      touch(room);
    },
    enter(room, reader) {
      room.replaying.add(reader);
      touch(room);
    },
    leave(room, reader) {
      room.live.delete(reader);
      room.replaying.delete(reader);
    },
    cleared(rooms) {
      clearedAtMs = clock.now();
      const text = clearedFrame(0);
      for (const room of rooms) {
        queueText(room, text);
        schedule(room);
      }
    },
    deliver: sendAwaited,
  };
}
