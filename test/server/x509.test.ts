import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { generateKeyPairSync, X509Certificate } from "node:crypto";
import { test } from "node:test";
import { dayMs } from "../../src/protocol/units.ts";
import {
  acmeIdentifier,
  addressBytes,
  basicConstraints,
  keyUsage,
  nameConstraints,
  nameOf,
  permittedNames,
  serverAuth,
  subjectAltName,
  subjectOf,
  writeCertificate,
  writeRequest,
} from "../../src/server/x509.ts";

const fromMs = Date.parse("2026-01-01T00:00:00Z");
const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const subject = nameOf("somebody é");

function write(extensions: Parameters<typeof writeCertificate>[0]["extensions"]): X509Certificate {
  const issuer = { name: subject, key: privateKey };
  const untilMs = fromMs + dayMs;
  return new X509Certificate(writeCertificate({ subject, publicKey, issuer, fromMs, untilMs, extensions }));
}

/** What openssl says of DER: a reader that shares nothing with the writer. */
function openssl(args: readonly string[], input: Uint8Array): string {
  const { status, stdout, stderr } = spawnSync("openssl", args, { input, encoding: "utf8" });
  assert.equal(status, 0, stderr);
  return stdout;
}

test("Node reads what was written: names, times, key, use", () => {
  const hosts = ["chat.lan", "192.168.1.2", "fd00::12:0:1"];
  const read = write([basicConstraints(false), keyUsage("server"), serverAuth(), subjectAltName(hosts)]);
  assert.equal(read.subject, "CN=somebody é");
  assert.equal(read.subjectAltName, "DNS:chat.lan, IP Address:192.168.1.2, IP Address:FD00:0:0:0:0:12:0:1");
  assert.deepEqual([Date.parse(read.validFrom), Date.parse(read.validTo)], [fromMs, fromMs + dayMs]);
  assert.deepEqual([read.ca, read.keyUsage], [false, ["1.3.6.1.5.5.7.3.1"]]);
  assert.ok(read.verify(publicKey));
  assert.ok(read.checkPrivateKey(privateKey));
  assert.ok(read.checkIP("fd00::12:0:1"));
});

test("openssl reads the same", () => {
  const read = write([
    basicConstraints(true),
    keyUsage("authority"),
    nameConstraints(["lan"], [{ address: "fc00::", bits: 7 }]),
  ]);
  const text = openssl(["x509", "-inform", "DER", "-noout", "-text"], read.raw);
  for (const line of [
    /Version: 3/,
    /Signature Algorithm: ecdsa-with-SHA256/,
    /Basic Constraints: critical\s+CA:TRUE, pathlen:0/,
    /Key Usage: critical\s+Certificate Sign, CRL Sign\n/,
    /Name Constraints: critical\s+Permitted:\s+DNS:lan\s+IP:FC00:0:0:0:0:0:0:0\/FE00:0:0:0:0:0:0:0\n/,
    /Subject Key Identifier:\s+(?:\w\w:){19}\w\w\n/,
    /Authority Key Identifier:\s+(?:keyid:)?(?:\w\w:){19}\w\w\n/,
  ]) {
    assert.match(text, line);
  }
});

test("no two have the same serial number", () => {
  assert.notEqual(write([]).serialNumber, write([]).serialNumber);
});

test("openssl verifies a request, and finds the names in it", () => {
  const request = writeRequest(privateKey, ["chat.example.org"]);
  const text = openssl(["req", "-inform", "DER", "-noout", "-text", "-verify"], request);
  assert.match(text, /Subject Alternative Name:\s+DNS:chat\.example\.org\n/);
});

test("the answer to tls-alpn-01 is the example of RFC 8737's form: critical, 32 bytes in 32 bytes", () => {
  const found = Buffer.from(acmeIdentifier("token.thumbprint")).toString("hex");
  // 30 LEN, OID 1.3.6.1.5.5.7.1.31, TRUE, OCTET STRING { OCTET STRING of 32 }
  assert.match(found, /^303106082b0601050507011f0101ff04220420[0-9a-f]{64}$/);
});

test("the name in a certificate, and the names it permits, are found again", () => {
  const read = write([
    basicConstraints(true),
    nameConstraints(["lan", "my-box"], [{ address: "10.0.0.0", bits: 8 }]),
  ]);
  assert.deepEqual(Buffer.from(subjectOf(read)), Buffer.from(subject));
  assert.deepEqual(permittedNames(read), ["lan", "my-box"]);
  assert.throws(() => permittedNames(write([basicConstraints(true)])), /expected an authority/);
});

const addresses: readonly (readonly [string, string])[] = [
  ["192.0.2.255", "c00002ff"],
  ["::", "00".repeat(16)],
  ["::1", `${"00".repeat(15)}01`],
  ["fe80::", `fe80${"00".repeat(14)}`],
  ["2001:DB8::8:800:200C:417A", "20010db80000000000080800200c417a"],
  ["::ffff:10.0.0.1", `${"00".repeat(10)}ffff0a000001`],
  ["1:2:3:4:5:6:7:8", "00010002000300040005000600070008"],
];
for (const [address, expected] of addresses) {
  test(`${address} is ${expected}`, () => {
    assert.equal(Buffer.from(addressBytes(address)).toString("hex"), expected);
  });
}

test("what is no address is refused", () => {
  assert.throws(() => addressBytes("fe80::1%eth0x/64"), /expected an address/);
  assert.throws(() => addressBytes("lan"), /expected an address/);
});
