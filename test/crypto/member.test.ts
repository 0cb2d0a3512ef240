import assert from "node:assert/strict";
import { test } from "node:test";
import { fromBase64url, toBase64url } from "../../src/protocol/base64url.ts";
import type { Bytes } from "../../src/protocol/base64url.ts";
import { concat, utf8 } from "../../src/crypto/bytes.ts";
import { createMemberKey, restoreMemberKey, verifySignature } from "../../src/crypto/member.ts";
import { fromHex } from "./wycheproof.ts";

const message = utf8("a message");

// y of every point whose order divides 8, PROTOCOL.md section 2, with the spelling that is not canonical of 0 and 1.
const prime = 2n ** 255n - 19n;
const smallOrder = [0n, 1n, prime - 1n, prime, prime + 1n, ...orderEight()];

/** The y of the points of order 8, computed from the curve −x² + y² = 1 + d·x²·y² (RFC 8032, section 5.1). */
function orderEight(): bigint[] {
  // Doubled they have order 4, whose y = (y² + x²) / (2 − y² + x²) is 0, so x² = −y². Put into the curve:
  // 2·y² = 1 − d·y⁴, and with z = y²: d·z² + 2·z − 1 = 0, z = (−1 ± √(1 + d)) / d.
  const d = mod(-121665n * inverse(121666n));
  const root = squareRoot(mod(1n + d));
  assert.ok(root !== null);
  return [root, prime - root].flatMap((either) => {
    const y = squareRoot(mod((either - 1n) * inverse(d)));
    return y === null ? [] : [y, prime - y];
  });
}

function mod(value: bigint): bigint {
  return ((value % prime) + prime) % prime;
}

function power(base: bigint, exponent: bigint): bigint {
  let [result, square, rest] = [1n, mod(base), exponent];
  for (; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}

function inverse(value: bigint): bigint {
  return power(value, prime - 2n);
}

/** RFC 8032, section 5.1.3. */
function squareRoot(value: bigint): bigint | null {
  const candidate = power(value, (prime + 3n) / 8n);
  for (const root of [candidate, mod(candidate * power(2n, (prime - 1n) / 4n))]) {
    if (mod(root * root) === mod(value)) return root;
  }
  return null;
}

function littleEndian(y: bigint, sign: number): Bytes {
  const bytes = fromHex(y.toString(16).padStart(64, "0")).toReversed();
  bytes[31] = (bytes[31] ?? 0) | (sign << 7);
  return bytes;
}

test("a member signs, and its public key verifies", async () => {
  const member = await createMemberKey();
  const signature = await member.sign(message);
  assert.equal(member.publicKey.length, 32);
  assert.equal(signature.length, 64);
  assert.equal(await verifySignature(member.publicKey, signature, message), true);
  assert.equal(await verifySignature(member.publicKey, signature, utf8("another")), false);
  const other = await createMemberKey();
  assert.equal(await verifySignature(other.publicKey, signature, message), false);
});

test("a saved key comes back as the same key", async () => {
  const member = await createMemberKey();
  const restored = await restoreMemberKey(member.saved);
  assert.ok(restored);
  assert.deepEqual(restored.publicKey, member.publicKey);
  assert.equal(restored.saved, member.saved);
  assert.deepEqual(await restored.sign(message), await member.sign(message));
});

test("a mangled saved key is null", async () => {
  const { saved } = await createMemberKey();
  const bytes = fromBase64url(saved);
  assert.ok(bytes);
  for (const mangled of [
    "",
    "x",
    "null",
    saved.slice(1),
    `${saved}A`,
    `${saved}==`,
    ` ${saved}`,
    saved.replace(/^./, "*"),
    toBase64url(bytes.slice(0, 32)),
    toBase64url(bytes.slice(0, 63)),
    toBase64url(concat(bytes, Uint8Array.of(0))),
    toBase64url(new Uint8Array(64)),
  ]) {
    assert.equal(await restoreMemberKey(mangled), null, mangled);
  }
});

test("one wrong bit anywhere in a saved key is null", async () => {
  const bytes = fromBase64url((await createMemberKey()).saved);
  assert.ok(bytes);
  for (let at = 0; at < bytes.length; at++) {
    const mangled = bytes.slice();
    mangled[at] = (mangled[at] ?? 0) ^ (1 << (at % 8));
    assert.equal(await restoreMemberKey(toBase64url(mangled)), null, `byte ${at}`);
  }
});

test("a secret part that belongs to another public part is null", async () => {
  const [a, b] = [await createMemberKey(), await createMemberKey()];
  const [first, second] = [fromBase64url(a.saved), fromBase64url(b.saved)];
  assert.ok(first && second);
  const mixed = toBase64url(concat(first.slice(0, 32), second.slice(32)));
  assert.equal(await restoreMemberKey(mixed), null);
});

// WebCrypto of Node 20 and 22 lets these signatures pass for every message; Node 24 does not.
test("small-order keys verify nothing, with either sign", async () => {
  assert.equal(new Set(smallOrder).size, 7);
  for (const y of smallOrder) {
    for (const sign of [0, 1]) {
      const key = littleEndian(y, sign);
      // R = the neutral point or the key itself, S = 0.
      for (const r of [littleEndian(1n, 0), key]) {
        const signature = concat(r, new Uint8Array(32));
        assert.equal(await verifySignature(key, signature, message), false);
      }
    }
  }
});

test("a key or a signature one byte too short or too long verifies nothing", async () => {
  const member = await createMemberKey();
  const { publicKey } = member;
  const signature = await member.sign(message);
  const more = (bytes: Bytes) => concat(bytes, Uint8Array.of(0));
  assert.equal(await verifySignature(publicKey.slice(0, 31), signature, message), false);
  assert.equal(await verifySignature(more(publicKey), signature, message), false);
  assert.equal(await verifySignature(publicKey, signature.slice(0, 63), message), false);
  assert.equal(await verifySignature(publicKey, more(signature), message), false);
  assert.equal(await verifySignature(new Uint8Array(0), new Uint8Array(0), message), false);
});

test("bytes that are no point of the curve verify nothing", async () => {
  const member = await createMemberKey();
  const signature = await member.sign(message);
  assert.equal(await verifySignature(littleEndian(2n, 0), signature, message), false);
  assert.equal(await verifySignature(new Uint8Array(32).fill(255), signature, message), false);
});
