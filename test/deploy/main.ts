// Runs the tests of what scripts/deploy shows, in one process: `node build/test/deploy/main.js [part of a name …]`.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endRunAfter } from "../deadline.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(join(root, "test/deploy"))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (names.length === 0) throw new Error(`no deploy test matches: ${wanted.join(" ") || "(all)"}`);

endRunAfter(6);
for (const name of names) await import(join(root, "build/test/deploy", name.replace(/\.ts$/, ".js")));
