// The relay's plain requests: the page, /.well-known/secure-room and /healthz, behind strict headers.
// It knows no room, only how a request shows a seat: routes that do are asked first, behind the same headers and the same look at Host and Origin.
// Upgrades go past it to websocket.ts.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import { protocolVersion } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import type { AssetAnswer, Assets } from "./assets.ts";
import type { Clock } from "./clock.ts";
import { type Counters, countRefusal } from "./counters.ts";
import { deliver } from "./delivery.ts";
import { flawOf, hasBody } from "./form.ts";
import { strictHeaders } from "./headers.ts";
import type { Addresses } from "./addresses.ts";
import { preferredLanguage, privacyPage, type PrivacyFacts } from "./privacy.ts";
import { isOriginAllowed } from "./upgrade.ts";

export interface PagesOptions {
  readonly assets: Assets;
  /** The program's version. */
  readonly version: string;
  /** The relay's salt, base64url. */
  readonly salt: string;
  readonly limits: Limits;
  readonly privacy: PrivacyFacts;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly addresses: Addresses;
  /** Beside its own, the origins that may ask. */
  readonly origins: ReadonlySet<string>;
  /**
   * Whether browsers trust the certificate now in use. Only then is HSTS sent: with one that was made here it would take
   * away the browser's way past its warning.
   */
  readonly ownCertificate: () => boolean;
  /** Asked before the page is. */
  readonly routes: readonly Route[];
}

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers a request that is for it, now or later; false when it is not. */
export type Route = (request: IncomingMessage, response: ServerResponse) => boolean;

/** What the relay keeps, for guests to read. */
const privacyPath = "/privacy";
const oneYearSeconds = 365 * 24 * 60 * 60;

/** The handler for every request that is not an upgrade. */
export function createPages(options: PagesOptions): RequestHandler {
  const { assets, origins, routes, limits, clock, counters, addresses } = options;
  const headers = Object.entries(strictHeaders);
  const facts = Buffer.from(
    JSON.stringify({
      protocol: protocolVersion,
      version: options.version,
      salt: options.salt,
      limits,
      contact: options.privacy.contact,
      files: assets.hashes,
    }),
  );
  const letters = {
    en: Buffer.from(privacyPage("en", options.privacy)),
    de: Buffer.from(privacyPage("de", options.privacy)),
  };
  const fixed = new Map([
    ["/.well-known/secure-room", { type: "application/json", body: facts }],
    // Both: where it can answer at all, it is also ready. Stopping, it takes no connection any more.
    ["/readyz", { type: "text/plain; charset=utf-8", body: Buffer.from("ready\n") }],
    ["/healthz", { type: "text/plain; charset=utf-8", body: Buffer.from("ok\n") }],
  ]);

  /** In the language that is asked for, as the page does for its own, or that the browser likes best. */
  function letterOf({ url = "", headers }: IncomingMessage) {
    const asked = /\?lang=(en|de)$/.exec(url)?.[1] ?? headers["accept-language"];
    return { type: "text/html; charset=utf-8", body: letters[preferredLanguage(asked)] };
  }

  function find(request: IncomingMessage): AssetAnswer | null {
    const path = pathOf(request.url ?? "");
    const isLetter = path === privacyPath;
    const leaf = isLetter ? letterOf(request) : fixed.get(path);
    if (leaf === undefined) return assets.answer(path, request.headers);
    const headers = {
      "Content-Type": leaf.type,
      "Content-Length": leaf.body.length,
      "Cache-Control": "no-store",
      ...(isLetter ? { Vary: "Accept-Language" } : {}),
    };
    return { status: 200, headers, body: leaf.body };
  }

  return (request, response) => {
    for (const [name, value] of headers) response.setHeader(name, value);
    if (options.ownCertificate()) {
      response.setHeader("Strict-Transport-Security", `max-age=${oneYearSeconds}`);
    }
    // Pipelined behind an answer that is not finished. No client of this relay does that; and Node never tells the end of
    // an answer that has not got its socket, so that what is counted for it would stay counted.
    if (response.socket === null) return void request.socket.destroy();
    const flaw = flawOf(request);
    if (flaw !== null) {
      countRefusal(counters, "head", addresses.from(request).name);
      return refuse(request, response, 400, flaw);
    }
    if (!isOriginAllowed(request, origins)) {
      countRefusal(counters, "origin", addresses.from(request).name);
      return refuse(request, response, 403, "This site may not talk to this relay.");
    }
    if (routes.some((route) => route(request, response))) return;
    const found = find(request);
    if (found === null) return refuse(request, response, 404, "There is nothing here.");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return refuse(request, response, 405, "This can only be read.");
    }
    if (hasBody(request)) return refuse(request, response, 413, "A request for this has no body.");
    response.writeHead(found.status, found.headers);
    if (request.method === "HEAD" || found.body === null) response.end();
    else deliver(response, found.body, clock, () => limits.headTimeoutMs);
  };
}

function pathOf(target: string): string {
  const query = target.indexOf("?");
  return query < 0 ? target : target.slice(0, query);
}

/** 43 symbols that spell 32 bytes. The scheme is written in any case (RFC 9110, section 11.1). */
const bearer = /^bearer +([\w-]{42}[AEIMQUYcgkosw048])$/i;

/** The seat that a request shows, b64u of 32 bytes; "" when it shows none. */
export function seatIn({ headers }: IncomingMessage): string {
  return bearer.exec(headers.authorization ?? "")?.[1] ?? "";
}

/**
 * Answers with one line of text. What is behind the head of a refused request is not read, nor what is behind one that
 * is not sound: the connection closes.
 */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
): void {
  const body = Buffer.from(`${text}\n`);
  if (hasBody(request) || status === 400) response.setHeader("Connection", "close");
  response.writeHead(status, lineHeaders(body)).end(request.method === "HEAD" ? undefined : body);
}

/** The headers of an answer that is one line of text. */
export function lineHeaders(body: Uint8Array): OutgoingHttpHeaders {
  return {
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": body.length,
    "Cache-Control": "no-store",
  };
}
