// Speaks ACME (RFC 8555): signed requests, nonces, problems. What is asked for, and when, is acme-order.ts' business.
// Our own, because the library for it (acme-client) brings axios, node-forge and an ASN.1 compiler into a program of one
// file, and what a chat server needs of the standard is this page. DER is written in x509.ts anyway.

import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { maxAuthorityAnswerBytes } from "../protocol/limits.ts";
import { minuteMs, secondMs } from "../protocol/units.ts";

/** What an authority answered. */
export interface AcmeAnswer {
  readonly status: number;
  /** By its name in lower case; null where it is not there. */
  readonly header: (name: string) => string | null;
  readonly text: string;
}

export interface AcmeRequest {
  readonly method: "GET" | "HEAD" | "POST";
  readonly body?: string;
}

/** Sends a request over https. Rejects when there is no answer, or one that is too long. */
export type Ask = (url: string, request: AcmeRequest) => Promise<AcmeAnswer>;

/** An authority's own words for why it will not (RFC 7807). */
export class AcmeProblem extends Error {
  override readonly name = "AcmeProblem";
  /** Behind `urn:ietf:params:acme:error:`; "" for any other. */
  readonly type: string;
  /** When it may be tried again; null where it does not say. */
  readonly retryAfterMs: number | null;

  constructor(type: string, detail: string, retryAfterMs: number | null = null) {
    super(detail);
    this.type = type;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Where things are, out of the directory. */
interface Directory {
  readonly newNonce: string;
  readonly newAccount: string;
  readonly newOrder: string;
}

export interface AcmeClient {
  readonly directory: Directory;
  /** Of the account's key, for challenges (RFC 7638). */
  readonly thumbprint: string;
  /** Opens the account of the key, or finds it. */
  signIn(email: string | null): Promise<void>;
  /** Sends `payload`; null reads what is at the address. @throws AcmeProblem when it is refused */
  post(url: string, payload: object | null): Promise<AcmeAnswer>;
}

/** An authority may call a nonce used (RFC 8555, section 6.5), and pebble does it at random. */
const maxNonceTries = 12;
const askWithinMs = 30 * secondMs;
/** A clock that is wrong, or a joke: nobody waits for longer on a header's word. */
const maxRetryAfterMs = 7 * 24 * 60 * minuteMs;

/**
 * Reads the directory.
 * @param key of the account, EC P-256
 * @throws AcmeProblem when there is no directory at `directoryUrl`; what `ask` throws
 */
export async function createAcmeClient(directoryUrl: string, key: KeyObject, ask: Ask): Promise<AcmeClient> {
  const directory = readDirectory(await ask(directoryUrl, { method: "GET" }));
  const { crv, kty, x, y } = createPublicKey(key).export({ format: "jwk" });
  // The order of RFC 7638, section 3.2.
  const jwk = { crv, kty, x, y };
  let account: string | null = null;
  let nonce: string | null = null;

  async function takeNonce(): Promise<string> {
    const kept = nonce ?? (await ask(directory.newNonce, { method: "HEAD" })).header("replay-nonce");
    nonce = null;
    if (kept === null) throw new AcmeProblem("", "the authority gave no nonce");
    return kept;
  }

  async function post(url: string, payload: object | null): Promise<AcmeAnswer> {
    for (let tries = 1; ; tries++) {
      const header = {
        alg: "ES256",
        nonce: await takeNonce(),
        url,
        ...(account === null ? { jwk } : { kid: account }),
      };
      const body = signed(header, payload, key);
      const answer = await ask(url, { method: "POST", body });
      nonce = answer.header("replay-nonce");
      if (answer.status < 400) return answer;
      const problem = problemIn(answer);
      if (problem.type !== "badNonce" || tries === maxNonceTries) throw problem;
    }
  }

  return {
    directory,
    thumbprint: base64url(await digest(JSON.stringify(jwk))),
    async signIn(email) {
      const contact = email === null ? {} : { contact: [`mailto:${email}`] };
      const answer = await post(directory.newAccount, { termsOfServiceAgreed: true, ...contact });
      account = answer.header("location");
      if (account === null) throw new AcmeProblem("", "the authority gave the account no address");
    },
    post,
  };
}

/** JWS in its flattened form (RFC 7515, section 7.2.2). */
function signed(header: object, payload: object | null, key: KeyObject): string {
  const head = base64url(JSON.stringify(header));
  const body = payload === null ? "" : base64url(JSON.stringify(payload));
  const signature = sign("sha256", Buffer.from(`${head}.${body}`), { key, dsaEncoding: "ieee-p1363" });
  return JSON.stringify({ protected: head, payload: body, signature: base64url(signature) });
}

function readDirectory({ status, text }: AcmeAnswer): Directory {
  const found = parseObject(text);
  const { newNonce, newAccount, newOrder } = found;
  if (
    status !== 200 ||
    typeof newNonce !== "string" ||
    typeof newAccount !== "string" ||
    typeof newOrder !== "string"
  ) {
    throw new AcmeProblem("", `there is no ACME directory at its address (status ${status})`);
  }
  return { newNonce, newAccount, newOrder };
}

function problemIn(answer: AcmeAnswer): AcmeProblem {
  return problemOf(parseObject(answer.text), retryAfterMs(answer), `status ${answer.status}`);
}

/** A problem document, or one inside an order or a challenge. */
export function problemOf(
  document: unknown,
  retryAfterMs: number | null = null,
  otherwise = "",
): AcmeProblem {
  const { type, detail, subproblems } = asObject(document);
  const [first] = Array.isArray(subproblems) ? (subproblems as unknown[]) : [];
  // What stands further inside says more: the one above says that there was a problem.
  if (first !== undefined) return problemOf(first, retryAfterMs, otherwise);
  const short = typeof type === "string" ? (/^urn:ietf:params:acme:error:(\w+)$/.exec(type)?.[1] ?? "") : "";
  return new AcmeProblem(short, typeof detail === "string" ? detail : otherwise, retryAfterMs);
}

/** Seconds or a date (RFC 9110, section 10.2.3). Null where there is none. */
export function retryAfterMs({ header }: AcmeAnswer, nowMs: number = Date.now()): number | null {
  const text = header("retry-after");
  if (text === null) return null;
  const ms = /^\d+$/.test(text) ? Number(text) * secondMs : Date.parse(text) - nowMs;
  return Number.isNaN(ms) ? null : Math.min(maxRetryAfterMs, Math.max(0, ms));
}

/** The members of a JSON object; none when it is something else. */
export function parseObject(text: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function base64url(content: Uint8Array | string): string {
  return Buffer.from(content).toString("base64url");
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", Buffer.from(text)));
}

/**
 * Asks over https, with the authorities that Node trusts and those of NODE_EXTRA_CA_CERTS. Never over anything else,
 * whatever addresses an authority gives.
 * @param agent the program's name and version (RFC 8555, section 6.1)
 */
export function createAsk(agent: string): Ask {
  return async (url, { method, body }) => {
    if (!URL.canParse(url) || new URL(url).protocol !== "https:") {
      throw new AcmeProblem("", `an address that is not https: ${url}`);
    }
    const answer = await fetch(url, {
      method,
      redirect: "error",
      signal: AbortSignal.timeout(askWithinMs),
      headers: {
        "User-Agent": agent,
        ...(body === undefined ? {} : { "Content-Type": "application/jose+json" }),
      },
      ...(body === undefined ? {} : { body }),
    });
    return {
      status: answer.status,
      header: (name) => answer.headers.get(name),
      text: await readText(answer),
    };
  };
}

/** The body of `answer`. @throws AcmeProblem when it is longer than maxAuthorityAnswerBytes; the rest is not read */
export async function readText(answer: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  const body: AsyncIterable<Uint8Array> | null = answer.body;
  for await (const chunk of body ?? []) {
    byteLength += chunk.length;
    if (byteLength > maxAuthorityAnswerBytes) {
      throw new AcmeProblem("", `an answer of more than ${maxAuthorityAnswerBytes} bytes`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
