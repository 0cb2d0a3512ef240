// Runs the tests that attack a relay, in one process: `node build/test/abuse/main.js [part of a name …]`.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { endRunAfter } from "../deadline.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const wanted = process.argv.slice(2);
const names = readdirSync(join(root, "test/abuse"))
  .filter((name) => name.endsWith(".test.ts"))
  .filter((name) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (names.length === 0) throw new Error(`no abuse test matches: ${wanted.join(" ") || "(all)"}`);

endRunAfter(5);
for (const name of names) await import(join(root, "build/test/abuse", name.replace(/\.ts$/, ".js")));
