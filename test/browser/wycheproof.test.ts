// The crypto of a page, held to the same vectors as Node's: bundled, and run in a page of the relay.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import type { Browser } from "puppeteer-core";
import * as files from "../crypto/vectorfiles.ts";
import type { runVectors } from "../crypto/vectors.ts";
import type { runWycheproof } from "../crypto/wycheproof.ts";
import { browserNames, Guest, launch, quit } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";

/** What the bundle leaves behind in the page. */
interface Bundled {
  readonly vectorRunners: {
    readonly runVectors: typeof runVectors;
    readonly runWycheproof: typeof runWycheproof;
  };
}

const root = fileURLToPath(new URL("../../../", import.meta.url));

async function bundle(): Promise<string> {
  const contents = `export { runVectors } from "./vectors.ts"; export { runWycheproof } from "./wycheproof.ts";`;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: join(root, "test/crypto") },
    bundle: true,
    format: "iife",
    globalName: "vectorRunners",
    target: "es2022",
    charset: "utf8",
    write: false,
  });
  return outputFiles[0]?.text ?? assert.fail("esbuild made nothing");
}

const script = await bundle();

for (const name of browserNames) {
  describe(`in ${name}`, () => {
    let relay: RunningRelay;
    let browser: Browser;
    let guest: Guest;

    before(async () => {
      browser = await launch(name);
      relay = await startRelay();
      guest = await Guest.open(browser, relay.origin);
      // A page forbids scripts of others; a debugger's, as this one, is not bound by that.
      await guest.page.evaluate(script);
    });
    after(async () => {
      await quit(browser);
      await relay.stop();
      relay.remove();
    });

    test("every Wycheproof vector that applies holds, and none goes missing", async (t) => {
      const results = await guest.page.evaluate(
        (all) => (globalThis as unknown as Bundled).vectorRunners.runWycheproof(all),
        files.readWycheproof(),
      );
      for (const result of results) t.diagnostic(`${name}: ${files.describeRun(result)}`);
      assert.deepEqual(results, files.wycheproofWhenAllHolds({ aes192: name !== "chromium" }));
    });

    test("every known answer of our own holds, and none goes missing", async (t) => {
      const results = await guest.page.evaluate(
        (all) => (globalThis as unknown as Bundled).vectorRunners.runVectors(all),
        files.readVectors(),
      );
      for (const { part, run } of results) t.diagnostic(`${name}: secure-room.json, ${part}: ${run} run`);
      assert.deepEqual(results, files.vectorsWhenAllHold);
    });
  });
}
