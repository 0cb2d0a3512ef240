// The local authority, in browsers that trust it and click through nothing.

import assert from "node:assert/strict";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { dayMs } from "../../src/protocol/units.ts";
import {
  basicConstraints,
  nameOf,
  subjectAltName,
  subjectOf,
  writeCertificate,
} from "../../src/server/x509.ts";
import { browserNames, Guest, launch, quit, trust } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";

/** A site of whoever has stolen the authority's key, under a name of the internet that leads to this machine here. */
async function startThief(certs: string): Promise<Server> {
  const authority = new X509Certificate(readFileSync(join(certs, "ca.pem")));
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = writeCertificate({
    subject: nameOf("a thief"),
    publicKey,
    issuer: { name: subjectOf(authority), key: createPrivateKey(readFileSync(join(certs, "ca-key.pem"))) },
    fromMs: Date.now() - dayMs,
    untilMs: Date.now() + dayMs,
    extensions: [basicConstraints(false), subjectAltName(["insecure.example"])],
  });
  const key = privateKey.export({ type: "pkcs8", format: "pem" });
  const server = createServer({ cert, key }, (_request, response) => response.end("stolen"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

for (const name of browserNames) {
  describe(`in ${name}, which trusts the local authority`, () => {
    let relay: RunningRelay;
    let browser: Browser;
    let thief: Server;
    const home = mkdtempSync(join(tmpdir(), "secure-room-home-"));

    before(async () => {
      relay = await startRelay({ flags: ["--local-ca"] });
      trust(home, join(relay.certs, "ca.pem"));
      thief = await startThief(relay.certs);
      browser = await launch(name, home);
    });
    after(async () => {
      await quit(browser);
      thief.close();
      thief.closeAllConnections();
      await relay.stop();
      relay.remove();
      rmSync(home, { recursive: true, force: true, maxRetries: 5 });
    });

    test("the chat opens without a warning, by address and by name", async () => {
      for (const origin of [relay.origin, `https://localhost:${relay.port}`]) {
        const guest = await Guest.open(browser, origin);
        await guest.sees("Start a new room");
        assert.deepEqual(guest.complaints, []);
        await guest.leave();
      }
    });

    test("the page that explains it is shown with its style, and complains of nothing", async () => {
      const guest = await Guest.open(browser, `${relay.origin}/ca`, { width: 390, height: 844 });
      await guest.sees("Stop the warning on this device");
      const { isTooWide, border } = await guest.page.evaluate(() => ({
        isTooWide: document.documentElement.scrollWidth > document.documentElement.clientWidth,
        border: getComputedStyle(document.querySelector(".get") ?? document.body).borderTopWidth,
      }));
      assert.deepEqual([isTooWide, border], [false, "2px"]);
      assert.deepEqual(guest.complaints, []);
      await guest.leave();
    });

    test("a site of the internet that its stolen key vouches for is refused", async () => {
      const { port } = thief.address() as AddressInfo;
      await assert.rejects(
        Guest.open(browser, `https://insecure.example:${port}/`),
        /ERR_CERT_INVALID|SEC_ERROR_CERT_NOT_IN_NAME_SPACE/,
      );
    });
  });
}
