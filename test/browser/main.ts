// Runs the browser tests, several files at a time and each in a process of its own: `node build/test/browser/main.js [part
// of a name …]`. TEST_BROWSER=firefox runs those of one browser.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec, tap } from "node:test/reporters";
import { fileURLToPath } from "node:url";

/** Two cores are busy with so many; more make what waits for a moment miss it. */
const filesAtATime = 3;
/** No file takes half as long on two cores. */
const fileWithinMs = 6 * 60_000;
const runWithinMs = 11 * 60_000;

const folder = fileURLToPath(new URL("./", import.meta.url));
const wanted = process.argv.slice(2);
// The largest first, because they mostly take longest.
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".test.js"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)))
  .map((name) => join(folder, name))
  .toSorted((a, b) => statSync(b).size - statSync(a).size);
if (files.length === 0) throw new Error(`no browser test matches: ${wanted.join(" ") || "(all)"}`);

const signal = AbortSignal.timeout(runWithinMs);
signal.addEventListener("abort", () => {
  console.error(`The browser tests have not ended within ${runWithinMs / 60_000} minutes.`);
  process.exitCode = 1;
});
const results = run({ files, concurrency: filesAtATime, timeout: fileWithinMs, signal });
results.on("test:fail", () => {
  process.exitCode = 1;
});
results.compose(process.stdout.isTTY ? new spec() : tap).pipe(process.stdout);
