// Reads the vector files, and knows how many vectors each holds, so that none goes missing, in Node or in a page.

import { readdirSync, readFileSync } from "node:fs";
import type { Vectors } from "./vectors.ts";
import type { WycheproofFile, WycheproofResult } from "./wycheproof.ts";

const folder = new URL("../../../test/vectors/", import.meta.url);

export function readVectors(): Vectors {
  return JSON.parse(readFileSync(new URL("secure-room.json", folder), "utf8")) as Vectors;
}

/** Every part of secure-room.json with its size, in the order of runVectors. */
export const vectorsWhenAllHold = [
  { part: "tables", run: 2, failures: [] },
  { part: "normal forms", run: 29, failures: [] },
  { part: "checksum words", run: 3, failures: [] },
  { part: "rooms", run: 3, failures: [] },
  { part: "envelopes", run: 5, failures: [] },
  { part: "files", run: 5, failures: [] },
];

export function readWycheproof(): WycheproofFile[] {
  const names = readdirSync(new URL("wycheproof/", folder)).filter((name) => name.endsWith(".json"));
  return names.toSorted().map((name) => {
    const content: unknown = JSON.parse(readFileSync(new URL(`wycheproof/${name}`, folder), "utf8"));
    return { name, content };
  });
}

const otherIv = { reason: "an iv that is not of 12 bytes, which RoomKeys refuses", count: 119 };
const aes192 = { reason: "no AES with 192-bit keys on this platform", count: 64 };

/** What runWycheproof gives where every vector holds, file by file; with `aes192: false` on a platform without AES-192. */
export function wycheproofWhenAllHolds(platform: { readonly aes192: boolean }): WycheproofResult[] {
  const aesGcm = platform.aes192
    ? held("aes_gcm_test.json", 197, [otherIv])
    : held("aes_gcm_test.json", 197 - aes192.count, [otherIv, aes192]);
  return [
    aesGcm,
    held("ed25519_test.json", 151),
    held("hkdf_sha256_test.json", 86),
    held("hmac_sha256_test.json", 174),
    held("pbkdf2_hmacsha512_test.json", 58),
    held("x25519_test.json", 518),
  ];
}

function held(file: string, run: number, skipped: WycheproofResult["skipped"] = []): WycheproofResult {
  return { file, run, passed: run, skipped, failures: [] };
}

/** One line for a report: `ed25519_test.json: 151 of 151 held`. */
export function describeRun({ file, passed, run, skipped }: WycheproofResult): string {
  const left = skipped.map(({ reason, count }) => `, ${count} skipped (${reason})`).join("");
  return `${file}: ${passed} of ${run} held${left}`;
}
