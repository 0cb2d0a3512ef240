// What people in a room agree on: how long messages stay, and who tells what has been seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { bodiesOf, Person, TestRelay, until } from "./stage.ts";

/** Time passes for everybody. */
function pass(ms: number, relay: TestRelay, ...people: readonly Person[]): void {
  relay.elapse(ms);
  for (const person of people) person.pass(ms);
}

async function cut(person: Person): Promise<void> {
  person.cut();
  await until("lost", () => person.status.state === "lost");
}

async function back(person: Person): Promise<void> {
  await until("live", () => {
    person.session.tryNow();
    return person.status.state === "live";
  });
}

test("with the timer on, a message leaves the screens, the log and the archive, and nobody misses it", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.say("stays");
  ann.session.setTimer(60);
  ann.session.say("goes");
  await bob.sees("Ann: goes");
  await ann.sees("Ann: goes");
  pass(59_999, relay, ann, bob);
  await bob.sees("Ann: goes");
  pass(1, relay, ann, bob);
  assert.deepEqual(bob.screen, ["Ann: stays", "Ann timer 60"]);
  assert.ok(!ann.screen.includes("Ann: goes"));
  assert.equal(relay.kept.length, 2);
  ann.session.setTimer(0);
  ann.session.say("stays again");
  await bob.sees("Ann: stays again");
  const cleo = await Person.enter(relay, "Cleo");
  assert.deepEqual(cleo.screen, ["Ann: stays", "Ann timer 60", "Ann timer 0", "Ann: stays again"]);
  relay.restart();
  await until("lost", () => bob.status.state === "lost");
  await back(bob);
  bob.pass(2_000);
  await until("brought back", () => relay.log.length === 4);
});

test("what its author said lasts no longer in the log when the author is gone, nor when others carry it back", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.setTimer(60);
  ann.session.say("goes");
  await bob.sees("Ann: goes");
  ann.session.leave();
  pass(20_000, relay, bob);
  relay.restart();
  await until("lost", () => bob.status.state === "lost");
  await back(bob);
  bob.pass(2_000);
  relay.elapse(2_000);
  await until("brought back", () => relay.log.length === 2);
  pass(36_000, relay, bob);
  assert.equal(relay.kept.length, 2);
  pass(2_000, relay, bob);
  assert.equal(relay.kept.length, 1);
  relay.restart();
  await until("lost", () => bob.status.state === "lost");
  await back(bob);
  bob.pass(2_000);
  await until("brought back", () => relay.log.length === 1);
  const cleo = await Person.enter(relay, "Cleo");
  assert.deepEqual(cleo.screen, ["Ann timer 60"]);
});

test("what was typed offline lasts from when it goes out, by the timer that holds then", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  await cut(ann);
  ann.session.say("typed offline");
  bob.session.setTimer(60);
  await bob.sees("Bob timer 60");
  pass(600_000, relay, bob);
  ann.now += 600_000;
  await back(ann);
  await bob.sees("Ann: typed offline");
  pass(59_000, relay, ann, bob);
  await bob.sees("Ann: typed offline");
  pass(1_000, relay, ann, bob);
  assert.deepEqual(bob.screen, ["Bob timer 60"]);
});

test("what was taken back ends when it would have, and a newcomer misses nothing of what has ended", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.setTimer(60);
  await ann.sees("Ann timer 60");
  await cut(ann);
  for (const text of ["one", "two", "three"]) ann.session.say(text);
  assert.ok(ann.session.remove(ann.message("one").id));
  await back(ann);
  await until("said", () => ann.session.save().unsent.length === 0);
  assert.equal(relay.kept.length, 4);
  pass(60_000, relay, ann);
  assert.equal(relay.kept.length, 1);
  const cleo = await Person.enter(relay, "Cleo");
  ann.session.setTopic("soup");
  await cleo.sees("Ann topic soup");
  assert.deepEqual(cleo.screen, ["Ann timer 60", "Ann topic soup"]);
});

test("what was sealed and reached nobody before its time was over is sealed anew", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.setTimer(60);
  await ann.sees("Ann timer 60");
  relay.deaf = true;
  ann.session.say("late");
  await until("sealed", () => ann.session.save().unsent[0]?.frame !== null);
  relay.deaf = false;
  await cut(ann);
  pass(90_000, relay, bob);
  ann.now += 90_000;
  await back(ann);
  await bob.sees("Ann: late");
  pass(60_000, relay, ann, bob);
  assert.deepEqual(bob.screen, ["Ann timer 60"]);
});

/** Ann and Bob with a timer of a minute, and a text of hers in the log. */
async function withText(text: string): Promise<{ relay: TestRelay; ann: Person; bob: Person; id: string }> {
  const relay = new TestRelay();
  const [ann, bob] = [await Person.enter(relay, "Ann"), await Person.enter(relay, "Bob")];
  ann.session.setTimer(60);
  ann.session.say(text);
  await bob.sees(`Ann: ${text}`);
  await until("numbered", () => ann.message(text).seq !== null);
  return { relay, ann, bob, id: ann.message(text).id };
}

async function kindsIn(relay: TestRelay): Promise<string[]> {
  return (await bodiesOf(relay.kept)).map(({ kind }) => kind);
}

test("an edit ends with its message, by whatever way it comes into the log", async () => {
  const { relay, ann, bob, id } = await withText("frist");
  await cut(ann);
  pass(20_000, relay, ann, bob);
  assert.equal(ann.session.edit(id, "first"), null);
  const saved = ann.session.save();
  ann.crash();
  // This page has never seen the message: what it knows of its end stands in the edit.
  relay.history = 1;
  bob.session.say("later");
  await bob.sees("Bob: later");
  const back = await Person.enter(relay, "Ann", { saved: { ...saved, seen: null } });
  back.now = ann.now;
  await until("said", () => back.session.unsent() === 0);
  relay.history = Number.POSITIVE_INFINITY;
  assert.deepEqual(await kindsIn(relay), ["edit"]);
  pass(41_000, relay, bob);
  assert.equal(relay.kept.length, 0);
});

test("an edit whose message has ended meanwhile does not go out, and nobody misses its number", async () => {
  for (const reload of [false, true]) {
    const { relay, ann, bob, id } = await withText("frist");
    await cut(ann);
    assert.equal(ann.session.edit(id, "first"), null);
    const saved = ann.session.save();
    pass(61_000, relay, ann, bob);
    if (reload) ann.crash();
    else await back(ann);
    const again = reload ? await Person.create(relay, "Ann", { saved }) : ann;
    if (reload) {
      again.now = ann.now;
      again.session.start();
    }
    await until("said", () => again.session.unsent() === 0 && again.status.state === "live");
    again.session.say("next");
    await bob.sees("Ann: next");
    assert.deepEqual(await kindsIn(relay), ["timer", "void", "text"]);
    const cleo = await Person.enter(relay, "Cleo");
    assert.deepEqual(cleo.screen, ["Ann timer 60", "Ann: next"]);
  }
});

test("an edit that was sealed and reached nobody before its message ended does not go out", async () => {
  const { relay, ann, bob, id } = await withText("frist");
  relay.deaf = true;
  assert.equal(ann.session.edit(id, "first"), null);
  await until("sealed", () => ann.session.save().unsent[0]?.frame !== null);
  relay.deaf = false;
  await cut(ann);
  pass(61_000, relay, ann, bob);
  await back(ann);
  await until("said", () => ann.session.unsent() === 0);
  assert.deepEqual(await kindsIn(relay), ["timer", "void"]);
});

test("an edit that was begun before its message ended, and said behind it, does not go out", async () => {
  const { relay, ann, bob, id } = await withText("frist");
  await cut(ann);
  // A machine that slept: its clock has gone on, and its timers have not fired yet.
  ann.now += 61_000;
  pass(61_000, relay, bob);
  assert.equal(ann.session.edit(id, "first"), null);
  ann.pass(1_000);
  await back(ann);
  await until("said", () => ann.session.unsent() === 0);
  assert.deepEqual(await kindsIn(relay), ["timer", "void"]);
  pass(61_000, relay, ann, bob);
  assert.deepEqual(await kindsIn(relay), ["timer"]);
});

test("whoever looks again after a sleep finds nothing that has ended meanwhile", async () => {
  const { bob } = await withText("short");
  bob.now += 61_000;
  assert.deepEqual(bob.screen, ["Ann timer 60", "Ann: short"]);
  bob.session.wake();
  assert.deepEqual(bob.screen, ["Ann timer 60"]);
});

test("what somebody says whose clock is behind is there for as long as the room has agreed on", async () => {
  const { relay, ann, bob } = await withText("first");
  ann.now -= 3_700_000;
  ann.session.say("second");
  await bob.sees("Ann: second");
  pass(59_000, relay, bob);
  assert.ok(bob.screen.includes("Ann: second"));
  pass(1_000, relay, bob);
  assert.ok(!bob.screen.includes("Ann: second"));
});

test("an edit of a text that is on its way ends with it", async () => {
  const { relay, ann, bob } = await withText("one");
  await cut(ann);
  ann.session.say("tow");
  const { id } = ann.message("tow");
  relay.mute = true;
  await back(ann);
  await until("out", () => relay.log.length === 3);
  assert.equal(ann.session.edit(id, "two"), null);
  await until("both out", () => relay.log.length === 4);
  pass(61_000, relay, bob);
  assert.deepEqual(await kindsIn(relay), ["timer"]);
});

test("what waited while the timer was switched off stays", async () => {
  const { relay, ann, bob } = await withText("one");
  relay.deaf = true;
  ann.session.say("laet");
  await until("sealed", () => ann.session.save().unsent[0]?.frame !== null);
  assert.equal(ann.session.edit(ann.message("laet").id, "late"), null);
  await until("sealed too", () => ann.session.save().unsent[1]?.frame !== null);
  relay.deaf = false;
  await cut(ann);
  bob.session.setTimer(0);
  await bob.sees("Bob timer 0");
  pass(90_000, relay, bob);
  ann.now += 90_000;
  await back(ann);
  await bob.sees("Ann: late");
  pass(600_000, relay, ann, bob);
  await bob.sees("Ann: late");
  assert.deepEqual(await kindsIn(relay), ["timer", "timer", "text", "edit"]);
});

test("a timer whose frame the log has lost is told to whoever comes, and only to those who lack it", async () => {
  const relay = new TestRelay();
  relay.history = 2;
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.setTimer(3_600);
  for (const text of ["one", "two", "three"]) ann.session.say(text);
  await ann.sees("Ann: three");
  const cleo = await Person.enter(relay, "Cleo");
  assert.equal(cleo.timer, 0);
  let words = 0;
  const toAll = relay.pass.bind(relay);
  relay.pass = (frame) => {
    if (frame[0] === 2) words++;
    toAll(frame);
  };
  ann.pass(2_000);
  await until("told", () => cleo.timer === 3_600);
  bob.pass(2_000);
  assert.equal(words, 1);
  cleo.session.say("four");
  for (const person of [ann, bob, cleo]) await person.sees("Cleo: four");
  pass(3_600_000, relay, ann, bob, cleo);
  assert.deepEqual(cleo.screen, []);
  assert.equal(relay.kept.length, 0);
});

test("a reloaded tab knows the timer that the log has lost, and the log's word goes above what it remembers", async () => {
  const relay = new TestRelay();
  relay.history = 1;
  const ann = await Person.enter(relay, "Ann");
  ann.session.setTimer(60);
  ann.session.say("one");
  await ann.sees("Ann: one");
  const saved = ann.session.save();
  ann.session.leave();
  const again = await Person.enter(relay, "Ann", { saved });
  assert.equal(again.timer, 60);
  again.session.leave();
  const bob = await Person.enter(relay, "Bob");
  bob.session.setTimer(300);
  await bob.sees("Bob timer 300");
  const third = await Person.enter(relay, "Ann", { saved });
  assert.equal(third.timer, 300);
});

test("a timer set to what it is says nothing, by whomever", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.setTimer(0);
  ann.session.setTimer(60);
  ann.session.setTimer(60);
  await bob.sees("Ann timer 60");
  bob.session.setTimer(60);
  bob.session.say("hello");
  for (const person of [ann, bob]) await person.sees("Bob: hello");
  assert.deepEqual(bob.screen, ["Ann timer 60", "Bob: hello"]);
  assert.equal(relay.log.length, 2);
});

test("receipts are off, and nothing is told, until both have switched them on", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.say("hello");
  await bob.sees("Ann: hello");
  bob.session.saw();
  bob.pass(2_000);
  bob.session.setReceipts(true);
  bob.session.saw();
  bob.pass(2_000);
  ann.session.say("a second one");
  await bob.sees("Ann: a second one");
  assert.equal(ann.message("hello").seenBy, 0);
  ann.session.setReceipts(true);
  bob.session.saw();
  bob.pass(2_000);
  await until("seen", () => ann.message("a second one").seenBy === 1);
  assert.equal(ann.message("hello").seenBy, 1);
});

test("a receipt that is told goes out once, however often one looks", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  let volatile = 0;
  const pass = relay.pass.bind(relay);
  relay.pass = (frame) => {
    if (frame[0] === 2) volatile++;
    pass(frame);
  };
  bob.session.setReceipts(true);
  ann.session.setReceipts(true);
  for (const text of ["one", "two", "three"]) ann.session.say(text);
  await bob.sees("Ann: three");
  for (let look = 0; look < 5; look++) bob.session.saw();
  bob.pass(2_000);
  await until("seen", () => ann.message("three").seenBy === 1);
  for (let look = 0; look < 5; look++) bob.session.saw();
  bob.pass(2_000);
  assert.equal(volatile, 1);
});

test("a receipt that a break has swallowed is told again", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  for (const person of [ann, bob]) person.session.setReceipts(true);
  ann.session.say("hello");
  await bob.sees("Ann: hello");
  bob.session.saw();
  relay.deaf = true;
  bob.pass(2_000);
  await cut(bob);
  relay.deaf = false;
  await back(bob);
  bob.pass(2_000);
  await until("seen", () => ann.message("hello").seenBy === 1);
});
