import assert from "node:assert/strict";
import { test } from "node:test";

import { base64urlLength, fromBase64url, isBase64url, toBase64url } from "../../src/protocol/base64url.ts";
import { seededFractions } from "../seeded.ts";

test("spells the vectors of RFC 4648, section 10, without padding", () => {
  const vectors = {
    "": "",
    f: "Zg",
    fo: "Zm8",
    foo: "Zm9v",
    foob: "Zm9vYg",
    fooba: "Zm9vYmE",
    foobar: "Zm9vYmFy",
  };
  for (const [text, spelled] of Object.entries(vectors)) {
    assert.equal(toBase64url(Buffer.from(text)), spelled);
    assert.deepEqual(fromBase64url(spelled), Uint8Array.from(Buffer.from(text)));
  }
});

test("uses the two symbols that are safe in a path", () => {
  assert.equal(toBase64url(new Uint8Array([0xfb, 0xff, 0xbf])), "-_-_");
  assert.equal(fromBase64url("+/+/"), null);
});

test("agrees with Node on random bytes, and knows their length before", () => {
  const random = seededFractions(1);
  for (let length = 0; length < 200; length++) {
    const bytes = Uint8Array.from({ length }, () => Math.floor(random() * 256));
    const spelled = toBase64url(bytes);
    assert.equal(spelled, Buffer.from(bytes).toString("base64url"));
    assert.equal(spelled.length, base64urlLength(length));
    assert.equal(isBase64url(spelled), true);
    assert.deepEqual(fromBase64url(spelled), bytes);
  }
});

test("refuses a second spelling of the same bytes", () => {
  for (const spelling of [
    "Zh",
    "Zm9",
    "Zg==",
    "Zm8=",
    "Zg ",
    " Zg",
    "Z\ng",
    "A",
    "AAAAA",
    "_x",
    "\u0410AA",
    "Zm9v\0",
  ]) {
    assert.equal(isBase64url(spelling), false, JSON.stringify(spelling));
    assert.equal(fromBase64url(spelling), null, JSON.stringify(spelling));
  }
});

test("reads nothing that it would spell otherwise, whatever the text", () => {
  const random = seededFractions(2);
  const alphabet = "ABYZabyz0189-_+/= \u00e4";
  for (let round = 0; round < 20_000; round++) {
    const length = Math.floor(random() * 12);
    const text = Array.from({ length }, () => alphabet.charAt(Math.floor(random() * alphabet.length))).join(
      "",
    );
    const bytes = fromBase64url(text);
    if (bytes !== null) assert.equal(toBase64url(bytes), text);
  }
});
