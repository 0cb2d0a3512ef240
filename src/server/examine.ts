// Looks at the machine for `secure-room doctor`: files, port, clock, memory, and the relay's own address from outside.
// It reads and asks; it makes, writes and judges nothing.

import { execFile } from "node:child_process";
import { createHash, randomBytes, X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { request, type RequestOptions } from "node:https";
import { request as plainRequest, type IncomingMessage } from "node:http";
import { createServer } from "node:net";
import { totalmem } from "node:os";
import { toBase64url } from "../protocol/base64url.ts";
import { maxFactsBytes, examineTimeoutMs, subprotocol } from "../protocol/limits.ts";
import { certName, readOwnCertificate } from "./certificate.ts";
import type { CertificateFacts, Facts, PortFacts, ReachFacts } from "./doctor.ts";
import { codeOf, Mistake, reasonOf } from "./mistake.ts";
import type { Settings } from "./settings.ts";
import { readKept, saltName } from "./state.ts";

/**
 * Gathers everything that doctor.ts judges. Never throws for what it finds.
 * @param url of the relay as guests have it, `https://HOST:PORT`
 */
export async function examine(
  settings: Settings,
  folder: string,
  url: string,
  descriptorLimit: number | null,
): Promise<Facts> {
  const nowMs = Date.now();
  const [certificate, clockSynchronised, reach] = await Promise.all([
    examineCertificate(settings, folder, nowMs),
    examineClock(),
    examineReach(url, folder),
  ]);
  // Behind the look from outside, which would find this one listening.
  const port = await examinePort(settings);
  const memoryBytes = Math.min(totalmem(), containerBytes());
  return { nowMs, certificate, port, descriptorLimit, clockSynchronised, memoryBytes, reach };
}

async function examineCertificate(
  { own }: Settings,
  folder: string,
  nowMs: number,
): Promise<CertificateFacts> {
  try {
    const pem = own === null ? await readKept(folder, certName) : (await readOwnCertificate(own, nowMs)).cert;
    if (pem === null) return { state: "none" };
    const { validTo, subjectAltName } = new X509Certificate(pem);
    const names = (subjectAltName ?? "").replaceAll(/DNS:|IP Address:/g, "");
    return { state: "found", own: own !== null, expiresAtMs: Date.parse(validTo), names };
  } catch (thrown) {
    const why = thrown instanceof Mistake ? thrown.message : `cannot be read: ${reasonOf(thrown)}`;
    return { state: "unusable", why };
  }
}

async function examinePort({ port, host }: Settings): Promise<PortFacts> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host }, resolve);
    });
    return { state: "free" };
  } catch (thrown) {
    if (codeOf(thrown) === "EADDRINUSE") return { state: "taken" };
    const why = `cannot listen on ${host} port ${port}: ${reasonOf(thrown)}; name others with --host and --port`;
    return { state: "refused", why };
  } finally {
    server.close();
  }
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

async function examineReach(url: string, folder: string): Promise<ReachFacts> {
  let trusted = true;
  let answer: Answer;
  try {
    answer = await ask(url, true).catch(async (thrown: unknown) => {
      // A certificate that nobody vouches for is usual here; it must not hide what else there is to see.
      if (!isAboutTrust(thrown)) throw thrown;
      trusted = false;
      return await ask(url, false);
    });
  } catch (thrown) {
    return { state: "silent", url, why: codeOf(thrown) || reasonOf(thrown) };
  }
  const facts = readFacts(answer.body);
  if (facts === null) return { state: "stranger", url };
  const salt = await readKept(folder, saltName).catch(() => null);
  const atMs = Date.parse(answer.date);
  return {
    state: "found",
    url,
    version: facts.version,
    ours: salt === null ? null : toBase64url(salt) === facts.salt,
    trusted,
    clockAheadMs: Number.isNaN(atMs) ? null : atMs - Date.now(),
    webSockets: await upgrades(url),
  };
}

function isAboutTrust(thrown: unknown): boolean {
  return /CERT|SELF_SIGNED|UNABLE_TO|ALTNAME/.test(codeOf(thrown));
}

interface Answer {
  readonly body: string;
  readonly date: string;
}

async function ask(url: string, verify: boolean): Promise<Answer> {
  return await new Promise((resolve, reject) => {
    const asked = open(new URL("/.well-known/secure-room", url), { rejectUnauthorized: verify }, (answer) => {
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
async function upgrades(url: string): Promise<boolean> {
  const key = randomBytes(16).toString("base64");
  const expected = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
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

function readFacts(body: string): { readonly version: string; readonly salt: string } | null {
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
