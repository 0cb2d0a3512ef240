import assert from "node:assert/strict";
import { test } from "node:test";
import { vouchedAddress } from "../../src/server/identity.ts";
import { findLocalCertificate } from "../../src/server/local-ca.ts";
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
