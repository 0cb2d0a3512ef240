// Looks at the machine for `secure-room doctor`: files, ports or socket, clock, memory, and the relay from outside.
// It reads and asks; it makes, writes and judges nothing.

import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { Resolver } from "node:dns/promises";
import { networkInterfaces, totalmem } from "node:os";
import { examineTimeoutMs } from "../protocol/limits.ts";
import { findAcmeCertificate, renewalMs } from "./acme.ts";
import { challengeFor } from "./acme-order.ts";
import { askRelay, upgrades } from "./ask-relay.ts";
import { certName, keyName, readMade, readOwnCertificate } from "./certificate.ts";
import type { AuthorityFacts, CertificateFacts, Facts, ReachFacts } from "./facts.ts";
import { examineFolder, examineSalt } from "./examine-folder.ts";
import { examinePlaces } from "./examine-place.ts";
import { lanAddresses, reachableHosts, urlOf } from "./hosts.ts";
import { localName, readAuthority } from "./local-ca.ts";
import { codeOf, Mistake, reasonOf } from "./mistake.ts";
import type { Settings } from "./settings.ts";
import { readKept } from "./state.ts";

/** The addresses that DNS has for a name. Throws the system's error where it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** Gathers everything that doctor.ts judges. Never throws for what it finds. */
export async function examine(
  settings: Settings,
  folder: string,
  descriptorLimit: number | null,
  resolve: Resolve = resolveByDns,
): Promise<Facts> {
  const nowMs = Date.now();
  const saltFacts = await examineSalt(settings, folder);
  const salt = saltFacts.state === "found" ? saltFacts.salt : null;
  const [folderFacts, certificate, authority, clockSynchronised, reach] = await Promise.all([
    examineFolder(settings, folder),
    examineCertificate(settings, folder, nowMs),
    examineAuthority(settings, resolve),
    examineClock(),
    examineReach(guestUrl(settings), salt),
  ]);
  // Behind the look from outside, which would find this one listening.
  const places = await examinePlaces(settings, salt);
  const memoryBytes = Math.min(totalmem(), containerBytes());
  const listensOn = settings.socket === null ? "port" : "socket";
  const local = { listensOn, ...places, descriptorLimit, clockSynchronised, memoryBytes } as const;
  return { nowMs, folder: folderFacts, salt: saltFacts, certificate, authority, reach, ...local };
}

/** Where guests find it, null where only a proxy knows, or a port that is another at every start. */
function guestUrl({ url, acme, httpPort, tls, socket, port, host }: Settings): string | null {
  if (url !== null) return url;
  if (!tls || socket !== null) return null;
  // Where the authority comes to port 443, guests do too.
  if (acme !== null && httpPort === null) return urlOf("https", acme.domain, 443);
  if (port === 0) return null;
  const [first = "localhost"] = reachableHosts(host, lanAddresses(networkInterfaces()));
  return urlOf("https", acme?.domain ?? first, port);
}

async function examineCertificate(
  settings: Settings,
  folder: string,
  nowMs: number,
): Promise<CertificateFacts> {
  if (!settings.tls) return { state: "proxy" };
  const from = sourceOf(settings);
  try {
    const pem = await readPem(settings, folder, nowMs);
    if (pem === null) return { state: "none", from };
    const { validTo, subjectAltName } = new X509Certificate(pem);
    const names = (subjectAltName ?? "").replaceAll(/DNS:|IP Address:/g, "");
    const renewsAtMs = from === "acme" ? renewalMs(pem) : null;
    return { state: "found", from, expiresAtMs: Date.parse(validTo), renewsAtMs, names };
  } catch (thrown) {
    if (thrown instanceof Mistake) return { state: "unusable", why: thrown.message };
    const name = from === "local-ca" ? localName : certName;
    return {
      state: "unusable",
      why: `${name} in ${folder} is no certificate: remove it, and the next start makes one`,
    };
  }
}

function sourceOf({ own, acme, localCa }: Settings): "files" | "acme" | "local-ca" | "made" {
  if (own !== null) return "files";
  if (acme !== null) return "acme";
  return localCa ? "local-ca" : "made";
}

async function readPem(
  { own, acme, httpPort, localCa }: Settings,
  folder: string,
  nowMs: number,
): Promise<string | null> {
  if (own !== null) return (await readOwnCertificate(own, nowMs)).cert;
  if (acme !== null) {
    const challenge = challengeFor(httpPort);
    return (await findAcmeCertificate(folder, { ...acme, challenge }, nowMs))?.cert ?? null;
  }
  if (localCa) {
    await readAuthority(folder);
    return (await readKept(folder, localName))?.toString() ?? null;
  }
  // A start wants to read it too.
  await readKept(folder, keyName);
  return (await readMade(folder))?.cert ?? null;
}

async function examineAuthority(
  { acme, port, httpPort }: Settings,
  resolve: Resolve,
): Promise<AuthorityFacts | null> {
  if (acme === null) return null;
  const { domain } = acme;
  // RFC 8737, section 3, and RFC 8555, section 8.3: the authority takes no other port.
  const asked = httpPort === null ? { comesTo: 443, here: port } : { comesTo: 80, here: httpPort };
  const ours = new Set(
    Object.values(networkInterfaces()).flatMap((infos) => (infos ?? []).map(({ address }) => address)),
  );
  try {
    const addresses = await resolve(domain);
    return { domain, ...asked, addresses, isHere: addresses.every((address) => ours.has(address)) };
  } catch (thrown) {
    return { domain, ...asked, addresses: [], why: codeOf(thrown) || reasonOf(thrown) };
  }
}

/** Asks DNS itself, as the authority does: what this machine calls by that name is nothing to it. */
async function resolveByDns(name: string): Promise<readonly string[]> {
  const resolver = new Resolver({ timeout: examineTimeoutMs / 2, tries: 1 });
  const [v4, v6] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
  const found = [v4, v6].flatMap((each) => (each.status === "fulfilled" ? each.value : []));
  if (found.length === 0 && v4.status === "rejected") throw v4.reason;
  return found;
}

async function examineClock(): Promise<boolean | null> {
  const args = ["show", "--property", "NTPSynchronized", "--value"];
  return await new Promise((resolve) => {
    execFile("timedatectl", args, { timeout: examineTimeoutMs }, (failed, printed) => {
      const said = printed.trim();
      resolve(failed !== null || (said !== "yes" && said !== "no") ? null : said === "yes");
    });
  });
}

/** The memory limit of this process's control group, v2 or v1; Infinity where there is none. */
function containerBytes(): number {
  for (const path of ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"]) {
    try {
      const bytes = Number(readFileSync(path, "latin1").trim());
      if (Number.isFinite(bytes) && bytes > 0) return bytes;
    } catch {
      // Not this version.
    }
  }
  return Infinity;
}

async function examineReach(url: string | null, salt: string | null): Promise<ReachFacts> {
  if (url === null) return { state: "unknown" };
  try {
    const { relay, trusted, atMs } = await askRelay(url);
    if (relay === null) return { state: "stranger", url };
    return {
      state: "found",
      url,
      version: relay.version,
      ours: salt === null ? null : salt === relay.salt,
      trusted,
      clockAheadMs: atMs === null ? null : atMs - Date.now(),
      webSockets: await upgrades(url),
    };
  } catch (thrown) {
    return { state: "silent", url, why: codeOf(thrown) || reasonOf(thrown) };
  }
}
