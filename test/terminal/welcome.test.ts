import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { stripVTControlCharacters } from "node:util";
import { encode } from "uqr";
import { checkPhrase, normalisePhrase } from "../../src/crypto/phrase.ts";
import { inviteWelcome, plainWelcome, type WelcomeFacts } from "../../src/terminal/welcome.ts";

const facts: WelcomeFacts = {
  version: "1.2.3",
  pid: 4321,
  urls: ["https://192.168.1.23:3000", "https://localhost:3000"],
  fingerprint: Array.from({ length: 32 }, () => "AB").join(":"),
  browserWarns: true,
  authorityUrl: null,
  metricsUrl: null,
  notices: [],
};
const terminal = { colours: true, columns: 80 };

const random = (byteLength: number) => new Uint8Array(randomBytes(byteLength));
const invite = (changed: Partial<WelcomeFacts> = {}, screen = terminal) =>
  inviteWelcome({ ...facts, ...changed }, screen, random);

function linkIn(text: string): string {
  const link = /^ +(https:\S+\/join#\S+)$/m.exec(stripVTControlCharacters(text))?.[1];
  assert.ok(link !== undefined);
  return link;
}

/** The modules that a camera sees: true is dark. */
function modulesIn(lines: readonly string[], size: number, isDark: (half: string) => boolean): boolean[][] {
  const rows = lines.flatMap((line) => {
    const cells = Array.from(line.slice(2, 2 + size));
    const upper = cells.map((cell) => (cell === "█" || cell === "▀" ? "ink" : "none"));
    const lower = cells.map((cell) => (cell === "█" || cell === "▄" ? "ink" : "none"));
    return [upper.map(isDark), lower.map(isDark)];
  });
  return rows.slice(0, size);
}

test("the link holds a fresh generated passphrase for the first address, and the words are its words", async () => {
  const [first, second] = [linkIn(await invite()), linkIn(await invite())];
  assert.notEqual(first, second);
  const [address = "", words = ""] = first.split("/join#");
  assert.equal(address, "https://192.168.1.23:3000");
  const read = normalisePhrase(words);
  assert.ok(read.kind === "phrase");
  assert.deepEqual(await checkPhrase(read.phrase), { kind: "generated" });
});

test("the words to read out are those of the link, in their order", async () => {
  const text = stripVTControlCharacters(await invite());
  const words = linkIn(text).split("#")[1]?.split("-") ?? [];
  const shown = Array.from(text.matchAll(/ {2}([a-z]+)$/gm), ([, word]) => word);
  assert.deepEqual(shown.slice(-words.length), words);
});

for (const colours of [true, false]) {
  test(`the code says what the link says, ${colours ? "black on white" : "light on the terminal's dark"}`, async () => {
    const text = stripVTControlCharacters(await invite({}, { ...terminal, colours }));
    const { data, size } = encode(linkIn(text), { ecc: "L", boostEcc: true, border: 2 });
    const lines = text.split("\n").slice(3, 3 + Math.ceil(size / 2));
    const isDark = (half: string) => (half === "ink") === colours;
    assert.deepEqual(modulesIn(lines, size, isDark), data);
  });
}

test("everything but the link fits 80 columns", async () => {
  const text = stripVTControlCharacters(await invite({ notices: ["The salt was made anew."] }));
  const long = text.split("\n").filter((line) => line.length > 80);
  assert.deepEqual(
    long.filter((line) => !line.includes("/join#")),
    [],
  );
});

test("a narrow terminal gets the words below the code, a very narrow one no code", async () => {
  const narrow = stripVTControlCharacters(await invite({}, { colours: true, columns: 50 }));
  const lines = narrow.split("\n");
  const invitation = lines.findIndex((line) => line.includes("Invite your friends"));
  assert.ok(invitation > lines.findLastIndex((line) => /[█▀▄]/.test(line)));
  const tiny = await invite({}, { colours: true, columns: 30 });
  assert.doesNotMatch(tiny, /[█▀▄]/);
});

test("with and without colours the lines below the code are the same", async () => {
  const below = (text: string) => stripVTControlCharacters(text).split(/join#\S+\n/)[1];
  assert.equal(below(await invite({}, { ...terminal, colours: false })), below(await invite()));
});

test("without colours there is no escape code", async () => {
  const text = await invite({}, { ...terminal, colours: false });
  assert.equal(text, stripVTControlCharacters(text));
});

test("the browser's warning is told of only when there is one", async () => {
  assert.match(await invite(), /browser warns/);
  assert.doesNotMatch(await invite({ browserWarns: false }), /browser warns/);
});

test("plain lines name the addresses and the fingerprint, and no passphrase", () => {
  const text = plainWelcome(facts);
  assert.match(text, /running on https:\/\/192\.168\.1\.23:3000 https:\/\/localhost:3000\n/);
  assert.ok(text.includes(facts.fingerprint ?? assert.fail()));
  assert.doesNotMatch(text, /#/);
  assert.equal(text, stripVTControlCharacters(text));
});

test("both forms say which process the signals go to", async () => {
  assert.match(plainWelcome(facts), /^stop it with Ctrl-C or SIGTERM to pid 4321$/m);
  assert.match(stripVTControlCharacters(await invite()), /^ {2}process {6}4321$/m);
});

test("both forms say where the numbers are, when there are any", async () => {
  const metricsUrl = "http://127.0.0.1:39461/metrics";
  assert.match(plainWelcome({ ...facts, metricsUrl }), /^metrics on http:\/\/127\.0\.0\.1:39461\/metrics$/m);
  const shown = stripVTControlCharacters(await invite({ metricsUrl }));
  assert.match(shown, /^ {2}metrics {6}http:\/\/127\.0\.0\.1:39461\/metrics$/m);
  for (const text of [plainWelcome(facts), await invite()]) assert.doesNotMatch(text, /metrics/);
});
