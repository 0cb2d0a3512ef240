// Runs the tests that attack a relay, in one process: `node build/test/abuse/main.js [part of a name …]`.

import { pathToFileURL } from "node:url";
import { chooseTests } from "../chosen.ts";
import { endRunAfter } from "../deadline.ts";

const chosen = chooseTests(import.meta.url, process.argv.slice(2));
endRunAfter(5);
for (const path of chosen) await import(pathToFileURL(path).href);
