// When the relay hands on at once, and when it gathers.

import assert from "node:assert/strict";
import { test } from "node:test";
import { frameKind } from "../../src/protocol/frame.ts";
import {
  busyIdleShare,
  calmIdleShare,
  crowdMembers,
  flushAtBytes,
  flushWindowMs,
  leastPooledBytes,
  loadEveryMs,
  replayQueueBytes,
  tellCrowdEveryMs,
} from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { createCounters } from "../../src/server/counters.ts";
import { type Audience, createFanout, emptyQueue, type Reader } from "../../src/server/fanout.ts";
import { createLogs, RoomLog, Share } from "../../src/server/log.ts";
import { SlabPool } from "../../src/server/slab-pool.ts";
import { binaryFrame, textFrame, writeBinaryFrame } from "../../src/server/wire.ts";
import {
  fakeClock,
  fakeWire,
  frameOf,
  isFrame,
  room,
  salt,
  seqs,
  testRelay,
  testRoom,
  texts,
} from "./support.ts";

/** A room of two, one of whom says so many messages at a time. */
function twoMembers(atATime = 2) {
  const { clock, join } = testRelay();
  const [ann, bob] = [join(room, "ann"), join(room, "bob")];
  bob.read();
  let said = 0;
  return {
    clock,
    join,
    /** How many ms it takes until Bob hears Ann. */
    delayMs(): number {
      for (let count = 0; count < atATime; count++) ann.send(frameOf(`message ${said++}`));
      for (let ms = 0; ms < 1_000; ms++) {
        if (bob.read().length > 0) return ms;
        clock.step(1);
      }
      return assert.fail("expected Bob to hear Ann");
    },
  };
}

test("a relay that has time hands on at once; one that has none gathers, and stops when it has some again", () => {
  const { clock, delayMs } = twoMembers();
  assert.equal(delayMs(), 0);
  clock.toil(loadEveryMs);
  // The flush in which the load is measured is still one of before.
  assert.deepEqual([delayMs(), delayMs()], [0, flushWindowMs]);
  clock.toil(10 * loadEveryMs);
  assert.deepEqual([delayMs(), delayMs()], [flushWindowMs, flushWindowMs]);
  clock.step(loadEveryMs);
  assert.deepEqual([delayMs(), delayMs()], [flushWindowMs, 0]);
});

test("it does not change its mind between busy and calm, nor within the time that it measures", () => {
  const { clock, delayMs } = twoMembers();
  clock.toil(loadEveryMs / 2);
  assert.deepEqual([delayMs(), delayMs()], [0, 0]);
  clock.toil(loadEveryMs / 2);
  assert.deepEqual([delayMs(), delayMs()], [0, flushWindowMs]);
  const idleMs = 10 * loadEveryMs * ((busyIdleShare + calmIdleShare) / 2);
  clock.toil(10 * loadEveryMs - idleMs);
  clock.step(idleMs);
  assert.deepEqual([delayMs(), delayMs()], [flushWindowMs, flushWindowMs]);
});

test("where a room has one message at a time there is nothing to gather, however busy the relay is", () => {
  const { clock, delayMs } = twoMembers(1);
  clock.toil(loadEveryMs);
  assert.deepEqual([delayMs(), delayMs(), delayMs()], [0, 0, 0]);
});

test("rooms where people only come and go do not speak against gathering in those where they talk", () => {
  const { clock, join, delayMs } = twoMembers();
  for (let count = 0; count < 20; count++) join(testRoom(`other ${count}`), "cyd");
  clock.toil(loadEveryMs);
  assert.deepEqual([delayMs(), delayMs()], [0, flushWindowMs]);
});

/** A room of `members` who came one by one, all of them told. */
function crowd(members: number) {
  const { clock, join, relay } = testRelay({ maxMembers: 1_000 });
  let count = 0;
  const enter = (): ReturnType<typeof join> => {
    const member = join(room, `member ${count++}`);
    clock.settle();
    return member;
  };
  const first = enter();
  while (count < members) enter();
  clock.step(tellCrowdEveryMs);
  first.read();
  return { clock, relay, first, enter };
}

test("a crowd that comes in one by one is told ten times a second; whoever comes hears of everybody", () => {
  const { clock, first, enter } = crowd(crowdMembers);
  let writes = 0;
  let heard = 0;
  const all = [first];
  for (let ms = 0; ms < 5 * tellCrowdEveryMs; ms++) {
    all.push(enter());
    const news = first.read().length;
    heard += news;
    if (news > 0) writes++;
    clock.step(1);
  }
  clock.step(tellCrowdEveryMs);
  heard += first.read().length;
  assert.deepEqual([writes, heard], [5, 5 * tellCrowdEveryMs]);
  for (const member of all.slice(1)) {
    const names = new Set(member.read().flatMap((text) => ("fromUser" in text ? [text.fromUser] : [])));
    assert.equal(names.size, crowdMembers + 5 * tellCrowdEveryMs);
  }
});

test("a crowd hears the first who comes at once, and the next one together with what is said meanwhile", () => {
  const { clock, first, enter } = crowd(crowdMembers);
  enter();
  assert.equal(first.read().length, 1);
  const late = enter();
  assert.equal(first.read().length, 0);
  assert.equal(late.read().length, 0);
  clock.step(tellCrowdEveryMs / 2);
  first.send(frameOf("hello"));
  assert.deepEqual(
    first.read().map((heard) => isFrame(heard)),
    [false, true],
  );
  assert.ok(late.read().some(isFrame));
  clock.step(tellCrowdEveryMs);
  assert.equal(first.read().length, 0);
});

test("what waits for a crowd goes out before its time once it is too much for one flush", () => {
  const { clock, first, enter } = crowd(crowdMembers);
  enter();
  const [told] = first.read();
  const startMs = clock.now();
  const enough = Math.ceil(flushAtBytes / textFrame(JSON.stringify(told)).length);
  for (let count = 1; count < enough; count++) enter();
  assert.equal(first.read().length, 0);
  enter();
  assert.equal(first.read().length, enough);
  assert.equal(clock.now(), startMs);
});

test("what passes, and that everything is deleted, reach a crowd at once, behind whoever came before", () => {
  const { clock, first, enter, relay } = crowd(crowdMembers);
  enter();
  first.read();
  enter();
  first.send(frameOf("typing", frameKind.volatile));
  assert.deepEqual(
    first.read().map((heard) => isFrame(heard)),
    [false, true],
  );
  enter();
  relay.clear();
  assert.deepEqual(texts(first.read()), ["member here", "cleared"]);
  clock.step(tellCrowdEveryMs);
  assert.equal(first.read().length, 0);
});

test("what is said does not keep a crowd from hearing at once of who comes", () => {
  const { clock, first, enter } = crowd(crowdMembers);
  first.send(frameOf("hello"));
  first.read();
  clock.step(1);
  enter();
  assert.deepEqual(texts(first.read()), ["member here"]);
});

test("fewer than a crowd hear at once of everybody who comes", () => {
  const { clock, first, enter } = crowd(crowdMembers - 1);
  enter();
  assert.equal(first.read().length, 1);
  enter();
  assert.equal(first.read().length, 0);
  clock.step(tellCrowdEveryMs);
  assert.equal(first.read().length, 1);
});

test("those who still hear what came before are part of a crowd, and get all of it", () => {
  const { clock, first, enter, relay } = crowd(crowdMembers - 2);
  const most = Math.ceil(replayQueueBytes / 60_000);
  for (let count = 0; count <= most; count++) first.send(frameOf(`long ${count}`, frameKind.message, 60_000));
  first.read();
  const late = [enter(), enter()];
  assert.deepEqual(texts(first.read()), ["member here", "member here"]);
  late.push(enter());
  assert.equal(first.read().length, 0);
  for (const { connection } of late) relay.drained(connection);
  clock.step(tellCrowdEveryMs);
  for (const { connection } of late) relay.drained(connection);
  clock.step(tellCrowdEveryMs);
  for (const member of late)
    assert.deepEqual(
      seqs(member.read()),
      Array.from({ length: most + 1 }, (_, index) => index + 1),
    );
});

test("what goes out together ages together, and what comes after a flush has a time of its own", () => {
  const { clock, join, relay } = testRelay({ historyAgeMs: 60_000 });
  const ann = join(room, "ann");
  ann.read();
  const emptyBytes = relay.logBytes();
  const keptAt = (ms: number): number => {
    clock.step(ms - clock.now());
    relay.sweep();
    return relay.logBytes() - emptyBytes;
  };
  const startMs = clock.now();
  ann.send(frameOf("one"));
  clock.toil(300);
  ann.send(frameOf("two"));
  ann.read();
  clock.toil(100);
  ann.send(frameOf("three"));
  ann.read();
  const threeBytes = keptAt(startMs + 59_999);
  const oneBytes = keptAt(startMs + 60_000);
  assert.equal(keptAt(startMs + 60_399), oneBytes);
  assert.equal(keptAt(startMs + 60_400), 0);
  assert.ok(oneBytes > 0 && threeBytes > 2 * oneBytes, `${threeBytes}, then ${oneBytes}`);
});

test("what is queued, for those who lag too, or replayed, holds its slab until it has been sent and no longer", () => {
  const clock = fakeClock();
  const fanout = createFanout({
    salt,
    limits: defaultLimits,
    clock,
    counters: createCounters(),
    tooSlow: () => assert.fail("expected readers that keep up"),
  });
  const pool = new SlabPool();
  const logs = createLogs(defaultLimits);
  const log = new RoomLog("log", pool, () => {});
  const newReader = (): Reader & { wire: ReturnType<typeof fakeWire> } => ({
    wire: fakeWire(),
    cursor: 0,
    greeted: true,
  });
  const [live, late] = [newReader(), newReader()];
  const audience: Audience<Reader> = {
    log,
    members: () => [],
    live: new Map([[live, live.wire]]),
    replaying: new Set(),
    queue: emptyQueue(),
    dirty: false,
    dirtySinceMs: 0,
    toldAtMs: -Infinity,
    isWaiting: false,
    stretch: 0,
  };
  const frame = frameOf("hello");
  // The first slab that is long enough to be used again.
  let { slab } = log.slabs.place(1_000);
  while (slab.bytes.length < leastPooledBytes) ({ slab } = log.slabs.place(1_000));
  const say = (): void => {
    const place = log.slabs.place(frame.length + 2);
    assert.equal(place.slab, slab);
    writeBinaryFrame(slab.bytes, place.from, frame);
    const keptAtMs = fanout.post(audience, slab, place.from, place.to);
    const share = new Share();
    logs.keep({
      seq: ++log.last,
      keptAtMs,
      endsAtMs: null,
      frameBytes: frame.length,
      seat: "a",
      log,
      share,
      ...place,
    });
  };
  say();
  fanout.postVolatile(audience, binaryFrame(frame));
  say();
  clock.settle();
  fanout.enter(audience, late);
  clock.settle();
  say();
  logs.clear();
  slab.letGo();
  const isFree = (): boolean => pool.take(leastPooledBytes) === slab.bytes;
  assert.equal(isFree(), false);
  clock.settle();
  assert.equal(isFree(), true);
  slab.bytes.fill(9);
  assert.deepEqual(
    [live, late].map(({ wire }) => wire.read().filter(isFrame).length),
    [4, 3],
  );
});
