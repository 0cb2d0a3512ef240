// Whether a request may become a WebSocket of a room, and whether there is a place for one more connection, whatever
// carries it: PROTOCOL.md section 3 and the first rows of section 4.
// Judges a request and answers it. Opens nothing.

import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { retryFullMs, subprotocol } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import type { Address } from "./addresses.ts";
import type { Refusal } from "./counters.ts";
import { flawOf, hasBody } from "./form.ts";
import { answerRaw } from "./raw.ts";

/** An HTTP answer to an upgrade that is not granted. */
export interface UpgradeRefusal {
  readonly why: Refusal;
  readonly status: number;
  /** Says what happened and what to do next. */
  readonly sentence: string;
  /** When there may be a place. */
  readonly retryAfterMs?: number;
  readonly headers?: Readonly<Record<string, string | number>>;
}

/** 22 symbols that spell 16 bytes; the last one has no stray bits. */
const roomPath = /^\/room\/([\w-]{21}[AQgw])$/;

/** 24 symbols that spell 16 bytes: RFC 6455, section 4.1. */
const webSocketKey = /^[\w+/]{21}[AQgw]==$/;
/** RFC 6455, section 1.3. */
const webSocketGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

/** The room id that `path` names, b64u of 16 bytes, or null. */
export function roomIdOfPath(path: string): string | null {
  return roomPath.exec(path)?.[1] ?? null;
}

/** Whether a page from `origin` may speak to the relay it calls `host`. Requests without an Origin come from no page. */
export function isOriginAllowed(request: IncomingMessage, origins: ReadonlySet<string>): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  return origins.has(origin) || origin.toLowerCase() === `https://${host ?? ""}`.toLowerCase();
}

/** Why the request's own words do not ask for a room; null when they do. */
export function judgeRequest(request: IncomingMessage, origins: ReadonlySet<string>): UpgradeRefusal | null {
  const { headers, httpVersion, method, url = "" } = request;
  const flaw = flawOf(request);
  if (flaw !== null) return { why: "head", status: 400, sentence: flaw };
  // Its bytes would be taken for frames.
  if (hasBody(request)) return { why: "head", status: 400, sentence: "A request for a room has no body." };
  if (method !== "GET" || roomIdOfPath(url) === null) {
    return { why: "path", status: 404, sentence: "There is no room at this address. Check the link." };
  }
  if (httpVersion !== "1.1" || headers.upgrade?.toLowerCase() !== "websocket") {
    return { why: "handshake", status: 400, sentence: "A room is entered with a WebSocket over HTTP/1.1." };
  }
  if (headers["sec-websocket-version"] !== "13") {
    const sentence = "This relay speaks WebSocket version 13. Update the client.";
    return {
      why: "version",
      status: 426,
      sentence,
      headers: { Upgrade: "websocket", "Sec-WebSocket-Version": 13 },
    };
  }
  const offered = headers["sec-websocket-protocol"]?.split(",").map((name) => name.trim()) ?? [];
  if (!offered.includes(subprotocol)) {
    const sentence = `This relay speaks ${subprotocol}. Reload the page or update the client.`;
    return { why: "subprotocol", status: 400, sentence };
  }
  if (!webSocketKey.test(headers["sec-websocket-key"] ?? "")) {
    const sentence = "This is not a WebSocket handshake as in RFC 6455.";
    return { why: "handshake", status: 400, sentence };
  }
  if (!isOriginAllowed(request, origins)) {
    const sentence = "Pages from another origin may not enter. The host can allow yours with --origin.";
    return { why: "origin", status: 403, sentence };
  }
  return null;
}

/** Why there is no place for one more connection from `address`; null when there is. Counts as an upgrade of that address. */
export function judgeCapacity(
  limits: Limits,
  connections: number,
  address: Address,
  nowMs: number,
): UpgradeRefusal | null {
  const waitMs = address.upgrades.take(nowMs);
  if (waitMs > 0) {
    const sentence = "Too many connections in a short time from this network address. Wait, then try again.";
    return { why: "upgrade-rate", status: 429, sentence, retryAfterMs: waitMs };
  }
  if (connections >= limits.maxConnections) {
    const sentence = "This relay is full. Try again later.";
    return { why: "connections", status: 503, sentence, retryAfterMs: retryFullMs };
  }
  if (limits.maxConnectionsPerIp > 0 && address.connections >= limits.maxConnectionsPerIp) {
    const sentence = "Too many connections from this network address. Close one, then try again.";
    return { why: "address", status: 429, sentence, retryAfterMs: retryFullMs };
  }
  return null;
}

/** The proof that a Sec-WebSocket-Key was read: RFC 6455, section 4.2.2. */
export function acceptOf(key: string): string {
  return createHash("sha1").update(`${key}${webSocketGuid}`).digest("base64");
}

/** Answers that the WebSocket is open. The request has been judged. */
export function acceptUpgrade({ headers }: IncomingMessage, socket: Duplex): void {
  const key = headers["sec-websocket-key"] ?? "";
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${acceptOf(key)}\r\nSec-WebSocket-Protocol: ${subprotocol}\r\n\r\n`,
  );
}

/** Answers with the refusal and cuts the connection. */
export function refuseUpgrade(
  socket: Duplex,
  { status, sentence, retryAfterMs, headers }: UpgradeRefusal,
): void {
  const retryAfter = retryAfterMs === undefined ? {} : { "Retry-After": Math.ceil(retryAfterMs / 1000) };
  answerRaw(socket, status, sentence, { ...retryAfter, ...headers });
}
