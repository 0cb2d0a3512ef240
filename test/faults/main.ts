// Runs the tests that break things: `node build/test/faults/main.js [part of a name …]`. `FAULT_SEED=N` repeats the
// choices of an earlier run.

import { runApart } from "../apart.ts";
import { seed } from "./gathering.ts";

console.log(`FAULT_SEED=${seed}`);
process.env["FAULT_SEED"] = String(seed);
runApart(import.meta.url, process.argv.slice(2), 6);
