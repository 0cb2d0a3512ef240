// Finds, makes and judges the TLS certificate: the operator's own, or one that is made here and kept.
// The only importer of selfsigned, and that only at the moment a certificate must be made: loading it costs 45 ms.

import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { readFile } from "node:fs/promises";
import { isIP } from "node:net";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import { dayMs } from "../protocol/units.ts";
import { Mistake, reasonOf } from "./mistake.ts";
import { keep, readKept } from "./state.ts";

export interface Certificate {
  /** PEM, the chain behind the certificate where there is one. No key is in it. */
  readonly cert: string;
  /** PEM */
  readonly key: string;
  /** SHA-256 of the certificate, `AA:BB:…` */
  readonly fingerprint: string;
  /** The DNS names in it, wildcards left out. */
  readonly names: readonly string[];
  /** Whether browsers trust it: the operator's, or from an authority that they know. */
  readonly own: boolean;
  /** Why it was made just now, null when it was there. */
  readonly made: "first" | "expired" | "moved" | "broken" | null;
}

/** What a certificate that is made here speaks for. */
export interface Place {
  /** Host names and addresses, all put into the certificate. */
  readonly hosts: readonly string[];
  /** Those that links name: when the kept certificate does not cover one of them, a new one is made. */
  readonly linked: readonly string[];
  readonly nowMs: number;
}

/** Of the file in the folder that holds what was made here. */
export const certName = "cert.pem";
/** Of the file in the folder that nobody else may read. */
export const keyName = "key.pem";
/** By this subject a certificate that was made here is told from an operator's. */
const commonName = "secure-room";
/** The longest that Apple's systems accept of what was installed by hand (support.apple.com/103214). */
export const validDays = 825;

/**
 * Reads the operator's own pair.
 * @throws Mistake when a file cannot be read, the key does not belong to the certificate, or it is out of date
 */
export async function readOwnCertificate(
  files: { readonly cert: string; readonly key: string },
  nowMs: number,
): Promise<Certificate> {
  const cert = await readNamed("--cert", files.cert);
  const key = await readNamed("--key", files.key);
  const parsed = parseCertificate(cert);
  if (parsed === null) {
    throw new Mistake(
      `--cert ${files.cert} is not a certificate in PEM: name the file with the line BEGIN CERTIFICATE`,
    );
  }
  const parsedKey = parseKey(key);
  if (parsedKey === null) {
    const locked = key.includes("ENCRYPTED");
    const hint = locked
      ? "is locked by a passphrase: write one without it with openssl pkey -in FILE -out OTHER"
      : "is not a private key in PEM: name the file with a line BEGIN … PRIVATE KEY";
    throw new Mistake(`--key ${files.key} ${hint}`);
  }
  if (!parsed.checkPrivateKey(parsedKey)) {
    throw new Mistake(`--key ${files.key} does not belong to --cert ${files.cert}: name the pair that fits`);
  }
  if (Date.parse(parsed.validTo) <= nowMs) {
    throw new Mistake(`--cert ${files.cert} expired on ${parsed.validTo}: renew it`);
  }
  if (Date.parse(parsed.validFrom) > nowMs) {
    throw new Mistake(
      `--cert ${files.cert} is valid only from ${parsed.validFrom}: check this machine's clock`,
    );
  }
  try {
    createSecureContext({ cert, key });
  } catch (thrown) {
    throw new Mistake(
      `TLS cannot use --cert ${files.cert}: ${reasonOf(thrown)}; have it issued anew, EC P-256 or RSA from 2048 bits`,
    );
  }
  return describe(cert, key, parsed, { own: true, made: null });
}

/**
 * Finds the certificate kept in `folder`, or makes one: the first, or anew when the old one is about to expire, does
 * not cover the addresses that links name, or has lost its key.
 * @throws Mistake when the folder holds a certificate that was not made here, or cannot be read or written
 */
export async function findCertificate(folder: string, place: Place): Promise<Certificate> {
  const made = await readMade(folder);
  const key = (await readKept(folder, keyName))?.toString() ?? null;
  if (made === null) return makeCertificate(folder, place, "first");
  const { cert, parsed } = made;
  const flaw = judge(parsed, key, place);
  if (flaw !== null || key === null) return makeCertificate(folder, place, flaw ?? "broken");
  return describe(cert, key, parsed, { own: false, made: null });
}

/**
 * Reads the certificate that was made here, in date or not; null when there is none.
 * @throws Mistake when it was not made here, is no certificate, or cannot be read
 */
export async function readMade(
  folder: string,
): Promise<{ readonly cert: string; readonly parsed: X509Certificate } | null> {
  const cert = (await readKept(folder, certName))?.toString();
  if (cert === undefined) return null;
  const path = join(folder, certName);
  const parsed = parseCertificate(cert);
  if (parsed === null)
    throw new Mistake(`${path} is no certificate: remove it, and the next start makes one`);
  if (parsed.subject === `CN=${commonName}`) return { cert, parsed };
  throw new Mistake(
    `${path} was not made by secure-room: move it away, or use it with --cert ${path} --key ${join(folder, keyName)}`,
  );
}

function judge(cert: X509Certificate, key: string | null, place: Place): Certificate["made"] {
  const parsedKey = key === null ? null : parseKey(key);
  // A crash between the two files leaves a pair that does not fit.
  if (parsedKey === null || !cert.checkPrivateKey(parsedKey)) return "broken";
  if (Date.parse(cert.validTo) - dayMs <= place.nowMs) return "expired";
  return place.linked.every((host) => covers(cert, host)) ? null : "moved";
}

/** Whether `cert` speaks for a name or address. */
export function covers(cert: X509Certificate, host: string): boolean {
  const found = isIP(host) === 0 ? cert.checkHost(host, { subject: "never" }) : cert.checkIP(host);
  return found !== undefined;
}

async function makeCertificate(
  folder: string,
  place: Place,
  made: Exclude<Certificate["made"], null>,
): Promise<Certificate> {
  const { generate } = await import("selfsigned");
  // A day back, for guests whose clock is behind.
  const notBeforeDate = new Date(place.nowMs - dayMs);
  const pair = await generate([{ name: "commonName", value: commonName }], {
    keyType: "ec",
    curve: "P-256",
    algorithm: "sha256",
    notBeforeDate,
    notAfterDate: new Date(notBeforeDate.getTime() + validDays * dayMs),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: place.hosts.map((host) =>
          isIP(host) === 0 ? { type: 2 as const, value: host } : { type: 7 as const, ip: host },
        ),
      },
    ],
  });
  // With an end of line, so that several can be put one behind the other.
  const cert = `${pair.cert.trimEnd()}\n`;
  await keep(folder, keyName, pair.private);
  await keep(folder, certName, cert);
  return describe(cert, pair.private, new X509Certificate(pair.cert), { own: false, made });
}

/** What the rest of the server needs to know of a pair. */
export function describe(
  cert: string,
  key: string,
  parsed: X509Certificate,
  rest: Pick<Certificate, "own" | "made">,
): Certificate {
  return { cert, key, fingerprint: parsed.fingerprint256, names: dnsNames(parsed), ...rest };
}

/** As `describe`, for a file that holds both: each goes where it belongs, so that a chain can be shown to anybody. */
export function describeFile(
  text: string,
  parsed: X509Certificate,
  rest: Pick<Certificate, "own" | "made">,
): Certificate {
  return describe(blocksOf(text, "CERTIFICATE"), blocksOf(text, "PRIVATE KEY"), parsed, rest);
}

/** The PEM blocks of a kind, one behind the other, without what is written around them (RFC 7468, section 2). */
function blocksOf(text: string, kind: "CERTIFICATE" | "PRIVATE KEY"): string {
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g)];
  return blocks.map(([block, label = ""]) => (label.endsWith(kind) ? `${block}\n` : "")).join("");
}

function dnsNames(cert: X509Certificate): string[] {
  const names = (cert.subjectAltName ?? "").split(", ").filter((name) => name.startsWith("DNS:"));
  // Anything but a plain name (a wildcard, an escaped one) cannot stand in a link.
  return names.map((name) => name.slice("DNS:".length)).filter((name) => /^[a-z0-9.-]+$/i.test(name));
}

async function readNamed(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (thrown) {
    throw new Mistake(`cannot read ${flag} ${path}: ${reasonOf(thrown)}; name a file that you may read`);
  }
}

function parseCertificate(pem: string): X509Certificate | null {
  try {
    return new X509Certificate(pem);
  } catch {
    return null;
  }
}

function parseKey(pem: string): KeyObject | null {
  try {
    return createPrivateKey(pem);
  } catch {
    return null;
  }
}
