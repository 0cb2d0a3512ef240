import assert from "node:assert/strict";
import { test } from "node:test";
import { maxKnownKeys, maxRosterMembers } from "../../src/protocol/limits.ts";
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

test("whoever a join does not name is gone", () => {
  const roster = new Roster("M");
  roster.seat("ann", "here", hello("A", "Ann"));
  roster.seat("bob", "here", hello("B", "Bob"));
  roster.keepOnly(new Set(["bob"]));
  assert.deepEqual(namesOf(roster), ["Bob"]);
});

test("an older hello of a key, brought back by the relay, shows nobody", () => {
  const roster = new Roster("M");
  roster.seat("ann", "here", hello("A", "Ann", 5));
  roster.seat("ann", "here", hello("A", "Ann", 4));
  assert.deepEqual(namesOf(roster), [null]);
  roster.seat("ann", "here", hello("A", "Ann", 5));
  assert.deepEqual(namesOf(roster), ["Ann"]);
});

test("who has left comes back only with a newer hello", () => {
  const roster = new Roster("M");
  roster.seat("ann", "here", hello("A", "Ann", 5));
  roster.seat("ann", "left", hello("A", "Ann", 5));
  roster.seat("ann", "here", hello("A", "Ann", 5));
  assert.deepEqual(namesOf(roster), [null]);
  roster.seat("ann", "left", null);
  roster.seat("ann", "here", hello("A", "Ann", 6));
  assert.deepEqual(namesOf(roster), ["Ann"]);
});

test("a member whose hello does not open is unknown, also where somebody known sat before", () => {
  const roster = new Roster("M");
  roster.seat("ann", "here", null);
  assert.deepEqual(namesOf(roster), [null]);
  roster.seat("ann", "here", hello("A", "Ann"));
  assert.deepEqual(namesOf(roster), ["Ann"]);
  roster.seat("ann", "away", null);
  assert.deepEqual(namesOf(roster), [null]);
});

function met(roster: Roster, fromUser: string, key: string, name: string) {
  return roster.author(fromUser, key, name) ?? assert.fail(`no place for ${key}`);
}

test("a second key under a name is numbered, once told, and keeps its number", () => {
  const roster = new Roster("M");
  assert.equal(met(roster, "ann", "A", "Ann").secondKey, false);
  const second = met(roster, "ann", "B", "Ann");
  assert.equal(second.secondKey, true);
  assert.equal(second.author.ordinal, 2);
  assert.equal(met(roster, "ann", "B", "Ann").secondKey, false);
  assert.equal(met(roster, "ann", "A", "Ann").author.ordinal, 1);
  assert.equal(met(roster, "bob", "B", "Bob").author.ordinal, 1);
});

test("the own key is own, and is never told as a second one", () => {
  const roster = new Roster("M");
  met(roster, "me", "A", "Me");
  const own = met(roster, "me", "M", "Me");
  assert.equal(own.author.own, true);
  assert.equal(own.secondKey, false);
});

test("no flood of keys makes a known one new, and one above the limit is refused", () => {
  const roster = new Roster("M");
  met(roster, "ann", "A", "Ann");
  for (let index = 1; index < maxKnownKeys; index++) met(roster, `user ${index}`, `K${index}`, "x");
  assert.equal(roster.author("eve", "E", "Eve"), null);
  assert.equal(roster.author("ann", "E", "Ann"), null);
  assert.equal(met(roster, "ann", "A", "Ann").author.ordinal, 1);
  assert.equal(met(roster, "me", "M", "Me").author.own, true);
});

test("a relay that names more members than the limit is not believed", () => {
  const roster = new Roster("M");
  for (let index = 0; index <= maxRosterMembers; index++) roster.seat(`user ${index}`, "here", null);
  assert.equal(roster.list().length, maxRosterMembers);
});
