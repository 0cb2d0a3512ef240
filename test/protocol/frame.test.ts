import assert from "node:assert/strict";
import { test } from "node:test";

import {
  decodeFrame,
  encodeFrame,
  frameHeaderBytes,
  frameKind,
  frameKindOf,
  lasting,
  minFrameBytes,
  seqOf,
  stampFromUser,
  stampSeq,
} from "../../src/protocol/frame.ts";
import { seededFractions } from "../seeded.ts";
import { bytesOf } from "../server/support.ts";

const parts = {
  kind: frameKind.message,
  fromUser: bytesOf("from", 16),
  iv: bytesOf("iv", 12),
  ciphertext: bytesOf("ciphertext", 20),
};

test("lays a frame out as PROTOCOL.md says", () => {
  const bytes = encodeFrame({ ...parts, kind: frameKind.carried, seq: 0x010203040506 });
  const expected = [3, 0, 1, 2, 3, 4, 5, 6, ...parts.fromUser, ...parts.iv, ...parts.ciphertext];
  assert.deepEqual([...bytes], expected);
  assert.deepEqual([frameHeaderBytes, minFrameBytes], [36, 52]);
});

test("reads back what it laid out", () => {
  for (const kind of Object.values(frameKind)) {
    for (const seq of [0, 1, 255, 256, 2 ** 32 - 1, 2 ** 32, 2 ** 48 - 1]) {
      const frame = { ...parts, kind, seq };
      assert.deepEqual(decodeFrame(encodeFrame(frame)), frame);
    }
  }
});

test("asks the relay to keep a frame for so long in a copy, and leaves the rest as it is", () => {
  const frame = encodeFrame(parts);
  const asked = lasting(frame, 60);
  assert.equal(seqOf(frame), 0);
  assert.equal(seqOf(asked), 60);
  stampSeq(asked, 0);
  assert.deepEqual(asked, frame);
});

test("leaves seq at zero for a client", () => {
  assert.equal(seqOf(encodeFrame(parts)), 0);
});

test("hands out copies, of a Buffer too", () => {
  const bytes = Buffer.from(encodeFrame(parts));
  const frame = decodeFrame(bytes);
  bytes.fill(0);
  assert.deepEqual(frame, { ...parts, seq: 0 });
});

test("refuses a frame without room for a tag, with an unknown kind, or with a second byte", () => {
  const bytes = encodeFrame({ ...parts, ciphertext: bytesOf("tag", 16) });
  assert.equal(frameKindOf(bytes), frameKind.message);
  assert.equal(frameKindOf(bytes.subarray(0, minFrameBytes - 1)), null);
  assert.equal(frameKindOf(new Uint8Array(0)), null);
  for (let kind = 0; kind < 256; kind++) {
    bytes[0] = kind;
    const isKnown = kind >= 1 && kind <= 3;
    assert.equal(frameKindOf(bytes), isKnown ? kind : null);
    assert.equal(decodeFrame(bytes) === null, !isKnown);
  }
  bytes[0] = 1;
  bytes[1] = 1;
  assert.deepEqual([frameKindOf(bytes), decodeFrame(bytes)], [null, null]);
});

test("throws for parts of a wrong length", () => {
  assert.throws(() => encodeFrame({ ...parts, fromUser: bytesOf("x", 15) }), RangeError);
  assert.throws(() => encodeFrame({ ...parts, iv: bytesOf("x", 13) }), RangeError);
  assert.throws(() => encodeFrame({ ...parts, ciphertext: bytesOf("x", 15) }), RangeError);
});

test("stamps in place, and only where it should", () => {
  const bytes = encodeFrame(parts);
  const before = decodeFrame(bytes);
  stampSeq(bytes, 2 ** 48 - 1);
  assert.deepEqual(decodeFrame(bytes), { ...before, seq: 2 ** 48 - 1 });
  stampFromUser(bytes, bytesOf("another", 16));
  assert.deepEqual(decodeFrame(bytes), { ...before, seq: 2 ** 48 - 1, fromUser: bytesOf("another", 16) });
  stampSeq(bytes, 0);
  assert.equal(seqOf(bytes), 0);
});

test("throws for a seq that is no u48", () => {
  for (const seq of [-1, 0.5, 2 ** 48, Number.NaN, Infinity]) {
    assert.throws(() => stampSeq(encodeFrame(parts), seq), RangeError);
  }
});

test("either refuses bytes or lays them out again as they were, whatever they are", () => {
  const random = seededFractions(3);
  let decoded = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = mutated(encodeFrame(parts), random);
    const frame = decodeFrame(bytes);
    assert.equal(frameKindOf(bytes), frame?.kind ?? null);
    if (frame === null) continue;
    decoded++;
    assert.deepEqual([...encodeFrame(frame)], [...bytes]);
  }
  assert.ok(decoded > 1_000);
});

/** A few bytes changed, cut off or added. */
function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  const list = [...bytes];
  for (let changes = Math.floor(random() * 4); changes >= 0; changes--) {
    const at = Math.floor(random() * list.length * random());
    const dice = random();
    if (dice < 0.6) list[at] = Math.floor(random() * 256);
    else if (dice < 0.8) list.splice(at, Math.floor(random() * list.length));
    else
      list.splice(
        at,
        0,
        ...Array.from({ length: Math.floor(random() * 8) }, () => Math.floor(random() * 256)),
      );
  }
  return Uint8Array.from(list);
}
