import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createPrivateKey, generateKeyPairSync, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { connect, createServer } from "node:tls";
import { dayMs } from "../../src/protocol/units.ts";
import { findLocalCertificate, isLocal, namesFor } from "../../src/server/local-ca.ts";
import {
  basicConstraints,
  nameOf,
  subjectAltName,
  subjectOf,
  writeCertificate,
} from "../../src/server/x509.ts";
import { withFolder } from "./folder.ts";

const nowMs = Date.now();
const place = {
  hosts: ["localhost", "127.0.0.1", "::1", "192.168.1.23", "203.0.113.9", "2001:db8::9"],
  linked: ["192.168.1.23"],
  nowMs,
};

test("a first start makes an authority for 10 years and a certificate for 825 days, their keys for their owner alone", async () => {
  await withFolder(async (folder) => {
    const made = await findLocalCertificate(folder, place, "pi-4");
    const [authority, cert] = [new X509Certificate(made.authority.cert), new X509Certificate(made.cert)];
    assert.deepEqual([made.made, made.own], ["first", false]);
    assert.equal(authority.fingerprint256, made.authority.fingerprint);
    assert.match(made.authority.name, /^secure-room on pi-4 \(20\d\d\)$/);
    assert.deepEqual([authority.ca, cert.ca], [true, false]);
    assert.ok(
      authority.verify(authority.publicKey) &&
        cert.verify(authority.publicKey) &&
        cert.checkIssued(authority),
    );
    assert.equal(Math.round((Date.parse(authority.validTo) - nowMs) / dayMs), 3650);
    assert.equal(Date.parse(cert.validTo) - Date.parse(cert.validFrom), 825 * dayMs);
    assert.ok(cert.checkPrivateKey(createPrivateKey(made.key)));
    assert.deepEqual((await readdir(folder)).toSorted(), ["ca-key.pem", "ca.pem", "local.pem"]);
    if (process.platform === "win32") return;
    for (const name of await readdir(folder))
      assert.equal((await stat(join(folder, name))).mode & 0o777, 0o600);
  });
});

test("its certificate speaks for local names and private addresses, and leaves public ones out", async () => {
  await withFolder(async (folder) => {
    const { cert } = await findLocalCertificate(folder, place, "pi-4");
    const parsed = new X509Certificate(cert);
    for (const name of ["localhost", "pi-4.local", "pi-4.lan", "pi-4.home.arpa", "pi-4.internal"]) {
      assert.ok(parsed.checkHost(name, { subject: "never" }), name);
    }
    for (const ip of ["127.0.0.1", "::1", "192.168.1.23"]) assert.ok(parsed.checkIP(ip), ip);
    for (const ip of ["203.0.113.9", "2001:db8::9"]) assert.equal(parsed.checkIP(ip), undefined, ip);
  });
});

test("it is found again, renewed 30 days before its end, and moves with the machine; the authority stays", async () => {
  await withFolder(async (folder) => {
    const first = await findLocalCertificate(folder, place, "pi-4");
    const endMs = Date.parse(new X509Certificate(first.cert).validTo);
    const again = await findLocalCertificate(folder, { ...place, nowMs: endMs - 30 * dayMs - 1 }, "pi-4");
    assert.deepEqual([again.made, again.fingerprint], [null, first.fingerprint]);
    const moved = await findLocalCertificate(
      folder,
      { ...place, hosts: ["10.0.0.7"], linked: ["10.0.0.7"] },
      "pi-4",
    );
    assert.equal(moved.made, "moved");
    const renewed = await findLocalCertificate(folder, { ...place, nowMs: endMs - 30 * dayMs }, "pi-4");
    assert.equal(renewed.made, "expired");
    for (const each of [again, moved, renewed]) {
      assert.deepEqual(each.authority, first.authority);
    }
  });
});

test("an address that links name and that it must not sign is no reason to make it again and again", async () => {
  await withFolder(async (folder) => {
    const open = { ...place, linked: ["203.0.113.9"] };
    await findLocalCertificate(folder, open, "pi-4");
    assert.equal((await findLocalCertificate(folder, open, "pi-4")).made, null);
  });
});

test("an authority near its end is made anew, and its certificate with it", async () => {
  await withFolder(async (folder) => {
    const first = await findLocalCertificate(folder, place, "pi-4");
    const later = { ...place, nowMs: nowMs + 3640 * dayMs };
    const second = await findLocalCertificate(folder, later, "pi-4");
    assert.notEqual(second.authority.fingerprint, first.authority.fingerprint);
    assert.ok(new X509Certificate(second.cert).verify(new X509Certificate(second.authority.cert).publicKey));
  });
});

test("no certificate outlives its authority", async () => {
  await withFolder(async (folder) => {
    const { authority } = await findLocalCertificate(folder, place, "pi-4");
    const later = { ...place, nowMs: nowMs + 3400 * dayMs };
    const { cert } = await findLocalCertificate(folder, later, "pi-4");
    const [parsed, parent] = [cert, authority.cert].map((pem) => new X509Certificate(pem));
    assert.ok(Date.parse(parsed?.validTo ?? "") <= Date.parse(parent?.validTo ?? ""));
  });
});

test("an authority without its key, or with another's, is not replaced behind anybody's back", async () => {
  await withFolder(async (folder) => {
    await findLocalCertificate(folder, place, "pi-4");
    const key = join(folder, "ca-key.pem");
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await writeFile(key, privateKey.export({ type: "pkcs8", format: "pem" }));
    await assert.rejects(
      findLocalCertificate(folder, place, "pi-4"),
      /not a pair: bring the pair back .* or remove both/,
    );
    await rm(key);
    await assert.rejects(findLocalCertificate(folder, place, "pi-4"), /not a pair/);
  });
});

test("a certificate that is broken, or of an earlier authority, is made anew", async () => {
  await withFolder(async (folder) => {
    await findLocalCertificate(folder, place, "pi-4");
    await writeFile(join(folder, "local.pem"), "nonsense");
    assert.equal((await findLocalCertificate(folder, place, "pi-4")).made, "first");
    const old = await readFile(join(folder, "local.pem"));
    for (const name of ["ca.pem", "ca-key.pem"]) await rm(join(folder, name));
    await findLocalCertificate(folder, place, "pi-4");
    await writeFile(join(folder, "local.pem"), old);
    assert.equal((await findLocalCertificate(folder, place, "pi-4")).made, "first");
  });
});

test("the machine's own name is permitted where it has no dot and cannot be a domain's ending", () => {
  const own = (host: string): string[] => namesFor(host).slice(5);
  assert.deepEqual(own("PI-4"), ["pi-4"]);
  assert.deepEqual(own("nas2"), ["nas2"]);
  for (const host of ["dev", "app", "raspberrypi", "xn--p1ai", "mac.local", "box.lan", "", "a_b", "-x1"]) {
    assert.deepEqual(own(host), [], host);
  }
  for (const host of ["chat.example.org", "google.com", "github.io", "pi-4.fritz.box", "pi-4."]) {
    assert.deepEqual(own(host), [], host);
  }
});

test("on a machine with a name on the internet, nothing below that name is signed or can be forged", async () => {
  await withFolder(async (folder) => {
    const named = { ...place, hosts: ["localhost", "chat.example.org"] };
    const { cert } = await findLocalCertificate(folder, named, "chat.example.org");
    assert.match(await opensslVerify(folder, cert), /leaf\.pem: OK/);
    const parsed = new X509Certificate(cert);
    assert.equal(parsed.checkHost("chat.example.org", { subject: "never" }), undefined);
    assert.ok(parsed.checkHost("chat.local", { subject: "never" }));
    for (const host of ["chat.example.org", "bank.chat.example.org"]) {
      const forged = await forge(folder, [host]);
      assert.match(await opensslVerify(folder, forged.cert), /permitted subtree violation/, host);
    }
  });
});

test("its chain can be shown to anybody: the key is not in it, fresh or found again", async () => {
  await withFolder(async (folder) => {
    for (const made of ["first", null]) {
      const found = await findLocalCertificate(folder, place, "pi-4");
      assert.equal(found.made, made);
      assert.doesNotMatch(found.cert, /PRIVATE/);
      assert.doesNotMatch(found.key, /CERTIFICATE/);
      assert.ok(new X509Certificate(found.cert).checkPrivateKey(createPrivateKey(found.key)));
    }
  });
});

test("private is what nobody on the internet can have", () => {
  const names = namesFor("pi-4");
  for (const host of [
    "10.1.2.3",
    "172.31.0.1",
    "192.168.0.1",
    "169.254.1.1",
    "127.0.0.2",
    "::1",
    "fd12::1",
    "fe80::1",
    "a.LAN",
    "localhost",
    "pi-4",
  ]) {
    assert.ok(isLocal(host, names), host);
  }
  for (const host of [
    "11.0.0.1",
    "172.32.0.1",
    "192.169.0.1",
    "100.64.0.1",
    "::2",
    "2001:db8::1",
    "example.org",
    "evillan",
    "lan.example.org",
    "pi-44",
  ]) {
    assert.ok(!isLocal(host, names), host);
  }
});

/** What a thief of the authority's key could write. */
async function forge(
  folder: string,
  hosts: readonly string[],
): Promise<{ cert: string; key: string; ca: string }> {
  const ca = await readFile(join(folder, "ca.pem"), "utf8");
  const authorityKey = createPrivateKey(await readFile(join(folder, "ca-key.pem")));
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = writeCertificate({
    subject: nameOf("a thief"),
    publicKey,
    issuer: { name: subjectOf(new X509Certificate(ca)), key: authorityKey },
    fromMs: nowMs - dayMs,
    untilMs: nowMs + dayMs,
    extensions: [basicConstraints(false), subjectAltName(hosts)],
  });
  return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString(), ca };
}

async function opensslVerify(folder: string, cert: string): Promise<string> {
  await writeFile(join(folder, "leaf.pem"), cert);
  const args = [
    "verify",
    "-x509_strict",
    "-purpose",
    "sslserver",
    "-CAfile",
    join(folder, "ca.pem"),
    join(folder, "leaf.pem"),
  ];
  const { stdout, stderr } = spawnSync("openssl", args, { encoding: "utf8" });
  return stdout + stderr;
}

test("openssl takes its certificate, and none that a thief of its key makes for the internet", async () => {
  await withFolder(async (folder) => {
    const { cert } = await findLocalCertificate(folder, place, "pi-4");
    assert.match(await opensslVerify(folder, cert), /leaf\.pem: OK/);
    assert.match(
      await opensslVerify(folder, (await forge(folder, ["other.lan", "10.9.9.9", "fd00::7"])).cert),
      /: OK/,
    );
    for (const host of ["example.org", "lan.example.org", "203.0.113.9", "2001:db8::1"]) {
      assert.match(
        await opensslVerify(folder, (await forge(folder, [host])).cert),
        /permitted subtree violation/,
        host,
      );
    }
  });
});

/** How a TLS handshake with `servername` ends. */
async function handshake(
  pair: { cert: string; key: string; ca: string },
  servername: string,
): Promise<string> {
  const server = createServer(pair).listen(0, "127.0.0.1");
  // A client that refuses cuts: that is no event here.
  server.on("tlsClientError", () => {});
  server.on("secureConnection", (socket) => socket.on("error", () => {}).resume());
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const socket = connect({ host: "127.0.0.1", port, servername, ca: pair.ca });
  // `once` is of no use here: it rejects with an "error" whatever it waits for.
  const ended = await new Promise<string>((resolve) => {
    socket.once("secureConnect", () => resolve("trusted"));
    socket.once("error", (error) => resolve(error.message));
  });
  socket.destroy();
  server.close();
  return ended;
}

test("so does TLS itself", async () => {
  await withFolder(async (folder) => {
    const { cert, key, authority } = await findLocalCertificate(folder, place, "pi-4");
    assert.equal(await handshake({ cert, key, ca: authority.cert }, "pi-4.local"), "trusted");
    assert.equal(
      await handshake(await forge(folder, ["example.org"]), "example.org"),
      "permitted subtree violation",
    );
  });
});
