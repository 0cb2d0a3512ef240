import assert from "node:assert/strict";
import { test } from "node:test";
import type { Bytes } from "../../src/protocol/base64url.ts";
import { concat, label, lv, u32, utf8 } from "../../src/crypto/bytes.ts";
import { createMemberKey } from "../../src/crypto/member.ts";
import type { MemberKey } from "../../src/crypto/member.ts";
import { sha256 } from "../../src/crypto/primitives.ts";
import { maxBodyBytes, openEnvelope, paddedLength, sealEnvelope } from "../../src/crypto/seal.ts";
import type { Use } from "../../src/crypto/seal.ts";
import { keysOf } from "./phrases.ts";
import { seededNumbers, seededRandom } from "../seeded.ts";

const random = seededRandom(9);
const [keys, otherRoom, member] = await Promise.all([keysOf("river"), keysOf("lake"), createMemberKey()]);
const ann = await keys.blindName("Ann");
const bob = await keys.blindName("Bob");
const body = utf8('{"kind":"text"}');
const uses: readonly Use[] = ["hello", "message", "volatile"];

const seal = (use: Use, what: Bytes = body) => sealEnvelope(keys, member, use, ann, what, random);

test("what one seals another opens: key, body and an id", async () => {
  for (const use of uses) {
    const { iv, ciphertext } = await seal(use);
    const opened = await openEnvelope(keys, use, { fromUser: ann, iv, ciphertext });
    assert.deepEqual([opened?.key, opened?.body, opened?.id.length], [member.publicKey, body, 16]);
  }
});

test("bodies of every size around a step go and come back unchanged", async () => {
  for (const length of [0, 1, 155, 156, 157, 411, 412, 413, 3996, 3997, 20_000, 63_387, 63_388]) {
    const long = random(length);
    const { iv, ciphertext } = await seal("message", long);
    assert.equal(ciphertext.length, (paddedLength(length) ?? 0) + 16);
    const opened = await openEnvelope(keys, "message", { fromUser: ann, iv, ciphertext });
    assert.deepEqual(opened?.body, long);
  }
});

test("plaintexts are 256, 512, 1024, 2048 or 4096 bytes, above that PADMÉ, at most 63,488", () => {
  for (const [length, padded] of [
    [0, 256],
    [155, 256],
    [156, 256],
    [157, 512],
    [412, 512],
    [413, 1024],
    [924, 1024],
    [925, 2048],
    [1948, 2048],
    [1949, 4096],
    [3996, 4096],
    [3997, 4352],
    [4252, 4352],
    [4253, 4608],
    [8092, 8192],
    [8093, 8704],
    [16_284, 16_384],
    [16_285, 17_408],
    [32_668, 32_768],
    [32_669, 34_816],
    [61_339, 61_440],
    [61_340, 61_440],
    [61_341, 63_488],
    [63_387, 63_488],
    [63_388, 63_488],
    [63_389, null],
    [4_294_967_295, null],
  ] as const) {
    assert.equal(paddedLength(length), padded, `${length}`);
  }
  assert.equal(maxBodyBytes, 63_388);
});

test("padding never shrinks, never cuts, and costs little above 4,096 bytes", () => {
  let last = 0;
  for (let length = 0; length <= maxBodyBytes; length++) {
    const padded = paddedLength(length) ?? 0;
    assert.ok(padded >= length + 100 && padded >= last);
    if (length + 100 > 4096) assert.ok(padded <= (length + 100) * 1.0625);
    last = padded;
  }
});

test("a body one byte too long is refused", async () => {
  await seal("message", new Uint8Array(maxBodyBytes));
  await assert.rejects(seal("message", new Uint8Array(maxBodyBytes + 1)), RangeError);
});

test("an iv is drawn for every sealing, and one of a wrong length is refused", async () => {
  const drawn: Bytes[] = [];
  const watched = (length: number) => {
    const bytes = random(length);
    drawn.push(bytes);
    return bytes;
  };
  const first = await sealEnvelope(keys, member, "message", ann, body, watched);
  const second = await sealEnvelope(keys, member, "message", ann, body, watched);
  assert.deepEqual([first.iv, second.iv], drawn);
  assert.notDeepEqual(first.iv, second.iv);
  const [one, other] = await Promise.all(
    [first, second].map((sealed) => openEnvelope(keys, "message", { fromUser: ann, ...sealed })),
  );
  assert.notDeepEqual(one?.id, other?.id);
  const short = () => new Uint8Array(11);
  await assert.rejects(sealEnvelope(keys, member, "message", ann, body, short), RangeError);
  await assert.rejects(sealEnvelope(keys, member, "message", ann.slice(1), body, random), RangeError);
});

test("an envelope opens for no other use, sender, iv or room", async () => {
  for (const sealedFor of uses) {
    const { iv, ciphertext } = await seal(sealedFor);
    for (const use of uses) {
      const opened = await openEnvelope(keys, use, { fromUser: ann, iv, ciphertext });
      assert.equal(opened === null, use !== sealedFor);
    }
    assert.equal(await openEnvelope(keys, sealedFor, { fromUser: bob, iv, ciphertext }), null);
    assert.equal(await openEnvelope(keys, sealedFor, { fromUser: ann, iv: random(12), ciphertext }), null);
    assert.equal(await openEnvelope(otherRoom, sealedFor, { fromUser: ann, iv, ciphertext }), null);
  }
});

test("one altered bit in any byte of fromUser, iv or ciphertext leaves nothing", async () => {
  const { iv, ciphertext } = await seal("message");
  const whole = concat(ann, iv, ciphertext);
  for (let at = 0; at < whole.length; at++) {
    const altered = whole.slice();
    altered[at] = (altered[at] ?? 0) ^ (1 << (at % 8));
    assert.equal(await openEnvelope(keys, "message", cut(altered)), null, `byte ${at}`);
  }
});

test("a ciphertext cut short at any byte, or with one more, leaves nothing", async () => {
  const { iv, ciphertext } = await seal("message");
  for (let length = 0; length < ciphertext.length; length++) {
    const short = ciphertext.slice(0, length);
    assert.equal(await openEnvelope(keys, "message", { fromUser: ann, iv, ciphertext: short }), null);
  }
  const long = concat(ciphertext, Uint8Array.of(0));
  assert.equal(await openEnvelope(keys, "message", { fromUser: ann, iv, ciphertext: long }), null);
});

function cut(whole: Bytes): { fromUser: Bytes; iv: Bytes; ciphertext: Bytes } {
  return { fromUser: whole.slice(0, 16), iv: whole.slice(16, 28), ciphertext: whole.slice(28) };
}

// From here on the sender knows the phrase and is malicious: the encryption is right, what is inside is not.

interface Forgery {
  readonly key?: Bytes;
  /** Everything behind the signature. */
  readonly behind?: Bytes;
  readonly signature?: Bytes;
  readonly by?: MemberKey;
  readonly use?: Use;
  readonly fromUser?: Bytes;
  readonly iv?: Bytes;
}

function behindOf(length: number, what: Bytes, size: number): Bytes {
  return concat(u32(length), what, new Uint8Array(size - 100 - what.length));
}

/** Signs and encrypts by hand, and gives what comes of opening it. */
async function openForged(forgery: Forgery) {
  const iv = random(12);
  const aad = lv(label("message"), keys.access, ann);
  const key = forgery.key ?? member.publicKey;
  const behind = forgery.behind ?? behindOf(body.length, body, 256);
  const signedAad = lv(label(forgery.use ?? "message"), keys.access, forgery.fromUser ?? ann);
  const input = lv(label("signature"), key, signedAad, forgery.iv ?? iv, await sha256(behind));
  const signature = forgery.signature ?? (await (forgery.by ?? member).sign(input));
  const ciphertext = await keys.encrypt(ann, iv, aad, concat(key, signature, behind));
  return openEnvelope(keys, "message", { fromUser: ann, iv, ciphertext });
}

test("an envelope made by hand opens, so that the forgeries below fail for their own reason", async () => {
  assert.deepEqual((await openForged({}))?.body, body);
});

test("a signature by another key, for another use, sender or iv leaves nothing", async () => {
  assert.equal(await openForged({ by: await createMemberKey() }), null);
  assert.equal(await openForged({ use: "volatile" }), null);
  assert.equal(await openForged({ fromUser: bob }), null);
  assert.equal(await openForged({ iv: random(12) }), null);
  assert.equal(await openForged({ signature: new Uint8Array(64) }), null);
});

test("padding to any other size leaves nothing", async () => {
  for (const size of [116, 200, 255, 257, 512, 1024]) {
    assert.equal(await openForged({ behind: behindOf(body.length, body, size) }), null, `${size}`);
  }
  assert.equal(await openForged({ behind: behindOf(5000, random(5000), 5121) }), null);
  assert.deepEqual(
    (await openForged({ behind: behindOf(5000, new Uint8Array(5000), 5120) }))?.body.length,
    5000,
  );
});

test("one byte of padding that is not zero leaves nothing, wherever it stands", async () => {
  const padded = behindOf(body.length, body, 256);
  for (let at = 4 + body.length; at < padded.length; at++) {
    const altered = padded.slice();
    altered[at] = 1;
    assert.equal(await openForged({ behind: altered }), null, `byte ${at}`);
  }
});

test("a length that lies leaves nothing, unless it only takes zeros into the body", async () => {
  for (const length of [0, 1, body.length - 1, 157, 1000, 2 ** 31, 2 ** 32 - 1]) {
    assert.equal(await openForged({ behind: behindOf(length, body, 256) }), null, `${length}`);
  }
  assert.deepEqual((await openForged({ behind: behindOf(156, body, 256) }))?.body.length, 156);
});

test("a small-order key with the signature that fits every message leaves nothing", async () => {
  const neutral = new Uint8Array(32);
  neutral[0] = 1;
  assert.equal(await openForged({ key: neutral, signature: concat(neutral, new Uint8Array(32)) }), null);
});

test("a plaintext too short to hold its parts leaves nothing", async () => {
  const aad = lv(label("message"), keys.access, ann);
  for (const length of [0, 1, 95, 96, 99, 100, 255]) {
    const iv = random(12);
    const ciphertext = await keys.encrypt(ann, iv, aad, new Uint8Array(length));
    assert.equal(await openEnvelope(keys, "message", { fromUser: ann, iv, ciphertext }), null);
  }
});

test("random bytes never open and never throw", async () => {
  const next = seededNumbers(21);
  for (let round = 0; round < 1_000; round++) {
    const envelope = {
      fromUser: random(next() % 33),
      iv: random(next() % 25),
      ciphertext: random(next() % 600),
    };
    assert.equal(await openEnvelope(keys, uses[next() % 3] ?? "hello", envelope), null, `round ${round}`);
  }
});

test("an envelope altered at random never opens as something else", async () => {
  const next = seededNumbers(22);
  const { iv, ciphertext } = await seal("message");
  const whole = concat(ann, iv, ciphertext);
  for (let round = 0; round < 1_000; round++) {
    const altered = whole.slice();
    for (let slips = 1 + (next() % 4); slips > 0; slips--) altered[next() % altered.length] = next() & 255;
    const opened = await openEnvelope(keys, "message", cut(altered));
    if (opened !== null) assert.deepEqual(altered, whole, `round ${round}`);
  }
});

test("random plaintexts under the right key never open and never throw", async () => {
  const next = seededNumbers(23);
  const aad = lv(label("message"), keys.access, ann);
  for (let round = 0; round < 1_000; round++) {
    const plaintext = random(256 << (next() % 3));
    plaintext.set(u32(next() % 300), 96);
    const iv = random(12);
    const ciphertext = await keys.encrypt(ann, iv, aad, plaintext);
    assert.equal(
      await openEnvelope(keys, "message", { fromUser: ann, iv, ciphertext }),
      null,
      `round ${round}`,
    );
  }
});
