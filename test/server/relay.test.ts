// The relay's rules one by one, on fake wires and a stepped clock.

import assert from "node:assert/strict";
import { test } from "node:test";

import { toBase64url } from "../../src/protocol/base64url.ts";
import type { Member } from "../../src/protocol/control.ts";
import { frameKind } from "../../src/protocol/frame.ts";
import { defaultLimits, replayQueueBytes } from "../../src/protocol/limits.ts";
import {
  bytesOf,
  frameOf,
  type Heard,
  isFrame,
  joinOf,
  salt,
  seqs,
  testRelay,
  testRoom,
  texts,
} from "./support.ts";

const room = testRoom("one");
const kiB = 1024;

function joinedOf(heard: readonly Heard[]): { log: string; first: number; last: number } {
  const [joined] = heard;
  assert.ok(joined !== undefined && !isFrame(joined) && joined.type === "joined");
  assert.equal(joined.salt, salt);
  return joined;
}

function retryAfterMs(heard: readonly Heard[]): number | undefined {
  const [error] = heard;
  assert.ok(error !== undefined && !isFrame(error) && error.type === "error");
  return error.retryAfterMs;
}

test("a join is answered by joined, every member, what is kept, and live", () => {
  const { join } = testRelay();
  const ann = join(room, "Ann");
  assert.deepEqual(texts(ann.read()), ["joined", "member here", "live"]);
  ann.send(frameOf("one"));
  ann.send(frameOf("two"));
  assert.deepEqual(seqs(ann.read()), [1, 2]);
  const bob = join(room, "Bob");
  const heard = bob.read();
  assert.deepEqual(
    heard.map((one) => (isFrame(one) ? one.seq : one.type)),
    ["joined", "member", "member", 1, 2, "live"],
  );
  assert.deepEqual([joinedOf(heard).first, joinedOf(heard).last], [1, 2]);
  assert.deepEqual(texts(ann.read()), ["member here"]);
});

test("hands a hello to others as it came", () => {
  const { join } = testRelay();
  const ann = join(room, "Ann");
  const { iv, ciphertext, fromUser } = joinOf(room, "Bob", "b", { iv: toBase64url(bytesOf("iv", 12)) });
  ann.read();
  join(room, "Bob", "b", { iv, ciphertext });
  assert.deepEqual(ann.read(), [
    { type: "member", fromUser, iv, ciphertext, state: "here" } satisfies Member,
  ]);
});

test("a frame reaches everybody, its sender included, with the same seq and the seat's own fromUser", () => {
  const { join } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  ann.read();
  bob.read();
  const forged = frameOf("hi");
  forged.fill(0xff, 2, 24);
  ann.send(forged);
  const heard = ann.read();
  assert.deepEqual(bob.read(), heard);
  const [frame] = heard.filter(isFrame);
  assert.equal(frame?.seq, 1);
  assert.deepEqual(frame?.fromUser, bytesOf("Ann", 16));
});

test("a volatile frame has seq 0, reaches its sender too, and is not kept", () => {
  const { join } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  ann.read();
  bob.read();
  ann.send(frameOf("typing", frameKind.volatile));
  assert.deepEqual(seqs(ann.read()), [0]);
  assert.deepEqual(seqs(bob.read()), [0]);
  assert.deepEqual(seqs(join(room, "Cyd").read()), []);
});

test("a carried frame keeps its author, gets a seq and is kept", () => {
  const { join } = testRelay();
  const ann = join(room, "Ann");
  ann.read();
  ann.send(frameOf("old", frameKind.carried));
  const [frame] = ann.read().filter(isFrame);
  assert.deepEqual(frame?.fromUser, bytesOf("nobody", 16));
  assert.deepEqual(seqs(join(room, "Bob").read()), [1]);
});

test("what a sender does to its buffer later changes nothing that is kept", () => {
  const { join } = testRelay();
  const ann = join(room, "Ann");
  const frame = frameOf("hi");
  ann.send(frame);
  const before = ann.read().filter(isFrame);
  frame.fill(0);
  assert.deepEqual(join(room, "Bob").read().filter(isFrame), before);
});

test("rooms do not hear each other", () => {
  const { join } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(testRoom("two"), "Bob")];
  bob.read();
  ann.send(frameOf("hi"));
  ann.read();
  assert.deepEqual(bob.read(), []);
});

test("refuses frames that are not of this protocol with 1008", () => {
  const unknownKind = frameOf("x");
  unknownKind[0] = 4;
  const stray = frameOf("x");
  stray[1] = 1;
  for (const bad of [unknownKind, stray, new Uint8Array(51).fill(1), new Uint8Array(0)]) {
    const { join } = testRelay();
    const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
    bob.read();
    ann.send(bad);
    assert.equal(ann.wire.closed?.code, 1008);
    assert.deepEqual(texts(bob.read()), ["member away"]);
  }
});

test("refuses texts that are malformed with 1008, and answers an unknown type with error bad", () => {
  for (const bad of [{ type: "forget" }, { type: "forget", seq: -1 }, [], { type: 1 }, joinOf(room, "Ann")]) {
    const ann = testRelay().join(room, "Ann");
    ann.say(bad);
    assert.equal(ann.wire.closed?.code, 1008);
  }
  const ann = testRelay().join(room, "Ann");
  ann.read();
  ann.say({ type: "dance" });
  assert.deepEqual(texts(ann.read()), ["error bad"]);
  assert.equal(ann.wire.closed?.code, undefined);
});

test("the first frame must be a join", () => {
  const { connect } = testRelay();
  for (const first of [{ type: "ping" }, { type: "leave" }, { type: "dance" }, { type: "forget", seq: 1 }]) {
    const nobody = connect(room);
    nobody.say(first);
    assert.equal(nobody.wire.closed?.code, 1008);
  }
  const nobody = connect(room);
  nobody.send(frameOf("x"));
  assert.equal(nobody.wire.closed?.code, 1008);
});

test("an access that does not give the path is closed with 1008", () => {
  const { connect } = testRelay();
  const nobody = connect(testRoom("another"));
  nobody.say(joinOf(room, "Ann"));
  assert.equal(nobody.wire.closed?.code, 1008);
});

test("a connection that does not join in time is closed with 1008", () => {
  const { connect, clock } = testRelay({ joinTimeoutMs: 2_000 });
  const nobody = connect(room);
  clock.step(1_500);
  assert.equal(nobody.wire.closed?.code, undefined);
  clock.step(500);
  assert.equal(nobody.wire.closed?.code, 1008);
});

test("ping is answered by pong", () => {
  const ann = testRelay().join(room, "Ann");
  ann.read();
  ann.say({ type: "ping" });
  assert.deepEqual(texts(ann.read()), ["pong"]);
});

test("a broken connection makes its member away, and left after 60 s", () => {
  const { join, clock, counters } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  bob.read();
  ann.break();
  assert.deepEqual(texts(bob.read()), ["member away"]);
  assert.deepEqual(texts(join(room, "Cyd").read()), [
    "joined",
    "member away",
    "member here",
    "member here",
    "live",
  ]);
  bob.read();
  clock.step(59_500);
  assert.deepEqual(texts(bob.read()), []);
  clock.step(500);
  assert.deepEqual(texts(bob.read()), ["member left"]);
  assert.equal(counters.seats, 2);
});

test("leave makes its member left at once, and the connection may join again under another name", () => {
  const { join, clock } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  ann.read();
  bob.read();
  ann.say({ type: "leave" });
  assert.deepEqual(texts(bob.read()), ["member left"]);
  ann.say(joinOf(room, "Anna", "another seat"));
  assert.deepEqual(texts(ann.read()), ["joined", "member here", "member here", "live"]);
  clock.step(20_000);
  assert.equal(ann.wire.closed?.code, undefined);
});

test("a seat is taken back with the same fromUser, and the older connection is closed with 4005", () => {
  const { join, counters } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  ann.send(frameOf("one"));
  const { log } = joinedOf(ann.read());
  bob.read();
  const again = join(room, "Ann", undefined, { log, after: 1 });
  assert.equal(ann.wire.closed?.code, 4005);
  assert.deepEqual(texts(again.read()), ["joined", "member here", "member here", "live"]);
  assert.deepEqual(texts(bob.read()), ["member here"]);
  assert.equal(counters.seats, 2);
  ann.break();
  assert.deepEqual(bob.read(), []);
});

test("a seat of another fromUser is refused with 1008", () => {
  const { join } = testRelay();
  const ann = join(room, "Ann", "seat");
  assert.equal(join(room, "Bob", "seat").wire.closed?.code, 1008);
  assert.equal(ann.wire.closed?.code, undefined);
});

test("a replay has what is above after, in its own log only", () => {
  const { join } = testRelay();
  const ann = join(room, "Ann");
  for (const body of ["one", "two", "three"]) ann.send(frameOf(body));
  const { log } = joinedOf(ann.read());
  assert.deepEqual(seqs(join(room, "Bob", "b", { log, after: 2 }).read()), [3]);
  assert.deepEqual(
    seqs(join(room, "Cyd", "c", { log: toBase64url(bytesOf("x", 16)), after: 2 }).read()),
    [1, 2, 3],
  );
  assert.deepEqual(seqs(join(room, "Dan", "d", { after: 2 }).read()), [1, 2, 3]);
  const eve = join(room, "Eve", "e", { log, after: 99 });
  ann.send(frameOf("four"));
  assert.deepEqual(seqs(eve.read()), [4]);
});

// ── a name that two people want ──────────────────────────────────────────────────────────────────────────────

test("a holder that answers keeps its name", () => {
  const { join, relay } = testRelay();
  const ann = join(room, "Ann", "first");
  const other = join(room, "Ann", "second");
  assert.deepEqual([ann.wire.pings, other.wire.closed], [1, null]);
  relay.heard(ann.connection);
  const heard = other.read();
  assert.deepEqual(texts(heard), ["error name-taken"]);
  assert.equal(retryAfterMs(heard), undefined);
  assert.equal(other.wire.closed?.code, 4001);
  assert.equal(ann.wire.closed?.code, undefined);
});

test("a holder that is silent for 5 s is away, and the newcomer is told how long", () => {
  const { join, clock } = testRelay();
  const ann = join(room, "Ann", "first");
  const bob = join(room, "Bob");
  bob.read();
  const other = join(room, "Ann", "second");
  clock.step(4_500);
  assert.deepEqual([ann.wire.closed, other.wire.closed], [null, null]);
  clock.step(500);
  assert.ok(ann.wire.closed !== null);
  assert.deepEqual(texts(bob.read()), ["member away"]);
  assert.equal(retryAfterMs(other.read()), 60_000);
  assert.equal(other.wire.closed?.code, 4001);
});

test("the name of somebody away is free when the rest of the 60 s is over", () => {
  const { join, clock } = testRelay();
  join(room, "Ann", "first").break();
  clock.step(20_000);
  const early = join(room, "Ann", "second");
  assert.equal(retryAfterMs(early.read()), 40_000);
  assert.equal(early.wire.closed?.code, 4001);
  clock.step(40_000);
  assert.deepEqual(texts(join(room, "Ann", "second").read()), ["joined", "member here", "live"]);
});

test("a newcomer gets the name when its holder leaves meanwhile; a second one has to wait for the first", () => {
  const { join, clock } = testRelay();
  const ann = join(room, "Ann", "first");
  const [second, third] = [join(room, "Ann", "second"), join(room, "Ann", "third")];
  ann.say({ type: "leave" });
  assert.deepEqual(texts(second.read()), ["joined", "member here", "live"]);
  assert.deepEqual([third.wire.closed, second.wire.pings], [null, 1]);
  second.say({ type: "ping" });
  clock.settle();
  assert.equal(third.wire.closed?.code, 4001);
});

test("a newcomer that gives up changes nothing for the holder", () => {
  const { join, clock } = testRelay();
  const ann = join(room, "Ann", "first");
  join(room, "Ann", "second").break();
  const third = join(room, "Ann", "third");
  third.say({ type: "leave" });
  clock.step(9_000);
  assert.deepEqual([ann.wire.closed, third.wire.closed], [null, null]);
});

// ── limits ───────────────────────────────────────────────────────────────────────────────────────────────────

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
    member.wire.send = (frames) => {
      writes.set(member, (writes.get(member) ?? 0) + 1);
      send(frames);
    };
    return member;
  });
  clock.settle();
  assert.deepEqual(new Set(writes.values()), new Set([1]));
  for (const member of members) assert.equal(texts(member.read()).length, 202);
});

test("a flush that takes long makes the next one wait 10 ms", () => {
  const { join, clock } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  ann.read();
  bob.read();
  const send = bob.wire.send.bind(bob.wire);
  bob.wire.send = (frames) => {
    clock.step(6);
    send(frames);
  };
  ann.send(frameOf("one"));
  assert.deepEqual(seqs(bob.read()), [1]);
  ann.send(frameOf("two"));
  assert.deepEqual(seqs(bob.read()), []);
  clock.step(10);
  assert.deepEqual(seqs(bob.read()), [2]);
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
  const { join, counters } = testRelay({ logMemoryBytes: 9 * kiB });
  for (let round = 0; round < 100; round++) {
    const ann = join(testRoom(`room ${round}`), "Ann");
    assert.equal(ann.wire.closed?.code, undefined);
    ann.say({ type: "leave" });
  }
  assert.deepEqual([counters.rooms, counters.seats], [0, 0]);
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
