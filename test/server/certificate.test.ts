import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { dayMs } from "../../src/protocol/units.ts";
import { findCertificate, readOwnCertificate } from "../../src/server/certificate.ts";
import { findLocalCertificate } from "../../src/server/local-ca.ts";
import { withFolder } from "./folder.ts";

const nowMs = Date.parse("2026-06-01T12:00:00Z");
const place = {
  hosts: ["localhost", "myhost", "127.0.0.1", "::1", "192.168.1.23"],
  linked: ["192.168.1.23"],
  nowMs,
};

test("a first certificate is EC P-256 with SHA-256, for 825 days, for servers, and no authority", async () => {
  await withFolder(async (folder) => {
    const { cert, key, fingerprint, own, made } = await findCertificate(folder, place);
    const parsed = new X509Certificate(cert);
    assert.deepEqual(
      { own, made, fingerprint },
      { own: false, made: "first", fingerprint: parsed.fingerprint256 },
    );
    assert.match(fingerprint, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    assert.equal(parsed.publicKey.asymmetricKeyDetails?.namedCurve, "prime256v1");
    assert.equal(parsed.ca, false);
    assert.deepEqual(parsed.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
    assert.equal(Date.parse(parsed.validTo) - Date.parse(parsed.validFrom), 825 * dayMs);
    assert.ok(parsed.verify(parsed.publicKey));
    assert.ok(parsed.checkPrivateKey(createPrivateKey(key)));
    // ecdsa-with-SHA256, RFC 5758
    assert.ok(parsed.raw.includes(Buffer.from("2a8648ce3d040302", "hex")));
  });
});

test("it speaks for every name and address it was made for", async () => {
  await withFolder(async (folder) => {
    const { cert, names } = await findCertificate(folder, place);
    const parsed = new X509Certificate(cert);
    assert.deepEqual(names, ["localhost", "myhost"]);
    for (const name of names) assert.ok(parsed.checkHost(name, { subject: "never" }));
    for (const ip of ["127.0.0.1", "::1", "192.168.1.23"]) assert.ok(parsed.checkIP(ip));
    assert.equal(parsed.checkHost("secure-room", { subject: "never" }), undefined);
  });
});

test("its files are their owner's alone", { skip: process.platform === "win32" }, async () => {
  await withFolder(async (folder) => {
    await findCertificate(folder, place);
    assert.deepEqual((await readdir(folder)).toSorted(), ["cert.pem", "key.pem"]);
    for (const name of ["cert.pem", "key.pem"]) {
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
    }
  });
});

test("it is found again, until a day before it expires", async () => {
  await withFolder(async (folder) => {
    const first = await findCertificate(folder, place);
    const endMs = Date.parse(new X509Certificate(first.cert).validTo);
    const again = await findCertificate(folder, { ...place, nowMs: endMs - dayMs - 1 });
    assert.deepEqual(again, { ...first, made: null });
    const renewed = await findCertificate(folder, { ...place, nowMs: endMs - dayMs });
    assert.equal(renewed.made, "expired");
    assert.notEqual(renewed.fingerprint, first.fingerprint);
  });
});

test("it is made anew when links name an address that it does not cover", async () => {
  await withFolder(async (folder) => {
    await findCertificate(folder, place);
    const moved = { hosts: ["localhost", "10.0.0.7"], linked: ["10.0.0.7"], nowMs };
    assert.equal((await findCertificate(folder, moved)).made, "moved");
    assert.equal((await findCertificate(folder, moved)).made, null);
    assert.equal((await findCertificate(folder, { ...moved, linked: ["localhost"] })).made, null);
  });
});

test("it is made anew when its key is gone or another's", async () => {
  await withFolder(async (folder) => {
    await findCertificate(folder, place);
    await rm(join(folder, "key.pem"));
    assert.equal((await findCertificate(folder, place)).made, "broken");
    await writeFile(join(folder, "key.pem"), "nonsense");
    assert.equal((await findCertificate(folder, place)).made, "broken");
  });
});

test("a certificate that was not made here is never overwritten", async () => {
  await withFolder(async (folder) => {
    const { cert } = await findLocalCertificate(folder, { ...place, hosts: ["localhost"] }, "box");
    await writeFile(join(folder, "cert.pem"), cert);
    const before = await readdir(folder);
    await assert.rejects(findCertificate(folder, place), /was not made by secure-room: move it away/);
    await writeFile(join(folder, "cert.pem"), "x");
    await assert.rejects(
      findCertificate(folder, place),
      /cert\.pem is no certificate: remove it, and the next start makes one/,
    );
    assert.deepEqual(await readdir(folder), before);
  });
});

test("an operator's own pair is taken when it fits and is in date", async () => {
  await withFolder(async (folder) => {
    const made = await findCertificate(folder, place);
    const files = { cert: join(folder, "cert.pem"), key: join(folder, "key.pem") };
    const own = await readOwnCertificate(files, nowMs);
    assert.deepEqual([own.own, own.fingerprint], [true, made.fingerprint]);
    await assert.rejects(readOwnCertificate(files, nowMs + 900 * dayMs), /expired on .*: renew it/);
    await assert.rejects(readOwnCertificate(files, nowMs - 9 * dayMs), /valid only from .* clock/);
  });
});

test("a pair that does not fit, is missing or is no PEM is one line that names the flag", async () => {
  await withFolder(async (folder) => {
    await findCertificate(folder, place);
    await withFolder(async (other) => {
      await findCertificate(other, place);
      const cert = join(folder, "cert.pem");
      const wrong = { cert, key: join(other, "key.pem") };
      await assert.rejects(readOwnCertificate(wrong, nowMs), /--key .* does not belong to --cert /);
      const missing = { cert, key: join(other, "none.pem") };
      await assert.rejects(
        readOwnCertificate(missing, nowMs),
        /cannot read --key .*: it does not exist; name /,
      );
      const swapped = { cert: join(folder, "key.pem"), key: cert };
      await assert.rejects(
        readOwnCertificate(swapped, nowMs),
        /--cert .* is not a certificate in PEM: name /,
      );
      await assert.rejects(
        readOwnCertificate({ cert, key: cert }, nowMs),
        /is not a private key in PEM: name /,
      );
    });
  });
});
