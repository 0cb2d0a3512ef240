// The page's own small parts, without a browser: marks of people, languages, days, and what is kept for a person.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { pick } from "../../src/web/language.ts";
import { markOf, plainName } from "../../src/web/person.ts";
import { readPreference, writePreference } from "../../src/web/preferences.ts";
import { forgetRoom, recentRoom, recentRooms, rememberRoom } from "../../src/web/recent-rooms.ts";
import { wordingDe } from "../../src/web/wording/de.ts";
import { wordingEn } from "../../src/web/wording/en.ts";
import { symbols } from "../../src/crypto/symbols.ts";

/** What a browser keeps, as far as it is used here. */
function createStorage(): Pick<Storage, "getItem" | "setItem" | "removeItem"> {
  const kept = new Map<string, string>();
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

beforeEach(() => {
  for (const name of ["localStorage", "sessionStorage"])
    Object.defineProperty(globalThis, name, { value: createStorage(), configurable: true, writable: true });
});

test("a mark depends on the key alone, and its shapes and colours are used evenly", () => {
  const keys = Array.from({ length: 256 }, (_, at) => toBase64url(new Uint8Array(32).fill(at)));
  assert.deepEqual(markOf(keys[7] ?? ""), markOf(keys[7] ?? ""));
  const shapes = new Set(keys.map((key) => markOf(key).shape));
  const hues = new Set(keys.map((key) => markOf(key).hue));
  assert.equal(shapes.size, 12);
  assert.equal(hues.size, 8);
});

test("the page speaks the first language that the browser names and that it knows; a choice goes first", () => {
  assert.equal(pick(null, ["de-AT", "en"]), "de");
  assert.equal(pick(null, ["fr", "EN-GB", "de"]), "en");
  assert.equal(pick(null, ["fr"]), "en");
  assert.equal(pick("de", ["en"]), "de");
  assert.equal(pick("constructor", ["de"]), "de");
});

test("every sentence with a name in it has as many places for names in German as in English", () => {
  const places = (value: unknown): unknown => {
    if (typeof value === "string") return value.split("{name}").length;
    if (typeof value === "function") return value.length;
    if (typeof value !== "object" || value === null) return typeof value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, places(each)]));
  };
  assert.deepEqual(places(wordingDe), places(wordingEn));
});

test("every picture of the room code has a German name of its own", () => {
  const names = new Map(symbols.map((each) => [each.name, wordingDe.symbolName(each)]));
  assert.equal(new Set(names.values()).size, symbols.length);
  const some = ["dog", "octopus", "moon", "thumbs up", "light bulb", "hammer", "trophy", "bell", "pin"];
  assert.deepEqual(
    some.map((name) => names.get(name)),
    ["Hund", "Oktopus", "Mond", "Daumen hoch", "Glühbirne", "Hammer", "Pokal", "Glocke", "Stecknadel"],
  );
});

test("German counts in the singular and in the dative", () => {
  assert.equal(wordingDe.duration(3_600), "nach 1 Stunde");
  assert.equal(wordingDe.duration(172_800), "nach 2 Tagen");
  assert.equal(wordingDe.duration(7), "nach 7 Sekunden");
  assert.equal(wordingDe.offline(1), "Offline. 1 Nachricht wird noch gesendet.");
});

test("a preference is kept until it is taken back", () => {
  writePreference("name", "Ann");
  assert.equal(readPreference("name"), "Ann");
  writePreference("name", null);
  assert.equal(readPreference("name"), null);
});

test("remembered rooms stand the latest first, each once, at most twenty, and are forgotten one by one", () => {
  const room = (pictures: string, at: number) => ({ pictures, topic: "", at, phrase: null });
  for (let at = 0; at < 25; at++) rememberRoom(room(`room ${at}`, at));
  rememberRoom(room("room 10", 100));
  const names = recentRooms().map(({ pictures }) => pictures);
  assert.equal(names.length, 20);
  assert.deepEqual(names.slice(0, 3), ["room 10", "room 24", "room 23"]);
  forgetRoom("room 24");
  assert.equal(recentRoom("room 24"), null);
});

test("what stands in storage and makes no sense is no room", () => {
  writePreference(
    "rooms",
    JSON.stringify([null, 7, { pictures: "a" }, { pictures: "a", topic: "", at: "1" }]),
  );
  assert.deepEqual(recentRooms(), []);
  writePreference("rooms", "{");
  assert.deepEqual(recentRooms(), []);
  writePreference("rooms", JSON.stringify([{ pictures: "a", topic: "b", at: 1, phrase: "\u0000" }]));
  assert.deepEqual(recentRooms(), [{ pictures: "a", topic: "b", at: 1, phrase: null }]);
});

test("the topic of a remembered room cannot turn the writing around, and one that nobody sees is none", () => {
  writePreference(
    "rooms",
    JSON.stringify([
      { pictures: "a", topic: "x\u202ey", at: 1 },
      { pictures: "b", topic: "\u200b", at: 1 },
    ]),
  );
  assert.deepEqual(
    recentRooms().map(({ topic }) => topic),
    ["xy", ""],
  );
});

test("a name stands in a list as one, however it is made, and a second key under it is numbered", () => {
  const author = { key: "k", name: "Ann", ordinal: 1, own: false };
  assert.equal(plainName(author), "Ann");
  assert.equal(plainName({ ...author, ordinal: 2 }), "Ann (2)");
  assert.equal(plainName({ ...author, name: "Ann (2)" }), "“Ann (2)”");
  assert.equal(plainName({ ...author, name: "Carl, Dora, Emil" }), "“Carl, Dora, Emil”");
  assert.equal(plainName({ ...author, name: "Carl”, „Dora" }), "“Carl', 'Dora”");
  for (const name of ["Zoë O’Neill-Smith", "Dr. Nguyễn 3", "マリー", "अंजलि", "J_7 🦊", "👩‍🚀"])
    assert.equal(plainName({ ...author, name }), name);
});
