// Builds binaries and runs them: `node build/test/binary/main.js [all]`. Without `all`, those that can run here.

import { endRunAfter } from "../deadline.ts";

endRunAfter(10);
await import("./binary.test.ts");
