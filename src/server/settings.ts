// Reads every setting and checks it, alone and with the others; the limits through limit-settings.ts.
// It knows neither the command line's parser nor the network: raw texts go in, checked values or a Mistake come out.

import type { Limits } from "../protocol/relay-limits.ts";
import { isLoopback } from "./hosts.ts";
import { readLimits } from "./limit-settings.ts";
import { type LogLevel, logLevels } from "./logger.ts";
import { Mistake } from "./mistake.ts";
import { find, findAll, type Given, readSwitch, refusal, type Source } from "./sources.ts";
import { readCount } from "./values.ts";
import { refuseStrangers } from "./variables.ts";

/** What the command line or the environment said, checked. */
export interface Settings {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
  /** The path of a Unix socket, which goes before port and host. */
  readonly socket: string | null;
  /** False: plain HTTP, on this machine alone. */
  readonly tls: boolean;
  /** Null: the folder of the person who runs this. */
  readonly certs: string | null;
  /** Null: the one in the folder. */
  readonly saltFile: string | null;
  readonly own: { readonly cert: string; readonly key: string } | null;
  readonly acme: AcmeSettings | null;
  /** Whether an authority of this machine's own signs the certificate. */
  readonly localCa: boolean;
  /** Of plain HTTP; null is none. */
  readonly httpPort: number | null;
  /** That of `url` among them. */
  readonly origins: ReadonlySet<string>;
  /** The origin that guests use, null where it is the one that is listened on. */
  readonly url: string | null;
  readonly trustProxy: boolean;
  /** How guests reach whoever runs this. */
  readonly contact: string | null;
  readonly quiet: boolean;
  readonly logLevel: LogLevel;
  readonly logAddresses: boolean;
  /** Null: no metrics. 0 takes a free one. */
  readonly metricsPort: number | null;
  readonly limits: Limits;
}

/** A certificate to be had from an authority. */
export interface AcmeSettings {
  readonly domain: string;
  readonly email: string | null;
  readonly directoryUrl: string;
}

/**
 * Reads every setting.
 * @throws Mistake naming the flag or variable, what was given and what is allowed
 */
export function readSettings(given: Given): Settings {
  refuseStrangers(given.env);
  const limits = readLimits(given);
  const tls = !readSwitch(given, "no-tls");
  const url = readUrl(find(given, "url"));
  return {
    port: readPort(find(given, "port")) ?? 3000,
    ...readPlace(given, tls),
    tls,
    certs: find(given, "certs")?.text ?? null,
    saltFile: find(given, "salt-file")?.text ?? null,
    ...readIdentity(given, tls),
    httpPort: readPort(find(given, "http-port")),
    origins: new Set([...readOrigins(given), ...(url === null ? [] : [url])]),
    url,
    trustProxy: readSwitch(given, "trust-proxy"),
    contact: readContact(find(given, "contact")),
    quiet: readSwitch(given, "quiet"),
    logLevel: readLogLevel(find(given, "log-level")),
    logAddresses: readSwitch(given, "log-addresses"),
    metricsPort: readPort(find(given, "metrics-port")),
    limits,
  };
}

function readPort(source: Source | null): number | null {
  if (source === null) return null;
  const port = readCount(source.text);
  if (port === null || port > 65_535) throw refusal(source, "a whole number from 0 to 65535");
  return port;
}

/** One of the three, or none of them. */
function readIdentity(given: Given, tls: boolean): Pick<Settings, "own" | "acme" | "localCa"> {
  const own = readOwn(given, tls);
  const acme = readAcme(given);
  const localCa = readSwitch(given, "local-ca");
  if (Number(own !== null) + Number(acme !== null) + Number(localCa) > 1) {
    throw new Mistake("--cert, --acme and --local-ca each name the certificate: keep one of them");
  }
  if (!tls && (acme !== null || localCa)) {
    throw new Mistake("--no-tls has no use for --acme and --local-ca: the proxy has the certificate");
  }
  return { own, acme, localCa };
}

/** Labels of letters, digits and hyphens, at least two: what an authority can find in DNS. */
const domainShape =
  /^(?=.{4,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/i;
const letsEncrypt = "https://acme-v02.api.letsencrypt.org/directory";
const letsEncryptStaging = "https://acme-staging-v02.api.letsencrypt.org/directory";

function readAcme(given: Given): AcmeSettings | null {
  const domain = find(given, "acme");
  const email = find(given, "acme-email");
  const directory = find(given, "acme-directory");
  const staging = readSwitch(given, "acme-staging");
  if (domain === null) {
    const stray = email?.name ?? directory?.name ?? (staging ? "--acme-staging" : null);
    if (stray !== null) throw new Mistake(`${stray} needs the domain: add --acme DOMAIN`);
    return null;
  }
  if (!domainShape.test(domain.text)) {
    throw refusal(domain, "a domain name such as chat.example.org; at home use --local-ca");
  }
  if (staging && directory !== null) {
    throw new Mistake("--acme-staging is Let's Encrypt's: leave it or --acme-directory out");
  }
  if (email !== null && !/^[\x21-\x3f\x41-\x7e]+@[\x21-\x3f\x41-\x7e]+$/.test(email.text)) {
    throw refusal(email, "an address such as you@example.org");
  }
  if (directory !== null && !(directory.text.startsWith("https:") && URL.canParse(directory.text))) {
    throw refusal(directory, "the address of an ACME directory, https://…");
  }
  return {
    domain: domain.text.toLowerCase(),
    email: email?.text ?? null,
    directoryUrl: directory?.text ?? (staging ? letsEncryptStaging : letsEncrypt),
  };
}

/** Without TLS anybody on the way could change the page, so it stays on this machine. */
function readPlace(given: Given, tls: boolean): Pick<Settings, "host" | "socket"> {
  const host = find(given, "host");
  const socket = find(given, "socket")?.text ?? null;
  const port = find(given, "port");
  if (socket !== null && port !== null) {
    throw new Mistake(
      `${port.name} has no use beside --socket, which is listened on instead: keep one of them`,
    );
  }
  const usualHost = tls ? "0.0.0.0" : "127.0.0.1";
  if (!tls && socket === null && host !== null && !loopbacks.has(host.text)) {
    throw new Mistake(
      `--no-tls is for a proxy on this machine: write --host 127.0.0.1, or --socket PATH, instead of ${host.name} ${host.text.slice(0, 60)}`,
    );
  }
  return { host: host?.text ?? usualHost, socket };
}

function readOwn(given: Given, tls: boolean): Settings["own"] {
  const cert = find(given, "cert");
  const key = find(given, "key");
  if (!tls && (cert ?? key) !== null) {
    throw new Mistake("--no-tls has no use for --cert and --key: leave them out, or leave --no-tls out");
  }
  if (cert === null && key === null) return null;
  if (cert === null) throw new Mistake("--key needs its certificate: add --cert FILE");
  if (key === null) throw new Mistake("--cert needs its private key: add --key FILE");
  return { cert: cert.text, key: key.text };
}

function readOrigins(given: Given): ReadonlySet<string> {
  return new Set(findAll(given, "origin").map(readOrigin));
}

/** Only of these names do browsers hold a page without TLS for secure, and let it encrypt. */
function readUrl(source: Source | null): string | null {
  if (source === null) return null;
  const origin = readOrigin(source);
  const { protocol, hostname, host } = new URL(origin);
  const isSecure = protocol === "https:" || hostname.endsWith(".onion");
  if (isSecure || isLoopback(hostname.replace(/^\[(.*)\]$/, "$1"))) return origin;
  throw refusal(source, `https://${host}, because browsers encrypt nothing on a page that came without TLS`);
}

function readContact(source: Source | null): string | null {
  if (source === null) return null;
  if (source.text.length <= maxContactLength && !/\p{Cc}/u.test(source.text)) return source.text;
  throw refusal(source, `one line of at most ${maxContactLength} characters`);
}

function readOrigin(source: Source): string {
  const allowed = "an origin such as https://example.org, without a path";
  if (!URL.canParse(source.text)) throw refusal(source, allowed);
  const url = new URL(source.text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  if (!isWeb || url.href !== `${url.origin}/`) throw refusal(source, allowed);
  return url.origin;
}

/** What is at `warn` by default is worth a look even to somebody who only wants to chat. */
function readLogLevel(source: Source | null): LogLevel {
  if (source === null) return "warn";
  const level = logLevels.find((level) => level === source.text);
  if (level === undefined) throw refusal(source, logLevels.join(", ").replace(/, (\w+)$/, " or $1"));
  return level;
}

const maxContactLength = 300;
const loopbacks: ReadonlySet<string> = new Set(["127.0.0.1", "::1", "localhost"]);
