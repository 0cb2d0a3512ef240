import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../src/protocol/base64url.ts";
import { utf8 } from "../../src/crypto/bytes.ts";
import { deriveRoomKeys, estimateDerivationMs } from "../../src/crypto/keys.ts";
import { phraseOf } from "./phrases.ts";
import { seededRandom } from "../seeded.ts";

/** Overwrites the salt while the keys are being made: they must not change with it. */
async function deriveAndForgetSalt(salt: Bytes) {
  const deriving = deriveRoomKeys(phraseOf("maple river"), salt);
  salt.fill(0);
  return deriving;
}

const random = seededRandom(5);
const salt = random(32);
const [keys, sameKeys, otherPhrase, otherSalt] = await Promise.all([
  deriveRoomKeys(phraseOf("Maple-River"), salt),
  deriveAndForgetSalt(salt.slice()),
  deriveRoomKeys(phraseOf("maple rivers"), salt),
  deriveRoomKeys(phraseOf("maple river"), random(32)),
]);
const [iv, aad, plaintext] = [random(12), utf8("aad"), utf8("plaintext")];
const ann = await keys.blindName("Ann");

test("one phrase and one salt are one room", async () => {
  assert.equal(keys.roomId, sameKeys.roomId);
  assert.deepEqual(keys.access, sameKeys.access);
  assert.deepEqual(keys.code, sameKeys.code);
  assert.deepEqual(await sameKeys.blindName("ann"), ann);
  const ciphertext = await keys.encrypt(ann, iv, aad, plaintext);
  assert.deepEqual(await sameKeys.decrypt(ann, iv, aad, ciphertext), plaintext);
});

test("another phrase or another salt is another room in everything", async () => {
  const ciphertext = await keys.encrypt(ann, iv, aad, plaintext);
  for (const other of [otherPhrase, otherSalt]) {
    assert.notEqual(other.roomId, keys.roomId);
    assert.notDeepEqual(other.access, keys.access);
    assert.notDeepEqual(other.code, keys.code);
    assert.notDeepEqual(await other.blindName("Ann"), ann);
    assert.equal(await other.decrypt(ann, iv, aad, ciphertext), null);
  }
});

test("a room has an id of 22 characters, an access of 16 bytes and a code of five symbols", () => {
  assert.match(keys.roomId, /^[\w-]{22}$/);
  assert.equal(keys.access.length, 16);
  assert.equal(keys.code.length, 5);
});

test("names that fold to one are blinded to one, others are not", async () => {
  assert.equal(ann.length, 16);
  assert.deepEqual(await keys.blindName(" ANN "), ann);
  assert.notDeepEqual(await keys.blindName("Anne"), ann);
  assert.notDeepEqual(await keys.blindName("An-n"), ann);
});

test("a ciphertext opens only for its sender, iv and aad", async () => {
  const ciphertext = await keys.encrypt(ann, iv, aad, plaintext);
  assert.equal(ciphertext.length, plaintext.length + 16);
  assert.deepEqual(await keys.decrypt(ann, iv, aad, ciphertext), plaintext);
  assert.equal(await keys.decrypt(await keys.blindName("Bob"), iv, aad, ciphertext), null);
  assert.equal(await keys.decrypt(ann, random(12), aad, ciphertext), null);
  assert.equal(await keys.decrypt(ann, iv, utf8("aae"), ciphertext), null);
  assert.equal(await keys.decrypt(ann, iv, aad, ciphertext.slice(0, -1)), null);
  assert.equal(await keys.decrypt(ann, iv, aad, ciphertext.slice(0, 15)), null);
});

test("a salt, fromUser or iv of another length is refused", async () => {
  for (const length of [0, 31, 33]) {
    await assert.rejects(deriveRoomKeys(phraseOf("x"), new Uint8Array(length)), RangeError);
  }
  for (const [fromUserBytes, ivBytes] of [
    [15, 12],
    [17, 12],
    [16, 11],
    [16, 13],
    [16, 0],
  ] as const) {
    const [fromUser, wrong] = [new Uint8Array(fromUserBytes), new Uint8Array(ivBytes)];
    await assert.rejects(keys.encrypt(fromUser, wrong, aad, plaintext), RangeError);
    assert.equal(await keys.decrypt(fromUser, wrong, aad, new Uint8Array(32)), null);
  }
});

test("more senders than are held ready all open, the first again too", async () => {
  const senders = Array.from({ length: 600 }, () => random(16));
  const sealed = await Promise.all(senders.map((sender) => keys.encrypt(sender, iv, aad, sender)));
  for (const [at, sender] of senders.entries()) {
    assert.deepEqual(await keys.decrypt(sender, iv, aad, sealed[at] ?? new Uint8Array()), sender);
  }
});

test("what a caller does to its bytes afterwards does not reach the keys", async () => {
  assert.deepEqual(sameKeys.salt, salt);
  const sender = random(16);
  const original = sender.slice();
  const sealing = keys.encrypt(sender, iv, aad, plaintext);
  sender.fill(0);
  assert.deepEqual(await keys.decrypt(original, iv, aad, await sealing), plaintext);
});

test("no key can be read out of a room", () => {
  for (const value of Object.values(keys)) assert.ok(!(value instanceof CryptoKey));
});

test("the estimate scales up what the clock saw of a small part", async () => {
  const times = [1000, 1030];
  assert.equal(await estimateDerivationMs(() => times.shift() ?? 0, random), 600);
  assert.equal(times.length, 0);
});

test("no two estimates derive the same thing", async () => {
  const drawn: string[] = [];
  const watched = (length: number) => {
    const bytes = random(length);
    drawn.push(String(bytes));
    return bytes;
  };
  await estimateDerivationMs(() => 0, watched);
  await estimateDerivationMs(() => 0, watched);
  assert.equal(new Set(drawn).size, 4);
});
