// A certificate authority of this machine's own: made once, trusted by whoever installs it on their phone, and held by
// name constraints to what no stranger can own. Whoever stole its key could pose as a machine in a private network to
// those who trust it, and as nothing on the internet.

import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { BlockList, isIP, isIPv4 } from "node:net";
import { join } from "node:path";
import { dayMs } from "../protocol/units.ts";
import { type Certificate, covers, describeFile, type Place, validDays } from "./certificate.ts";
import { Mistake } from "./mistake.ts";
import { keep, readKept } from "./state.ts";
import {
  basicConstraints,
  type Issuer,
  keyUsage,
  nameConstraints,
  nameOf,
  permittedNames,
  serverAuth,
  subjectAltName,
  subjectOf,
  type Subnet,
  writeCertificate,
} from "./x509.ts";

export interface Authority {
  /** PEM */
  readonly cert: string;
  /** SHA-256 of it, `AA:BB:…` */
  readonly fingerprint: string;
  /** What its owner sees in a list of authorities. */
  readonly name: string;
}

export interface LocalCertificate extends Certificate {
  readonly authority: Authority;
}

const authorityName = "ca.pem";
/** Of the file in the folder that nobody else may read. */
export const authorityKeyName = "ca-key.pem";
/** Key and certificate in one file, so that no crash can leave a pair that does not fit. */
export const localName = "local.pem";

const authorityDays = 10 * 365;
/** With less left it is renewed. */
const renewDays = 30;

/** Endings that nobody can buy: RFC 6761, 6762, 8375, the one ICANN set aside in 2024, and what routers are used to. */
const localEndings = ["localhost", "local", "lan", "home.arpa", "internal"];
/** RFC 1918, 4193, 3927, 4291: private, link-local, loopback. */
const localSubnets: readonly Subnet[] = [
  { address: "10.0.0.0", bits: 8 },
  { address: "172.16.0.0", bits: 12 },
  { address: "192.168.0.0", bits: 16 },
  { address: "169.254.0.0", bits: 16 },
  { address: "127.0.0.0", bits: 8 },
  { address: "fc00::", bits: 7 },
  { address: "fe80::", bits: 10 },
  { address: "::1", bits: 128 },
];

/**
 * Finds authority and certificate in `folder`, or makes what is missing, about to expire, or for other addresses.
 * @param host this machine's name
 * @throws Mistake when the folder cannot be read or written, or holds an authority without its key
 */
export async function findLocalCertificate(
  folder: string,
  place: Place,
  host: string,
): Promise<LocalCertificate> {
  const { issuer, parsed } = await findAuthority(folder, place.nowMs, host);
  const names = permittedNames(parsed);
  const hosts = [...new Set([...place.hosts, ...endingsOf(host)])].filter((each) => isLocal(each, names));
  const linked = place.linked.filter((each) => isLocal(each, names));
  const authority = {
    cert: parsed.toString(),
    fingerprint: parsed.fingerprint256,
    name: commonNameOf(parsed),
  };
  const kept = await readLocal(folder);
  const flaw = kept === null ? "first" : judge(kept, parsed, linked, place.nowMs);
  if (kept !== null && flaw === null) {
    return {
      ...describeFile(kept.pem, kept.parsed, { own: false, made: null }),
      authority,
    };
  }
  const pem = issue(
    issuer,
    hosts,
    Math.min(place.nowMs + validDays * dayMs, Date.parse(parsed.validTo)),
    place.nowMs,
  );
  await keep(folder, localName, pem);
  const described = describeFile(pem, new X509Certificate(pem), { own: false, made: flaw ?? "first" });
  return { ...described, authority };
}

/** Whether the authority may sign for `host`: a private address, or a name at or below one of `names`. */
export function isLocal(host: string, names: readonly string[]): boolean {
  if (isIP(host) !== 0) return localAddresses.check(host, isIPv4(host) ? "ipv4" : "ipv6");
  const name = host.toLowerCase();
  return names.some((base) => name === base || name.endsWith(`.${base}`));
}

const localAddresses = new BlockList();
for (const { address, bits } of localSubnets) {
  localAddresses.addSubnet(address, bits, isIPv4(address) ? "ipv4" : "ipv6");
}

/**
 * What a new authority on the machine `host` may sign for. Its own name only where it is a bare one: a name with a dot
 * is on the internet, or may be tomorrow, and a constraint lets in everything below it.
 */
export function namesFor(host: string): string[] {
  const name = host.toLowerCase();
  return isOwnName(name) && !isLocal(name, localEndings) ? [...localEndings, name] : localEndings;
}

/**
 * A bare name of letters alone may be a domain's ending: a constraint to `dev` would let in all of .dev. Endings have no
 * digits and, but for `xn--…`, no hyphens.
 */
function isOwnName(name: string): boolean {
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name)) return false;
  return /[\d-]/.test(name) && !name.startsWith("xn--");
}

/** What routers and systems call this machine in its network. */
function endingsOf(host: string): string[] {
  const [label = ""] = host.toLowerCase().split(".");
  if (!/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/.test(label) || label === "localhost") return [];
  return ["local", "lan", "home.arpa", "internal"].map((ending) => `${label}.${ending}`);
}

interface Found {
  readonly issuer: Issuer;
  readonly parsed: X509Certificate;
}

async function findAuthority(folder: string, nowMs: number, host: string): Promise<Found> {
  const found = await readAuthority(folder);
  if (found === null) return makeAuthority(folder, nowMs, host);
  const { parsed, key } = found;
  if (Date.parse(parsed.validTo) - renewDays * dayMs <= nowMs) return makeAuthority(folder, nowMs, host);
  return { issuer: { name: subjectOf(parsed), key }, parsed };
}

/**
 * Reads the authority, in date or not; null when there is none.
 * @throws Mistake when it is without its key, or cannot be read
 */
export async function readAuthority(
  folder: string,
): Promise<{ readonly parsed: X509Certificate; readonly key: KeyObject } | null> {
  const cert = await readKept(folder, authorityName);
  const key = await readKept(folder, authorityKeyName);
  if (cert === null) return null;
  const parsed = parseOrNull(() => new X509Certificate(cert));
  const parsedKey = key === null ? null : parseOrNull(() => createPrivateKey(key));
  if (parsed === null || parsedKey === null || !parsed.checkPrivateKey(parsedKey)) {
    throw new Mistake(
      `${join(folder, authorityName)} and ${authorityKeyName} beside it are not a pair: bring the pair back from a ` +
        `copy, or remove both for a new authority, which every device must then get anew`,
    );
  }
  return { parsed, key: parsedKey };
}

async function makeAuthority(folder: string, nowMs: number, host: string): Promise<Found> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  // The year tells two of one machine apart, in a list where the older one must go.
  const label = host.replaceAll(/[^\w.-]/g, "").slice(0, 40) || "this machine";
  const subject = nameOf(`secure-room on ${label} (${new Date(nowMs).getUTCFullYear()})`);
  const issuer = { name: subject, key: privateKey };
  const cert = writeCertificate({
    subject,
    publicKey,
    issuer,
    // A day back, for guests whose clock is behind.
    fromMs: nowMs - dayMs,
    untilMs: nowMs + authorityDays * dayMs,
    extensions: [
      basicConstraints(true),
      keyUsage("authority"),
      serverAuth(),
      nameConstraints(namesFor(host), localSubnets),
    ],
  });
  // The key first: a crash between the two leaves a key that nobody trusts yet.
  await keep(folder, authorityKeyName, privateKey.export({ type: "pkcs8", format: "pem" }));
  await keep(folder, authorityName, cert);
  return { issuer, parsed: new X509Certificate(cert) };
}

/** @returns key and certificate, PEM */
function issue(issuer: Issuer, hosts: readonly string[], untilMs: number, nowMs: number): string {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const cert = writeCertificate({
    subject: nameOf("secure-room server"),
    publicKey,
    issuer,
    fromMs: nowMs - dayMs,
    // Less the day that it starts back.
    untilMs: untilMs - dayMs,
    extensions: [basicConstraints(false), keyUsage("server"), serverAuth(), subjectAltName(hosts)],
  });
  return `${privateKey.export({ type: "pkcs8", format: "pem" }).toString()}${cert}`;
}

interface Kept {
  readonly pem: string;
  readonly parsed: X509Certificate;
}

async function readLocal(folder: string): Promise<Kept | null> {
  const pem = (await readKept(folder, localName))?.toString();
  if (pem === undefined) return null;
  const parsed = parseOrNull(() => new X509Certificate(pem));
  const key = parseOrNull(() => createPrivateKey(pem));
  return parsed === null || key === null || !parsed.checkPrivateKey(key) ? null : { pem, parsed };
}

function judge(
  { parsed }: Kept,
  authority: X509Certificate,
  linked: readonly string[],
  nowMs: number,
): Certificate["made"] {
  if (!parsed.verify(authority.publicKey)) return "first";
  if (Date.parse(parsed.validTo) - renewDays * dayMs <= nowMs) return "expired";
  return linked.every((host) => covers(parsed, host)) ? null : "moved";
}

function commonNameOf({ subject }: X509Certificate): string {
  return /^CN=(.*)$/m.exec(subject)?.[1] ?? "secure-room";
}

function parseOrNull<T>(parse: () => T): T | null {
  try {
    return parse();
  } catch {
    return null;
  }
}
