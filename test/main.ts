// Runs every unit test in one process: `node build/test/main.js [part of a path …]`.
// The list comes from the sources, so that a test that was not compiled fails instead of going missing.

import { readdirSync } from "node:fs";
import { fileURLToPath, pathToFileURL } from "node:url";
import { join, relative } from "node:path";
import { endRunAfter } from "./deadline.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
// These have commands of their own: they need browsers, npm, an authority, proxies, or minutes.
const apart = ["abuse", "acme", "binary", "browser", "deploy", "faults", "package"];
const sources = readdirSync(join(root, "test"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith(".test.ts"))
  .map((entry) => relative(root, join(entry.parentPath, entry.name)))
  .filter((path) => !apart.some((folder) => path.startsWith(join("test", folder))))
  .toSorted();
const wanted = process.argv.slice(2);
const chosen = sources.filter((path) => wanted.length === 0 || wanted.some((part) => path.includes(part)));
if (chosen.length === 0) throw new Error(`no unit test matches: ${wanted.join(" ") || "(all)"}`);

endRunAfter(4);
for (const path of chosen)
  await import(pathToFileURL(join(root, "build", path.replace(/\.ts$/, ".js"))).href);
