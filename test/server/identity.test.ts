import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { createChallenges } from "../../src/server/acme-challenges.ts";
import { findCertificate } from "../../src/server/certificate.ts";
import { findIdentity, vouchedAddress } from "../../src/server/identity.ts";
import { findLocalCertificate } from "../../src/server/local-ca.ts";
import { silentLog } from "../../src/server/logger.ts";
import { readSettings } from "../../src/server/settings.ts";
import { withFolder } from "./folder.ts";

test("devices are sent to an address that the local authority vouches for, or to none", async () => {
  await withFolder(async (folder) => {
    const hosts = ["localhost", "127.0.0.1", "192.0.2.2", "192.168.1.23", "fd00::7"];
    const place = { hosts, linked: ["192.168.1.23"], nowMs: Date.now() };
    const certificate = await findLocalCertificate(folder, place, "pi-4");
    const cases: readonly (readonly [readonly string[], string | null])[] = [
      [["https://192.168.1.23:3000", "https://localhost:3000"], "https://192.168.1.23:3000"],
      [["https://192.0.2.2:3000", "https://192.168.1.23:3000"], "https://192.168.1.23:3000"],
      [["https://192.0.2.2:3000", "https://[fd00::7]:3000"], "https://[fd00::7]:3000"],
      [["https://chat.example", "https://pi-4.lan:3000"], "https://pi-4.lan:3000"],
      // Of no use to a phone.
      [["https://192.0.2.2:3000", "https://localhost:3000"], null],
      [["https://localhost:3000"], "https://localhost:3000"],
      [[], null],
    ];
    for (const [urls, expected] of cases) assert.equal(vouchedAddress(certificate, urls), expected);
  });
});

test("guests are sent to the first name of the operator's certificate that is not their own machine, once", async () => {
  const cases: readonly (readonly [readonly string[], string, readonly string[]])[] = [
    [["localhost", "chat.example"], "192.0.2.2", ["chat.example", "192.0.2.2"]],
    [["chat.example", "localhost"], "chat.example", ["chat.example"]],
    [["localhost", "room.localhost", "127.0.0.1"], "192.0.2.2", ["192.0.2.2"]],
  ];
  for (const [names, host, expected] of cases) {
    await withFolder(async (folder) => {
      await findCertificate(folder, { hosts: names, linked: [], nowMs: Date.now() });
      const flags = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem"), host };
      const settings = readSettings({ flags, env: {}, descriptorLimit: null });
      const tools = { challenges: createChallenges(), log: silentLog, version: "1.2.3" };
      assert.deepEqual((await findIdentity({ settings, folder, ...tools })).hosts, expected);
    });
  }
});
