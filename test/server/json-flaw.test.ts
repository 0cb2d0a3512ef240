import assert from "node:assert/strict";
import { test } from "node:test";
import { flawOf } from "../../src/server/json-flaw.ts";

const flaws: readonly (readonly [source: string, line: number, column: number])[] = [
  ["", 1, 1],
  ["{", 1, 2],
  ['{"a": 1,}', 1, 9],
  ['{\n  "a": 1,\n}', 3, 1],
  ['{\n  // why\n  "a": 1\n}', 2, 3],
  ['{\n  "a": 1 // why\n}', 2, 10],
  ["{a: 1}", 1, 2],
  ["{'a': 1}", 1, 2],
  ['{"a" 1}', 1, 6],
  ['{"a": 1 "b": 2}', 1, 9],
  ['{"a": yes}', 1, 7],
  ['{"a": 25MiB}', 1, 7],
  ['{"a": 01}', 1, 7],
  ['{"a": "open}', 1, 7],
  ['{"a": [1, "b", {}, []]} x', 1, 25],
  ['{"a": [1, ]}', 1, 11],
  ['{"a": [1}', 1, 9],
  [",", 1, 1],
  ["[".repeat(50_000), 1, 50_001],
];
for (const [source, line, column] of flaws) {
  test(`${JSON.stringify(source.slice(0, 40))} goes wrong at ${line}:${column}`, () => {
    assert.throws(() => void JSON.parse(source));
    assert.deepEqual(flawOf(source), { line, column });
  });
}

test("in what is JSON nothing goes wrong before the end", () => {
  const source = JSON.stringify({ a: [1, -2.5e-7, 'x\n\u2028"', null, true, false], b: {}, c: [] }, null, 2);
  const lines = source.split("\n");
  assert.deepEqual(flawOf(source), { line: lines.length, column: (lines.at(-1) ?? "").length + 1 });
});
