// Sentences that can become false: what README.md and PROTOCOL.md say in numbers and names, held against the code.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import * as limits from "../src/protocol/limits.ts";
import { defaultLimits as usual, type Rate } from "../src/protocol/relay-limits.ts";
import { limitRows, plainRows, spellDefault } from "../src/server/flags.ts";
import { retryMs } from "../src/server/acme.ts";
import { warnDays } from "../src/server/certificate-expiry.ts";
import { namesFor } from "../src/server/local-ca.ts";
import { lookEveryMs } from "../src/server/reload.ts";
import { inviteWelcome } from "../src/terminal/welcome.ts";
import { seededRandom } from "./seeded.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const readme = readFileSync(join(root, "README.md"), "utf8");
const protocol = readFileSync(join(root, "src/protocol/PROTOCOL.md"), "utf8");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  version: string;
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
  // Of scripts/binary.ts.
  known.add("--target");
  const named = new Set(readme.match(/--[a-z][a-z-]+/g));
  for (const flag of plainRows) assert.ok(named.has(`--${flag.flag}`), `README lacks --${flag.flag}`);
  for (const flag of named) assert.ok(known.has(flag), `README names ${flag}`);
});

test("README, the sizing and the unit for systemd want the same memory", () => {
  const read = (file: string): string => readFileSync(join(root, "scripts/deploy", file), "utf8");
  const [, gib = ""] = /one core and ([\d.]+) GiB holds 10,000 guests/.exec(readme) ?? [];
  assert.match(read("README.md"), new RegExp(`a relay wants ${gib} GiB`));
  assert.match(read("secure-room.service"), new RegExp(`^MemoryMax=${Number(gib) * 1024}M$`, "m"));
});

test("the files of scripts/deploy name no flag and no setting that does not exist", () => {
  const known = new Set([...limitRows, ...plainRows].map(({ flag }) => flag));
  const others = "now build read-only cap-drop security-opt from chown interval timeout start-period";
  const foreign = new Set(others.split(" "));
  const folder = join(root, "scripts/deploy");
  for (const name of readdirSync(folder).filter((name) => name !== "fail2ban")) {
    const text = readFileSync(join(folder, name), "utf8");
    const flags = text.match(/(?<=--)[a-z][a-z-]+/g) ?? [];
    const settings = text.match(/(?<=[{,] ")[a-z-]+(?=": )/g) ?? [];
    const strangers = [...flags.filter((flag) => !foreign.has(flag)), ...settings].filter(
      (each) => !known.has(each),
    );
    assert.deepEqual(strangers, [], `${name} names them`);
  }
});

test("every npm command that the documents name exists", () => {
  for (const file of [
    "README.md",
    ".github/CONTRIBUTING.md",
    "certs/README.md",
    "scripts/deploy/README.md",
    "scripts/deploy/compose.yaml",
  ]) {
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
    "scripts/deploy/README.md",
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

test("README says the times and days of certificates", () => {
  const prose = readme.replaceAll(/\s+/g, " ");
  assert.ok(prose.includes(`looked at every ${seconds(lookEveryMs).replace(" s", "")} seconds`));
  assert.ok(prose.includes(`after ${retryMs(0, 0.5) / 60_000} minutes, then ever more slowly`));
  assert.equal(warnDays, 14);
  assert.ok(prose.includes("Fourteen days before a certificate runs out"));
  for (const ending of namesFor("")) assert.ok(prose.includes(ending), ending);
});

test("README's transcript is what the program prints", async () => {
  const facts = {
    version: manifest.version,
    pid: 4321,
    urls: ["https://192.0.2.2:3000", "https://localhost:3000"],
    fingerprint: createHash("sha256")
      .update("README")
      .digest("hex")
      .toUpperCase()
      .replace(/..(?!$)/g, "$&:"),
    browserWarns: true,
    authorityUrl: null,
    metricsUrl: null,
    notices: [],
  };
  const printed = await inviteWelcome(facts, { colours: false, columns: 80 }, seededRandom(6));
  const [, shown] = /```\n(\$ npx [^`]*)```/.exec(readme) ?? [];
  assert.equal(shown, `$ npx secure-room --port 3000\n${printed.trimEnd()}\n`);
});

/** 10,000 */
const count = (value: number) => value.toLocaleString("en-US");
const seconds = (ms: number) => `${ms / 1000} s`;
const hours = (ms: number) => `${ms / 3_600_000} h`;
const kiB = (bytes: number) => `${bytes / 1024} KiB`;
const miB = (bytes: number) => `${bytes / 1024 ** 2} MiB`;
const share = (percent: number) => ({ 25: "a quarter", 12.5: "an eighth" })[percent] ?? `${percent}%`;
const perMinute = (rate: Rate) => `${rate.count / (rate.perMs / 60_000)}/min burst ${rate.burst}`;

/** Each is written with the numbers of limits.ts and relay-limits.ts, one place for one number. */
test("sections 1 to 3 of PROTOCOL.md say the numbers of the program", () => {
  const { saltBytes, accessBytes, seatBytes, logIdBytes } = limits;
  const sentences = [
    `# secure-room protocol ${limits.protocolVersion} `,
    `PBKDF2-HMAC-SHA-512(phrase, salt, ${count(limits.pbkdf2Rounds).replace(",", " ")})`,
    `exactly ${saltBytes} random bytes, made once`,
    `over ${count(limits.maxPhraseBytes)} bytes of UTF-8`,
    `| \`room access\` | ${accessBytes} |`,
    `1 to ${limits.maxNameGraphemes} graphemes, at most ${limits.maxNameBytes} bytes`,
    `at most ${count(limits.maxPlaintextBytes)}. Length`,
    `\`text\` is at most ${count(limits.maxTextBytes)} bytes`,
    `\`file\` ${limits.fileIdBytes} and \`secret\` ${limits.fileSecretBytes} random bytes`,
    `cut into ${kiB(limits.fileChunkBytes)} chunks`,
    `subprotocol \`${limits.subprotocol}\``,
    `First client frame, within ${seconds(usual.joinTimeoutMs)}`,
    `"access":b64u${accessBytes},"seat":b64u${seatBytes},`,
    `"log"?:b64u${logIdBytes},`,
    `ciphertext at most ${count(limits.maxHelloBytes)} bytes`,
    `"salt":b64u${saltBytes},"log":b64u${logIdBytes},`,
    `at most ${kiB(limits.replayQueueBytes)} queued`,
    `In a room of ${limits.crowdMembers} connections or more`,
    `wait up to ${limits.tellCrowdEveryMs} ms after a text to everybody, less when a frame, \`cleared\` or ${kiB(limits.flushAtBytes)} of texts go out`,
    `A text frame is at most ${kiB(usual.maxTextFrameBytes)}`,
    `a frame is at most ${kiB(usual.maxFrameBytes)}`,
    `\`seat\` is ${seatBytes} random bytes`,
    `\`away\` for ${seconds(limits.awayMs)}, then \`left\``,
    `silence for ${seconds(limits.nameProbeMs)} closes it`,
    `the rest of the ${seconds(limits.awayMs)}, when away`,
    `said nothing for ${seconds(limits.pingAfterMs)} and cuts after ${seconds(limits.pongWithinMs)} more`,
    `nothing has been said for ${seconds(limits.streamCommentEveryMs)}, because proxies`,
    `at least \`ping\`, every ${seconds(limits.pingAfterMs)}; the relay asks`,
    `and ${seconds(limits.pingAfterMs + limits.pongWithinMs)} of silence makes the seat away`,
    `has not opened after ${seconds(limits.webSocketWithinMs)}, is followed`,
    `until ${limits.fallbackFirstMs / 60_000} min after the WebSocket failed`,
    `saw no frame for ${seconds(limits.quietBeforePingMs)}`,
    `nothing in ${seconds(limits.answerWithinMs)}: dial again`,
    `no echo of its own for ${seconds(limits.answerWithinMs)}`,
    `silent for ${seconds(limits.redialQuietMs)} when the tab wakes begins anew`,
    `within ${seconds(limits.timerWordWithinMs)} by chance and once for all`,
    `nothing has come by for ${seconds(limits.bringBackStalledMs)}`,
    `a wait by chance of up to ${seconds(limits.bringBackWithinMs)}`,
    `at most every ${seconds(limits.typingEveryMs)} and lapses after ${limits.typingLastsMs / 1000}.`,
    `full jitter ${limits.retryFirstMs / 1000} → ${seconds(limits.retryMostMs)}`,
  ];
  const prose = protocol.replaceAll(/\s+/g, " ");
  for (const sentence of sentences) assert.ok(prose.includes(sentence), `PROTOCOL.md lacks “${sentence}”`);
});

test("section 4 of PROTOCOL.md is the table of the limits", () => {
  const { frameChargeBytes, fileChargeBytes, roomChargeBytes, seatChargeBytes } = limits;
  const eachCharge = new Set([fileChargeBytes, roomChargeBytes, seatChargeBytes]);
  const each = [...eachCharge].map(kiB).join(" or ");
  const rows: readonly (readonly [what: string, held: string])[] = [
    [
      "connections in all · per address (IPv6: /64)",
      `${count(usual.maxConnections)} (or 0.8 × the descriptor limit) · ${usual.maxConnectionsPerIp}`,
    ],
    ["upgrades · joins, per address", `${perMinute(usual.upgradeRate)} · ${perMinute(usual.joinRate)}`],
    [
      "sockets of one address, page loads among them",
      `${limits.socketsPerConnectionOfIp} × its connections + ${limits.spareSocketsOfIp}`,
    ],
    [
      "TLS handshake, from the first packet (at a Unix socket again from the hello) · request head · join",
      `${seconds(usual.tlsTimeoutMs)} · ${seconds(usual.headTimeoutMs)} and ${kiB(usual.maxHeadBytes)} · ${seconds(usual.joinTimeoutMs)}`,
    ],
    [
      `a body on its way: less than ${kiB(limits.leastBodyBytes)} · transfers of one address`,
      "in the time of a request head · with its connections",
    ],
    [
      `an answer: its next ${kiB(limits.answerSliceBytes)}, for who does not read`,
      `in the time of a request head; of a file, behind its first ${kiB(limits.systemTakesBytes)}, ${seconds(limits.readerWithinMs)}`,
    ],
    [
      "binary frame · text frame · fragments",
      `${kiB(usual.maxFrameBytes)} · ${kiB(usual.maxTextFrameBytes)} · ${usual.maxFragments}`,
    ],
    [
      "messages in, per connection",
      `${usual.messageRate.count}/${seconds(usual.messageRate.perMs).replace("1 ", "")} burst ${usual.messageRate.burst}`,
    ],
    [
      "bytes in, per connection",
      `${kiB(usual.byteRate.count)}/${seconds(usual.byteRate.perMs).replace("1 ", "")} burst ${miB(usual.byteRate.burst)}`,
    ],
    [
      "queued to one reader",
      `${miB(usual.maxQueueBytes)}; volatile frames dropped above ${kiB(usual.maxVolatileQueueBytes)}`,
    ],
    ["members in a room", count(usual.maxMembers)],
    ["log of a room", `${usual.history} messages, ${miB(usual.historyBytes)}, ${hours(usual.historyAgeMs)}`],
    ["files", `${miB(usual.maxFileBytes)} each, ${hours(usual.fileAgeMs)}`],
    [
      "memory: logs · files",
      `${miB(usual.logMemoryBytes)} · ${miB(usual.fileMemoryBytes)}, neither at the other's cost; charged frame + ${frameChargeBytes} bytes, file, room and seat ${each} each, plus hello`,
    ],
    [
      "what one address sent may hold, the rooms and seats it opened with it",
      `${share(usual.logSharePercent)} of the logs, ${share(usual.fileSharePercent)} of the files`,
    ],
    ["age of a connection", usual.connectionAgeMs === 0 ? "none, with `--connection-age` any" : ""],
    [
      "stopping",
      `1012 to all, spread over ${seconds(usual.stopSpreadMs)}; ${seconds(usual.stopTimeoutMs)} at most`,
    ],
  ];
  const [, table = ""] = /## 4\.[^\n]*\n\n\|.*\n\|-.*\n((?:\|.*\n)*)/.exec(protocol) ?? [];
  const said = table
    .trimEnd()
    .split("\n")
    .map((row) => row.split(" | ").slice(0, 2));
  assert.deepEqual(
    said,
    rows.map(([what, held]) => [`| ${what}`, held]),
  );
});
