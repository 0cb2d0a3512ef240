import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64url, toBase64url } from "../../src/protocol/base64url.ts";
import { close } from "../../src/protocol/close.ts";
import { decodeFrame } from "../../src/protocol/frame.ts";
import { keysOf } from "../crypto/phrases.ts";
import { Person, random, TestRelay, until } from "./stage.ts";

/** A turn of the event loop: everything that was already due has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("two people talk, and each sees the same lines in the same order", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.say("hello");
  await bob.sees("Ann: hello");
  bob.session.say("hi");
  await ann.sees("Bob: hi");
  await bob.sees("Bob: hi");
  assert.deepEqual(bob.screen, ["Ann: hello", "Bob: hi"]);
  assert.deepEqual(ann.screen, ["Bob joined", "Ann: hello", "Bob: hi"]);
});

test("a message is on the own screen at once and is sent when its echo is back", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.held = [];
  ann.session.say("hello");
  assert.deepEqual(ann.screen, ["Ann: hello …"]);
  await until("the relay has it", () => relay.log.length === 1);
  const held = relay.newest.held;
  assert.equal(ann.message("hello").seq, null);
  relay.newest.held = null;
  for (const deliver of held) deliver();
  await ann.sees("Ann: hello");
  assert.equal(ann.message("hello").seq, 1);
});

test("a latecomer gets everything that was said", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  for (const text of ["one", "two", "three"]) ann.session.say(text);
  await ann.sees("Ann: three");
  const bob = await Person.enter(relay, "Bob");
  assert.deepEqual(bob.screen, ["Ann: one", "Ann: two", "Ann: three"]);
});

test("somebody with other words reads nothing", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.say("hello");
  await ann.sees("Ann: hello");
  const eve = await Person.enter(relay, "Eve", { phrase: "lake" });
  assert.deepEqual(eve.screen, ["unreadable"]);
  assert.deepEqual(
    eve.members.map((member) => member.author?.name ?? null),
    [null, "Eve"],
  );
});

test("what is typed offline is sent once when the relay is back", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.reachable = false;
  relay.newest.cut();
  await until("lost", () => ann.status.state === "lost");
  ann.session.say("one");
  ann.session.say("two");
  assert.equal(ann.status.state === "lost" && ann.status.unsent, 2);
  relay.reachable = true;
  ann.session.wake();
  await ann.sees("Ann: two");
  assert.deepEqual(ann.screen, ["Ann: one", "Ann: two"]);
  assert.equal(relay.log.length, 2);
});

test("a message whose echo was lost is not said twice", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.mute = true;
  ann.session.say("hello");
  await until("the relay has it", () => relay.log.length === 1);
  relay.mute = false;
  relay.newest.cut();
  await until("lost", () => ann.status.state === "lost");
  ann.session.wake();
  await ann.sees("Ann: hello");
  assert.equal(ann.session.save().unsent.length, 0);
  assert.equal(relay.log.length, 1);
});

test("a message that never arrived is resent byte for byte but for what the relay writes", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.deaf = true;
  ann.session.say("hello");
  await until("sealed", () => ann.session.save().unsent[0]?.frame !== null);
  const sealed = ann.session.save().unsent[0]?.frame;
  relay.deaf = false;
  relay.newest.cut();
  await until("lost", () => ann.status.state === "lost");
  ann.session.wake();
  await ann.sees("Ann: hello");
  const resent = decodeFrame(relay.log[0] ?? assert.fail("nothing arrived"));
  const first = decodeFrame(fromBase64url(sealed ?? "") ?? assert.fail("nothing was sealed"));
  assert.deepEqual({ ...resent, seq: 0 }, first);
});

test("a reload keeps name, seat, key and what was not sent", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.say("one");
  await ann.sees("Ann: one");
  relay.deaf = true;
  ann.session.say("two");
  const saved = JSON.parse(JSON.stringify(ann.session.save()));
  relay.deaf = false;
  relay.newest.cut();
  const again = await Person.enter(relay, "Ann", { saved });
  await again.sees("Ann: two");
  assert.deepEqual(again.screen, ["Ann: one", "Ann: two"]);
  again.session.say("three");
  await again.sees("Ann: three");
});

test("a second tab with the same seat takes over, and the first one stays away", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  await Person.enter(relay, "Ann", { saved: ann.session.save() });
  await until("taken over", () => ann.status.state === "left");
  assert.deepEqual(ann.status, { state: "left", why: "taken-over" });
  ann.pass(60_000);
  assert.equal(relay.connections.length, 2);
});

test("a taken name is a question, and another name goes in with the same key", async () => {
  const relay = new TestRelay();
  await Person.enter(relay, "Ann");
  const other = await Person.create(relay, "ANN");
  other.session.start();
  await until("refused", () => other.status.state === "refused");
  assert.deepEqual(other.status, { state: "refused", why: "name-taken", retryAfterMs: null });
  other.session.say("said while outside");
  other.session.rename("Anna");
  await other.sees("Anna: said while outside");
});

test("a full room is a question", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.cut(close.roomFull);
  await until("refused", () => ann.status.state === "refused");
  assert.deepEqual(ann.status, { state: "refused", why: "room-full", retryAfterMs: null });
});

test("another salt makes it derive again and dial the room of that salt", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.deaf = true;
  ann.session.say("hello");
  relay.deaf = false;
  relay.salt = new Uint8Array(32).fill(7);
  relay.logId = toBase64url(random(16));
  relay.seats.clear();
  relay.newest.cut();
  await until("lost", () => ann.status.state === "lost");
  ann.session.wake();
  const { roomId } = await keysOf("river", relay.salt);
  await until("lost again", () => ann.status.state === "lost");
  ann.session.wake();
  await ann.sees("Ann: hello");
  assert.equal(relay.dialledRooms.at(-1), roomId);
});

test("a quiet line is pinged after 25 s and given up after 10 s without an answer", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.pass(24_999);
  assert.ok(!relay.texts.some((text) => text.includes("ping")));
  ann.pass(1);
  assert.ok(relay.texts.some((text) => text.includes("ping")));
  await until("the pong is read", () => ann.status.state === "live");
  relay.deaf = true;
  ann.pass(25_000);
  assert.equal(ann.status.state, "live");
  ann.pass(9_999);
  await settled();
  assert.equal(ann.status.state, "live");
  ann.pass(1);
  await until("lost", () => ann.status.state === "lost");
});

test("a dial that opens nothing within 15 s is given up", async () => {
  const relay = new TestRelay();
  const ann = await Person.create(relay, "Ann");
  ann.session.start();
  relay.newest.held = [];
  ann.pass(14_999);
  await settled();
  assert.equal(ann.status.state, "dialling");
  ann.pass(1);
  await until("lost", () => ann.status.state === "lost");
});

test("the relay's wish to be left alone is kept, also when the tab wakes", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.say({ type: "error", code: "memory", message: "full", retryAfterMs: 20_000 });
  relay.newest.cut(close.tryLater);
  await until("lost", () => ann.status.state === "lost");
  ann.session.wake();
  assert.equal(relay.connections.length, 1);
  ann.pass(19_999);
  assert.equal(relay.connections.length, 1);
  ann.pass(1);
  assert.equal(relay.connections.length, 2);
});

test("after a close that means stop nothing is dialled again", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.cut(close.policy);
  await until("left", () => ann.status.state === "left");
  ann.pass(120_000);
  ann.session.wake();
  assert.equal(relay.connections.length, 1);
});

test("leaving says so to the relay and is for good", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.leave();
  assert.ok(relay.texts.includes('{"type":"leave"}'));
  assert.deepEqual(ann.status, { state: "left", why: "asked" });
  ann.pass(120_000);
  assert.equal(relay.connections.length, 1);
});

test("a text that cannot be sent is refused with a reason, and nothing is lost or sent", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  assert.equal(ann.session.say("  \n "), "empty");
  assert.equal(ann.session.say("a\u0007b"), "characters");
  assert.equal(ann.session.say("x".repeat(16_385)), "too-long");
  assert.equal(ann.session.say("x".repeat(16_384)), null);
  await until("said", () => relay.log.length === 1);
});
