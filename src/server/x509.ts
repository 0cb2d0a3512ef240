// Writes certificates and requests for them (RFC 5280, RFC 2986): EC P-256, SHA-256, and the few extensions that a
// chat server's certificates need. selfsigned can neither constrain an authority's names nor ask one for a signature,
// and the libraries under it weigh more than this program. What was written is read back by Node and openssl in tests.

import {
  createHash,
  createPublicKey,
  type KeyObject,
  randomBytes,
  sign,
  type X509Certificate,
} from "node:crypto";
import { isIP, isIPv4 } from "node:net";
import {
  bitString,
  type Der,
  elementsOf,
  explicit,
  implicit,
  integer,
  octets,
  oid,
  sequence,
  set,
  time,
  utf8,
  yes,
} from "./der.ts";

/** Whom a certificate names as its issuer, and the key that signs for them. */
export interface Issuer {
  /** Their name as it stands in their own certificate, DER. */
  readonly name: Uint8Array;
  readonly key: KeyObject;
}

export interface CertificatePlan {
  /** Of the one it is for, from `nameOf`. */
  readonly subject: Uint8Array;
  readonly publicKey: KeyObject;
  readonly issuer: Issuer;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly extensions: readonly Der[];
}

const ecdsaWithSha256 = sequence(oid("1.2.840.10045.4.3.2"));
const serialBytes = 16;

/** A name with nothing but a common name. */
export function nameOf(commonName: string): Der {
  return sequence(set(sequence(oid("2.5.4.3"), utf8(commonName))));
}

/** The certificate in PEM. Its serial number is random, as RFC 5280 and browsers want it. */
export function writeCertificate(plan: CertificatePlan): string {
  const authorityKey = extension(
    "2.5.29.35",
    false,
    sequence(implicit(0, keyIdOf(createPublicKey(plan.issuer.key)))),
  );
  const subjectKey = extension("2.5.29.14", false, octets(keyIdOf(plan.publicKey)));
  const toBeSigned = sequence(
    explicit(0, integer(Uint8Array.of(2))),
    integer(randomBytes(serialBytes)),
    ecdsaWithSha256,
    plan.issuer.name,
    sequence(time(plan.fromMs), time(plan.untilMs)),
    plan.subject,
    spkiOf(plan.publicKey),
    explicit(3, sequence(...plan.extensions, subjectKey, authorityKey)),
  );
  return pem("CERTIFICATE", signed(toBeSigned, plan.issuer.key));
}

/** A request for a certificate for `hosts`, DER. */
export function writeRequest(key: KeyObject, hosts: readonly string[]): Der {
  const wanted = sequence(oid("1.2.840.113549.1.9.14"), set(sequence(subjectAltName(hosts))));
  const info = sequence(
    integer(Uint8Array.of(0)),
    // Authorities read the names from the extension.
    sequence(),
    spkiOf(createPublicKey(key)),
    explicit(0, wanted),
  );
  return signed(info, key);
}

function signed(content: Der, key: KeyObject): Der {
  return sequence(content, ecdsaWithSha256, bitString(sign("sha256", content, key)));
}

/** Whether it may sign others, but none that may sign again. */
export function basicConstraints(isAuthority: boolean): Der {
  const content = isAuthority ? sequence(yes, integer(Uint8Array.of(0))) : sequence();
  return extension("2.5.29.19", true, content);
}

/** What its key is for. */
export function keyUsage(use: "server" | "authority"): Der {
  // Bit 0 is digitalSignature, 5 keyCertSign, 6 cRLSign (RFC 5280, section 4.2.1.3).
  const bits = use === "server" ? bitString(Uint8Array.of(0x80), 7) : bitString(Uint8Array.of(0x06), 1);
  return extension("2.5.29.15", true, bits);
}

/** For TLS servers only. */
export function serverAuth(): Der {
  return extension("2.5.29.37", false, sequence(oid("1.3.6.1.5.5.7.3.1")));
}

/** Names and addresses that it speaks for. */
export function subjectAltName(hosts: readonly string[]): Der {
  const names = hosts.map((host) =>
    isIP(host) === 0 ? implicit(2, Buffer.from(host, "ascii")) : implicit(7, addressBytes(host)),
  );
  return extension("2.5.29.17", false, sequence(...names));
}

/** The one extension that answers the challenge tls-alpn-01 (RFC 8737, section 3). */
export function acmeIdentifier(keyAuthorization: string): Der {
  const digest = createHash("sha256").update(keyAuthorization).digest();
  return extension("1.3.6.1.5.5.7.1.31", true, octets(digest));
}

/** A range of addresses: `10.0.0.0`, 8 */
export interface Subnet {
  readonly address: string;
  readonly bits: number;
}

const nameConstraintsOid = "2.5.29.30";

/** The only names (with everything below them) and addresses that an authority may sign for. */
export function nameConstraints(names: readonly string[], subnets: readonly Subnet[]): Der {
  const bases = [
    ...names.map((name) => implicit(2, Buffer.from(name, "ascii"))),
    ...subnets.map(({ address, bits }) => implicit(7, subnetBytes(address, bits))),
  ];
  const permitted = explicit(0, ...bases.map((base) => sequence(base)));
  return extension(nameConstraintsOid, true, sequence(permitted));
}

/** The names that the authority may sign for. @throws when it has no name constraints */
export function permittedNames(authority: X509Certificate): string[] {
  const wanted = Buffer.from(oid(nameConstraintsOid));
  const extensions = tbsOf(authority).find(({ tag }) => tag === 0xa3);
  const [list] = elementsOf(extensions?.content ?? new Uint8Array());
  for (const { content } of elementsOf(list?.content ?? new Uint8Array())) {
    const parts = elementsOf(content);
    if (!wanted.equals(parts[0]?.whole ?? new Uint8Array())) continue;
    const [constraints] = elementsOf(parts.at(-1)?.content ?? new Uint8Array());
    const [permitted] = elementsOf(constraints?.content ?? new Uint8Array());
    return elementsOf(permitted?.content ?? new Uint8Array())
      .flatMap((subtree) => elementsOf(subtree.content))
      .filter(({ tag }) => tag === 0x82)
      .map((base) => Buffer.from(base.content).toString("ascii"));
  }
  throw new Error("expected an authority with name constraints");
}

/** The subject of a certificate as it stands in it, DER. */
export function subjectOf(certificate: X509Certificate): Uint8Array {
  // Behind version, serial number, algorithm, issuer and validity.
  const subject = tbsOf(certificate)[5];
  if (subject === undefined) throw new Error("expected a certificate of version 3");
  return subject.whole;
}

function tbsOf({ raw }: X509Certificate): ReturnType<typeof elementsOf> {
  const [whole] = elementsOf(raw);
  const [toBeSigned] = elementsOf(whole?.content ?? new Uint8Array());
  return elementsOf(toBeSigned?.content ?? new Uint8Array());
}

function extension(id: string, critical: boolean, value: Der): Der {
  return critical ? sequence(oid(id), yes, octets(value)) : sequence(oid(id), octets(value));
}

function spkiOf(key: KeyObject): Uint8Array {
  return key.export({ type: "spki", format: "der" });
}

/** The left 160 bits of SHA-256 over the key (RFC 7093, section 2). */
function keyIdOf(key: KeyObject): Uint8Array {
  const [whole] = elementsOf(spkiOf(key));
  const bits = elementsOf(whole?.content ?? new Uint8Array())[1];
  const point = (bits?.content ?? new Uint8Array()).subarray(1);
  return createHash("sha256").update(point).digest().subarray(0, 20);
}

/** 4 bytes, or 16. @throws when it is no address */
export function addressBytes(address: string): Uint8Array<ArrayBuffer> {
  if (isIPv4(address)) return Uint8Array.from(address.split(".").map(Number));
  if (isIP(address) === 0) throw new Error(`expected an address, got ${address}`);
  // URL writes an IPv6 address without embedded IPv4 and in lower case.
  const [left = "", right] = new URL(`http://[${address}]`).hostname.slice(1, -1).split("::");
  const head = left.split(":").filter((group) => group !== "");
  const tail = (right ?? "").split(":").filter((group) => group !== "");
  const zeros = Array<string>(8 - head.length - tail.length).fill("0");
  return Uint8Array.from(
    [...head, ...zeros, ...tail].flatMap((group) => {
      const value = Number.parseInt(group, 16);
      return [value >> 8, value & 0xff];
    }),
  );
}

/** Address and mask, as name constraints have them (RFC 5280, section 4.2.1.10). */
function subnetBytes(address: string, bits: number): Uint8Array {
  const base = addressBytes(address);
  const mask = base.map((_, index) => 0xff & ~(0xff >> Math.min(8, Math.max(0, bits - index * 8))));
  return Buffer.concat([base, mask]);
}

function pem(label: string, der: Uint8Array): string {
  const lines =
    Buffer.from(der)
      .toString("base64")
      .match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ""].join("\n");
}
