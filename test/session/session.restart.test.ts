// A relay that begins anew, and the people who bring the room back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeFrame, frameKind } from "../../src/protocol/frame.ts";
import { Person, TestRelay, until } from "./stage.ts";

/** Somebody whose line has just been cut dials again, and waits out the chance before bringing anything back. */
async function back(person: Person): Promise<void> {
  await until("lost", () => person.status.state === "lost");
  person.session.tryNow();
  await until("live", () => person.status.state === "live");
  person.pass(2_000);
}

function textsOf(person: Person): string[] {
  return person.screen.filter((line) => line.includes(": "));
}

/** Waits until two screens show the same messages in the same order. */
function same(a: Person, b: Person): Promise<void> {
  return until("the same screens", () => textsOf(a).join("\n") === textsOf(b).join("\n"));
}

test("after a restart a newcomer reads what was said before, in its order and by its authors", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.say("one");
  await bob.sees("Ann: one");
  bob.session.say("two");
  await ann.sees("Bob: two");
  ann.session.say("three");
  await bob.sees("Ann: three");
  relay.restart();
  await back(ann);
  await until("all is back", () => relay.log.length === 3);
  const cleo = await Person.enter(relay, "Cleo");
  assert.deepEqual(cleo.screen, ["Ann: one", "Bob: two", "Ann: three"]);
  assert.ok(relay.log.every((frame) => decodeFrame(frame)?.kind === frameKind.carried));
  await back(bob);
  bob.session.say("four");
  await ann.sees("Bob: four");
  await same(ann, bob);
  assert.deepEqual(textsOf(ann), ["Ann: one", "Bob: two", "Ann: three", "Bob: four"]);
});

test("what only one of them had reached, all have after a restart, in the same order", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.say("one");
  await bob.sees("Ann: one");
  relay.newest.cut();
  await until("lost", () => bob.status.state === "lost");
  ann.session.say("two");
  await ann.sees("Ann: two");
  relay.restart();
  await back(bob);
  bob.session.say("after");
  await bob.sees("Bob: after");
  await back(ann);
  await bob.sees("Ann: two");
  await same(ann, bob);
  assert.deepEqual(textsOf(ann), ["Ann: one", "Bob: after", "Ann: two"]);
});

test("what was not sent when the relay fell is sent behind what is brought back", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.say("before");
  await ann.sees("Ann: before");
  relay.restart();
  await until("lost", () => ann.status.state === "lost");
  ann.session.say("while it was away");
  await back(ann);
  await ann.sees("Ann: while it was away");
  const cleo = await Person.enter(relay, "Cleo");
  assert.deepEqual(cleo.screen, ["Ann: before", "Ann: while it was away"]);
});

test("a message that a dead relay had passed on but not echoed is there once", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const annLine = relay.newest;
  const bob = await Person.enter(relay, "Bob");
  annLine.held = [];
  ann.session.say("in mid-air");
  await bob.sees("Ann: in mid-air");
  annLine.held = null;
  relay.restart();
  await back(bob);
  await until("brought back", () => relay.log.length === 1);
  await back(ann);
  await ann.sees("Ann: in mid-air");
  assert.deepEqual(textsOf(ann), ["Ann: in mid-air"]);
  assert.deepEqual(textsOf(bob), ["Ann: in mid-air"]);
  assert.equal(ann.session.save().unsent.length, 0);
});

test("two who bring back at once leave one message each on every screen", async () => {
  const relay = new TestRelay();
  const people = [await Person.enter(relay, "Ann"), await Person.enter(relay, "Bob")];
  const [ann = assert.fail(), bob = assert.fail()] = people;
  for (let index = 0; index < 40; index++) (index % 2 === 0 ? ann : bob).session.say(`no ${index}`);
  for (const person of people)
    await until(
      "all said",
      () => textsOf(person).length === 40 && !textsOf(person).some((line) => line.endsWith("…")),
    );
  relay.restart();
  await Promise.all(people.map(back));
  await until("brought back", () => relay.log.length >= 40);
  const cleo = await Person.enter(relay, "Cleo");
  await until("all there", () => textsOf(cleo).length === 40);
  for (const person of people) assert.deepEqual(textsOf(person).toSorted(), textsOf(cleo).toSorted());
  cleo.session.say("last");
  for (const person of [...people, cleo]) await person.sees("Cleo: last");
  await same(ann, cleo);
  await same(bob, cleo);
});

test("a line that breaks while bringing back goes on where it was", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  for (let index = 0; index < 30; index++) ann.session.say(`no ${index}`);
  await ann.sees("Ann: no 29");
  relay.restart();
  relay.deaf = true;
  await back(ann);
  relay.deaf = false;
  relay.newest.cut();
  await back(ann);
  await until("all is back", () => relay.log.length === 30);
  const cleo = await Person.enter(relay, "Cleo");
  assert.equal(cleo.screen.length, 30);
});

test("behind another salt nothing is carried, since nobody there could open it, and what is said goes out", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.say("before");
  await ann.sees("Ann: before");
  relay.salt = new Uint8Array(32).fill(8);
  relay.restart();
  await until("the line is lost", () => ann.status.state === "lost");
  ann.pass(2_000);
  await until("the keys are derived", () => ann.status.state === "lost");
  ann.pass(2_000);
  await until("Ann is back", () => ann.status.state === "live");
  ann.session.say("after");
  ann.pass(2_000);
  await ann.sees("Ann: after");
  assert.equal(relay.log.length, 1);
});

test("how much came with a replay is told once, and whether it is a return", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  for (const text of ["one", "two", "three"]) ann.session.say(text);
  await ann.sees("Ann: three");
  const bob = await Person.enter(relay, "Bob");
  relay.newest.cut();
  await until("lost", () => bob.status.state === "lost");
  ann.session.say("four");
  await ann.sees("Ann: four");
  bob.session.tryNow();
  await bob.sees("Ann: four");
  await until("back", () => bob.status.state === "live");
  assert.deepEqual(bob.caughtUp, [
    { messages: 3, first: true },
    { messages: 1, first: false },
  ]);
});

test("what others bring back after a restart of the relay is told when it is there", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  bob.cut();
  await until("lost", () => bob.status.state === "lost");
  ann.session.say("one");
  ann.session.say("two");
  await ann.sees("Ann: two");
  relay.restart();
  await back(bob);
  await until("lost", () => ann.status.state === "lost");
  await back(ann);
  ann.pass(2_000);
  await bob.sees("Ann: two");
  bob.pass(1_000);
  assert.deepEqual(bob.caughtUp, [
    { messages: 0, first: true },
    { messages: 0, first: false },
    { messages: 2, first: false },
  ]);
});
