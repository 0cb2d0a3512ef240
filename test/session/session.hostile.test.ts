// The session against what a relay or a member can do wrong: holes, replays, forgeries, floods of nonsense.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { close } from "../../src/protocol/close.ts";
import { encodeFrame, frameKind } from "../../src/protocol/frame.ts";
import { createMemberKey } from "../../src/crypto/member.ts";
import { sealMessage } from "../../src/session/envelope.ts";
import { keysOf } from "../crypto/phrases.ts";
import { Person, publish, random, said, TestRelay, until } from "./stage.ts";

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

test("a relay cannot put a client off for longer than five minutes, and a person can press at once", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.say({ type: "error", code: "memory", message: "full", retryAfterMs: 2 ** 47 });
  relay.newest.cut(close.tryLater);
  await until("lost", () => ann.status.state === "lost");
  assert.equal(ann.status.state === "lost" && ann.status.retryInMs, 300_000);
  ann.session.tryNow();
  await until("live", () => ann.status.state === "live");
});

test("a tab that comes back from an older state loses no message to a number it had used", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const older = ann.session.save();
  ann.session.say("said before the crash");
  await ann.sees("Ann: said before the crash");
  relay.newest.cut();
  const again = await Person.create(relay, "Ann", { saved: older });
  again.session.start();
  again.session.say("typed while connecting");
  await again.sees("Ann: typed while connecting");
  assert.deepEqual(again.screen, ["Ann: said before the crash", "Ann: typed while connecting"]);
  assert.equal(again.session.save().unsent.length, 0);
  assert.equal(relay.log.length, 2);
});

test("what was sealed for another salt before a reload is sealed anew", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.deaf = true;
  ann.session.say("hello");
  await until("sealed", () => ann.session.save().unsent[0]?.frame !== null);
  const saved = ann.session.save();
  relay.deaf = false;
  relay.salt = new Uint8Array(32).fill(9);
  relay.logId = toBase64url(random(16));
  relay.seats.clear();
  relay.newest.cut();
  const again = await Person.enter(relay, "Ann", { saved });
  await again.sees("Ann: hello");
  assert.equal(again.session.save().unsent.length, 0);
});

test("a clock that was set back makes nobody unknown", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.leave();
  await bob.sees("Ann left");
  const again = await Person.create(relay, "Ann", { saved: ann.session.save() });
  again.now -= 3_600_000;
  again.session.start();
  await until("Ann is back", () => bob.members.length === 2);
  assert.ok(bob.members.every((member) => member.author !== null));
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
