// The package as npm gives it to people: what is in it, and that npx starts it where there is nothing else.
// Runs by itself (`npm run test:package`), since npm is slow; needs what `npm run build` makes.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "secure-room-package-"));
const [home, work] = [join(folder, "home"), join(folder, "work")];
for (const path of [home, work]) mkdirSync(path);
after(() => rmSync(folder, { recursive: true, force: true }));

// There npm is a batch file, which only a shell starts, and there is no Ctrl-C that one could send.
const isWindows = process.platform === "win32";

interface Packed {
  readonly filename: string;
  readonly files: readonly { readonly path: string }[];
}

function pack(): Packed {
  // --ignore-scripts: prepack would build once more, under the feet of whoever uses dist/ now.
  const args = ["pack", "--json", "--ignore-scripts", "--pack-destination", work];
  const printed = execFileSync("npm", args, {
    cwd: root,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    shell: isWindows,
  });
  const [packed] = JSON.parse(printed) as Packed[];
  return packed ?? assert.fail(`npm pack said ${printed}`);
}

const packed = pack();

test("the package holds the program, its licence, the licences of what it carries, its README, and nothing else", () => {
  assert.deepEqual(packed.files.map(({ path }) => path).toSorted(), [
    "LICENSE",
    "README.md",
    "dist/THIRD-PARTY-NOTICES.txt",
    "dist/secure-room.cjs",
    "package.json",
  ]);
});

test("npx runs it in an empty folder without a network", () => {
  const env = {
    ...process.env,
    HOME: home,
    npm_config_cache: join(home, "cache"),
    npm_config_offline: "true",
  };
  const args = ["--yes", `./${packed.filename}`, "--version"];
  const printed = execFileSync("npx", args, { cwd: work, encoding: "utf8", env, shell: isWindows });
  assert.match(printed, /^\d+\.\d+\.\d+\r?\n$/);
});

test(
  "npx starts it in an empty home, it answers, and Ctrl-C ends it with 0",
  { skip: isWindows },
  async (t) => {
    const env = {
      PATH: process.env["PATH"],
      HOME: home,
      npm_config_offline: "true",
      // npx ends as its shell does. Where that is dash, SIGINT kills the shell itself, whatever the program says.
      npm_config_script_shell: "bash",
    };
    // A process group of its own, so that SIGINT reaches npx and the program together, as Ctrl-C in a terminal does.
    const child = spawn("npx", ["--yes", `./${packed.filename}`, "--port", "0"], {
      cwd: work,
      detached: true,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    const { pid = assert.fail("npx did not start") } = child;
    t.after(() => {
      if (child.exitCode === null && child.signalCode === null) process.kill(-pid, "SIGKILL");
    });
    const ended = once(child, "close");
    let printed = "";
    const address = new Promise<string>((resolve, reject) => {
      const read = (chunk: Buffer) => {
        printed += chunk.toString();
        const [found] = /https:\/\/localhost:\d+/.exec(printed) ?? [];
        if (found !== undefined) resolve(found);
      };
      child.stdout.on("data", read);
      child.stderr.on("data", read);
      child.once("close", () => reject(new Error(`it ended: ${printed}`)));
    });
    assert.equal(await statusOf(`${await address}/healthz`), 200);
    assert.ok(process.kill(-pid, "SIGINT"));
    assert.deepEqual(await ended, [0, null], printed);
  },
);

/** The status of an answer over https, whatever the certificate. */
function statusOf(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false, agent: false }, (answer) => {
      answer.resume().once("end", () => resolve(answer.statusCode));
    }).once("error", reject);
  });
}
