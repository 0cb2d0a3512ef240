// Runs the browser tests, each browser's in a process of its own beside the others': `node build/test/browser/main.js [part of
// a name …]`. TEST_BROWSER=firefox runs those of one.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endRunAfter } from "../deadline.ts";
import { browserNames } from "./browsers.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(join(root, "test/browser"))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (names.length === 0) throw new Error(`no browser test matches: ${wanted.join(" ") || "(all)"}`);

/** Tests of one browser, in another process; resolves with its exit code when it has ended. */
function run(browser: string): { readonly child: ChildProcess; readonly code: Promise<number> } {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...wanted], {
    env: { ...process.env, TEST_BROWSER: browser },
    stdio: ["ignore", "pipe", "inherit"],
  });
  process.once("exit", () => child.kill());
  return { child, code: once(child, "close").then(([code]) => Number(code ?? 1)) };
}

endRunAfter(11);
if (process.env["TEST_BROWSER"] === undefined) {
  const runs = browserNames.map(run);
  // The first is shown as it goes, the others when they are through, so that no line stands in the midst of another's.
  const printed = runs.map(({ child }, index) => {
    const parts: Buffer[] = [];
    child.stdout?.on(
      "data",
      (part: Buffer) => void (index === 0 ? process.stdout.write(part) : parts.push(part)),
    );
    return parts;
  });
  const codes: number[] = [];
  for (const [index, { code }] of runs.entries()) {
    codes.push(await code);
    process.stdout.write(Buffer.concat(printed[index] ?? []));
  }
  process.exitCode = Math.max(...codes);
} else {
  for (const name of names) await import(join(root, "build/test/browser", name.replace(/\.ts$/, ".js")));
}
