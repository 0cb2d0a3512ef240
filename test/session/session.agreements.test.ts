// What people in a room agree on: how long messages stay, and who tells what has been seen.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Person, TestRelay, until } from "./stage.ts";

test("with the timer on, a message leaves the screens, the log and the archive, and nobody misses it", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  const bob = await Person.enter(relay, "Bob");
  ann.session.say("stays");
  ann.session.setTimer(60);
  ann.session.say("goes");
  await bob.sees("Ann: goes");
  await ann.sees("Ann: goes");
  for (const person of [ann, bob]) person.pass(59_999);
  await bob.sees("Ann: goes");
  for (const person of [ann, bob]) person.pass(1);
  assert.deepEqual(bob.screen, ["Ann: stays", "Ann timer 60"]);
  assert.ok(!ann.screen.includes("Ann: goes"));
  assert.deepEqual([...relay.forgotten], [3]);
  ann.session.setTimer(0);
  ann.session.say("stays again");
  await bob.sees("Ann: stays again");
  const cleo = await Person.enter(relay, "Cleo");
  assert.deepEqual(cleo.screen, ["Ann: stays", "Ann timer 60", "Ann timer 0", "Ann: stays again"]);
  relay.restart();
  await until("lost", () => bob.status.state === "lost");
  bob.session.tryNow();
  await until("live", () => bob.status.state === "live");
  bob.pass(2_000);
  await until("brought back", () => relay.log.length === 4);
});

test("what runs out while the line is broken is forgotten when it is back", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.setTimer(10);
  ann.session.say("goes");
  await ann.sees("Ann: goes");
  relay.reachable = false;
  relay.newest.cut();
  await until("lost", () => ann.status.state === "lost");
  ann.pass(10_000);
  assert.ok(!ann.screen.includes("Ann: goes"));
  assert.equal(relay.forgotten.size, 0);
  relay.reachable = true;
  await until("a dial has ended", () => ann.status.state !== "dialling");
  ann.session.tryNow();
  await until("forgotten", () => relay.forgotten.has(2));
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
