// Runs the tests that break things, in one process: `node build/test/faults/main.js [part of a name …]`.
// `FAULT_SEED=N` repeats the choices of an earlier run.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endRunAfter } from "../deadline.ts";
import { seed } from "./gathering.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(join(root, "test/faults"))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (names.length === 0) throw new Error(`no fault test matches: ${wanted.join(" ") || "(all)"}`);

endRunAfter(6);
console.log(`FAULT_SEED=${seed}`);
for (const name of names) await import(join(root, "build/test/faults", name.replace(/\.ts$/, ".js")));
