// Which certificate the relay shows, of the four sorts there are, and what keeps it fresh while the relay runs: the
// operator's own is read again, one of a public authority is renewed, one of the local authority follows the machine.

import { X509Certificate } from "node:crypto";
import { hostname, networkInterfaces } from "node:os";
import { hourMs } from "../protocol/units.ts";
import { acmeNames, findAcmeCertificate, keepRenewed } from "./acme.ts";
import type { Challenges } from "./acme-challenges.ts";
import { createAsk } from "./acme-client.ts";
import { challengeFor } from "./acme-order.ts";
import {
  certName,
  type Certificate,
  covers,
  findCertificate,
  keyName,
  type Place,
  readOwnCertificate,
} from "./certificate.ts";
import { systemClock } from "./clock.ts";
import { isLoopback, lanAddresses, reachableHosts, urlOf } from "./hosts.ts";
import type { Route } from "./http.ts";
import {
  type Authority,
  authorityKeyName,
  findLocalCertificate,
  type LocalCertificate,
  localName,
} from "./local-ca.ts";
import { createAuthorityPages } from "./local-ca-page.ts";
import type { Log } from "./logger.ts";
import { Mistake } from "./mistake.ts";
import type { VouchedBy } from "./privacy.ts";
import { watchPair } from "./reload.ts";
import type { Running } from "./server.ts";
import type { Settings } from "./settings.ts";
import { readKept } from "./state.ts";

export interface Identity {
  /** To start with; null where a proxy has it. */
  readonly certificate: Certificate | null;
  readonly routes: readonly Route[];
  /** Names and addresses of the relay, the one for guests first. */
  readonly hosts: readonly string[];
  /** Null unless it is the local authority's. */
  readonly authority: Authority | null;
  /** Sentences about what is new for guests. */
  readonly notices: readonly string[];
  /** Keeps it fresh for as long as the process runs. Resolves when there is something to show to guests. */
  readonly keepFresh: (running: Running) => Promise<Kept>;
}

export interface Kept {
  /** What is in use now; null where a proxy has it. */
  readonly certificate: Certificate | null;
  /** The address for guests, where it is another than host and port. */
  readonly url: string | null;
  readonly notices: readonly string[];
  /** Reads the certificate's files anew; null where there are none that somebody else writes. */
  readonly reload: (() => Promise<void>) | null;
}

export interface IdentityOptions {
  readonly settings: Settings;
  readonly folder: string;
  readonly challenges: Challenges;
  readonly log: Log;
  readonly version: string;
}

const lookEveryMs = hourMs;
const today = (): number => Date.now();

/** The files in the folder whose contents nobody else may read. */
export function secretsOf({ own, acme, localCa }: Settings): string[] {
  if (own !== null) return [];
  if (acme !== null) return [keyName, ...Object.values(acmeNames)];
  return localCa ? [authorityKeyName, localName] : [keyName];
}

/** Who answers for the certificate that such settings lead to. */
export function vouchedBy({ tls, own, acme, localCa }: Settings): VouchedBy {
  if (!tls) return "proxy";
  if (own !== null) return "files";
  if (acme !== null) return "acme";
  return localCa ? "local-ca" : "files";
}

/**
 * The first of `urls` at which browsers that trust the local authority do not warn of its `certificate`, null for none.
 * This machine's own name counts only where guests have no other.
 */
export function vouchedAddress({ cert }: Pick<Certificate, "cert">, urls: readonly string[]): string | null {
  const parsed = new X509Certificate(cert);
  const found = urls.find((url, index) => {
    const host = hostOf(url);
    return covers(parsed, host) && (index === 0 || host !== "localhost");
  });
  return found ?? null;
}

/** Its host, IPv6 without brackets. */
function hostOf(url: string): string {
  return new URL(url).hostname.replace(/^\[(.*)\]$/, "$1");
}

/** Whether a relay has run on `folder`, with whatever certificate: then guests of earlier rooms may know its salt. */
export async function hasIdentity(folder: string): Promise<boolean> {
  const names = [certName, localName, acmeNames.certificate];
  const found = await Promise.all(names.map((name) => readKept(folder, name)));
  return found.some((content) => content !== null);
}

/** Finds or makes the certificate. @throws Mistake when it cannot be had */
export async function findIdentity(options: IdentityOptions): Promise<Identity> {
  const { settings } = options;
  if (!settings.tls) return plainIdentity(settings);
  if (settings.own !== null) return ownIdentity(options, settings.own);
  if (settings.acme !== null) return acmeIdentity(options, settings.acme);
  return settings.localCa ? localIdentity(options) : madeIdentity(options);
}

/** None: a proxy in front shows one. */
function plainIdentity(settings: Settings): Identity {
  const nothing = { certificate: null, notices: [] };
  return {
    ...nothing,
    routes: [],
    hosts: reachable(settings),
    authority: null,
    keepFresh: async () => ({ ...nothing, url: null, reload: null }),
  };
}

async function ownIdentity(
  { settings, log }: IdentityOptions,
  files: NonNullable<Settings["own"]>,
): Promise<Identity> {
  const certificate = await readOwnCertificate(files, today());
  const named = certificate.names.filter((name) => !isLoopback(name)).slice(0, 1);
  return {
    certificate,
    routes: [],
    // mkcert writes localhost first, and a guest's own machine is not this one.
    hosts: [...new Set([...named, ...reachable(settings)])],
    authority: null,
    notices: [],
    async keepFresh(running) {
      const use = (other: Certificate): void => running.useCertificate(other);
      const watching = watchPair({ files, inUse: certificate, use, log, clock: systemClock, today });
      return { certificate, url: null, notices: [], reload: () => watching.reload() };
    },
  };
}

async function acmeIdentity(
  { settings, folder, challenges, log, version }: IdentityOptions,
  acme: NonNullable<Settings["acme"]>,
): Promise<Identity> {
  const order = { ...acme, challenge: challengeFor(settings.httpPort) };
  const held = await findAcmeCertificate(folder, order, today());
  const place = placeOf(settings);
  // Until the first is there, guests are met with one that was made here.
  const certificate =
    held ?? (await findCertificate(folder, { ...place, hosts: [...place.hosts, acme.domain] }));
  return {
    certificate,
    routes: [],
    hosts: reachable(settings),
    authority: null,
    notices: [],
    async keepFresh(running) {
      let inUse = certificate;
      const use = (other: Certificate): void => {
        inUse = other;
        running.useCertificate(other);
      };
      const tools = { ask: createAsk(`secure-room/${version}`), challenges, clock: systemClock };
      const renewing = keepRenewed({ ...order, folder, tools, use, log, today, random: Math.random }, held);
      const failure = await renewing.firstTry;
      if (failure === null) {
        // The authority has just come to port 443, whatever it is here.
        const port = order.challenge === "tls-alpn-01" ? 443 : running.port;
        return { certificate: inUse, url: urlOf("https", acme.domain, port), notices: [], reload: null };
      }
      const next = new Date(failure.nextMs).toTimeString().slice(0, 5);
      const notices = [
        `There is ${failure.reason}.`,
        `The next try is at ${next}; until one succeeds browsers warn.`,
      ];
      return { certificate: inUse, url: null, notices, reload: null };
    },
  };
}

async function localIdentity({ settings, folder, log }: IdentityOptions): Promise<Identity> {
  let found = await findLocalCertificate(folder, placeOf(settings), hostname());
  const first = found;
  return {
    certificate: first,
    routes: [
      createAuthorityPages(
        () => found.authority,
        (host) => covers(new X509Certificate(found.cert), host),
      ),
    ],
    hosts: reachable(settings),
    authority: first.authority,
    notices: localNotices(first, placeOf(settings)),
    async keepFresh(running) {
      const look = async (): Promise<void> => {
        try {
          found = await findLocalCertificate(folder, placeOf(settings), hostname());
          if (found.made === null) return;
          running.useCertificate(found);
          log("info", "certificate-changed", { fingerprint: found.fingerprint });
        } catch (thrown) {
          if (!(thrown instanceof Mistake)) throw thrown;
          log("warn", "certificate-failed", { reason: thrown.message });
        }
      };
      systemClock.every(lookEveryMs, () => void look());
      return { certificate: first, url: null, notices: [], reload: null };
    },
  };
}

function localNotices(found: LocalCertificate, { linked }: Place): string[] {
  const parsed = new X509Certificate(found.cert);
  const foreign = linked.filter((host) => !covers(parsed, host));
  return foreign.map(
    (host) =>
      `${host} is no address of a private network: the local authority does not vouch for it, and browsers go on ` +
      `warning there. Use --acme DOMAIN with a domain of your own, or an address in your network.`,
  );
}

async function madeIdentity({ settings, folder }: IdentityOptions): Promise<Identity> {
  const certificate = await findCertificate(folder, placeOf(settings));
  return {
    certificate,
    routes: [],
    hosts: reachable(settings),
    authority: null,
    notices: noticesOf(certificate),
    keepFresh: async () => ({ certificate, url: null, notices: [], reload: null }),
  };
}

function reachable({ host }: Settings): string[] {
  return reachableHosts(host, lanAddresses(networkInterfaces()));
}

function placeOf(settings: Settings): Place {
  const hosts = reachable(settings);
  const loopback = ["localhost", "127.0.0.1", "::1"];
  const named = [hostname(), ...hosts].filter(isCertifiable);
  return {
    hosts: [...new Set([...loopback, ...named, ...lanAddresses(networkInterfaces())])],
    linked: hosts.slice(0, 1).filter(isCertifiable),
    nowMs: today(),
  };
}

/** A host name or an address without a zone. */
function isCertifiable(host: string): boolean {
  return /^[a-z0-9.:-]{1,253}$/i.test(host);
}

const again = "Guests will see the browser's warning again.";

function noticesOf({ made }: Certificate): string[] {
  switch (made) {
    case "expired":
      return [`The certificate was about to expire and was made anew. ${again}`];
    case "moved":
      return [`The certificate was made anew for this machine's new address. ${again}`];
    case "broken":
      return [`The certificate's key was missing: both were made anew. ${again}`];
    default:
      return [];
  }
}
