import assert from "node:assert/strict";
import { test } from "node:test";
import { describeRun, readWycheproof, wycheproofWhenAllHolds } from "./vectorfiles.ts";
import { runWycheproof } from "./wycheproof.ts";

test("every Wycheproof vector that applies holds, and none goes missing", async (t) => {
  const results = await runWycheproof(readWycheproof());
  for (const result of results) t.diagnostic(describeRun(result));
  assert.deepEqual(results, wycheproofWhenAllHolds({ aes192: true }));
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
