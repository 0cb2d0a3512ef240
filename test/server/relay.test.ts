// The relay's rules one by one, on fake wires and a stepped clock: frames, seats, and a name that two people want.

import assert from "node:assert/strict";
import { test } from "node:test";

import { base64urlLength, toBase64url } from "../../src/protocol/base64url.ts";
import type { Member } from "../../src/protocol/control.ts";
import { frameKind } from "../../src/protocol/frame.ts";
import type { Address } from "../../src/server/addresses.ts";
import {
  bytesOf,
  frameOf,
  isFrame,
  joinedOf,
  joinOf,
  retryAfterMs,
  room,
  seqs,
  type TestRoom,
  testRelay,
  testRoom,
  texts,
} from "./support.ts";

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

test("a seat that is taken back with another hello is charged for that one, and gives it back whole", () => {
  const { relay, join, address } = testRelay();
  const hello = (byteLength: number): { ciphertext: string } => ({
    ciphertext: toBase64url(bytesOf("hello", byteLength)),
  });
  join(room, "Ann", "a", hello(100));
  const chargedBytes = relay.logBytes();
  for (const byteLength of [1_000, 40, 100]) {
    const ann = join(room, "Ann", "a", hello(byteLength));
    const growthBytes = base64urlLength(byteLength) - base64urlLength(100);
    assert.deepEqual(
      [relay.logBytes(), address.share.chargedBytes],
      [chargedBytes + growthBytes, chargedBytes + growthBytes],
    );
    if (byteLength === 100) ann.say({ type: "leave" });
  }
  assert.deepEqual([relay.logBytes(), address.share.chargedBytes], [0, 0]);
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
  const frame = heard.find(isFrame);
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
  const frame = ann.read().find(isFrame);
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

test("a room that has gone while a name was handed on leaves the one that follows it alone", () => {
  const { connect, relay, counters, addressOf } = testRelay({ logMemoryBytes: 1024 * 1024 });
  const [owner, full, third] = ["192.0.2.1", "192.0.2.2", "192.0.2.3"].map(addressOf);
  assert.ok(owner !== undefined && full !== undefined && third !== undefined);
  const enter = (into: TestRoom, name: string, from: Address, seat = name) => {
    const guest = connect(into, from);
    guest.say(joinOf(into, name, seat));
    return guest;
  };
  // One that has its share: no seat is to be had for it.
  for (let count = 0; enter(testRoom("full"), `Fay ${count}`, full).wire.closed === null;) count++;
  const roomsBefore = counters.rooms;
  const ann = enter(room, "Ann", owner);
  const refused = enter(room, "Ann", full, "second");
  const late = enter(room, "Ann", third, "third");
  ann.say({ type: "leave" });
  assert.notEqual(refused.wire.closed, null);
  assert.deepEqual(texts(late.read()), ["joined", "member here", "live"]);
  assert.notEqual(relay.sender(room.id, joinOf(room, "Ann", "third").seat), null);
  assert.equal(owner.share.chargedBytes, 0);
  assert.equal(counters.rooms, roomsBefore + 1);
  const dan = enter(room, "Dan", third);
  dan.send(frameOf("hello"));
  assert.deepEqual(seqs(late.read()), [1]);
});
