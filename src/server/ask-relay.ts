// Asks a relay who it is, as `secure-room doctor` does: at an address that guests use, or on this machine itself.
// It judges nothing, and trusts nothing that it is told.

import { randomBytes } from "node:crypto";
import { request, type RequestOptions } from "node:https";
import { request as plainRequest, type IncomingMessage } from "node:http";
import { toBase64url } from "../protocol/base64url.ts";
import { examineTimeoutMs, maxFactsBytes, subprotocol } from "../protocol/limits.ts";
import { codeOf } from "./mistake.ts";
import { acceptOf } from "./upgrade.ts";

export interface Answer {
  /** What it says of itself; null where it is no secure-room. */
  readonly relay: { readonly version: string; /** base64url */ readonly salt: string } | null;
  /** Whether the certificate was trusted; true without TLS. */
  readonly trusted: boolean;
  /** Its time of day in ms since 1970, null where it does not say. */
  readonly atMs: number | null;
}

/**
 * Asks what answers at `url`, trusted or not.
 * @param socketPath a Unix socket to ask instead of the host and port of `url`
 * @throws the system's error, where nothing answers
 */
export async function askRelay(url: string, socketPath: string | null = null): Promise<Answer> {
  const place = socketPath === null ? {} : { socketPath };
  let trusted = true;
  const { body, date } = await ask(url, place).catch(async (thrown: unknown) => {
    // A certificate that nobody vouches for is usual here; it must not hide what else there is to see.
    if (!isAboutTrust(thrown)) throw thrown;
    trusted = false;
    return await ask(url, { ...place, rejectUnauthorized: false });
  });
  const atMs = Date.parse(date);
  return { relay: readFacts(body), trusted, atMs: Number.isNaN(atMs) ? null : atMs };
}

function isAboutTrust(thrown: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(codeOf(thrown));
}

interface Said {
  readonly body: string;
  readonly date: string;
}

async function ask(url: string, options: RequestOptions): Promise<Said> {
  return await new Promise((resolve, reject) => {
    const asked = open(new URL("/.well-known/secure-room", url), options, (answer) => {
      let body = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        body += part;
        if (body.length > maxFactsBytes) asked.destroy(new Error("it says too much"));
      });
      answer.on("end", () => resolve({ body, date: answer.headers.date ?? "" }));
    });
    asked.on("error", reject);
    asked.end();
  });
}

/** Whether an upgrade to a room that nobody has is let through. */
export async function upgrades(url: string): Promise<boolean> {
  const key = randomBytes(16).toString("base64");
  const expected = acceptOf(key);
  const headers = {
    Connection: "Upgrade",
    Upgrade: "websocket",
    "Sec-WebSocket-Key": key,
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Protocol": subprotocol,
  };
  const path = `/room/${toBase64url(randomBytes(16))}`;
  return await new Promise((resolve) => {
    const asked = open(new URL(path, url), { rejectUnauthorized: false, headers }, (answer) => {
      answer.destroy();
      resolve(false);
    });
    asked.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(answer.headers["sec-websocket-accept"] === expected);
    });
    asked.on("error", () => resolve(false));
    asked.end();
  });
}

function open(url: URL, options: RequestOptions, answered: (answer: IncomingMessage) => void) {
  const ask = url.protocol === "http:" ? plainRequest : request;
  const asked = ask(url, { ...options, agent: false }, answered);
  const timer = setTimeout(() => asked.destroy(new Error("no answer in time")), examineTimeoutMs);
  asked.on("close", () => clearTimeout(timer));
  return asked;
}

function readFacts(body: string): Answer["relay"] {
  try {
    const facts: unknown = JSON.parse(body);
    if (typeof facts !== "object" || facts === null || !("salt" in facts) || !("version" in facts))
      return null;
    const { salt, version } = facts;
    // It is printed: a version and nothing else.
    if (typeof salt !== "string" || typeof version !== "string") return null;
    return /^[\w.+-]{1,40}$/.test(version) ? { salt, version } : null;
  } catch {
    return null;
  }
}
