// Keeps a certificate of a public authority (Let's Encrypt, unless told otherwise): has the first one, renews it with a
// third of its life left, and tries again after a failure, ever more slowly. Account and certificate are in the folder.

import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { hourMs, minuteMs, secondMs } from "../protocol/units.ts";
import { AcmeProblem } from "./acme-client.ts";
import { type Order, orderCertificate, type OrderTools } from "./acme-order.ts";
import { wordsFor } from "./acme-words.ts";
import { type Certificate, describeFile } from "./certificate.ts";
import type { Log } from "./logger.ts";
import { keep, readKept } from "./state.ts";

/** Of the files in the folder that nobody else may read. Key and chain are one file, so that they always fit. */
export const acmeNames = { account: "acme-account.pem", certificate: "acme-cert.pem" };

const firstRetryMs = 5 * minuteMs;
const mostRetryMs = 6 * hourMs;
const leastWaitMs = secondMs;
/** Timers are set for less than this, so that a machine that slept or got the right time does not wait on. */
const mostWaitMs = hourMs;

export interface AcmeOptions extends Order {
  readonly folder: string;
  readonly tools: OrderTools;
  readonly use: (certificate: Certificate) => void;
  readonly log: Log;
  /** The time of day, in ms since 1970. */
  readonly today: () => number;
  /** 0 … 1 */
  readonly random: () => number;
}

export interface Failure {
  readonly reason: string;
  /** When it is tried again, in ms since 1970. */
  readonly nextMs: number;
}

export interface Renewing {
  /** Why there is no certificate after the first try, which is not logged; null when there is one. */
  readonly firstTry: Promise<Failure | null>;
  stop(): void;
}

/** The certificate kept in `folder` for `order`, still in date; null when there is none. @throws Mistake when it cannot be read */
export async function findAcmeCertificate(
  folder: string,
  order: Order,
  nowMs: number,
): Promise<Certificate | null> {
  const text = (await readKept(folder, acmeNames.certificate))?.toString() ?? "";
  if (!text.startsWith(headOf(order))) return null;
  try {
    const parsed = new X509Certificate(text);
    const fits = parsed.checkPrivateKey(createPrivateKey(text));
    const covers = parsed.checkHost(order.domain, { subject: "never" }) !== undefined;
    if (!fits || !covers || Date.parse(parsed.validTo) <= nowMs) return null;
    return describeFile(text, parsed, { own: true, made: null });
  } catch {
    return null;
  }
}

/** Has and renews until it is stopped. @param held what was found in the folder */
export function keepRenewed(options: AcmeOptions, held: Certificate | null): Renewing {
  const { log, today, random } = options;
  const { clock } = options.tools;
  let certificate = held;
  let failures = 0;
  let dueMs = held === null ? today() : renewalMs(held.cert);
  /** When that was reckoned, and when the certificate before the last was had. */
  let reckonedMs = today();
  let hadMs = -Infinity;
  let stopTimer = (): void => {};
  let isStopped = false;

  async function attempt(): Promise<Failure | null> {
    try {
      certificate = await obtain(options);
      failures = 0;
      reckonedMs = today();
      const wantedMs = renewalMs(certificate.cert);
      const isDue = wantedMs <= reckonedMs;
      // A first one may be short-lived. But whatever its dates say, the authority is not asked on and on.
      dueMs = isDue ? reckonedMs + mostRetryMs : Math.max(wantedMs, hadMs + firstRetryMs);
      hadMs = reckonedMs;
      if (isStopped) return null;
      options.use(certificate);
      log("info", "certificate-changed", {
        fingerprint: certificate.fingerprint,
        next: new Date(dueMs).toISOString(),
      });
      if (isDue) log("warn", "certificate-old", { reason: oldWords(options.domain, certificate.cert) });
      return null;
    } catch (thrown) {
      const waitMs = Math.max(retryMs(failures++, random()), askedWaitMs(thrown));
      reckonedMs = today();
      dueMs = reckonedMs + waitMs;
      const reason = `no certificate for ${options.domain}: ${wordsFor(thrown, options)}`;
      return { reason, nextMs: dueMs };
    }
  }

  function wait(): void {
    if (isStopped) return;
    const waitMs = Math.min(mostWaitMs, Math.max(leastWaitMs, dueMs - today()));
    stopTimer = clock.after(waitMs, () => void wake());
  }

  async function wake(): Promise<void> {
    // A clock that was far ahead has been set right: what was reckoned by it may lie years away.
    if (today() < reckonedMs) {
      reckonedMs = today();
      dueMs = certificate === null ? reckonedMs : renewalMs(certificate.cert);
    }
    const failure = today() >= dueMs ? await attempt() : null;
    if (failure !== null && !isStopped) {
      log("warn", "certificate-failed", {
        reason: failure.reason,
        next: new Date(failure.nextMs).toISOString(),
      });
    }
    wait();
  }

  async function begin(): Promise<Failure | null> {
    const failure = certificate === null ? await attempt() : null;
    wait();
    return failure;
  }

  return {
    firstTry: begin(),
    stop() {
      isStopped = true;
      stopTimer();
    },
  };
}

async function obtain(options: AcmeOptions): Promise<Certificate> {
  const { folder } = options;
  const { cert, key } = await orderCertificate(options, await findAccountKey(options), options.tools);
  const text = `${headOf(options)}${key}${cert}`;
  await keep(folder, acmeNames.certificate, text);
  return describeFile(text, new X509Certificate(text), { own: true, made: null });
}

function oldWords(domain: string, pem: string): string {
  const { validFrom, validTo } = new X509Certificate(pem);
  return (
    `the certificate just had for ${domain} is good from ${validFrom} to ${validTo}, by this machine's clock two ` +
    `thirds of that are over: set the clock right; if it is, ask the authority`
  );
}

async function findAccountKey({ folder, directoryUrl }: AcmeOptions): Promise<KeyObject> {
  const head = `account at ${directoryUrl}\n`;
  const text = (await readKept(folder, acmeNames.account))?.toString() ?? "";
  if (text.startsWith(head)) {
    try {
      return createPrivateKey(text);
    } catch {
      // A new account costs nothing.
    }
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  await keep(
    folder,
    acmeNames.account,
    `${head}${privateKey.export({ type: "pkcs8", format: "pem" }).toString()}`,
  );
  return privateKey;
}

/** Stands above the PEM, which may have text around it (RFC 7468, section 2): a staging certificate is no real one. */
function headOf({ directoryUrl, domain }: Order): string {
  return `${domain} from ${directoryUrl}\n`;
}

/** When a third of its life is left. */
export function renewalMs(pem: string): number {
  const { validFrom, validTo } = new X509Certificate(pem);
  const [fromMs, untilMs] = [Date.parse(validFrom), Date.parse(validTo)];
  return untilMs - (untilMs - fromMs) / 3;
}

/**
 * How long to wait after so many failures: authorities allow few of them in an hour (Let's Encrypt five), and relays
 * that failed together should not come back together.
 */
export function retryMs(failures: number, random: number): number {
  return Math.min(mostRetryMs, firstRetryMs * 3 ** failures) * (0.8 + 0.4 * random);
}

function askedWaitMs(thrown: unknown): number {
  return thrown instanceof AcmeProblem ? (thrown.retryAfterMs ?? 0) : 0;
}
