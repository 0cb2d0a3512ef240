import assert from "node:assert/strict";
import { test } from "node:test";

import { base64urlLength, fromBase64url, toBase64url } from "../../src/protocol/base64url.ts";
import {
  type ClientText,
  decodeClientText,
  decodeRelayText,
  encodeText,
  type RelayText,
} from "../../src/protocol/control.ts";
import { maxHelloBytes } from "../../src/protocol/limits.ts";
import { seededFractions } from "../seeded.ts";
import { bytesOf, joinOf, testRoom } from "../server/support.ts";

const b64 = (byteLength: number): string => toBase64url(bytesOf("x", byteLength));
const join = joinOf(testRoom("one"), "Ann", "seat", { log: b64(16), after: 7 });
const clientTexts: ClientText[] = [
  join,
  joinOf(testRoom("one"), "Ann"),
  { type: "leave" },
  { type: "ping" },
  { type: "forget", seq: 2 ** 48 - 1 },
];
const relayTexts: RelayText[] = [
  { type: "joined", salt: b64(32), log: b64(16), first: 1, last: 0 },
  { type: "member", fromUser: b64(16), iv: b64(12), ciphertext: b64(16), state: "here" },
  { type: "member", fromUser: b64(16), iv: b64(12), ciphertext: b64(maxHelloBytes), state: "left" },
  { type: "live" },
  { type: "pong" },
  { type: "cleared", agoMs: 0 },
  { type: "error", code: "full", message: "Full." },
  { type: "error", code: "name-taken", message: "Taken.", retryAfterMs: 60_000 },
];

test("reads back every text of either side", () => {
  for (const text of clientTexts) assert.deepEqual(decodeClientText(encodeText(text)), text);
  for (const text of relayTexts) assert.deepEqual(decodeRelayText(encodeText(text)), text);
});

test("knows an unknown type from a malformed text", () => {
  for (const decode of [decodeClientText, decodeRelayText]) {
    assert.deepEqual(decode('{"type":"dance","log":1}'), { type: "unknown" });
    assert.deepEqual(decode('{"type":""}'), { type: "unknown" });
    for (const bad of [
      "",
      "{",
      "null",
      "[]",
      '"ping"',
      "1",
      "{}",
      '{"type":1}',
      '{"type":null}',
      '{"type":["ping"]}',
    ]) {
      assert.equal(decode(bad), null, bad);
    }
  }
});

test("a client's words mean nothing from the relay, and the other way round", () => {
  assert.deepEqual(decodeRelayText('{"type":"leave"}'), { type: "unknown" });
  assert.deepEqual(decodeClientText('{"type":"live"}'), { type: "unknown" });
});

test("leaves out keys that it does not know", () => {
  assert.deepEqual(decodeClientText('{"type":"ping","extra":1,"__proto__":{"x":1}}'), { type: "ping" });
  assert.deepEqual(decodeClientText(JSON.stringify({ ...join, extra: 1 })), join);
});

test("refuses a join that lacks a field, or has one of another length", () => {
  const bytes = { access: 16, seat: 32, fromUser: 16, iv: 12 };
  for (const [field, byteLength] of Object.entries(bytes)) {
    for (const bad of [
      undefined,
      null,
      7,
      "",
      b64(byteLength - 1),
      b64(byteLength + 1),
      `${b64(byteLength)}=`,
    ]) {
      assert.equal(decodeClientText(JSON.stringify({ ...join, [field]: bad })), null, field);
    }
    const stray = b64(byteLength).replace(/.$/, (last) => (last === "B" ? "C" : "B"));
    if (byteLength % 3 !== 0)
      assert.equal(decodeClientText(JSON.stringify({ ...join, [field]: stray })), null);
  }
});

test("takes a hello from its tag alone up to its limit", () => {
  for (const [byteLength, isGood] of [
    [15, false],
    [16, true],
    [17, true],
    [1_039, true],
    [1_040, true],
    [1_041, false],
  ] as const) {
    const decoded = decodeClientText(JSON.stringify({ ...join, ciphertext: b64(byteLength) }));
    assert.equal(decoded !== null, isGood, `${byteLength} bytes`);
  }
});

test("takes a seq that is a u48, and nothing else", () => {
  for (const seq of [0, 1, 2 ** 32, 2 ** 48 - 1]) {
    assert.deepEqual(decodeClientText(`{"type":"forget","seq":${seq}}`), { type: "forget", seq });
  }
  for (const seq of ["-1", "0.5", "281474976710656", "1e400", '"1"', "null", "[1]", "true"]) {
    assert.equal(decodeClientText(`{"type":"forget","seq":${seq}}`), null, seq);
    assert.equal(decodeClientText(JSON.stringify(join).replace('"after":7', `"after":${seq}`)), null, seq);
  }
});

test("refuses a log that is none, and takes after without one", () => {
  assert.equal(decodeClientText(JSON.stringify({ ...join, log: "" })), null);
  assert.equal(decodeClientText(JSON.stringify({ ...join, log: null })), null);
  const { log: _, ...rest } = join;
  assert.deepEqual(decodeClientText(JSON.stringify(rest)), rest);
});

test("refuses what a relay must not say", () => {
  const [joined, member, , , , cleared, error] = relayTexts;
  for (const bad of [
    { ...joined, salt: b64(31) },
    { ...joined, log: b64(17) },
    { ...joined, first: -1 },
    { ...joined, last: "0" },
    { ...member, state: "gone" },
    { ...member, fromUser: b64(15) },
    { ...member, ciphertext: b64(maxHelloBytes + 1) },
    { ...cleared, agoMs: -1 },
    { ...cleared, agoMs: undefined },
    { ...error, code: "other" },
    { ...error, message: 1 },
    { ...error, retryAfterMs: -1 },
  ]) {
    assert.equal(decodeRelayText(JSON.stringify(bad)), null);
  }
});

test("never throws and never lets a malformed field through, whatever the text", () => {
  const random = seededFractions(4);
  const texts = [...clientTexts, ...relayTexts].map(encodeText);
  const odd = [
    '"',
    "{",
    "}",
    "\\",
    "\u0000",
    "null",
    "-",
    "1e9",
    "\ud800",
    ",",
    "[",
    '"type":"ping"',
    "=",
    "A",
  ];
  for (let round = 0; round < 30_000; round++) {
    let text = texts[Math.floor(random() * texts.length)] ?? "";
    for (let changes = Math.floor(random() * 3); changes >= 0; changes--) {
      const at = Math.floor(random() * text.length);
      const cut = random() < 0.5 ? 1 : 0;
      text = text.slice(0, at) + (odd[Math.floor(random() * odd.length)] ?? "") + text.slice(at + cut);
    }
    const said = decodeClientText(text);
    if (said?.type === "join") {
      const { access, seat, fromUser, iv, ciphertext, log = b64(16), after = 0 } = said;
      const lengths = [access, seat, fromUser, iv, log].map((field) => fromBase64url(field)?.length);
      assert.deepEqual(lengths, [16, 32, 16, 12, 16]);
      assert.ok(ciphertext.length <= base64urlLength(maxHelloBytes));
      assert.ok(Number.isSafeInteger(after) && after >= 0);
    }
    const told = decodeRelayText(text);
    if (told?.type === "member") assert.equal(fromBase64url(told.fromUser)?.length, 16);
  }
});
