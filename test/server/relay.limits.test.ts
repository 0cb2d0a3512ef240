// What the relay does at its limits, on fake wires and a stepped clock: members, rates, queues, logs and memory.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";

import { decodeFrame, encodeFrame, frameKind, lasting } from "../../src/protocol/frame.ts";
import { replayQueueBytes } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { kiB } from "../../src/protocol/units.ts";
import {
  frameOf,
  type Heard,
  isFrame,
  joinedOf,
  joinOf,
  retryAfterMs,
  room,
  seqs,
  testRelay,
  testRoom,
  texts,
} from "./support.ts";
import { seededNumbers } from "../seeded.ts";

test("a room takes as many members as it may, and closes the next with 4002", () => {
  const { join } = testRelay({ maxMembers: 2 });
  const ann = join(room, "Ann");
  assert.equal(join(room, "Bob").wire.closed?.code, undefined);
  const late = join(room, "Cyd");
  assert.deepEqual(texts(late.read()), ["error full"]);
  assert.equal(late.wire.closed?.code, 4002);
  assert.equal(join(room, "Ann").wire.closed?.code, undefined);
  assert.equal(ann.wire.closed?.code, 4005);
});

test("joins above the rate of an address are closed with 1013 and told when to come back", () => {
  const { connect, clock, addressOf } = testRelay({ joinRate: { count: 30, perMs: 60_000, burst: 2 } });
  const tryJoin = (name: string, from: string): { code: number | undefined; heard: Heard[] } => {
    const one = connect(room, addressOf(from));
    one.say(joinOf(room, name));
    return { code: one.wire.closed?.code, heard: one.read() };
  };
  assert.equal(tryJoin("Ann", "192.0.2.7").code, undefined);
  assert.equal(tryJoin("Bob", "192.0.2.7").code, undefined);
  const { code, heard } = tryJoin("Cyd", "192.0.2.7");
  assert.equal(code, 1013);
  assert.deepEqual(texts(heard), ["error rate"]);
  assert.equal(retryAfterMs(heard), 2_000);
  assert.equal(tryJoin("Dan", "192.0.2.8").code, undefined);
  clock.step(2_000);
  assert.equal(tryJoin("Cyd", "192.0.2.7").code, undefined);
});

test("a slow reader is cut with 4004 above its queue, and a bystander goes on", () => {
  const { join } = testRelay();
  const [ann, bob, slow] = [join(room, "Ann"), join(room, "Bob"), join(room, "Cyd")];
  for (const one of [ann, bob, slow]) one.read();
  slow.wire.isStuck = true;
  const framed = 60_000 + 4;
  const fits = Math.floor(defaultLimits.maxQueueBytes / framed);
  for (let sent = 0; sent < fits; sent++) {
    ann.send(frameOf(`${sent}`, frameKind.message, 60_000));
    ann.read();
  }
  assert.equal(slow.wire.closed?.code, undefined);
  assert.ok(slow.wire.queuedBytes <= defaultLimits.maxQueueBytes);
  ann.send(frameOf("over", frameKind.message, 60_000));
  ann.read();
  assert.equal(slow.wire.closed?.code, 4004);
  const heard = bob.read();
  assert.equal(seqs(heard).length, fits + 1);
  assert.deepEqual(texts(heard), ["member away"]);
});

test("a reader that lags gets kept frames but no volatile ones", () => {
  const { join } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  ann.read();
  bob.read();
  const say = (): number[] => {
    ann.send(frameOf("a", frameKind.message));
    ann.send(frameOf("b", frameKind.volatile));
    ann.read();
    return seqs(bob.read());
  };
  bob.wire.queuedBytes = defaultLimits.maxVolatileQueueBytes;
  assert.deepEqual(say(), [1, 0]);
  bob.wire.queuedBytes = defaultLimits.maxVolatileQueueBytes + 1;
  assert.deepEqual(say(), [2]);
});

test("a replay has at most 256 KiB queued, waits for its reader, and loses nothing of what is said meanwhile", () => {
  const { join, connect, relay, clock } = testRelay();
  const ann = join(room, "Ann");
  for (let sent = 1; sent <= 20; sent++) ann.send(frameOf(`${sent}`, frameKind.message, 50_000));
  ann.read();
  const bob = connect(room);
  bob.wire.isStuck = true;
  bob.say(joinOf(room, "Bob"));
  const heard: Heard[] = [];
  for (let round = 0; round < 10; round++) {
    clock.settle();
    assert.ok(bob.wire.queuedBytes <= replayQueueBytes);
    heard.push(...bob.wire.read());
    ann.send(frameOf(`live ${round}`));
    ann.send(frameOf("typing", frameKind.volatile));
    if (round === 2) join(room, "Cyd");
    clock.settle();
    bob.wire.queuedBytes = 0;
    relay.drained(bob.connection);
  }
  assert.equal(bob.wire.closed?.code, undefined);
  assert.deepEqual(
    seqs(heard).filter((seq) => seq > 0),
    Array.from({ length: 29 }, (_, index) => index + 1),
  );
  assert.deepEqual(texts(heard), ["joined", "member here", "member here", "member here", "live"]);
});

test("a replay goes through every frame when one alone is more than may be queued", () => {
  const { join, connect, relay, clock } = testRelay({ maxQueueBytes: 10 * kiB });
  const ann = join(room, "Ann");
  for (let sent = 1; sent <= 3; sent++) ann.send(frameOf(`${sent}`, frameKind.message, 50_000));
  ann.read();
  const bob = connect(room);
  bob.wire.isStuck = true;
  bob.say(joinOf(room, "Bob"));
  for (let round = 0; round < 4; round++) {
    clock.settle();
    bob.wire.queuedBytes = 0;
    relay.drained(bob.connection);
  }
  assert.deepEqual(seqs(bob.read()), [1, 2, 3]);
  assert.equal(bob.wire.closed?.code, undefined);
});

test("members who come in the same tick cost one write each", () => {
  const { join, clock } = testRelay({ maxMembers: 1_000 });
  const writes = new Map<object, number>();
  const members = Array.from({ length: 200 }, (_, index) => {
    const member = join(room, `member ${index}`);
    const send = member.wire.send.bind(member.wire);
    member.wire.send = (frames, isAwaited) => {
      writes.set(member, (writes.get(member) ?? 0) + 1);
      send(frames, isAwaited);
    };
    return member;
  });
  clock.settle();
  assert.deepEqual(new Set(writes.values()), new Set([1]));
  for (const member of members) assert.equal(texts(member.read()).length, 202);
});

// ── the log ──────────────────────────────────────────────────────────────────────────────────────────────────

test("forget drops a frame that the same seat sent, and tells nobody", () => {
  const { join } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  ann.send(frameOf("one"));
  ann.send(frameOf("two"));
  bob.read();
  bob.say({ type: "forget", seq: 1 });
  ann.say({ type: "forget", seq: 2 });
  ann.say({ type: "forget", seq: 99 });
  assert.deepEqual(bob.read(), []);
  const heard = join(room, "Cyd").read();
  assert.deepEqual(seqs(heard), [1]);
  assert.deepEqual([joinedOf(heard).first, joinedOf(heard).last], [1, 2]);
});

test("a frame is dropped after the seconds that its sender wrote where the relay writes the number", () => {
  const { join, clock } = testRelay();
  const ann = join(room, "Ann");
  ann.send(lasting(frameOf("one"), 60));
  ann.send(lasting(frameOf("two"), 2 ** 48 - 1));
  ann.send(frameOf("three"));
  clock.step(59_999);
  assert.deepEqual(seqs(join(room, "Bob").read()), [1, 2, 3]);
  clock.step(1_000);
  const heard = join(room, "Cyd").read();
  assert.deepEqual(seqs(heard), [2, 3]);
  assert.equal(joinedOf(heard).first, 1);
});

test("a seat that was taken back after it had left may still have its frames forgotten", () => {
  const { join } = testRelay();
  const ann = join(room, "Ann");
  ann.send(frameOf("one"));
  ann.say({ type: "leave" });
  join(room, "Ann").say({ type: "forget", seq: 1 });
  assert.deepEqual(seqs(join(room, "Bob").read()), []);
});

test("an empty room keeps its ring until age runs out, then is another room", () => {
  const { join, clock, counters } = testRelay({ historyAgeMs: 120_000 });
  const ann = join(room, "Ann");
  ann.send(frameOf("one"));
  const { log } = joinedOf(ann.read());
  ann.say({ type: "leave" });
  clock.step(100_000);
  const bob = join(room, "Bob");
  assert.equal(joinedOf(bob.read()).log, log);
  bob.say({ type: "leave" });
  assert.equal(counters.rooms, 1);
  clock.step(20_000);
  assert.equal(counters.rooms, 0);
  const heard = join(room, "Cyd").read();
  assert.notEqual(joinedOf(heard).log, log);
  assert.deepEqual(seqs(heard), []);
});

test("a history of 0 keeps nothing", () => {
  const { join, counters } = testRelay({ history: 0 });
  const ann = join(room, "Ann");
  ann.read();
  ann.send(frameOf("one"));
  assert.deepEqual(seqs(ann.read()), [1]);
  const bob = join(room, "Bob");
  const heard = bob.read();
  assert.deepEqual([joinedOf(heard).first, joinedOf(heard).last, ...seqs(heard)], [2, 1]);
  ann.say({ type: "leave" });
  bob.say({ type: "leave" });
  assert.equal(counters.rooms, 0);
});

test("a join that no trimming makes room for gets error memory and 1013", () => {
  const { join, counters } = testRelay({ logMemoryBytes: 9 * kiB, logSharePercent: 0 });
  const ann = join(room, "Ann");
  ann.send(frameOf("one", frameKind.message, 2 * kiB));
  assert.deepEqual(seqs(ann.read()), [1]);
  const bob = join(room, "Bob");
  const heard = bob.read();
  assert.deepEqual([joinedOf(heard).first, seqs(heard)], [2, []]);
  for (const there of [room, testRoom("two")]) {
    const late = join(there, "Cyd");
    assert.deepEqual(texts(late.read()), ["error memory"]);
    assert.equal(late.wire.closed?.code, 1013);
  }
  bob.say({ type: "leave" });
  assert.equal(join(room, "Cyd").wire.closed?.code, undefined);
  assert.equal(counters.rooms, 1);
});

test("rooms and seats that have gone give all their memory back", () => {
  const { join, counters } = testRelay({ logMemoryBytes: 9 * kiB, logSharePercent: 0 });
  for (let round = 0; round < 100; round++) {
    const ann = join(testRoom(`room ${round}`), "Ann");
    assert.equal(ann.wire.closed?.code, undefined);
    ann.say({ type: "leave" });
  }
  assert.deepEqual([counters.rooms, counters.seats], [0, 0]);
});

test("rooms that one address opens and leaves with a frame in them cost only its own share", () => {
  const { connect, addressOf, counters } = testRelay({ logMemoryBytes: 1024 * kiB });
  const guests = Array.from({ length: 5 }, (_, index) => {
    const guest = connect(testRoom(`guests ${index}`), addressOf(`192.0.2.${index + 10}`));
    guest.say(joinOf(testRoom(`guests ${index}`), "Ann"));
    for (let sent = 0; sent < 12; sent++) guest.send(frameOf(`${sent}`, frameKind.message, 10_000));
    return guest.connection.address.share;
  });
  const held = (): number => guests.reduce((sum, { chargedBytes }) => sum + chargedBytes, 0);
  const before = held();
  assert.ok(before > 600_000);
  const greedy = addressOf("192.0.2.66");
  for (let opened = 0; opened < 420; opened++) {
    const one = connect(testRoom(`room ${opened}`), greedy);
    one.say(joinOf(testRoom(`room ${opened}`), "Eve"));
    one.send(frameOf("one", frameKind.message, 52));
    one.say({ type: "leave" });
    assert.equal(one.wire.closed, null);
  }
  assert.equal(held(), before);
  assert.ok(greedy.share.chargedBytes <= 128 * kiB);
  assert.ok(counters.rooms < 65);
});

test("an address whose rooms and seats are its whole share gets error memory and 1013, others do not", () => {
  const { connect, addressOf } = testRelay({ logMemoryBytes: 64 * kiB, logSharePercent: 12.5 });
  const tryJoin = (name: string, from: string) => {
    const one = connect(room, addressOf(from));
    one.say(joinOf(room, name));
    return one;
  };
  assert.deepEqual(texts(tryJoin("Ann", "192.0.2.7").read()), ["joined", "member here", "live"]);
  assert.equal(tryJoin("Bob", "192.0.2.7").wire.closed, null);
  const late = tryJoin("Cyd", "192.0.2.7");
  assert.deepEqual(texts(late.read()), ["error memory"]);
  assert.equal(late.wire.closed?.code, 1013);
  assert.equal(tryJoin("Cyd", "192.0.2.8").wire.closed, null);
});

test("a stopped relay forwards nothing and tells nobody", () => {
  const { join, relay } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  bob.read();
  relay.stop();
  ann.send(frameOf("one"));
  ann.break();
  assert.deepEqual(bob.read(), []);
});

test("what is sent is what was said, however soon the log drops or moves it", () => {
  // A few rooms fill one share, now with long messages and now with short ones: buffers are left and used again all the time.
  const { join } = testRelay({ history: 20, logMemoryBytes: 512 * kiB, logSharePercent: 60 });
  const next = seededNumbers(31);
  const rooms = Array.from({ length: 4 }, (_, index) => testRoom(`room ${index}`));
  const pairs = rooms.map((at) => [join(at, "Ann"), join(at, "Bob")] as const);
  for (const [ann, bob] of pairs) for (const one of [ann, bob]) one.read();
  const said = pairs.map((): string[] => []);
  const heard = pairs.map((): string[] => []);
  const digest = (frame: Uint8Array): string => {
    const { ciphertext } = decodeFrame(frame) ?? assert.fail("expected a frame of this protocol");
    return createHash("sha256").update(ciphertext).digest("hex");
  };
  const listen = (): void => {
    for (const [at, [ann, bob]] of pairs.entries()) {
      ann.read();
      const frames = bob.read().filter(isFrame);
      heard[at]?.push(...frames.map((frame) => digest(encodeFrame(frame))));
    }
  };
  for (let step = 0; step < 4_000; step++) {
    const index = next() % pairs.length;
    const kind = next() % 5 === 0 ? frameKind.volatile : frameKind.message;
    const frame = frameOf(`${step}`, kind, 100 + (next() % (step % 400 < 200 ? 8_000 : 100)));
    said[index]?.push(digest(frame));
    pairs[index]?.[0].send(frame);
    if (step % 7 === 0) listen();
    // Whoever opens a room takes from what the logs may have.
    if (step % 28 === 0) join(testRoom(`other ${step}`), "Cyd");
  }
  listen();
  assert.deepEqual(heard, said);
});
