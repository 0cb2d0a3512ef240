// An ACME authority of a few lines, without a network: it issues what it is asked for, unless a test says otherwise.

import { generateKeyPairSync, verify, createPublicKey, type JsonWebKey } from "node:crypto";
import type { AcmeAnswer, Ask } from "../../src/server/acme-client.ts";
import { basicConstraints, nameOf, subjectAltName, writeCertificate } from "../../src/server/x509.ts";
import { elementsOf } from "../../src/server/der.ts";

/** What a path answers instead of its usual: a problem, or a whole answer; null lets it be. */
export type Whim = (path: string, payload: Readonly<Record<string, unknown>> | null) => object | null;

export interface FakeAuthority {
  readonly ask: Ask;
  /** The paths that were posted to. */
  readonly posted: string[];
  whim: Whim;
  /** How long ago, by the machine's clock, what it issues began. */
  behindMs: number;
  /** How many of the next requests are told that their nonce is used. */
  badNonces: number;
}

interface Jws {
  readonly protected: string;
  readonly payload: string;
  readonly signature: string;
}

export const base = "https://authority.test";

export function fakeAuthority(lastsMs: number, today: () => number, domain: string): FakeAuthority {
  const nonces = new Set<string>();
  let drawn = 0;
  let csr: Buffer | null = null;
  let accountKey: JsonWebKey | null = null;
  const newNonce = (): string => {
    const nonce = `nonce${drawn++}`;
    nonces.add(nonce);
    return nonce;
  };
  const answer = (
    status: number,
    body: object | string,
    headers: Record<string, string> = {},
  ): AcmeAnswer => {
    const all: Record<string, string> = { ...headers, "replay-nonce": newNonce() };
    return {
      status,
      header: (name) => all[name] ?? null,
      text: typeof body === "string" ? body : JSON.stringify(body),
    };
  };
  /** RFC 8555, section 6.2 to 6.5; throws where a client is wrong. */
  const open = (url: string, body: string): Readonly<Record<string, unknown>> | null => {
    const jws = JSON.parse(body) as Jws;
    const header = JSON.parse(Buffer.from(jws.protected, "base64url").toString()) as Record<string, unknown>;
    if (header["url"] !== url || header["alg"] !== "ES256")
      throw new Error("expected its own address, and ES256");
    if (!nonces.delete(String(header["nonce"]))) throw new Error("expected a nonce that is not used");
    if ("jwk" in header) accountKey = header["jwk"] as JsonWebKey;
    else if (header["kid"] !== `${base}/account/1`) throw new Error("expected the account");
    if (accountKey === null) throw new Error("expected a key");
    const key = {
      key: createPublicKey({ key: accountKey, format: "jwk" }),
      dsaEncoding: "ieee-p1363",
    } as const;
    const content = Buffer.from(`${jws.protected}.${jws.payload}`);
    if (!verify("sha256", content, key, Buffer.from(jws.signature, "base64url")))
      throw new Error("expected a signature");
    return jws.payload === ""
      ? null
      : (JSON.parse(Buffer.from(jws.payload, "base64url").toString()) as Record<string, unknown>);
  };
  const usual = (path: string, payload: Readonly<Record<string, unknown>> | null): AcmeAnswer => {
    switch (path) {
      case "/account":
        return answer(201, {}, { location: `${base}/account/1` });
      case "/order":
        return answer(201, order("pending"), { location: `${base}/order/1` });
      case "/order/1":
        return answer(200, order(csr === null ? "ready" : "valid"));
      case "/authorization":
        return answer(200, {
          status: posted.includes("/challenge") ? "valid" : "pending",
          challenges: [
            { type: "dns-01", url: `${base}/other`, token: "t" },
            { type: "tls-alpn-01", url: `${base}/challenge`, token: "token" },
          ],
        });
      case "/challenge":
        return answer(200, {});
      case "/finalize":
        csr = Buffer.from(String(payload?.["csr"]), "base64url");
        return answer(200, order("processing"));
      case "/certificate":
        return answer(200, issue());
      default:
        throw new Error(`nothing is at ${path}`);
    }
  };
  const order = (status: string): object => ({
    status,
    authorizations: [`${base}/authorization`],
    finalize: `${base}/finalize`,
    certificate: `${base}/certificate`,
  });
  const issue = (): string => {
    const [request] = elementsOf(csr ?? Buffer.alloc(0));
    const [info] = elementsOf(request?.content ?? Buffer.alloc(0));
    const spki = Buffer.from(elementsOf(info?.content ?? Buffer.alloc(0))[2]?.whole ?? []);
    csr = null;
    return writeCertificate({
      subject: nameOf(domain),
      publicKey: createPublicKey({ key: spki, format: "der", type: "spki" }),
      issuer: { name: nameOf("authority"), key: issuerKey },
      fromMs: today() - authority.behindMs,
      untilMs: today() - authority.behindMs + lastsMs,
      extensions: [basicConstraints(false), subjectAltName([domain])],
    });
  };
  const { privateKey: issuerKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const posted: string[] = [];
  const authority: FakeAuthority = {
    posted,
    badNonces: 0,
    whim: () => null,
    behindMs: 0,
    async ask(url, { method, body }) {
      const path = url.slice(base.length);
      if (path === "/directory") {
        return answer(200, {
          newNonce: `${base}/nonce`,
          newAccount: `${base}/account`,
          newOrder: `${base}/order`,
        });
      }
      if (method === "HEAD") return answer(200, "");
      const payload = open(url, body ?? "");
      if (authority.badNonces > 0) {
        authority.badNonces--;
        return answer(400, { type: "urn:ietf:params:acme:error:badNonce", detail: "used" });
      }
      const instead = authority.whim(path, payload);
      if (path === "/order") posted.length = 0;
      posted.push(path);
      if (instead === null) return usual(path, payload);
      return "status" in instead && typeof instead.status === "number"
        ? answer(instead.status, instead, { "retry-after": "7200" })
        : answer(200, instead);
    },
  };
  return authority;
}
