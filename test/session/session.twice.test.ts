// The session against a relay that says things twice, too early, or in another order than they were said.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { encodeText } from "../../src/protocol/control.ts";
import { frameKind } from "../../src/protocol/frame.ts";
import { bringBackWithinMs, broughtBackQuietMs } from "../../src/protocol/limits.ts";
import { createMemberKey } from "../../src/crypto/member.ts";
import { sealMessage } from "../../src/session/envelope.ts";
import { keysOf } from "../crypto/phrases.ts";
import { bodiesOf, Person, publish, random, said, TestRelay, until } from "./stage.ts";

test("a relay that says once more that a replay begins or ends hides nothing by it", async () => {
  const relay = new TestRelay();
  const bob = await createMemberKey();
  await publish(relay, bob, said("Bob", 0, "no 0"));
  const ann = await Person.enter(relay, "Ann");
  relay.newest.say({ type: "joined", salt: toBase64url(relay.salt), log: relay.logId, first: 1, last: 1 });
  await publish(relay, bob, said("Bob", 3, "no 3"));
  await ann.sees("Bob: no 3");
  relay.newest.say({ type: "live" });
  assert.deepEqual(ann.screen, ["Bob: no 0", "2 missing of Bob", "Bob: no 3"]);
});

test("a relay that ends a replay before it has begun does not make the room live", async () => {
  const relay = new TestRelay();
  const ann = await Person.create(relay, "Ann");
  ann.session.start();
  const { listener } = relay.newest;
  relay.newest.held = [];
  listener.opened();
  await until("joining", () => ann.status.state === "joining");
  listener.text(encodeText({ type: "live" }));
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(ann.status.state, "joining");
});

test("a message that was deleted comes back neither to who reloads nor to a newcomer, whoever brings it", async () => {
  const relay = new TestRelay();
  const keys = await keysOf("river");
  const ann = await createMemberKey();
  const secret = await sealMessage(keys, ann, said("Ann", 0, "secret"), random);
  const carried = secret.slice();
  carried[0] = frameKind.carried;
  relay.publish(secret);
  const bob = await Person.enter(relay, "Bob");
  await bob.sees("Ann: secret");
  await publish(relay, ann, { kind: "delete", name: "Ann", at: 1, counter: 1, of: 0 });
  relay.forgotten.add(1);
  relay.publish(carried);
  await publish(relay, ann, said("Ann", 2, "next"));
  await bob.sees("Ann: next");
  const cleo = await Person.enter(relay, "Cleo");
  assert.deepEqual(cleo.screen, ["Ann: next"]);
  bob.session.leave();
  relay.restart();
  await until("lost", () => cleo.status.state === "lost");
  cleo.session.tryNow();
  await until("live", () => cleo.status.state === "live");
  cleo.pass(bringBackWithinMs);
  await until("brought back", () => relay.log.length === 2);
  assert.deepEqual(
    (await bodiesOf(relay.log)).map(({ kind, counter }) => `${kind} ${counter}`),
    ["delete 1", "text 2"],
  );
});

test("a timer that a new log has otherwise than it was gets a line", async () => {
  const relay = new TestRelay();
  const keys = await keysOf("river");
  const bob = await createMemberKey();
  const off = await sealMessage(
    keys,
    bob,
    { kind: "timer", name: "Bob", at: 1, counter: 1, seconds: 0 },
    random,
  );
  const timer = (counter: number, seconds: number) =>
    publish(relay, bob, { kind: "timer", name: "Bob", at: 1, counter, seconds });
  await timer(0, 3_600);
  relay.publish(off);
  await timer(2, 300);
  const ann = await Person.enter(relay, "Ann");
  assert.deepEqual(ann.screen, ["Bob timer 3600", "Bob timer 0", "Bob timer 300"]);
  ann.pass(broughtBackQuietMs);
  assert.equal(ann.screen.length, 3);
  relay.restart();
  relay.publish(off);
  relay.deaf = true;
  await until("lost", () => ann.status.state === "lost");
  ann.session.tryNow();
  await until("live", () => ann.status.state === "live");
  ann.pass(broughtBackQuietMs);
  assert.deepEqual([ann.timer, ann.screen.at(-1), ann.screen.length], [0, "Bob timer 0", 4]);
});

test("who has left is told nothing more", async () => {
  const relay = new TestRelay();
  const ann = await Person.enter(relay, "Ann");
  await publish(relay, await createMemberKey(), said("Bob", 0, "late"));
  ann.session.leave();
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(ann.screen, []);
});
