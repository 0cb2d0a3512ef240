// The known answers of test/vectors/secure-room.json, which scripts/vectors.ts computed without src/crypto.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { toBase64url } from "../../src/protocol/base64url.ts";
import type { Bytes } from "../../src/protocol/base64url.ts";
import { concat, utf8 } from "../../src/crypto/bytes.ts";
import { deriveRoomKeys } from "../../src/crypto/keys.ts";
import { restoreMemberKey } from "../../src/crypto/member.ts";
import { foldName } from "../../src/crypto/name.ts";
import { checkPhrase, normalisePhrase } from "../../src/crypto/phrase.ts";
import { sha256 } from "../../src/crypto/primitives.ts";
import { openEnvelope, sealEnvelope } from "../../src/crypto/seal.ts";
import type { Use } from "../../src/crypto/seal.ts";
import { symbols } from "../../src/crypto/symbols.ts";
import { words } from "../../src/crypto/words.ts";
import { phraseOf } from "./phrases.ts";
import { fromHex, toHex } from "./wycheproof.ts";

interface Vectors {
  readonly wordListSha256: string;
  readonly symbolsSha256: string;
  readonly normal: readonly { readonly text: string; readonly phrase?: string; readonly refused?: string }[];
  readonly checksums: readonly { readonly seven: string; readonly word: string }[];
  readonly rooms: readonly {
    readonly phrase: string;
    readonly salt: string;
    readonly access: string;
    readonly roomId: string;
    readonly code: readonly string[];
    readonly fromUser: readonly { readonly name: string; readonly fold: string; readonly fromUser: string }[];
  }[];
  readonly envelopesOfTheFirstRoom: readonly {
    readonly use: Use;
    readonly memberSeed: string;
    readonly key: string;
    readonly fromUser: string;
    readonly iv: string;
    readonly body: string;
    readonly plaintextBytes: number;
    readonly plaintextSha256: string;
    readonly ciphertext: string;
    readonly id: string;
  }[];
}

const file = new URL("../../../test/vectors/secure-room.json", import.meta.url);
const vectors = JSON.parse(readFileSync(file, "utf8")) as Vectors;

test("the word list and the symbols are the normative ones", async () => {
  assert.equal(toHex(await sha256(utf8(words.join("\n")))), vectors.wordListSha256);
  const table = symbols.map(({ symbol, name }) => `${symbol} ${name}`).join("\n");
  assert.equal(toHex(await sha256(utf8(table))), vectors.symbolsSha256);
});

test("the symbols stand in PROTOCOL.md as they stand in the code", () => {
  const protocol = readFileSync(new URL("../../../src/protocol/PROTOCOL.md", import.meta.url), "utf8");
  const table = symbols.map(({ symbol, name }) => `${symbol} ${name}`).join(", ");
  assert.ok(protocol.replaceAll(/\s+/g, " ").includes(`${table}.`));
});

test("every text has the normal form, or the refusal, of the vectors", () => {
  assert.equal(vectors.normal.length, 29);
  for (const { text, phrase, refused } of vectors.normal) {
    const expected = refused === undefined ? { kind: "phrase", phrase } : { kind: "refused", why: refused };
    assert.deepEqual(normalisePhrase(text), expected, JSON.stringify(text));
  }
});

test("seven words have the checksum word of the vectors", async () => {
  assert.equal(vectors.checksums.length, 3);
  for (const { seven, word } of vectors.checksums) {
    assert.deepEqual(await checkPhrase(phraseOf(`${seven} ${word}`)), { kind: "generated" });
  }
});

const derived = await Promise.all(
  vectors.rooms.map(async (room) => ({
    room,
    keys: await deriveRoomKeys(phraseOf(room.phrase), fromHex(room.salt)),
  })),
);

test("phrase and salt give the room of the vectors", async () => {
  assert.equal(vectors.rooms.length, 3);
  for (const { room, keys } of derived) {
    assert.equal(toHex(keys.access), room.access);
    assert.equal(toHex(keys.salt), room.salt);
    assert.equal(keys.roomId, room.roomId);
    assert.deepEqual(
      keys.code.map(({ name }) => name),
      room.code,
    );
    for (const { name, fold, fromUser } of room.fromUser) {
      assert.equal(foldName(name), fold);
      assert.equal(toHex(await keys.blindName(name)), fromUser);
    }
  }
});

test("seed, iv and body give the envelopes of the vectors, and they open", async () => {
  const keys = derived[0]?.keys;
  assert.ok(keys);
  assert.equal(vectors.envelopesOfTheFirstRoom.length, 5);
  for (const known of vectors.envelopesOfTheFirstRoom) {
    const { use } = known;
    const [fromUser, iv, body] = [fromHex(known.fromUser), fromHex(known.iv), fromHex(known.body)];
    const saved = toBase64url(concat(fromHex(known.memberSeed), fromHex(known.key)));
    const member = await restoreMemberKey(saved);
    assert.ok(member);
    const random = (length: number): Bytes => {
      assert.equal(length, 12);
      return iv;
    };
    const sealed = await sealEnvelope(keys, member, use, fromUser, body, random);
    assert.equal(toHex(sealed.ciphertext), known.ciphertext);
    assert.equal(toHex(sealed.id), known.id);
    const aad = concat(...aadParts(use, keys.access, fromUser));
    const plaintext = await keys.decrypt(fromUser, iv, aad, fromHex(known.ciphertext));
    assert.ok(plaintext);
    assert.equal(plaintext.length, known.plaintextBytes);
    assert.equal(toHex(await sha256(plaintext)), known.plaintextSha256);
    const opened = await openEnvelope(keys, use, { fromUser, iv, ciphertext: fromHex(known.ciphertext) });
    assert.deepEqual(opened, { key: fromHex(known.key), id: fromHex(known.id), body });
  }
});

/** lv(label(use), access, fromUser), spelled out once without the code under test. */
function aadParts(use: Use, access: Bytes, fromUser: Bytes): readonly Bytes[] {
  const name = new TextEncoder().encode(`secure-room/1 ${use}`);
  return [Uint8Array.of(0, 0, 0, name.length), name, Uint8Array.of(0, 0, 0, 16), access].concat([
    Uint8Array.of(0, 0, 0, 16),
    fromUser,
  ]);
}
