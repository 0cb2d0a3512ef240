// Runs the test files of a folder, each in a process of its own and several at a time, with one account of all of them.

import { run } from "node:test";
import { spec, tap } from "node:test/reporters";
import { chooseTests } from "./chosen.ts";

/** Two cores are busy with so many; more make what waits for a moment miss it. */
const filesAtATime = 3;

/**
 * Sets the exit code of this process.
 * @param main as for `chooseTests`
 * @param parts as there
 * @param minutes that all of it may take at most
 */
export function runApart(main: string, parts: readonly string[], minutes: number): void {
  const late = AbortSignal.timeout(minutes * 60_000);
  late.addEventListener("abort", () => {
    console.error(`The tests have not ended within ${minutes} minutes.`);
    process.exitCode = 1;
  });
  const told = new AbortController();
  // Otherwise the processes of the files would outlive this one.
  for (const each of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.once(each, () => {
      process.exitCode = 1;
      told.abort();
    });
  const signal = AbortSignal.any([late, told.signal]);
  const results = run({ files: [...chooseTests(main, parts)], concurrency: filesAtATime, signal });
  results.on("test:fail", () => {
    process.exitCode = 1;
  });
  results.compose(process.stdout.isTTY ? new spec() : tap).pipe(process.stdout);
}
