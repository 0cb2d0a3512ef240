// What a person does in the instants when the session waits for its own cryptography.

import assert from "node:assert/strict";
import { test } from "node:test";
import { close } from "../../src/protocol/close.ts";
import { keysOf } from "../crypto/phrases.ts";
import { Person, random, TestRelay, until } from "./stage.ts";

/** Steps of the event loop after the join at which something happens. */
const instants = Array.from({ length: 8 }, (_, index) => index);

/** Lets a newcomer join, and so many steps of the event loop pass. */
async function joining(relay: TestRelay, name: string, steps: number): Promise<Person> {
  const person = await Person.create(relay, name);
  person.session.start();
  await until(`${name} joins`, () => relay.newest.join !== null);
  for (let step = 0; step < steps; step++) await new Promise((resolve) => setImmediate(resolve));
  return person;
}

test("a room that was left is not entered again under another name", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.newest.cut(close.takenOver);
  await until("left", () => ann.status.state === "left");
  ann.session.rename("Anna");
  assert.deepEqual([ann.status.state, relay.dialledRooms.length], ["left", 1]);
});

test("leaving is final at every instant of entering", async () => {
  for (const instant of instants) {
    const relay = new TestRelay();
    await Person.enter(relay, "Bob");
    const ann = await joining(relay, "Ann", instant);
    ann.session.leave();
    await Person.enter(relay, "Cy");
    assert.deepEqual(ann.status, { state: "left", why: "asked" }, `${instant} steps after the join`);
  }
});

test("another name taken at any instant of entering loses nothing that was said", async () => {
  for (const instant of instants) {
    const relay = new TestRelay();
    const bob = await Person.enter(relay, "Bob");
    const ann = await joining(relay, "Ann", instant);
    ann.session.rename("Anna");
    ann.session.say("hello");
    await bob.sees("Anna: hello");
  }
});

test("a name taken while keys are derived anew leads to the room of the new keys", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.salt = random(32);
  relay.newest.cut();
  await until("the line is lost", () => ann.status.state === "lost");
  ann.pass(2_000);
  await until("the keys are derived", () => ann.status.state === "dialling" && relay.newest.join !== null);
  ann.session.rename("Anna");
  await until("the line is let go", () => ann.status.state === "lost");
  ann.pass(2_000);
  await until("Anna is live", () => ann.status.state === "live");
  assert.equal(relay.dialledRooms.at(-1), (await keysOf("river", relay.salt)).roomId);
});
