import assert from "node:assert/strict";
import { test } from "node:test";
import { concat, equal, label, lv, readU32, u32, utf8 } from "../../src/crypto/bytes.ts";
import { toHex } from "./wycheproof.ts";

test("lv puts each part behind its length", () => {
  assert.equal(toHex(lv(utf8("ab"), utf8(""), utf8("c"))), "000000026162000000000000000163");
});

test("lv tells lists of parts apart that concat does not", () => {
  assert.equal(toHex(concat(utf8("ab"), utf8("c"))), toHex(concat(utf8("a"), utf8("bc"))));
  assert.notEqual(toHex(lv(utf8("ab"), utf8("c"))), toHex(lv(utf8("a"), utf8("bc"))));
});

test("a label begins with the protocol and its version", () => {
  assert.equal(new TextDecoder().decode(label("room access")), "secure-room/1 room access");
});

test("u32 and readU32 are big-endian and undo each other", () => {
  for (const value of [0, 1, 0x01020304, 2 ** 31, 2 ** 32 - 1]) assert.equal(readU32(u32(value), 0), value);
  assert.equal(toHex(u32(0x01020304)), "01020304");
});

test("readU32 looks at the part it is given, not at the buffer behind it", () => {
  assert.equal(readU32(Uint8Array.of(9, 9, 0, 0, 0, 7, 9).subarray(2), 0), 7);
  assert.throws(() => readU32(Uint8Array.of(0, 0, 0, 7).subarray(1), 0), RangeError);
});

test("equal compares length and every byte", () => {
  assert.equal(equal(Uint8Array.of(), Uint8Array.of()), true);
  assert.equal(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 2)), true);
  assert.equal(equal(Uint8Array.of(1, 2), Uint8Array.of(1, 3)), false);
  assert.equal(equal(Uint8Array.of(1, 2), Uint8Array.of(1)), false);
});
