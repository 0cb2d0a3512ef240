// Sentences that can become false: what README.md and PROTOCOL.md say in numbers and names, held against the code.

import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as limits from "../src/protocol/limits.ts";
import { limitRows, plainRows, spellDefault } from "../src/server/flags.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const protocol = readFileSync(join(root, "src/protocol/PROTOCOL.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: Record<string, string>;
  engines: { node: string };
  dependencies?: object;
};

test("README's table of limits is the program's", () => {
  const [, , table = ""] =
    /<!-- limits:.*-->\n((?:\|.*\n){2})((?:\|.*\n)*)<!-- \/limits -->/.exec(readme) ?? [];
  const rows = limitRows.map((row) => `| \`--${row.flag}\` | ${spellDefault(row)} | ${row.help} |\n`);
  assert.equal(table, rows.join(""));
});

test("README names every plain flag, and no flag that does not exist", () => {
  const known = new Set([...limitRows, ...plainRows].map((row) => `--${row.flag}`));
  const named = new Set(readme.match(/--[a-z][a-z-]+/g));
  for (const flag of plainRows) assert.ok(named.has(`--${flag.flag}`), `README lacks --${flag.flag}`);
  for (const flag of named) assert.ok(known.has(flag), `README names ${flag}`);
});

test("every npm command that the documents name exists", () => {
  for (const file of ["README.md", ".github/CONTRIBUTING.md", "certs/README.md"]) {
    const text = readFileSync(join(root, file), "utf8");
    for (const [, script = ""] of text.matchAll(/npm run (?:--\S+ )*([\w:]+)/g)) {
      assert.ok(script in manifest.scripts, `${file} names npm run ${script}`);
    }
  }
});

test("every file that the documents link to exists", () => {
  for (const file of [
    "README.md",
    "src/crypto/THREATS.md",
    ".github/CONTRIBUTING.md",
    ".github/SECURITY.md",
  ]) {
    const text = readFileSync(join(root, file), "utf8");
    const links = [...text.matchAll(/\]\(([^)#:]+)\)|src="([^":]+)"/g)].map(
      ([, link, image]) => link ?? image ?? "",
    );
    for (const link of links)
      assert.ok(existsSync(join(root, dirname(file), link)), `${file} links to ${link}`);
  }
});

test("README says which Node is needed and that nothing else is installed", () => {
  assert.ok(readme.includes(`Node ${manifest.engines.node.replace(">=", "")} or newer`));
  assert.equal(manifest.dependencies, undefined);
});

test("PROTOCOL.md and limits.ts name the same numbers", () => {
  const { defaultLimits } = limits;
  const said: readonly (readonly [string, number])[] = [
    ["PBKDF2-HMAC-SHA-512(phrase, salt, 600 000)", limits.pbkdf2Rounds - 600_000],
    ["over 1,024\n   bytes of UTF-8", limits.maxPhraseBytes - 1024],
    ["at most 63,488", limits.maxPlaintextBytes - 63_488],
    ["`text` is at most 16,384 bytes", limits.maxTextBytes - 16_384],
    ["1 to 32 graphemes, at most 128 bytes", limits.maxNameGraphemes + limits.maxNameBytes - 160],
    ["ciphertext at most 1,040 bytes", limits.maxHelloBytes - 1040],
    ["away` for 60 s", limits.awayMs - 60_000],
    ["silence for 5 s makes it away", limits.nameProbeMs - 5_000],
    ["every 25 s and cuts after 20 s of silence", limits.pingEveryMs + limits.pongWithinMs - 45_000],
    ["no frame for 25 s", limits.quietBeforePingMs - 25_000],
    ["in 10 s: dial again", limits.answerWithinMs - 10_000],
    ["full jitter 0.5 → 30 s", limits.retryFirstMs + limits.retryMostMs - 30_500],
    ["at most 256 KiB\nqueued", limits.replayQueueBytes - 256 * 1024],
    ["frame + 256 bytes, room and seat 2 KiB each", limits.frameChargeBytes + limits.roomChargeBytes - 2304],
    ["| 10,000 (or 0.8 × the descriptor limit) · 32 |", defaultLimits.maxConnections - 10_000],
    ["| 64 KiB · 8 KiB · 64 |", defaultLimits.maxFrameBytes + defaultLimits.maxTextFrameBytes - 73_728],
    ["| 500 messages, 4 MiB, 24 h |", defaultLimits.history - 500],
    ["| members in a room | 100 |", defaultLimits.maxMembers - 100],
  ];
  for (const [sentence, difference] of said) {
    assert.ok(protocol.includes(sentence), `PROTOCOL.md no longer says “${sentence}”`);
    assert.equal(difference, 0, sentence);
  }
});
