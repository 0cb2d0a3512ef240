import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { runWycheproof } from "./wycheproof.ts";

const folder = new URL("../../../test/vectors/wycheproof/", import.meta.url);

// Node's WebCrypto has all that is asked of it, so these are the sizes of the files.
const expected = [
  {
    file: "aes_gcm_test.json",
    run: 197,
    skipped: [{ reason: "an iv that is not of 12 bytes, which RoomKeys refuses", count: 119 }],
  },
  { file: "ed25519_test.json", run: 151, skipped: [] },
  { file: "hkdf_sha256_test.json", run: 86, skipped: [] },
  { file: "hmac_sha256_test.json", run: 174, skipped: [] },
  { file: "pbkdf2_hmacsha512_test.json", run: 58, skipped: [] },
  { file: "x25519_test.json", run: 518, skipped: [] },
];

test("every Wycheproof vector that applies holds, and none goes missing", async () => {
  const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
  const files = names.toSorted().map((name) => {
    const content: unknown = JSON.parse(readFileSync(new URL(name, folder), "utf8"));
    return { name, content };
  });
  assert.deepEqual(
    await runWycheproof(files),
    expected.map(({ file, run, skipped }) => ({ file, run, passed: run, skipped, failures: [] })),
  );
});

test("a file whose algorithm nobody runs is a failure", async () => {
  const [result] = await runWycheproof([{ name: "new.json", content: { algorithm: "NEW", testGroups: [] } }]);
  assert.deepEqual(result?.failures, ["unknown algorithm NEW"]);
});

test("a wrong vector is a failure", async () => {
  const wrong = { tcId: 1, comment: "", key: "00", msg: "", tag: "00", result: "valid" };
  const content = { algorithm: "HMACSHA256", testGroups: [{ tests: [wrong] }] };
  const [result] = await runWycheproof([{ name: "wrong.json", content }]);
  assert.deepEqual(result, {
    file: "wrong.json",
    run: 1,
    passed: 0,
    skipped: [],
    failures: ["tcId 1 (): failed"],
  });
});
