import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { X509Certificate } from "node:crypto";
import { findCertificate, readOwnCertificate } from "../../src/server/certificate.ts";
import { lookEveryMs, watchPair } from "../../src/server/reload.ts";
import { withFolder } from "./folder.ts";
import { fakeClock } from "./support.ts";
import { certificate, dialTls, enter, startWith } from "./tls-house.ts";

const nowMs = Date.parse("2026-06-01T12:00:00Z");

interface Desk {
  readonly files: { readonly cert: string; readonly key: string };
  /** The fingerprints that came into use, and what the log said, in order. */
  readonly events: string[];
  /** Lets `looks` times pass between two looks, and waits until each has ended. */
  readonly look: (looks: number) => Promise<void>;
  readonly reload: () => Promise<void>;
  readonly settled: () => Promise<void>;
  /** Makes another pair, and puts its files in place of those that are watched. */
  readonly replace: (names?: readonly ("cert" | "key")[]) => Promise<string>;
}

async function withDesk(use: (desk: Desk) => Promise<void>): Promise<void> {
  await withFolder(async (folder) => {
    const place = { hosts: ["localhost"], linked: [], nowMs };
    await findCertificate(folder, place);
    const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
    const inUse = await readOwnCertificate(files, nowMs);
    const events: string[] = [];
    const clock = fakeClock();
    const watching = watchPair({
      files,
      inUse,
      use: (other) => void events.push(other.fingerprint),
      log: (level, event) => void events.push(`${level} ${event}`),
      clock,
      today: () => nowMs,
    });
    await watching.settled();
    let made = 0;
    try {
      await use({
        files,
        events,
        async look(looks) {
          for (let count = 0; count < looks; count++) {
            clock.step(lookEveryMs);
            await watching.settled();
          }
        },
        reload: () => watching.reload(),
        settled: () => watching.settled(),
        async replace(names = ["cert", "key"]) {
          const other = join(folder, `other${made++}`);
          await mkdir(other);
          const pair = await findCertificate(other, place);
          for (const name of names) await copyFile(join(other, `${name}.pem`), files[name]);
          return pair.fingerprint;
        },
      });
    } finally {
      watching.stop();
    }
  });
}

test("a pair that has changed is taken up once two looks agree, and told of once", async () => {
  await withDesk(async ({ look, replace, events }) => {
    await look(3);
    assert.deepEqual(events, []);
    const fingerprint = await replace();
    await look(1);
    assert.deepEqual(events, []);
    await look(3);
    assert.deepEqual(events, [fingerprint, "info certificate-changed"]);
  });
});

test("a pair that does not fit is refused once, and taken when the other half has come", async () => {
  await withDesk(async ({ look, replace, events, files }) => {
    await replace(["cert"]);
    await look(4);
    assert.deepEqual(events, ["warn certificate-refused"]);
    await writeFile(files.cert, "half a file");
    await look(4);
    assert.deepEqual(events, ["warn certificate-refused", "warn certificate-refused"]);
    const fingerprint = await replace();
    await look(2);
    assert.deepEqual(events.slice(2), [fingerprint, "info certificate-changed"]);
  });
});

test("the same certificate with another chain behind it is taken up", async () => {
  await withDesk(async ({ look, events, files }) => {
    const leaf = await readFile(files.cert, "utf8");
    await writeFile(files.cert, leaf + certificate.cert);
    await look(2);
    const { fingerprint256 } = new X509Certificate(leaf);
    assert.deepEqual(events, [fingerprint256, "info certificate-changed"]);
  });
});

test("asked a second time while it reads, it has settled when it has read again", async () => {
  await withDesk(async ({ reload, settled }) => {
    const first = reload();
    let hasReadAgain = false;
    const second = reload().then(() => (hasReadAgain = true));
    await first;
    await settled();
    assert.equal(hasReadAgain, true);
    await second;
  });
});

test("asked to, it reads at once; the same pair again is no news", async () => {
  await withDesk(async ({ reload, replace, events, look }) => {
    await reload();
    assert.deepEqual(events, []);
    const fingerprint = await replace();
    await reload();
    await look(3);
    assert.deepEqual(events, [fingerprint, "info certificate-changed"]);
  });
});

test("who is in stays in when the certificate changes, and who comes then is met with the new one", async () => {
  const relay = await startWith({});
  try {
    const guest = await enter(relay.port);
    let closed = false;
    guest.on("close", () => {
      closed = true;
    });
    await withFolder(async (folder) => {
      const other = await findCertificate(folder, { hosts: ["127.0.0.1"], linked: [], nowMs: Date.now() });
      relay.useCertificate({ ...other, own: true });
      const socket = await dialTls(relay.port, { ca: other.cert });
      assert.equal(socket.getPeerCertificate().fingerprint256, other.fingerprint);
      assert.notEqual(other.fingerprint, new X509Certificate(certificate.cert).fingerprint256);
      assert.match(socket.getProtocol() ?? "", /^TLSv1\.[23]$/);
      socket.write("HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
      const [head] = (await once(socket, "data")) as [Buffer];
      assert.match(head.toString(), /\r\nStrict-Transport-Security: /);
      socket.destroy();
    });
    const pong = once(guest, "pong");
    guest.ping();
    await pong;
    assert.equal(closed, false);
  } finally {
    await relay.stop(1001);
  }
});

test("a pair that TLS cannot use leaves the one before in use", async () => {
  const relay = await startWith({});
  try {
    assert.throws(() => relay.useCertificate({ cert: "nonsense", key: "nonsense", own: false }));
    (await dialTls(relay.port)).destroy();
  } finally {
    await relay.stop(1001);
  }
});
