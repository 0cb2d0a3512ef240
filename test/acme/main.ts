// Runs the tests against a real authority, in one process: `node build/test/acme/main.js`.

import { endRunAfter } from "../deadline.ts";

endRunAfter(4);
await import("./acme.test.ts");
