// Lines that lead nowhere, and what a tab does about them: dials over a network that is gone, a way up that is dead,
// logs that have lost their beginning.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Person, TestRelay, until } from "./stage.ts";

/** A turn of the event loop: everything that was already due has happened. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test("a dial that began on a dead network begins anew when the tab wakes, no sooner than after 3 s of silence", async () => {
  const relay = new TestRelay();
  const ann = await Person.create(relay, "Ann");
  ann.session.start();
  relay.newest.held = [];
  ann.pass(1_000);
  for (let times = 0; times < 5; times++) ann.session.wake();
  ann.pass(1_999);
  assert.equal(relay.connections.length, 1);
  ann.pass(1);
  assert.equal(relay.connections.length, 2);
  await until("live", () => ann.status.state === "live");
  ann.pass(10_000);
  assert.equal(relay.connections.length, 2);
});

test("a tab that wakes while it is joining begins anew only where the relay has fallen silent", async () => {
  const relay = new TestRelay();
  const bob = await Person.enter(relay, "Bob");
  bob.session.say("hello");
  await bob.sees("Bob: hello");
  const ann = await Person.create(relay, "Ann");
  ann.session.start();
  const { newest } = relay;
  await until("joining", () => ann.status.state === "joining");
  newest.held = [];
  await until("everything is on its way", () => (newest.held?.length ?? 0) > 3);
  ann.session.wake();
  ann.pass(2_000);
  newest.held.shift()?.();
  ann.pass(2_000);
  assert.equal(relay.connections.length, 2);
  ann.pass(1_000);
  assert.equal(relay.connections.length, 3);
  await until("live", () => ann.status.state === "live");
  await ann.sees("Bob: hello");
});

test("a line on which own words get no echo is pinged after 10 s and given up after 10 s more, however busy", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  const frame = relay.frame.bind(relay);
  const pings = () => relay.texts.filter((text) => text.includes("ping")).length;
  // Ann's way up is dead, Bob's is not.
  relay.frame = (from, bytes) => {
    if (from.join?.fromUser !== relay.connections[0]?.join?.fromUser) frame(from, bytes);
  };
  ann.session.say("swallowed");
  await until("sealed", () => ann.session.save().unsent[0]?.frame !== null);
  for (let second = 1; second <= 19; second++) {
    bob.session.say(`word ${second}`);
    await ann.sees(`Bob: word ${second}`);
    assert.equal(ann.status.state, "live");
    ann.pass(1_000);
    assert.equal(pings(), second < 10 ? 0 : 1);
  }
  relay.frame = frame;
  ann.pass(1_000);
  await until("lost", () => ann.status.state === "lost");
  ann.session.tryNow();
  await bob.sees("Ann: swallowed");
});

test("echoes that keep coming keep the line, however long all of them take", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.held = [];
  for (const text of ["one", "two", "three"]) ann.session.say(text);
  await until("said", () => relay.log.length === 3);
  for (const text of ["one", "two", "three"]) {
    ann.pass(9_000);
    relay.newest.held.shift()?.();
    await ann.sees(`Ann: ${text}`);
  }
  ann.pass(20_000);
  await settled();
  assert.equal(ann.status.state, "live");
});

test("what gets nowhere while bringing back holds up what is said for 10 s and no longer", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.say("before");
  await ann.sees("Ann: before");
  relay.restart();
  await until("lost", () => ann.status.state === "lost");
  const frame = relay.frame.bind(relay);
  relay.frame = (from, bytes) => {
    if (bytes[0] !== 3) frame(from, bytes);
  };
  ann.session.tryNow();
  await until("live", () => ann.status.state === "live");
  ann.pass(2_000);
  ann.session.say("after");
  ann.pass(7_999);
  await settled();
  assert.equal(relay.log.length, 0);
  ann.pass(2_001);
  await ann.sees("Ann: after");
});

/** Somebody says as much as makes the log lose its beginning. */
async function fill(relay: TestRelay, person: Person): Promise<void> {
  const before = relay.first;
  for (let count = 0; count < relay.history + 1; count++) person.session.say(`${before} ${count}`);
  await until("trimmed", () => relay.first > before);
  await until("said", () => person.session.save().unsent.length === 0);
}

test("what the log has lost is a line after a reload too, and none where all of it was seen", async () => {
  const relay = new TestRelay();
  relay.history = 3;
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  await fill(relay, bob);
  await until("seen", () => ann.screen.length === 5);
  const seen = ann.session.save();
  ann.session.leave();
  const again = await Person.enter(relay, "Ann", { saved: seen });
  assert.ok(!again.screen.includes("some missing of all"));
  const saved = again.session.save();
  again.session.leave();
  await fill(relay, bob);
  const third = await Person.enter(relay, "Ann", { saved: JSON.parse(JSON.stringify(saved)) });
  assert.equal(third.screen[0], "some missing of all");
  assert.equal(third.screen.length, 4);
});

test("a new log that has lost its beginning is a line, for who was here before and not for a newcomer", async () => {
  const relay = new TestRelay();
  relay.history = 3;
  const ann = await Person.enter(relay, "Ann");
  relay.restart();
  await until("lost", () => ann.status.state === "lost");
  const bob = await Person.enter(relay, "Bob");
  await fill(relay, bob);
  ann.session.tryNow();
  await until("live", () => ann.status.state === "live");
  assert.equal(ann.screen[0], "some missing of all");
  const cleo = await Person.enter(relay, "Cleo");
  assert.ok(!cleo.screen.includes("some missing of all"));
});
