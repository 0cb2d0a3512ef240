// Runs Wycheproof vectors (test/vectors/wycheproof) against src/crypto where it has the function, else against WebCrypto.
// Portable, so that the same run can be made inside a page: the caller reads the files.

import type { Bytes } from "../../src/protocol/base64url.ts";
import { ivBytes } from "../../src/protocol/frame.ts";
import { concat, equal } from "../../src/crypto/bytes.ts";
import { verifySignature } from "../../src/crypto/member.ts";
import { gcmDecrypt, gcmEncrypt, hkdfKey, hkdfSha256 } from "../../src/crypto/primitives.ts";
import { hmacKey, hmacSha256, pbkdf2Sha512 } from "../../src/crypto/primitives.ts";

export interface WycheproofFile {
  readonly name: string;
  /** The parsed JSON. */
  readonly content: unknown;
}

export interface WycheproofResult {
  readonly file: string;
  /** Vectors tried, without the skipped. */
  readonly run: number;
  readonly passed: number;
  /** What this platform's WebCrypto cannot be asked, and how often it would have been. */
  readonly skipped: readonly { readonly reason: string; readonly count: number }[];
  readonly failures: readonly string[];
}

type Fields = Readonly<Record<string, unknown>>;
type Outcome = "passed" | "failed" | { readonly skipped: string };
type Run = (test: Vector, group: Fields) => Promise<Outcome>;

interface Vector {
  readonly fields: Fields;
  readonly valid: boolean;
  /** The bytes of a hexadecimal field. */
  hex(name: string): Bytes;
  count(name: string): number;
}

const runs: Readonly<Record<string, Run>> = {
  "AES-GCM": runAesGcm,
  EDDSA: runEd25519,
  "HKDF-SHA-256": runHkdf,
  HMACSHA256: runHmac,
  "PBKDF2-HMACSHA512": runPbkdf2,
  XDH: runX25519,
};

/** Runs every vector of every file. A file whose algorithm it does not know is a failure. */
export async function runWycheproof(files: readonly WycheproofFile[]): Promise<WycheproofResult[]> {
  const results: WycheproofResult[] = [];
  for (const file of files) results.push(await runFile(file));
  return results;
}

async function runFile(file: WycheproofFile): Promise<WycheproofResult> {
  const content = asFields(file.content);
  const run = runs[String(content["algorithm"])];
  const skipped = new Map<string, number>();
  const failures: string[] = run === undefined ? [`unknown algorithm ${String(content["algorithm"])}`] : [];
  let passed = 0;
  for (const group of asList(content["testGroups"])) {
    for (const fields of asList(group["tests"])) {
      if (run === undefined) break;
      const outcome = await run(vector(fields), group).catch((error: unknown) => `threw ${String(error)}`);
      if (outcome === "passed") passed++;
      else if (typeof outcome === "string") failures.push(`${describe(fields)}: ${outcome}`);
      else skipped.set(outcome.skipped, (skipped.get(outcome.skipped) ?? 0) + 1);
    }
  }
  return {
    file: file.name,
    run: passed + failures.length,
    passed,
    skipped: Array.from(skipped, ([reason, count]) => ({ reason, count })),
    failures,
  };
}

/** RoomKeys refuses ivs that are not of 12 bytes, and platforms differ in which others they know. */
async function runAesGcm(test: Vector): Promise<Outcome> {
  const [secret, iv, aad] = [test.hex("key"), test.hex("iv"), test.hex("aad")];
  if (iv.length !== ivBytes) return { skipped: "an iv that is not of 12 bytes, which RoomKeys refuses" };
  const sealed = concat(test.hex("ct"), test.hex("tag"));
  const importing = crypto.subtle.importKey("raw", secret, "AES-GCM", false, ["encrypt", "decrypt"]);
  const key = await importing.catch(() => null);
  // Chromium has no AES-192. The program uses 256 bits alone, and those are never skipped.
  if (key === null && secret.length === 24) return { skipped: "no AES with 192-bit keys on this platform" };
  if (key === null) return "failed";
  const opened = await gcmDecrypt(key, iv, aad, sealed);
  if (!test.valid) return verdict(opened === null);
  const made = await gcmEncrypt(key, iv, aad, test.hex("msg"));
  return verdict(equal(made, sealed) && opened !== null && equal(opened, test.hex("msg")));
}

async function runEd25519(test: Vector, group: Fields): Promise<Outcome> {
  const key = fromHex(asFields(group["publicKey"])["pk"]);
  return verdict((await verifySignature(key, test.hex("sig"), test.hex("msg"))) === test.valid);
}

async function runHkdf(test: Vector): Promise<Outcome> {
  const key = await hkdfKey(test.hex("ikm"));
  const made = hkdfSha256(key, test.hex("salt"), test.hex("info"), test.count("size"));
  const okm = await made.catch(() => null);
  return verdict(test.valid ? okm !== null && equal(okm, test.hex("okm")) : okm === null);
}

/** A tag shorter than 32 bytes is the beginning of the whole, as in fromUser. */
async function runHmac(test: Vector): Promise<Outcome> {
  const tag = test.hex("tag");
  const made = await hmacSha256(await hmacKey(test.hex("key")), test.hex("msg"));
  return verdict(equal(made.slice(0, tag.length), tag) === test.valid);
}

async function runPbkdf2(test: Vector): Promise<Outcome> {
  const [rounds, length] = [test.count("iterationCount"), test.count("dkLen")];
  const made = await pbkdf2Sha512(test.hex("password"), test.hex("salt"), rounds, length);
  return verdict(equal(made, test.hex("dk")) === test.valid);
}

const x25519Prime = 2n ** 255n - 19n;
// RFC 7748 section 6.1 and "Curve25519" (Bernstein, 2006): the canonical u of every point whose order divides 8.
const x25519SmallOrder: ReadonlySet<bigint> = new Set([
  0n,
  1n,
  x25519Prime - 1n,
  0x00b8495f16056286fdb1329ceb8d09da6ac49ff1fae35616aeb8413b7c7aebe0n,
  0x57119fd0dd4e22d8868e1c58c45c44045bef839c55b1d0b1248c50a3bc959c5fn,
]);

/**
 * X25519 is not in the program yet. WebCrypto's is held to the vectors; a public key that is not canonical (the top bit
 * set, or u ≥ p) or of small order must be one that a caller can tell by the bytes alone, or WebCrypto refuses it.
 */
async function runX25519(test: Vector): Promise<Outcome> {
  const algorithm = { name: "X25519" };
  const pkcs8 = new Uint8Array([...fromHex("302e020100300506032b656e04220420"), ...test.hex("private")]);
  const own = await crypto.subtle
    .importKey("pkcs8", pkcs8, algorithm, false, ["deriveBits"])
    .catch(() => null);
  if (own === null) return { skipped: "no X25519" };
  const publicKey = test.hex("public");
  const u = BigInt(`0x${toHex(publicKey.toReversed())}`);
  const flags = test.fields["flags"];
  const flagged = Array.isArray(flags) && flags.some((flag) => /LowOrder|NonCanonical/.test(String(flag)));
  const refused = u >= x25519Prime || x25519SmallOrder.has(u);
  if (refused || flagged) return verdict(refused && flagged);
  const peer = await crypto.subtle.importKey("raw", publicKey, algorithm, false, []);
  const shared = new Uint8Array(await crypto.subtle.deriveBits({ ...algorithm, public: peer }, own, 256));
  return verdict(equal(shared, test.hex("shared")));
}

function verdict(held: boolean): Outcome {
  return held ? "passed" : "failed";
}

function vector(fields: Fields): Vector {
  return {
    fields,
    valid: fields["result"] === "valid",
    hex: (name) => fromHex(fields[name]),
    count(name) {
      const value = fields[name];
      if (typeof value !== "number") throw new TypeError(`expected a number in ${name}`);
      return value;
    },
  };
}

function describe(fields: Fields): string {
  return `tcId ${String(fields["tcId"])} (${String(fields["comment"])})`;
}

function asFields(value: unknown): Fields {
  if (typeof value !== "object" || value === null) throw new TypeError("expected an object");
  return value as Fields;
}

function asList(value: unknown): readonly Fields[] {
  if (!Array.isArray(value)) throw new TypeError("expected a list");
  return value.map(asFields);
}

/** @throws TypeError when `text` is not a string of whole bytes in hexadecimal */
export function fromHex(text: unknown): Bytes {
  if (typeof text !== "string" || !/^(?:[0-9a-f]{2})*$/i.test(text))
    throw new TypeError("expected hexadecimal");
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
