// What a person does with messages that are there: answer, edit, delete, react; and what the room is about.

import assert from "node:assert/strict";
import { test } from "node:test";
import { typingLastsMs } from "../../src/protocol/limits.ts";
import { Person, TestRelay, until } from "./stage.ts";

async function annAndBob(): Promise<{ relay: TestRelay; ann: Person; bob: Person }> {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  return { relay, ann, bob };
}

test("an answer names the message it answers", async () => {
  const { ann, bob } = await annAndBob();
  ann.session.say("question");
  await bob.sees("Ann: question");
  bob.session.say("answer", bob.message("question").messageId ?? assert.fail());
  await ann.sees("Bob: answer");
  assert.equal(ann.message("answer").re, ann.message("question").messageId);
});

test("an author edits and deletes; the relay forgets the message and each of its edits", async () => {
  const { relay, ann, bob } = await annAndBob();
  ann.session.say("frist");
  await bob.sees("Ann: frist");
  const { id } = ann.message("frist");
  assert.equal(ann.session.edit(id, "first"), null);
  await bob.sees("Ann: first");
  await ann.sees("Ann: first");
  assert.notEqual(bob.message("first").edited, null);
  assert.ok(ann.session.remove(id));
  await bob.sees("Ann: (deleted)");
  await until("the relay is asked", () => relay.forgotten.size === 2);
  assert.deepEqual([...relay.forgotten], [1, 2]);
  assert.equal(ann.session.edit(id, "again"), "gone");
});

test("what somebody else has said is refused, and nothing is sent", async () => {
  const { relay, ann, bob } = await annAndBob();
  ann.session.say("mine");
  await bob.sees("Ann: mine");
  const { id } = bob.message("mine");
  assert.equal(bob.session.edit(id, "yours"), "gone");
  assert.equal(bob.session.remove(id), false);
  assert.equal(bob.session.remove("unknown.0"), false);
  assert.equal(bob.session.save().unsent.length, 0);
  assert.equal(relay.log.length, 1);
});

test("a newcomer misses nothing where messages with edits were deleted", async () => {
  const { relay, ann } = await annAndBob();
  for (const text of ["one", "two", "three"]) ann.session.say(text);
  await ann.sees("Ann: three");
  await until("numbered", () => ann.message("three").delivery === "sent");
  const { id } = ann.message("two");
  ann.session.edit(id, "zwei");
  await ann.sees("Ann: zwei");
  ann.session.remove(id);
  await until("the relay is asked", () => relay.forgotten.size === 2);
  const cleo = await Person.enter(relay, "Cleo");
  await cleo.sees("Ann: three");
  assert.deepEqual(
    cleo.screen.filter((line) => line.includes("missing")),
    [],
  );
});

test("an edit that was on its way when its message was deleted is forgotten too", async () => {
  const { relay, ann, bob } = await annAndBob();
  ann.session.say("frist");
  await until("numbered", () => ann.message("frist").seq !== null);
  const { id } = ann.message("frist");
  ann.session.edit(id, "first");
  assert.ok(ann.session.remove(id));
  await bob.sees("Ann: (deleted)");
  await until("the relay is asked", () => relay.forgotten.size === 2);
  assert.deepEqual([...relay.forgotten], [1, 2]);
});

test("what is done offline shows at once as under way, except that nothing is gone before it is", async () => {
  const { ann, bob } = await annAndBob();
  for (const text of ["kepe", "oops"]) ann.session.say(text);
  await ann.sees("Ann: oops");
  await bob.sees("Ann: oops");
  ann.cut();
  await until("offline", () => ann.status.state === "lost");
  ann.session.edit(ann.message("kepe").id, "keep");
  ann.session.react(ann.message("keep").messageId ?? assert.fail(), "🎉", true);
  ann.session.remove(ann.message("oops").id);
  assert.deepEqual(ann.screen.slice(-2), ["Ann: keep …", "Ann: oops …"]);
  assert.deepEqual([...ann.message("keep").reactions.keys()], ["🎉"]);
  assert.ok(ann.status.state === "lost" && ann.status.unsent === 3);
  ann.session.tryNow();
  for (const each of [ann, bob]) await each.sees("Ann: (deleted)");
  assert.ok(ann.screen.includes("Ann: keep") && bob.screen.includes("Ann: keep"));
  assert.equal(bob.message("keep").reactions.get("🎉")?.length, 1);
});

test("in a room that was left nothing can be done to a message any more", async () => {
  const { ann } = await annAndBob();
  ann.session.say("mine");
  await ann.sees("Ann: mine");
  const { id, messageId } = ann.message("mine");
  ann.session.leave();
  await until("left", () => ann.status.state === "left");
  assert.equal(ann.session.edit(id, "yours"), "outbox-full");
  ann.session.react(messageId ?? assert.fail(), "🎉", true);
  assert.equal(ann.session.remove(id), false);
  assert.equal(ann.message("mine").reactions.size, 0);
  assert.equal(ann.session.save().unsent.length, 0);
});

test("a reaction is put and taken back", async () => {
  const { ann, bob } = await annAndBob();
  ann.session.say("news");
  await bob.sees("Ann: news");
  const id = bob.message("news").messageId ?? assert.fail();
  bob.session.react(id, "🎉", true);
  await until("Ann sees it", () => ann.message("news").reactions.get("🎉")?.[0]?.name === "Bob");
  bob.session.react(id, "🎉", false);
  await until("Ann sees it gone", () => ann.message("news").reactions.size === 0);
});

test("a topic is one line for everybody, and the empty one takes it away", async () => {
  const { ann, bob } = await annAndBob();
  assert.equal(ann.session.setTopic("soup"), null);
  await bob.sees("Ann topic soup");
  assert.equal(ann.session.setTopic(""), null);
  await bob.sees("Ann topic ");
  assert.equal(ann.session.setTopic("two\nlines"), "characters");
  assert.equal(ann.session.setTopic("x".repeat(10_000)), "characters");
});

test("who writes is shown until it is said, or nothing more is heard", async () => {
  const { ann, bob } = await annAndBob();
  const shown = () => bob.typing.map((author) => author.name).join();
  ann.session.typing(true);
  await until("Bob sees Ann write", () => shown() === "Ann");
  ann.session.say("done");
  await until("Bob sees her stop", () => shown() === "");
  ann.session.typing(true);
  await until("Bob sees Ann write again", () => shown() === "Ann");
  bob.pass(typingLastsMs);
  await until("Bob has heard nothing more", () => shown() === "");
});
