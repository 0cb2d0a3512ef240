// The operator has everything deleted that the relay kept: nobody brings it back, and nothing said later is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Person, TestRelay, until } from "./stage.ts";

/** Time for everybody, those who are to come later left out. */
function pass(relay: TestRelay, people: readonly Person[], ms: number): void {
  relay.elapse(ms);
  for (const person of people) person.pass(ms);
}

/** Dials again, and waits out the chance before bringing anything back. */
async function back(relay: TestRelay, person: Person): Promise<void> {
  await until("lost", () => person.status.state === "lost");
  person.session.tryNow();
  await until("live", () => person.status.state === "live");
  pass(relay, [person], 2_000);
}

async function newcomer(relay: TestRelay): Promise<readonly string[]> {
  const cleo = await Person.enter(relay, "Cleo");
  return cleo.screen;
}

test("who is there keeps the screen and talks on, and a newcomer reads only what came later", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.say("before");
  await ann.sees("Ann: before");
  relay.clear();
  pass(relay, [ann], 10);
  ann.session.say("after");
  await ann.sees("Ann: after");
  assert.deepEqual(ann.screen, ["Ann: before", "Ann: after"]);
  assert.deepEqual(await newcomer(relay), ["Ann: after"]);
});

test("after a restart comes back what was said since, and nothing that was deleted", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.say("before");
  await ann.sees("Ann: before");
  relay.clear();
  pass(relay, [ann], 10);
  ann.session.say("after");
  await ann.sees("Ann: after");
  relay.restart();
  await back(relay, ann);
  await until("brought back", () => relay.log.length > 0);
  assert.deepEqual(await newcomer(relay), ["Ann: after"]);
});

test("who was away meanwhile and finds another log brings nothing of it back", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  ann.session.say("before");
  await ann.sees("Ann: before");
  relay.newest.cut();
  pass(relay, [ann], 10);
  relay.clear();
  const { clearedAt } = relay;
  // Nobody was there: the room is gone, and the next to come opens it anew.
  relay.restart();
  relay.clearedAt = clearedAt;
  pass(relay, [ann], 500);
  await back(relay, ann);
  ann.session.say("after");
  await ann.sees("Ann: after");
  assert.deepEqual(ann.screen, ["Ann: before", "Ann: after"]);
  assert.deepEqual(await newcomer(relay), ["Ann: after"]);
});

test("who comes back on a later day has what was said since the deletion to bring back", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.clear();
  pass(relay, [ann], 10);
  ann.session.say("after");
  await ann.sees("Ann: after");
  for (let day = 0; day < 2; day++) {
    relay.newest.cut();
    pass(relay, [ann], 86_400_000);
    await back(relay, ann);
  }
  relay.restart();
  await back(relay, ann);
  await until("brought back", () => relay.log.length > 0);
  assert.deepEqual(await newcomer(relay), ["Ann: after"]);
});

test("what had no echo before the deletion is sent all the same", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  relay.deaf = true;
  ann.session.say("on its way");
  await ann.sees("Ann: on its way …");
  relay.clear();
  relay.deaf = false;
  relay.newest.cut();
  await back(relay, ann);
  await ann.sees("Ann: on its way");
  assert.deepEqual(await newcomer(relay), ["Ann: on its way"]);
});
