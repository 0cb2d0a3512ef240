import assert from "node:assert/strict";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { defaultLimits } from "../../src/protocol/limits.ts";
import { dayMs, giB, miB } from "../../src/protocol/units.ts";
import { createChallenges } from "../../src/server/acme-challenges.ts";
import { decodePage } from "../../src/server/assets.ts";
import { findCertificate } from "../../src/server/certificate.ts";
import { type AuthorityFacts, diagnose, type Facts, type Holder } from "../../src/server/doctor.ts";
import { examine } from "../../src/server/examine.ts";
import { silentLog } from "../../src/server/logger.ts";
import { start } from "../../src/server/server.ts";
import { type Given, readSettings, type Settings } from "../../src/server/settings.ts";
import { findSalt } from "../../src/server/state.ts";
import { findingLines } from "../../src/terminal/findings.ts";
import { withFolder } from "./folder.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const url = "https://chat.example";
const well: Facts = {
  nowMs,
  certificate: {
    state: "found",
    from: "files",
    expiresAtMs: nowMs + 90 * dayMs,
    renewsAtMs: null,
    names: "chat.example",
  },
  authority: null,
  listensOn: "port",
  place: { state: "taken", by: { version: "1.2.3", ours: true, sameTls: true } },
  descriptorLimit: 20_000,
  clockSynchronised: true,
  memoryBytes: giB,
  reach: {
    state: "found",
    url,
    version: "1.2.3",
    ours: true,
    trusted: true,
    clockAheadMs: 400,
    webSockets: true,
  },
};

function settingsOf(flags: Given["flags"]): Settings {
  return readSettings({ flags, env: {}, descriptorLimit: null });
}

/** The findings that are not good, as `verdict what: text`. */
function complaints(facts: Partial<Facts>): string[] {
  return diagnose(defaultLimits, { ...well, ...facts })
    .filter(({ verdict }) => verdict !== "good")
    .map(({ what, verdict, text }) => `${verdict} ${what}: ${text}`);
}

test("where all is well the doctor finds nothing", () => {
  assert.deepEqual(complaints({}), []);
  assert.match(findingLines(diagnose(defaultLimits, well)), /\nAll is well\.\n$/);
});

test("each thing that is wrong is found, alone, and says what to do", () => {
  const expiresIn = (days: number, own: boolean): Partial<Facts> => ({
    certificate: {
      state: "found",
      from: own ? "files" : "made",
      expiresAtMs: nowMs + days * dayMs,
      renewsAtMs: null,
      names: "chat.example",
    },
  });
  const taken = (by: Holder): Partial<Facts> => ({ place: { state: "taken", by } });
  const relay = { version: "1.2.3", ours: true, sameTls: true };
  const unchecked = { clockSynchronised: null };
  const reach = (more: object): Partial<Facts> => ({ reach: { ...well.reach, ...more } });
  const cases: readonly (readonly [Partial<Facts>, RegExp])[] = [
    [expiresIn(-1, true), /^bad certificate: has run out: renew it$/],
    [expiresIn(-1, false), /^poor certificate: has run out: it is made anew at the next start/],
    [expiresIn(1, true), /^poor certificate: runs out in 1 day: renew it$/],
    [expiresIn(13, true), /^poor certificate: runs out in 13 days/],
    [{ certificate: { state: "unusable", why: "no" } }, /^bad certificate: no$/],
    [{ place: { state: "refused", why: "take another" } }, /^bad port: take another$/],
    [taken("stranger"), /^bad port: in use by another program: stop that, or take another with --port N$/],
    [{ ...taken("nobody"), listensOn: "socket" }, /^bad socket: in use .* take another with --socket PATH$/],
    [taken({ ...relay, ours: false }), /^poor port: .*another salt.*--certs/],
    [taken({ ...relay, sameTls: false }), /^poor port: .*other flags/],
    [unchecked, /^poor clock: nothing here tells whether it is right: compare/],
    [
      { reach: { state: "unknown" } },
      /^poor address: not known here: name the one that guests use with --url/,
    ],
    [{ descriptorLimit: 1024 }, /^poor open files: 1024 allow \d+ connections, --max-connections is 10000/],
    [{ clockSynchronised: false }, /^poor clock: follows no time server/],
    [reach({ clockAheadMs: 90_000 }), /^poor clock: 90 s behind/],
    [reach({ clockAheadMs: -90_000 }), /^poor clock: 90 s ahead/],
    [{ memoryBytes: 256 * miB }, /^poor memory: 256 MiB, but messages may fill 64MiB, files 192MiB/],
    [reach({ ours: false }), /^poor address: .*another salt/],
    [reach({ webSockets: false }), /^poor WebSockets: do not come through/],
  ];
  for (const [facts, expected] of cases) {
    const found = complaints(facts);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", expected);
  }
});

test("a relay whose address cannot be reached from here is still the one that has the port", () => {
  const reach: Facts["reach"] = { state: "silent", url, why: "ENOTFOUND" };
  assert.deepEqual(complaints({ reach }), [
    `poor address: nothing answers at ${url} (ENOTFOUND): start the relay, open the firewall, check the name`,
  ]);
});

test("a clock that nothing here vouches for is right where another machine's agrees", () => {
  assert.deepEqual(complaints({ clockSynchronised: null, place: { state: "free" } }), []);
});

test("an authority is told of until it has come through: the name, the port it asks, and what must be sent on", () => {
  const authority = {
    domain: "chat.example",
    comesTo: 443,
    here: 443,
    addresses: ["192.0.2.1"],
    isHere: true,
  };
  const first = (more: Partial<AuthorityFacts>): string[] =>
    complaints({
      certificate: { state: "none", from: "acme" },
      authority: { ...authority, ...more },
    });
  assert.deepEqual(first({}), []);
  assert.deepEqual(complaints({ authority: { ...authority, isHere: false } }), []);
  const cases: readonly (readonly [Partial<AuthorityFacts>, RegExp])[] = [
    [
      { addresses: [], why: "ENOTFOUND" },
      /^poor authority: DNS has no address for chat\.example \(ENOTFOUND\)/,
    ],
    [{ isHere: false }, /192\.0\.2\.1\) on port 443, no address of this machine: .*your router's/],
    [{ here: 3000 }, /--port is 3000: write --port 443, or send that port on to port 3000 here/],
    [{ comesTo: 80, here: 8080 }, /on port 80, and --http-port is 8080: write --http-port 80/],
  ];
  for (const [more, expected] of cases) {
    const found = first(more);
    assert.equal(found.length, 1, found.join("\n"));
    assert.match(found[0] ?? "", expected);
  }
});

test("a certificate that the relay renews is late a day after it should have", () => {
  const late = (renewsAtMs: number): string[] =>
    complaints({
      certificate: { state: "found", from: "acme", expiresAtMs: nowMs + 5 * dayMs, renewsAtMs, names: "a" },
    });
  assert.deepEqual(late(nowMs - dayMs), []);
  assert.match(late(nowMs - dayMs - 1).join(), /^poor certificate: runs out in 5 days: .*its log says why/);
});

test("a running relay is seen from outside: its version, its salt, its certificate and that upgrades come through", async () => {
  await withFolder(async (folder) => {
    const place = { hosts: ["localhost", "127.0.0.1"], linked: [], nowMs: Date.now() };
    const certificate = await findCertificate(folder, place);
    const { salt } = await findSalt(folder, randomBytes);
    const page = decodePage([
      { path: "/", type: "text/html; charset=utf-8", immutable: false, body: btoa("<p>hi") },
    ]);
    const running = await start({
      place: { port: 0, host: "127.0.0.1", flag: "--port" },
      certificate,
      challenges: createChallenges(),
      routes: [],
      httpPort: null,
      salt,
      limits: defaultLimits,
      descriptorLimit: null,
      origins: new Set(),
      page,
      version: "1.2.3",
      trustProxy: false,
      vouchedBy: "files",
      log: silentLog,
      logs: false,
      contact: null,
      logAddresses: false,
      metricsPort: null,
    });
    const origin = `https://127.0.0.1:${running.port}`;
    const settings = settingsOf({ port: String(running.port), host: "127.0.0.1", url: origin });
    const { certificate: found, place: port, reach } = await examine(settings, folder, null);
    assert.equal(found.state === "found" && found.names.includes("localhost"), true);
    const relay = { version: "1.2.3", ours: true, sameTls: true };
    assert.deepEqual(port, { state: "taken", by: relay });
    const plain = await examine(settingsOf({ port: String(running.port), "no-tls": true }), folder, null);
    assert.deepEqual(plain.place, { state: "taken", by: { ...relay, sameTls: false } });
    assert.equal(reach.state, "found");
    assert.ok(reach.state === "found");
    const { clockAheadMs, ...seen } = reach;
    assert.deepEqual(seen, {
      state: "found",
      url: origin,
      version: "1.2.3",
      ours: true,
      trusted: false,
      webSockets: true,
    });
    assert.ok(clockAheadMs !== null && Math.abs(clockAheadMs) < dayMs);
    await running.stop(1001);
    const after = await examine(settings, folder, null);
    assert.deepEqual(after.reach, { state: "silent", url: origin, why: "ECONNREFUSED" });
    assert.deepEqual(after.place, { state: "free" });
  });
});

test("what is no relay is a stranger, whatever it answers: a web server, too much, a version that could not be printed", async () => {
  const salt = toBase64url(randomBytes(32));
  const answers = ["<html>", "{}", `{ "version": "\\u001b[2J", "salt": "${salt}" }`, "null"];
  for (const body of answers) {
    await withFolder(async (folder) => {
      const server = createServer((_request, response) => response.end(body));
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const { port } = server.address() as AddressInfo;
      const flags = { port: String(port), host: "127.0.0.1", url: `http://127.0.0.1:${port}` };
      const { reach, place } = await examine(settingsOf(flags), folder, null);
      assert.equal(reach.state, "stranger");
      assert.deepEqual(place, { state: "taken", by: "stranger" });
      server.close();
    });
  }
});

test("something that resets every connection is silence, not a crash", async () => {
  await withFolder(async (folder) => {
    const server = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const flags = { port: String(port), host: "127.0.0.1", url: `https://127.0.0.1:${port}` };
    const { reach, place, certificate } = await examine(settingsOf(flags), folder, null);
    assert.equal(reach.state, "silent");
    assert.deepEqual(place, { state: "taken", by: "stranger" });
    assert.deepEqual(certificate, { state: "none", from: "made" });
    server.close();
  });
});
