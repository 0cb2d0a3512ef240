// What a person does with messages that are there: answer, edit, delete, react; and what the room is about.

import assert from "node:assert/strict";
import { test } from "node:test";
import { typingLastsMs } from "../../src/protocol/limits.ts";
import { bodiesOf, Person, TestRelay, until } from "./stage.ts";

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

test("an edit that waited when its message was deleted is forgotten, over a reload too", async () => {
  const { relay, ann } = await annAndBob();
  ann.session.say("frist");
  await until("numbered", () => ann.message("frist").seq !== null);
  const { id } = ann.message("frist");
  ann.cut();
  await until("offline", () => ann.status.state === "lost");
  ann.session.edit(id, "first");
  assert.ok(ann.session.remove(id));
  const saved = ann.session.save();
  ann.crash();
  await Person.enter(relay, "Ann", { saved });
  await until("the relay is asked", () => relay.forgotten.size === 2);
  const kept = await bodiesOf(relay.kept);
  assert.deepEqual(new Set(kept.map(({ kind }) => kind)), new Set(["delete"]));
});

test("an edit that restarts have brought back several times is deleted once", async () => {
  const { relay, ann } = await annAndBob();
  ann.session.say("frist");
  await until("numbered", () => ann.message("frist").seq !== null);
  ann.session.edit(ann.message("frist").id, "first");
  await until("edited", () => ann.session.unsent() === 0);
  for (let restarts = 0; restarts < 3; restarts++) {
    relay.restart();
    await until("offline", () => ann.status.state === "lost");
    ann.session.tryNow();
    await until("live", () => ann.status.state === "live");
    ann.pass(2_000);
    await until("brought back", () => relay.log.length === 2);
  }
  assert.ok(ann.session.remove(ann.message("first").id));
  await ann.sees("Ann: (deleted)");
  await until("all said", () => ann.session.unsent() === 0);
  assert.deepEqual([...relay.forgotten], [1, 2]);
  assert.equal(relay.log.length, 4);
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

test("what waits and has not gone out is worded anew or taken back, and nobody else sees that or misses anything", async () => {
  const { relay, ann, bob } = await annAndBob();
  ann.cut();
  await until("offline", () => ann.status.state === "lost");
  for (const text of ["first", "scond", "third", "fourth"]) ann.session.say(text);
  const idOf = (text: string): string => ann.message(text).id;
  assert.equal(ann.session.edit(idOf("scond"), "second"), null);
  assert.equal(ann.message("second").edited, null);
  assert.equal(ann.session.edit(idOf("first"), ""), "empty");
  assert.ok(ann.session.remove(idOf("first")));
  assert.ok(ann.session.remove(idOf("fourth")));
  assert.deepEqual(ann.screen.slice(-2), ["Ann: second …", "Ann: third …"]);
  assert.ok(ann.status.state === "lost" && ann.status.unsent === 2);
  assert.equal(ann.session.unsent(), 2);
  assert.deepEqual(ann.session.unsentTexts(), ["second", "third"]);
  ann.session.tryNow();
  await bob.sees("Ann: third");
  await until("said", () => ann.session.save().unsent.length === 0);
  ann.session.say("fifth");
  await bob.sees("Ann: fifth");
  const late = await Person.enter(relay, "Cyd");
  await late.sees("Ann: fifth");
  const said = ["Ann: second", "Ann: third", "Ann: fifth"];
  for (const { screen } of [bob, late]) {
    assert.deepEqual(
      screen.filter((line) => line !== "Cyd joined"),
      said,
    );
  }
  assert.equal(bob.message("second").edited, null);
  // A number for what was taken back in front of the others, none for what was taken back behind them.
  assert.equal(relay.log.length, 4);
});

test("where all that waits is taken back nothing goes out, and the next message has its number", async () => {
  const { relay, ann, bob } = await annAndBob();
  ann.cut();
  await until("offline", () => ann.status.state === "lost");
  const { counter } = ann.session.save();
  for (const text of ["one", "two", "three"]) ann.session.say(text);
  for (const text of ["two", "one", "three"]) assert.ok(ann.session.remove(ann.message(text).id));
  assert.deepEqual([ann.session.save().unsent, ann.session.save().counter], [[], counter]);
  ann.session.tryNow();
  await until("live", () => ann.status.state === "live");
  ann.session.say("four");
  await bob.sees("Ann: four");
  assert.deepEqual(bob.screen, ["Ann: four"]);
  assert.equal(relay.log.length, 1);
});

test("what may have gone out is deleted behind itself", async () => {
  const { relay, ann, bob } = await annAndBob();
  relay.deaf = true;
  ann.session.say("gone");
  await until("it is out", () => ann.session.save().unsent[0]?.frame !== null);
  ann.cut();
  await until("offline", () => ann.status.state === "lost");
  relay.deaf = false;
  assert.ok(ann.session.remove(ann.message("gone").id));
  assert.equal(ann.session.save().unsent.length, 2);
  ann.session.tryNow();
  for (const each of [ann, bob]) await each.sees("Ann: (deleted)");
});

test("what is worded anew or taken back while it is being sealed goes out so, or not at all", async () => {
  for (let part = 0; part < 12; part++) {
    const { relay, ann, bob } = await annAndBob();
    // Sealing begins a little later, and takes longer than this.
    const wait = async (): Promise<void> => {
      for (let step = 0; step < part; step++) await Promise.resolve();
    };
    ann.session.say("frist");
    await wait();
    assert.equal(ann.session.edit(ann.message("frist").id, "first"), null);
    await until("said", () => ann.session.save().unsent.length === 0);
    for (const text of ["never", "nor this"]) ann.session.say(text);
    assert.ok(ann.session.remove(ann.message("never").id));
    await wait();
    assert.ok(ann.session.remove(ann.message("nor this").id));
    ann.session.say("last");
    await bob.sees("Ann: last");
    assert.deepEqual(bob.screen, ["Ann: first", "Ann: last"]);
    assert.equal(relay.log.length, 2, "no number goes out twice");
  }
});

test("what cannot be changed yet is not offered", async () => {
  const { relay, ann, bob } = await annAndBob();
  ann.session.say("said");
  await bob.sees("Ann: said");
  await until("it is back", () => ann.message("said").delivery === "sent");
  assert.ok(ann.session.mayChange(ann.message("said").id));
  assert.equal(bob.session.mayChange(bob.message("said").id), false);
  relay.deaf = true;
  ann.session.say("on its way");
  const { id } = ann.message("on its way");
  assert.ok(ann.session.mayChange(id));
  await until("it is out", () => ann.session.save().unsent[0]?.frame !== null);
  assert.equal(ann.session.mayChange(id), false);
});

test("where no more can wait, what waits can still be changed", async () => {
  const { ann } = await annAndBob();
  ann.cut();
  await until("offline", () => ann.status.state === "lost");
  let said = 0;
  while (ann.session.say(`no ${said}`) === null) said++;
  assert.equal(ann.session.say("one more"), "outbox-full");
  assert.equal(ann.session.edit(ann.message("no 0").id, "the first"), null);
  assert.ok(ann.session.remove(ann.message(`no ${said - 1}`).id));
  assert.equal(ann.session.say("one more"), null);
});

test("in a room that was left nothing can be said, nor done to a message, any more", async () => {
  const { ann } = await annAndBob();
  ann.session.say("mine");
  await ann.sees("Ann: mine");
  const { id, messageId } = ann.message("mine");
  ann.cut();
  await until("offline", () => ann.status.state === "lost");
  ann.session.say("waits");
  const waits = ann.message("waits").id;
  ann.session.leave();
  await until("left", () => ann.status.state === "left");
  for (const each of [id, waits]) {
    assert.equal(ann.session.edit(each, "yours"), "outbox-full");
    assert.equal(ann.session.remove(each), false);
  }
  ann.session.react(messageId ?? assert.fail(), "🎉", true);
  assert.equal(ann.message("mine").reactions.size, 0);
  assert.equal(ann.session.say("more"), "outbox-full");
  assert.equal(
    ann.session.sendFile({ file: "", secret: "", size: 1, fileName: "late.jpg", type: "" }),
    false,
  );
  assert.deepEqual(ann.session.unsentTexts(), ["waits"]);
  assert.equal(ann.session.save().unsent.length, 1);
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
