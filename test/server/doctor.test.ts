import assert from "node:assert/strict";
import { rename, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createServer as createTcpServer, type AddressInfo } from "node:net";
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { test } from "node:test";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { dayMs, giB, kiB, miB } from "../../src/protocol/units.ts";
import { createChallenges } from "../../src/server/acme-challenges.ts";
import { decodePage } from "../../src/server/assets.ts";
import { findCertificate } from "../../src/server/certificate.ts";
import { diagnose } from "../../src/server/doctor.ts";
import { examine } from "../../src/server/examine.ts";
import type { AuthorityFacts, Facts, Holder } from "../../src/server/facts.ts";
import { findLocalCertificate } from "../../src/server/local-ca.ts";
import { silentLog } from "../../src/server/logger.ts";
import { start } from "../../src/server/server.ts";
import { readSettings, type Settings } from "../../src/server/settings.ts";
import type { Given } from "../../src/server/sources.ts";
import { findSalt } from "../../src/server/state.ts";
import { findingLines } from "../../src/terminal/findings.ts";
import { withFolder } from "./folder.ts";

/** There are no Unix sockets there. */
const skip = process.platform === "win32";
const nowMs = Date.parse("2026-01-01T00:00:00Z");
const url = "https://chat.example";
const well: Facts = {
  nowMs,
  folder: { state: "writable", path: "/certs" },
  salt: { state: "found", salt: "" },
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
  besides: [{ flag: "--http-port", port: 80, state: "taken" }],
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

test("memory is enough from what messages, files, connections and the program may take; behind a proxy that is less", () => {
  const isEnough = (memoryBytes: number, more: Partial<Facts> = {}): boolean =>
    complaints({ memoryBytes, ...more }).length === 0;
  const { logMemoryBytes, fileMemoryBytes, maxConnections } = defaultLimits;
  const leastBytes = logMemoryBytes + fileMemoryBytes + 120 * miB + maxConnections * 53 * kiB;
  assert.deepEqual(
    [-1, 0, 1].map((more) => isEnough(leastBytes + more)),
    [false, true, true],
  );
  const plain: Partial<Facts> = { certificate: { state: "proxy" } };
  const plainBytes = leastBytes - maxConnections * (53 - 16) * kiB;
  assert.deepEqual(
    [-1, 0, 1].map((more) => isEnough(plainBytes + more, plain)),
    [false, true, true],
  );
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
  const beside = (state: "taken" | "refused"): Partial<Facts> => ({
    besides: [{ flag: "--metrics-port", port: 9100, state, why: "not yours" }],
  });
  const free: Partial<Facts> = { besides: [{ flag: "--http-port", port: 80, state: "free" }] };
  const taken = (by: Holder): Partial<Facts> => ({ ...free, place: { state: "taken", by } });
  const relay = { version: "1.2.3", ours: true, sameTls: true };
  const unchecked = { clockSynchronised: null };
  const reach = (more: object): Partial<Facts> => ({ reach: { ...well.reach, ...more } });
  const cases: readonly (readonly [Partial<Facts>, RegExp])[] = [
    [expiresIn(-1, true), /^bad certificate: has run out: renew it$/],
    [expiresIn(-1, false), /^poor certificate: has run out: it is made anew at the next start/],
    [expiresIn(1, true), /^poor certificate: runs out in 1 day: renew it$/],
    [expiresIn(13, true), /^poor certificate: runs out in 13 days/],
    [{ certificate: { state: "unusable", why: "no" } }, /^bad certificate: no$/],
    [{ folder: { state: "refused", why: "no" } }, /^bad folder: no$/],
    [{ salt: { state: "unusable", why: "no" } }, /^bad salt: no$/],
    [{ ...beside("refused") }, /^bad metrics-port: not yours$/],
    [{ ...beside("taken"), place: { state: "free" } }, /^bad metrics-port: port 9100 is in use by another/],
    [{ ...free, place: { state: "refused", why: "take another" } }, /^bad port: take another$/],
    [taken("stranger"), /^bad port: in use by another program: stop that, or take another with --port N$/],
    [{ ...taken("nobody"), listensOn: "socket" }, /^bad socket: in use .* take another with --socket PATH$/],
    [taken({ ...relay, ours: false }), /^poor port: .*another folder.*--certs/],
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
    [
      { memoryBytes: 512 * miB },
      /^poor memory: 512 MiB, but messages may fill 64MiB, files 192MiB, 10000 connections 518MiB, .*--max-connections/,
    ],
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
    `poor address: from here nothing answers at ${url} (ENOTFOUND), though the relay runs: check DNS, firewall and proxy, and try it from outside`,
  ]);
  assert.deepEqual(complaints({ reach, besides: [], place: { state: "free" } }), [
    `poor address: nothing answers at ${url} (ENOTFOUND): start the relay, open the firewall, check the name`,
  ]);
  assert.deepEqual(complaints({ reach, besides: [], place: { state: "taken", by: "nobody" } }), [
    "bad port: in use by another program: stop that, or take another with --port N",
    `poor address: no secure-room answers at ${url} (ENOTFOUND): it can start when the port is free`,
  ]);
});

test("a clock that nothing here vouches for is right where another machine's agrees", () => {
  assert.deepEqual(complaints({ clockSynchronised: null, besides: [], place: { state: "free" } }), []);
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
      besides: [],
      place: { state: "free" },
      certificate: { state: "none", from: "acme" },
      authority: { ...authority, ...more },
    });
  assert.deepEqual(first({}), []);
  assert.deepEqual(complaints({ certificate: { state: "none", from: "acme" } }), [
    "poor certificate: none in date, though the relay runs: its log says why",
  ]);
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
      url: null,
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

test(
  "a socket is looked at instead of a port: not there, in a folder that is not, a file, left behind, in use",
  { skip },
  async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "relay.sock");
      const look = async (socket: string) => {
        const facts = await examine(settingsOf({ socket, "no-tls": true }), folder, null);
        assert.deepEqual(
          [facts.listensOn, facts.certificate, facts.reach],
          ["socket", { state: "proxy" }, { state: "unknown" }],
        );
        return facts.place;
      };
      assert.deepEqual(await look(path), { state: "free" });
      const nowhere = await look(join(folder, "none", "relay.sock"));
      assert.match(nowhere.state === "refused" ? nowhere.why : "", /does not exist; make that folder/);
      await writeFile(join(folder, "file"), "");
      const file = await look(join(folder, "file"));
      assert.match(file.state === "refused" ? file.why : "", /is no socket: remove it/);
      const salt = randomBytes(32);
      await writeFile(join(folder, "salt"), salt);
      const facts = JSON.stringify({ version: "1.2.3", salt: toBase64url(salt) });
      const server = createServer((_request, response) => response.end(facts));
      await new Promise<void>((resolve) => server.listen(path, resolve));
      const by = { version: "1.2.3", ours: true, sameTls: true };
      assert.deepEqual(await look(path), { state: "taken", by });
      await rename(path, join(folder, "left.sock"));
      await new Promise((resolve) => server.close(resolve));
      assert.deepEqual(await look(join(folder, "left.sock")), { state: "left" });
    });
  },
);

test("the certificate that the flags name is the one that is looked at", async () => {
  await withFolder(async (folder) => {
    const nowMs = Date.now();
    await findLocalCertificate(folder, { hosts: ["localhost"], linked: [], nowMs }, "box");
    const seen = async (flags: Given["flags"]) => {
      const resolve = async () => ["192.0.2.1"];
      const given = { ...flags, port: "0", url: "http://127.0.0.1:1" };
      const { certificate, authority } = await examine(settingsOf(given), folder, null, resolve);
      return { certificate, authority };
    };
    const local = await seen({ "local-ca": true });
    assert.equal(local.authority, null);
    assert.ok(local.certificate.state === "found" && local.certificate.from === "local-ca");
    assert.deepEqual(await seen({}), { certificate: { state: "none", from: "made" }, authority: null });
    const asked = { domain: "chat.example", addresses: ["192.0.2.1"], isHere: false };
    assert.deepEqual(await seen({ acme: "chat.example" }), {
      certificate: { state: "none", from: "acme" },
      authority: { ...asked, comesTo: 443, here: 0 },
    });
    const { authority } = await seen({ acme: "chat.example", "http-port": "8080" });
    assert.deepEqual(authority, { ...asked, comesTo: 80, here: 8080 });
  });
});
