// Runs the browser tests: `node build/test/browser/main.js [part of a name …]`. TEST_BROWSER=firefox runs those of one.

import { runApart } from "../apart.ts";

runApart(import.meta.url, process.argv.slice(2), 11);
