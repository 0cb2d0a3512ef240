// The operator has everything deleted: what is gone, what goes on, and what clients are told.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";

import { frameKind } from "../../src/protocol/frame.ts";
import { frameChargeBytes } from "../../src/protocol/limits.ts";
import { frameOf, isFrame, joinedOf, room, seqs, testRelay, testRoom, texts } from "./support.ts";
import { open } from "./house.ts";
import { begin, get, put } from "./transfer.ts";

test("a newcomer gets nothing of what was deleted, and who is here talks on in the same log", () => {
  const { relay, join } = testRelay();
  const ann = join(room, "Ann");
  for (const word of ["one", "two", "three"]) ann.send(frameOf(word));
  const before = ann.read();
  assert.equal(relay.clear(), 3);
  assert.deepEqual(texts(ann.read()), ["cleared"]);
  const bob = join(room, "Bob");
  const heard = bob.read();
  assert.deepEqual(texts(heard), ["joined", "cleared", "member here", "member here", "live"]);
  assert.deepEqual(seqs(heard), []);
  assert.deepEqual({ ...joinedOf(heard) }, { ...joinedOf(before), first: 4, last: 3 });
  ann.send(frameOf("four"));
  assert.deepEqual([seqs(ann.read()), seqs(bob.read())], [[4], [4]]);
  assert.deepEqual(seqs(join(room, "Cyd").read()), [4]);
});

test("what is charged afterwards is rooms and seats alone", () => {
  const { relay, join, address } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(testRoom("two"), "Bob")];
  const chargedBytes = relay.logBytes();
  for (const member of [ann, bob]) member.send(frameOf("one"));
  ann.send(frameOf("old", frameKind.carried));
  assert.equal(relay.logBytes(), chargedBytes + 3 * (100 + frameChargeBytes));
  relay.clear();
  assert.deepEqual([relay.logBytes(), address.share.chargedBytes], [chargedBytes, chargedBytes]);
});

test("who is away is forgotten, and comes back as somebody new", () => {
  const { relay, join, counters } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  bob.break();
  ann.read();
  relay.clear();
  assert.deepEqual(texts(ann.read()), ["member left", "cleared"]);
  assert.equal(counters.seats, 1);
  join(room, "Bob", "another seat");
  assert.deepEqual(texts(ann.read()), ["member here"]);
});

test("rooms with nobody in them are gone with all that they cost", () => {
  const { relay, join, counters } = testRelay();
  const [ann, bob] = [join(room, "Ann"), join(testRoom("two"), "Bob")];
  for (const member of [ann, bob]) member.send(frameOf("one"));
  ann.say({ type: "leave" });
  bob.break();
  assert.deepEqual([counters.rooms, counters.seats], [2, 1]);
  relay.clear();
  assert.deepEqual([counters.rooms, counters.seats, relay.logBytes()], [0, 0, 0]);
});

test("who comes later hears how long ago it was, whichever room it is", () => {
  const { relay, clock, join } = testRelay();
  const later = (): unknown => join(testRoom("two"), "Ann").read()[1];
  relay.clear();
  clock.step(90_000);
  assert.deepEqual(later(), { type: "cleared", agoMs: 90_000 });
  relay.clear();
  assert.deepEqual(join(testRoom("three"), "Ann").read()[1], { type: "cleared", agoMs: 0 });
});

test("a replay under way ends with what was sent already", () => {
  const { relay, join, clock } = testRelay();
  const ann = join(room, "Ann");
  for (let sent = 0; sent < 9; sent++) ann.send(frameOf(`word ${sent}`, frameKind.message, 60_000));
  const bob = join(room, "Bob");
  bob.wire.isStuck = true;
  const heard = bob.read();
  assert.ok(seqs(heard).length < 9 && !texts(heard).includes("live"));
  relay.clear();
  bob.wire.queuedBytes = 0;
  relay.drained(bob.connection);
  clock.settle();
  const rest = bob.read();
  assert.deepEqual(rest.filter(isFrame), []);
  assert.deepEqual(texts(rest), ["cleared", "live"]);
});

test("what is said in the same moment as the deletion is heard, and not kept", () => {
  const { relay, join } = testRelay();
  const ann = join(room, "Ann");
  ann.read();
  ann.send(frameOf("one"));
  relay.clear();
  const heard = ann.read();
  assert.deepEqual([seqs(heard), texts(heard)], [[1], ["cleared"]]);
  assert.deepEqual(seqs(join(room, "Bob").read()), []);
});

test("a relay that stops tells nobody any more", () => {
  const { relay, join } = testRelay();
  const ann = join(room, "Ann");
  ann.read();
  relay.stop();
  assert.equal(relay.clear(), 0);
  assert.deepEqual(ann.read(), []);
});

test("a file that was deleted is a 404, one on its way is broken off, and there is room for the next", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  await put(house, "ann", "f", Buffer.alloc(1000));
  const coming = await begin(house, "ann", "g", 2000, Buffer.alloc(10));
  const answered = once(coming, "data") as Promise<[Buffer]>;
  assert.equal(house.vault.clear(), 2);
  assert.deepEqual([house.counters.files, house.vault.usedBytes], [0, 0]);
  assert.match((await answered).toString(), /^HTTP\/1\.1 507 [^]*it was removed/);
  coming.destroy();
  assert.equal((await get(house, "ann", "f")).status, 404);
  assert.equal((await put(house, "ann", "f", Buffer.alloc(1000))).status, 201);
});
