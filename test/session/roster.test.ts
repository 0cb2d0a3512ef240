import assert from "node:assert/strict";
import { test } from "node:test";
import { maxRosterMembers } from "../../src/protocol/limits.ts";
import { Roster } from "../../src/session/roster.ts";

const hello = (key: string, name: string, at = 1) => ({ key, name, at });
const namesOf = (roster: Roster) => roster.list().map((member) => member.author?.name ?? null);

test("members come, go away, come back and leave", () => {
  const roster = new Roster("M");
  assert.equal(roster.seat("ann", "here", hello("A", "Ann")).what, "joined");
  assert.equal(roster.seat("ann", "away", hello("A", "Ann")).what, "none");
  assert.equal(roster.list()[0]?.state, "away");
  assert.equal(roster.seat("ann", "here", hello("A", "Ann")).what, "none");
  assert.equal(roster.seat("ann", "left", hello("A", "Ann")).what, "left");
  assert.equal(roster.seat("ann", "left", hello("A", "Ann")).what, "none");
  assert.deepEqual(roster.list(), []);
});

test("whoever is not named again in a join is gone when it is complete", () => {
  const roster = new Roster("M");
  roster.seat("ann", "here", hello("A", "Ann"));
  roster.seat("bob", "here", hello("B", "Bob"));
  roster.begin();
  roster.seat("bob", "here", hello("B", "Bob"));
  assert.deepEqual(namesOf(roster), ["Ann", "Bob"]);
  roster.complete();
  assert.deepEqual(namesOf(roster), ["Bob"]);
});

test("an older hello of a key, brought back by the relay, changes nothing", () => {
  const roster = new Roster("M");
  roster.seat("ann", "here", hello("A", "Ann", 5));
  roster.seat("ann", "here", hello("A", "ANN", 4));
  assert.deepEqual(namesOf(roster), ["Ann"]);
  roster.seat("ann", "here", hello("A", "ann", 6));
  assert.deepEqual(namesOf(roster), ["Ann"]);
});

test("a member whose hello does not open is unknown, and one that did open stays known", () => {
  const roster = new Roster("M");
  roster.seat("ann", "here", null);
  assert.deepEqual(namesOf(roster), [null]);
  roster.seat("ann", "here", hello("A", "Ann"));
  roster.seat("ann", "away", null);
  assert.deepEqual(namesOf(roster), ["Ann"]);
});

test("a second key under a name is numbered, once told, and keeps its number", () => {
  const roster = new Roster("M");
  assert.equal(roster.author("ann", "A", "Ann").secondKey, false);
  const second = roster.author("ann", "B", "Ann");
  assert.equal(second.secondKey, true);
  assert.equal(second.author.ordinal, 2);
  assert.equal(roster.author("ann", "B", "Ann").secondKey, false);
  assert.equal(roster.author("ann", "A", "Ann").author.ordinal, 1);
  assert.equal(roster.author("bob", "B", "Bob").author.ordinal, 1);
});

test("the own key is own, and is never told as a second one", () => {
  const roster = new Roster("M");
  roster.author("me", "A", "Me");
  const own = roster.author("me", "M", "Me");
  assert.equal(own.author.own, true);
  assert.equal(own.secondKey, false);
});

test("a relay that names more members than the limit is not believed", () => {
  const roster = new Roster("M");
  for (let index = 0; index <= maxRosterMembers; index++) roster.seat(`user ${index}`, "here", null);
  assert.equal(roster.list().length, maxRosterMembers);
});
