// How long the page takes to read what people write: the longest text that can be sent, harmless and hostile, through
// the formatter. Prints a table; nothing is asserted, because machines differ.

import { performance } from "node:perf_hooks";
import { formatText } from "../src/web/format.ts";
import { createMentions } from "../src/web/mentions.ts";
import { neutralise } from "../src/web/neutral.ts";

const length = 20_000;
const rounds = 50;
const mentions = createMentions(
  Array.from({ length: 100 }, (_, at) => `Guest ${at}`),
  "Ann",
);
const cases: Readonly<Record<string, string>> = {
  "plain words": "Nothing to see here, only words. ",
  "many marks": "**bold** _italic_ ~~gone~~ `code` @Ann https://example.com/a_b ",
  "lines of lists and quotes": "> - one **two**\n> 1. three\n\n",
  "marks that never close": "**_~~*__",
  "backticks of growing length": "` `` ``` ```` ",
  "names that are none": "@Guest ",
  "links in links": "http://a(http://",
  "towers of marks": `a${"\u0301".repeat(20)}`,
  "families of emoji": "👩‍👩‍👧‍👦",
};

console.log(`formatting ${length.toLocaleString("en-US")} characters, ms (median and worst of ${rounds})`);
for (const [name, piece] of Object.entries(cases)) {
  const text = piece
    .repeat(Math.ceil(length / piece.length))
    .slice(0, length)
    .toWellFormed();
  const times = Array.from({ length: rounds }, () => {
    const from = performance.now();
    formatText(neutralise(text), mentions);
    return performance.now() - from;
  }).toSorted((a, b) => a - b);
  const [median = 0, worst = 0] = [times[rounds >> 1], times.at(-1)];
  console.log(`${name.padEnd(30)} ${median.toFixed(2).padStart(7)} ${worst.toFixed(2).padStart(7)}`);
}
