import assert from "node:assert/strict";
import { test } from "node:test";

import { createDelays } from "../../scripts/bench/delays.ts";
import { putIntoReadme, spellCount, spellEach, spellTable } from "../../scripts/bench/report.ts";

test("the table says how many times better the relay is, whichever way is better", () => {
  const figures = { "secure-room": 200, "plain-ws": 100, "socket-io": 50, "bare-node": 400 };
  const rows = [
    { what: "speed", figures, spell: spellCount, better: "more" },
    { what: "cost", figures, spell: (us: number) => `${us} µs`, better: "less" },
  ] as const;
  assert.deepEqual(spellTable(rows).split("\n").slice(2), [
    "| speed | 200 | 100 (2.0 ×) | 50 (4.0 ×) | 400 (0.5 ×) |",
    "| cost | 200 µs | 100 µs (0.5 ×) | 50 µs (0.3 ×) | 400 µs (2.0 ×) |",
  ]);
});

test("counts are said in three digits", () => {
  assert.deepEqual([0, 7.4, 999, 1_234, 987_654, 1_234_567].map(spellCount), [
    "0",
    "7",
    "999",
    "1,230",
    "988,000",
    "1,230,000",
  ]);
});

test("a sentence names all of them", () => {
  const figures = { "secure-room": 1, "plain-ws": 2, "socket-io": 3_456, "bare-node": 4 };
  assert.equal(spellEach(figures, spellCount), "the relay 1, plain `ws` 2, socket.io 3,460, bare Node 4");
});

test("the figures go between the markers, in place of the ones before", () => {
  const readme = "a\n<!-- bench: x -->\nold\nold\n<!-- /bench -->\nb\n";
  assert.equal(putIntoReadme(readme, "$1 new"), "a\n<!-- bench: x -->\n$1 new\n<!-- /bench -->\nb\n");
  assert.throws(() => putIntoReadme("a\n", "new"), /markers/);
});

test("quantiles are those of what was added, to a tenth of a millisecond", () => {
  const delays = createDelays();
  for (let ms = 1; ms <= 100; ms++) delays.add(ms * 1_000);
  assert.deepEqual([delays.count, delays.quantileMs(0.5), delays.quantileMs(0.99)], [100, 50, 99]);
  delays.clear();
  assert.equal(delays.count, 0);
});
