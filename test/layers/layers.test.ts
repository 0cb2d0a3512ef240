// The linter guards the layers of the house; this guards the linter. Each file in bad/ breaks one rule on purpose.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

interface Report {
  readonly diagnostics: readonly {
    readonly filename: string;
    readonly message: string;
    readonly help?: string;
  }[];
}

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bad = "test/layers/bad/src";

/** What the linter must say of each file, to a person who wonders why. */
const reasons: Readonly<Record<string, string | null>> = {
  "cli.ts": "the command only wires",
  "crypto/imports-node.ts": "are portable",
  "crypto/imports-session.ts": "crypto imports only the protocol",
  "crypto/uses-buffer.ts": "are portable",
  "protocol/imports-crypto.ts": "the wire imports nothing",
  "protocol/imports-node.ts": "are portable",
  "server/allowed.ts": null,
  "server/holds-a-key.ts": "the relay must not be able to hold a key",
  "server/holds-a-session.ts": "the relay must not be able to hold a key",
  "server/makes-a-certificate.ts": "selfsigned belongs to",
  "server/parses-arguments.ts": "commander belongs to",
  "session/cycle-first.ts": "cycle",
  "session/cycle-second.ts": "cycle",
  "session/imports-web.ts": "the session has no socket and no screen",
  "session/opens-a-socket.ts": "are portable",
  "session/sets-a-timer.ts": "are portable",
  "terminal/imports-server.ts": "a terminal is a client",
  "web/imports-node.ts": "are portable",
  "web/makes-an-element.ts": "elements are created only in web/dom.ts",
  "web/writes-html.ts": "no HTML strings",
};

test("the linter refuses every wrong import and says why, and lets a right one pass", async () => {
  const { diagnostics } = await lintBadFiles();
  const files = readdirSync(join(root, bad), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map(withSlashes);
  assert.deepEqual(files.toSorted(), Object.keys(reasons).toSorted());
  for (const [file, reason] of Object.entries(reasons)) {
    const said = diagnostics
      .filter(({ filename }) => withSlashes(filename).endsWith(`${bad}/${file}`))
      .map(({ message, help }) => `${message} ${help ?? ""}`);
    assert.equal(said.length, reason === null ? 0 : 1, `${file}: ${said.join("; ")}`);
    if (reason !== null) assert.ok(said[0]?.includes(reason), `${file}: ${said[0]}`);
  }
});

/** Windows parts its paths otherwise. */
function withSlashes(path: string): string {
  return path.replaceAll("\\", "/");
}

function lintBadFiles(): Promise<Report> {
  const linter = join(root, "node_modules/oxlint/bin/oxlint");
  const lint = [linter, "--format", "json", "test/layers/bad"];
  return new Promise((resolve, reject) => {
    execFile(process.execPath, lint, { cwd: root }, (_error, stdout, stderr) => {
      try {
        resolve(JSON.parse(stdout) as Report);
      } catch (error) {
        reject(new Error(`the linter gave no report: ${stderr}`, { cause: error }));
      }
    });
  });
}
