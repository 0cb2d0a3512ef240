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
import { diagnose, type Facts } from "../../src/server/doctor.ts";
import { examine } from "../../src/server/examine.ts";
import { silentLog } from "../../src/server/logger.ts";
import { start } from "../../src/server/server.ts";
import { readSettings } from "../../src/server/settings.ts";
import { findSalt } from "../../src/server/state.ts";
import { findingLines } from "../../src/terminal/findings.ts";
import { withFolder } from "./folder.ts";

const nowMs = Date.parse("2026-01-01T00:00:00Z");
const url = "https://chat.example";
const well: Facts = {
  nowMs,
  certificate: { state: "found", own: true, expiresAtMs: nowMs + 90 * dayMs, names: "chat.example" },
  port: { state: "taken" },
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
    certificate: { state: "found", own, expiresAtMs: nowMs + days * dayMs, names: "chat.example" },
  });
  const reach = (more: object): Partial<Facts> => ({ reach: { ...well.reach, ...more } });
  const cases: readonly (readonly [Partial<Facts>, RegExp])[] = [
    [expiresIn(-1, true), /^bad certificate: has run out: renew it$/],
    [expiresIn(-1, false), /^poor certificate: has run out: it is made anew at the next start/],
    [expiresIn(1, true), /^poor certificate: runs out in 1 day: renew it$/],
    [expiresIn(13, true), /^poor certificate: runs out in 13 days/],
    [{ certificate: { state: "unusable", why: "no" } }, /^bad certificate: no$/],
    [{ port: { state: "refused", why: "take another" } }, /^bad port: take another$/],
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

test("a port that something else has taken is bad only where no relay answers", () => {
  const reach: Facts["reach"] = { state: "stranger", url };
  const found = complaints({ reach });
  assert.match(found[0] ?? "", /^bad port: taken by another program/);
  assert.match(found[1] ?? "", /^bad address: .*no secure-room/);
  assert.deepEqual(
    complaints({ port: { state: "free" }, reach: { state: "silent", url, why: "ECONNREFUSED" } }),
    [
      `poor address: nothing answers at ${url} (ECONNREFUSED): start the relay, open the firewall, check the name`,
    ],
  );
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
    const flags = { port: String(running.port), host: "127.0.0.1" };
    const settings = readSettings({ flags, env: {}, descriptorLimit: null });
    const origin = `https://127.0.0.1:${running.port}`;
    const { certificate: found, port, reach } = await examine(settings, folder, origin, null);
    assert.equal(found.state === "found" && found.names.includes("localhost"), true);
    assert.deepEqual(port, { state: "taken" });
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
    const after = await examine(settings, folder, origin, null);
    assert.deepEqual(after.reach, { state: "silent", url: origin, why: "ECONNREFUSED" });
    assert.deepEqual(after.port, { state: "free" });
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
      const settings = readSettings({
        flags: { port: "0", host: "127.0.0.1" },
        env: {},
        descriptorLimit: null,
      });
      const { reach } = await examine(settings, folder, `http://127.0.0.1:${port}`, null);
      assert.equal(reach.state, "stranger");
      server.close();
    });
  }
});

test("something that resets every connection is silence, not a crash", async () => {
  await withFolder(async (folder) => {
    const server = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const settings = readSettings({
      flags: { port: "0", host: "127.0.0.1" },
      env: {},
      descriptorLimit: null,
    });
    const { reach, certificate } = await examine(settings, folder, `https://127.0.0.1:${port}`, null);
    assert.equal(reach.state, "silent");
    assert.deepEqual(certificate, { state: "none" });
    server.close();
  });
});
