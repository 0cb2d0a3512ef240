import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64url, toBase64url } from "../../src/protocol/base64url.ts";
import { close } from "../../src/protocol/close.ts";
import { decodeFrame, encodeFrame, frameKind } from "../../src/protocol/frame.ts";
import { createMemberKey, type MemberKey } from "../../src/crypto/member.ts";
import type { MessageBody } from "../../src/session/body.ts";
import { sealMessage } from "../../src/session/envelope.ts";
import { keysOf } from "../crypto/phrases.ts";
import { Person, random, TestRelay, until } from "./stage.ts";

/** A message that somebody outside the stage has sealed for the room. */
async function publish(relay: TestRelay, member: MemberKey, body: MessageBody): Promise<void> {
  relay.publish(await sealMessage(await keysOf("river"), member, body, random));
}

/** A turn of the event loop: everything that was already due has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

const said = (name: string, counter: number, text: string): MessageBody => ({
  kind: "text",
  name,
  at: 1,
  counter,
  text,
});

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
  relay.newest.held = null;
  for (const deliver of held) deliver();
  await ann.sees("Ann: hello");
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

test("what the ring no longer holds is a line on the screen", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await createMemberKey();
  relay.newest.cut();
  await until("lost", () => ann.status.state === "lost");
  for (let counter = 0; counter < 5; counter++)
    await publish(relay, bob, said("Bob", counter, `no ${counter}`));
  relay.log.splice(0, 3);
  relay.first = 4;
  ann.session.wake();
  await ann.sees("Bob: no 4");
  assert.deepEqual(ann.screen, ["some missing of all", "Bob: no 3", "Bob: no 4"]);
});

test("a number that never came is a gap, judged at live in the replay and at once after it", async () => {
  const relay = new TestRelay();
  const bob = await createMemberKey();
  for (const counter of [3, 4, 7]) await publish(relay, bob, said("Bob", counter, `no ${counter}`));
  const ann = await Person.enter(relay, "Ann");
  assert.deepEqual(ann.screen, ["Bob: no 3", "Bob: no 4", "2 missing of Bob", "Bob: no 7"]);
  await publish(relay, bob, said("Bob", 9, "no 9"));
  await ann.sees("Bob: no 9");
  assert.deepEqual(ann.screen.slice(4), ["1 missing of Bob", "Bob: no 9"]);
});

test("a replayed message is dropped in silence", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await createMemberKey();
  const frame = await sealMessage(await keysOf("river"), bob, said("Bob", 0, "once"), random);
  relay.publish(frame);
  relay.publish(frame);
  await publish(relay, bob, said("Bob", 1, "last"));
  await ann.sees("Bob: last");
  assert.deepEqual(ann.screen, ["Bob: once", "Bob: last"]);
});

test("a message under another's name does not open", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const keys = await keysOf("river");
  const eve = await createMemberKey();
  const frame = await sealMessage(keys, eve, said("Bob", 0, "I am Bob"), random);
  frame.set(await keys.blindName("Eve"), 8);
  relay.publish(frame);
  await ann.sees("unreadable");
});

test("a second key under a known name is another person, with a notice", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  for (const member of [await createMemberKey(), await createMemberKey()]) {
    await publish(relay, member, said("Bob", 0, "I am Bob"));
  }
  await ann.sees("Bob (2): I am Bob");
  assert.deepEqual(ann.screen, ["Bob: I am Bob", "Bob second-key", "Bob (2): I am Bob"]);
});

test("keys under one name are numbered in the order of the log, for a latecomer too", async () => {
  const relay = new TestRelay();
  const first = await Person.enter(relay, "Ann");
  first.session.say("from my old tab");
  await first.sees("Ann: from my old tab");
  first.session.leave();
  const second = await Person.enter(relay, "Ann");
  second.session.say("from my new tab");
  await second.sees("Ann (2): from my new tab");
  const bob = await Person.enter(relay, "Bob");
  assert.deepEqual(bob.screen, ["Ann: from my old tab", "Ann second-key", "Ann (2): from my new tab"]);
  assert.deepEqual(
    bob.members.map((member) => `${member.author?.name} ${member.author?.ordinal}`),
    ["Ann 2", "Bob 1"],
  );
});

test("a close before the join is a broken line, whatever its code says", async () => {
  const relay = new TestRelay();
  const ann = await Person.create(relay, "Ann");
  ann.session.start();
  relay.newest.cut(close.policy);
  await until("lost", () => ann.status.state === "lost");
});

test("how long to wait for a name does not delay the dial with another name", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.say({ type: "error", code: "name-taken", message: "taken", retryAfterMs: 45_000 });
  relay.newest.cut(close.nameTaken);
  await until("refused", () => ann.status.state === "refused");
  assert.equal(ann.status.state === "refused" && ann.status.retryAfterMs, 45_000);
  relay.reachable = false;
  ann.session.rename("Anna");
  await until("lost", () => ann.status.state === "lost");
  assert.ok(ann.status.state === "lost" && ann.status.retryInMs <= 500);
});

test("a body whose time no calendar holds does not open", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  await publish(relay, await createMemberKey(), { ...said("Bob", 0, "late"), at: 8.64e15 + 1 });
  await ann.sees("unreadable");
});

test("a member whose hello does not open is shown as unknown", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.say({
    type: "member",
    fromUser: toBase64url(random(16)),
    iv: toBase64url(random(12)),
    ciphertext: toBase64url(random(272)),
    state: "here",
  });
  await until("two members", () => ann.members.length === 2);
  assert.equal(ann.members[1]?.author, null);
});

test("frames of kinds it does not know, and texts of unknown types, change nothing", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const parts = { fromUser: random(16), iv: random(12), ciphertext: random(272) };
  const unknown = encodeFrame({ kind: frameKind.message, seq: 9, ...parts });
  unknown[0] = 9;
  relay.newest.listener.frame(unknown);
  relay.newest.listener.frame(encodeFrame({ kind: frameKind.volatile, ...parts }));
  relay.newest.listener.text('{"type":"later"}');
  relay.newest.listener.text("no JSON");
  ann.session.say("still here");
  await ann.sees("Ann: still here");
  assert.deepEqual(ann.screen, ["Ann: still here"]);
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
