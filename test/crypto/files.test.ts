import assert from "node:assert/strict";
import { createCipheriv, hkdfSync } from "node:crypto";
import { test } from "node:test";
import type { Bytes } from "../../src/protocol/base64url.ts";
import { fileChunkBytes, maxOpenedFileBytes } from "../../src/protocol/limits.ts";
import { concat, u32, utf8 } from "../../src/crypto/bytes.ts";
import { type FileKey, largestFile, openFile, sealedLength, sealFile } from "../../src/crypto/files.ts";
import { seededNumbers, seededRandom } from "../seeded.ts";

const random = seededRandom(11);
const numbers = seededNumbers(12);
const room = { access: random(16) };
const sealedChunk = fileChunkBytes + 16;

const seal = (content: Bytes) =>
  sealFile(room, content.length, (from, to) => Promise.resolve(content.slice(from, to)), random);

/** Hands out `bytes` in pieces of at most `most`. */
function pieces(bytes: Uint8Array, most = 10_000): () => Promise<Uint8Array | null> {
  let at = 0;
  return () => {
    const piece = bytes.subarray(at, at + most);
    at += piece.length;
    return Promise.resolve(piece.length === 0 ? null : piece);
  };
}

async function open(key: FileKey, bytes: Uint8Array, where = room, most?: number): Promise<Bytes | null> {
  const content = await openFile(where, key, pieces(bytes, most));
  return content && concat(...content);
}

/** The same file sealed by other code: Node's own ciphers, and the layout written out by hand. */
function sealedElsewhere({ file, secret }: FileKey, padded: Bytes): Bytes {
  const key = new Uint8Array(hkdfSync("sha256", secret, "", "secure-room/1 file", 32));
  const name = utf8("secure-room/1 file");
  const aad = concat(u32(name.length), name, u32(16), room.access, u32(16), file);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < padded.length; at += 65_536) {
    const iv = new Uint8Array(12);
    new DataView(iv.buffer).setUint32(7, at / 65_536);
    iv[11] = at + 65_536 >= padded.length ? 1 : 0;
    const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(aad);
    chunks.push(cipher.update(padded.subarray(at, at + 65_536)), cipher.final(), cipher.getAuthTag());
  }
  return concat(...chunks);
}

test("files of every size around a step and a chunk come back unchanged, in pieces of any length", async () => {
  const sizes = [0, 1, 255, 256, 257, 4096, 4097, 65_535, 65_536, 65_537, 131_072, 200_000];
  for (const size of sizes) {
    const content = random(size);
    const { key, chunks } = await seal(content);
    const sealed = concat(...chunks);
    assert.equal(sealed.length, sealedLength(size), `${size}`);
    for (const most of [7_001, sealedChunk, 1_000_000]) {
      assert.deepEqual(await open(key, sealed, room, most), content);
    }
  }
});

test("what is sealed is what Node's own ciphers make of the written layout", async () => {
  for (const [size, paddedTo] of [
    [3, 256],
    [65_536, 65_536],
    [140_000, 143_360],
  ] as const) {
    const content = random(size);
    const { key, chunks } = await seal(content);
    const padded = concat(content, new Uint8Array(paddedTo - size));
    assert.deepEqual(concat(...chunks), sealedElsewhere(key, padded));
  }
});

test("two sealings of one file share neither name nor secret nor bytes", async () => {
  const content = random(100);
  const [first, second] = [await seal(content), await seal(content)];
  assert.notDeepEqual(first.key.file, second.key.file);
  assert.notDeepEqual(first.key.secret, second.key.secret);
  assert.notDeepEqual(first.chunks, second.chunks);
});

test("a file that is cut off anywhere does not open", async () => {
  const { key, chunks } = await seal(random(140_000));
  const sealed = concat(...chunks);
  const ends = [0, 1, sealedChunk - 1, sealedChunk, sealedChunk + 1, 2 * sealedChunk, sealed.length - 1];
  for (const end of ends) assert.equal(await open(key, sealed.subarray(0, end)), null, `${end}`);
});

test("a file cut off behind a whole chunk does not open, even where its size is claimed to fit", async () => {
  const { key, chunks } = await seal(random(131_072));
  const [first] = chunks;
  assert.ok(first);
  assert.equal(await open({ ...key, size: 65_536 }, first), null);
});

test("chunks that are exchanged, repeated, left out or from another file do not open", async () => {
  const content = random(4 * fileChunkBytes);
  const { key, chunks } = await seal(content);
  const other = await seal(content);
  const [a, b, c, d] = chunks;
  const [, strange] = other.chunks;
  assert.ok(a && b && c && d && strange);
  assert.deepEqual(await open(key, concat(a, b, c, d)), content);
  for (const wrong of [
    [b, a, c, d],
    [a, c, b, d],
    [a, a, c, d],
    [a, c, d],
    [a, b, d, c],
    [a, strange, c, d],
    [a, b, c, d, d],
    [],
  ]) {
    assert.equal(await open(key, concat(...wrong)), null);
  }
});

test("a byte behind the end, another size, and any altered byte are refused", async () => {
  const { key, chunks } = await seal(random(70_000));
  const sealed = concat(...chunks);
  assert.equal(await open(key, concat(sealed, Uint8Array.of(0))), null);
  for (const size of [0, 69_000, 80_000, 1_000_000]) {
    assert.equal(await open({ ...key, size }, sealed), null, `${size}`);
  }
  for (let tries = 0; tries < 50; tries++) {
    const altered = sealed.slice();
    const at = numbers() % altered.length;
    altered[at] = (altered[at] ?? 0) ^ (1 << (numbers() % 8));
    assert.equal(await open(key, altered), null, `byte ${at}`);
  }
});

test("another secret, another name and another room do not open", async () => {
  const { key, chunks } = await seal(random(1_000));
  const sealed = concat(...chunks);
  assert.equal(await open({ ...key, secret: random(32) }, sealed), null);
  assert.equal(await open({ ...key, file: random(16) }, sealed), null);
  assert.equal(await open(key, sealed, { access: random(16) }), null);
});

test("padding that is not zeros is refused, so that a sealed file has one content", async () => {
  const { key } = await seal(random(200));
  const padded = random(256);
  assert.equal(await open(key, sealedElsewhere(key, padded)), null);
  padded.fill(0, 200);
  assert.deepEqual(await open(key, sealedElsewhere(key, padded)), padded.slice(0, 200));
});

test("a file that is claimed to be larger than a tab opens is not read at all", async () => {
  const { key } = await seal(random(10));
  const unread = () => assert.fail("read");
  assert.equal(await openFile(room, { ...key, size: maxOpenedFileBytes + 1 }, unread), null);
});

test("a file that shrinks while it is read is not sealed", async () => {
  const shrunk = sealFile(room, 100, () => Promise.resolve(new Uint8Array(99)), random);
  await assert.rejects(shrunk, new RangeError("expected 100 bytes of the file, got 99"));
});

test("the largest file that fits a limit fits, and one byte more does not", () => {
  assert.equal(largestFile(271), -1);
  assert.equal(largestFile(272), 256);
  for (const limit of [1_000, 100_000, 25 * 1024 ** 2, 1_000_000_000]) {
    const most = largestFile(limit);
    assert.ok(sealedLength(most) <= limit && sealedLength(most + 1) > limit, `${limit}`);
  }
});
