// Runs the test files of a folder, each in a process of its own and several at a time, with one account of all of them.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec, tap } from "node:test/reporters";
import { fileURLToPath } from "node:url";

/** Two cores are busy with so many; more make what waits for a moment miss it. */
const filesAtATime = 3;

/**
 * Sets the exit code of this process.
 * @param main the module of the folder that calls this, its `import.meta.url`
 * @param parts only files whose names hold one of these are run; all, where there is none
 * @param minutes that all of it may take at most
 */
export function runApart(main: string, parts: readonly string[], minutes: number): void {
  const folder = fileURLToPath(new URL("./", main));
  // The largest first, because they mostly take longest.
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".test.js"))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
    .map((name) => join(folder, name))
    .toSorted((a, b) => statSync(b).size - statSync(a).size);
  if (files.length === 0) throw new Error(`no test file in ${folder} matches: ${parts.join(" ") || "(all)"}`);
  const signal = AbortSignal.timeout(minutes * 60_000);
  signal.addEventListener("abort", () => {
    console.error(`The tests have not ended within ${minutes} minutes.`);
    process.exitCode = 1;
  });
  const results = run({ files, concurrency: filesAtATime, signal });
  results.on("test:fail", () => {
    process.exitCode = 1;
  });
  results.compose(process.stdout.isTTY ? new spec() : tap).pipe(process.stdout);
}
