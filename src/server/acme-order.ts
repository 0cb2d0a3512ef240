// Orders one certificate: account, order, proof, request, download (RFC 8555, section 7.4). It keeps nothing and tries
// once; acme.ts keeps, and tries again.

import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import { minuteMs, secondMs } from "../protocol/units.ts";
import {
  type AcmeAnswer,
  type AcmeClient,
  AcmeProblem,
  asObject,
  createAcmeClient,
  parseObject,
  problemOf,
  retryAfterMs,
  type Ask,
} from "./acme-client.ts";
import type { Challenges } from "./acme-challenges.ts";
import type { Clock } from "./clock.ts";
import { writeRequest } from "./x509.ts";

export interface Order {
  readonly directoryUrl: string;
  readonly domain: string;
  readonly email: string | null;
  readonly challenge: ChallengeType;
}

/** On the TLS port, or on port 80. */
export type ChallengeType = "tls-alpn-01" | "http-01";

/** Where there is a port for plain HTTP (null is none), the authority comes to it. */
export function challengeFor(httpPort: number | null): ChallengeType {
  return httpPort === null ? "tls-alpn-01" : "http-01";
}

export interface OrderTools {
  readonly ask: Ask;
  readonly challenges: Challenges;
  readonly clock: Clock;
}

const pollEveryMs = secondMs;
/** Authorities check within seconds; after this the order is given up, and a new one made later. */
const settledWithinMs = 2 * minuteMs;

/**
 * @param accountKey EC P-256
 * @returns key and chain, PEM
 * @throws AcmeProblem when the authority refuses; what `ask` throws
 */
export async function orderCertificate(
  order: Order,
  accountKey: KeyObject,
  tools: OrderTools,
): Promise<{ readonly cert: string; readonly key: string }> {
  const client = await createAcmeClient(order.directoryUrl, accountKey, tools.ask);
  await client.signIn(order.email);
  const placed = await client.post(client.directory.newOrder, {
    identifiers: [{ type: "dns", value: order.domain }],
  });
  const url = placed.header("location");
  const { authorizations, finalize } = parseObject(placed.text);
  if (url === null || typeof finalize !== "string" || !Array.isArray(authorizations)) {
    throw new AcmeProblem("", "the authority's order cannot be read");
  }
  for (const each of authorizations) await prove(String(each), client, order, tools);
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const csr = Buffer.from(writeRequest(privateKey, [order.domain])).toString("base64url");
  await client.post(finalize, { csr });
  const done = await settled(url, client, tools.clock);
  if (typeof done["certificate"] !== "string") throw problemOf(done["error"], null, "the order failed");
  const cert = checked((await client.post(done["certificate"], null)).text, privateKey, order.domain);
  return { cert, key: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
}

async function prove(url: string, client: AcmeClient, order: Order, tools: OrderTools): Promise<void> {
  const found = parseObject((await client.post(url, null)).text);
  // Proven for an earlier order, and still good.
  if (found["status"] === "valid") return;
  const offered = Array.isArray(found["challenges"]) ? found["challenges"].map(asObject) : [];
  const challenge = offered.find(({ type }) => type === order.challenge);
  if (typeof challenge?.["url"] !== "string" || typeof challenge["token"] !== "string") {
    const types = offered.map(({ type }) => String(type)).join(", ");
    throw new AcmeProblem("noChallenge", `the authority offers only ${types || "no proof at all"}`);
  }
  const { token } = challenge;
  const keyAuthorization = `${token}.${client.thumbprint}`;
  const hide =
    order.challenge === "http-01"
      ? tools.challenges.showText(token, keyAuthorization)
      : tools.challenges.showCertificate(order.domain, keyAuthorization);
  try {
    await client.post(challenge["url"], {});
    const proven = await settled(url, client, tools.clock);
    if (proven["status"] === "valid") return;
    const failed = Array.isArray(proven["challenges"]) ? proven["challenges"].map(asObject) : [];
    const error = failed.find((each) => each["error"] !== undefined)?.["error"];
    throw problemOf(error, null, `the authority's check ended as ${String(proven["status"])}`);
  } finally {
    hide();
  }
}

/** What is at `url` once it is neither pending nor being worked on. */
async function settled(
  url: string,
  client: AcmeClient,
  clock: Clock,
): Promise<Readonly<Record<string, unknown>>> {
  const endMs = clock.now() + settledWithinMs;
  for (;;) {
    const answer: AcmeAnswer = await client.post(url, null);
    const found = parseObject(answer.text);
    const { status } = found;
    if (status !== "pending" && status !== "processing" && status !== "ready") return found;
    if (clock.now() >= endMs) throw new AcmeProblem("", "the authority did not finish its check in time");
    const waitMs = Math.min(retryAfterMs(answer) ?? pollEveryMs, endMs - clock.now());
    await new Promise<void>((resolve) => clock.after(Math.max(pollEveryMs, waitMs), resolve));
  }
}

/** The chain as it came, when its first certificate is the one that was asked for. */
function checked(chain: string, key: KeyObject, domain: string): string {
  try {
    const parsed = new X509Certificate(chain);
    if (parsed.checkPrivateKey(key) && parsed.checkHost(domain, { subject: "never" }) !== undefined)
      return chain;
  } catch {
    // Said below.
  }
  throw new AcmeProblem("", "the authority's certificate is not the one that was asked for");
}
