// Puts the relay on the network: one port for TLS, the page, upgrades, and a way to https for those who forgot it.
// It wires http.ts, websocket.ts, fallback.ts and relay.ts together and owns the sockets: each has a time-out and an end.

import { randomBytes } from "node:crypto";
import { createServer, type Server } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { close as closeCode } from "../protocol/close.ts";
import {
  goodbyeMs,
  headCheckEveryMs,
  keepAliveMs,
  type Limits,
  maxRequestsPerSocket,
  sweepEveryMs,
} from "../protocol/limits.ts";
import { createAddresses, createCrowd, mostSocketsOfIp } from "./addresses.ts";
import { createAssets, type PageFile } from "./assets.ts";
import { systemClock } from "./clock.ts";
import { createCounters } from "./counters.ts";
import { mostSockets } from "./descriptors.ts";
import { createFallbackDoor } from "./fallback.ts";
import { createFileDoor } from "./files.ts";
import { createPages } from "./http.ts";
import { codeOf, Mistake, reasonOf } from "./mistake.ts";
import { redirectPlainHttp } from "./redirect.ts";
import { createRelay } from "./relay.ts";
import { createVault } from "./vault.ts";
import { createWebSocketDoor } from "./websocket.ts";

export interface StartOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** The address or name to listen on; `::` listens on IPv4 too. */
  readonly host: string;
  readonly certificate: { readonly cert: string; readonly key: string; readonly own: boolean };
  /** base64url of 32 bytes */
  readonly salt: string;
  readonly limits: Limits;
  /** How many files this process may open, null where that is not known. */
  readonly descriptorLimit: number | null;
  /** Beside the relay's own, the origins whose pages may connect. */
  readonly origins: ReadonlySet<string>;
  readonly page: readonly PageFile[];
  readonly version: string;
}

/** 1001: at once, the person at the keyboard waits. 1012: spread out, so that not all guests dial again together. */
export type StopCode = typeof closeCode.goingAway | typeof closeCode.restart;

export interface Running {
  readonly port: number;
  /** Open connections of any sort. */
  readonly sockets: number;
  /** Sends every guest away, closes everything, resolves when nothing is left. A second call changes nothing. */
  stop(code: StopCode): Promise<void>;
}

/** The first byte of a TLS record that starts a handshake (RFC 8446, section 5.1); no HTTP method starts so. */
const tlsHandshake = 0x16;

/** Only suites with authenticated encryption and forward secrecy; the guest picks, it knows what its hardware does well. */
const ciphers = [
  "TLS_AES_128_GCM_SHA256",
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/**
 * Starts listening.
 * @throws Mistake when the port or the address cannot be had
 */
export async function start(options: StartOptions): Promise<Running> {
  const { limits, salt, origins } = options;
  const clock = systemClock;
  const counters = createCounters();
  const addresses = createAddresses(limits, clock);
  const relay = createRelay({ limits, salt, clock, random: randomBytes, counters, sweepEveryMs });
  const door = createWebSocketDoor({ relay, limits, clock, counters, addresses, origins });
  const vault = createVault(limits, clock, counters);
  const files = createFileDoor({ relay, vault, limits, clock, counters, addresses });
  const fallback = createFallbackDoor({ relay, limits, clock, counters, addresses });
  const pages = createPages({
    assets: createAssets(options.page),
    version: options.version,
    salt,
    limits,
    origins,
    ownCertificate: options.certificate.own,
    routes: [files, fallback.route],
  });
  const server = createTlsServer(options);
  const sockets = watchSockets(server, limits);
  server.on("request", pages);
  // Instead of "100 Continue": the answer is known from the head alone.
  server.on("checkContinue", pages);
  server.on("checkExpectation", pages);
  server.on("upgrade", (request, socket, head) => door.upgrade(request, socket, head));
  try {
    await listen(server, options);
  } catch (thrown) {
    vault.stop();
    await Promise.all([door, fallback].map((each) => each.close(closeCode.goingAway, "", 0)));
    throw new Mistake(listenMistake(thrown, options.port, options.host));
  }
  // A socket that could not be accepted (EMFILE, ENOBUFS): that guest dials again, and everybody who is in stays in.
  server.on("error", () => {});
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : options.port;

  const stop = async (code: StopCode): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const atOnce = code === closeCode.goingAway;
    const reason = atOnce ? "the relay stops" : "the relay restarts";
    vault.stop();
    const spreadMs = atOnce ? 0 : limits.stopSpreadMs;
    const leaving = Promise.all([door, fallback].map((each) => each.close(code, reason, spreadMs)));
    await within(leaving, atOnce ? Math.min(goodbyeMs, limits.stopTimeoutMs) : limits.stopTimeoutMs);
    await Promise.all([closed, ...Array.from(sockets, destroyed)]);
  };
  let stopping: Promise<void> | null = null;
  return {
    port,
    get sockets() {
      return sockets.size;
    },
    stop: (code) => (stopping ??= stop(code)),
  };
}

function createTlsServer({ certificate, limits, descriptorLimit }: StartOptions): Server {
  const server = createServer({
    cert: certificate.cert,
    key: certificate.key,
    minVersion: "TLSv1.2",
    ciphers,
    ALPNProtocols: ["http/1.1"],
    handshakeTimeout: limits.tlsTimeoutMs,
    headersTimeout: limits.headTimeoutMs,
    // Node has one time for all bodies, and an honest file may need longer. The only bodies that are read are those of
    // files, joins and frames, and their doors cut the ones that stand still; every other request with a body is answered
    // and closed.
    requestTimeout: 0,
    keepAliveTimeout: keepAliveMs,
    // Node looks at its time-outs only this often; its own value is half a minute.
    connectionsCheckingInterval: Math.min(headCheckEveryMs, Math.ceil(limits.headTimeoutMs / 2)),
    maxHeaderSize: limits.maxHeadBytes,
    insecureHTTPParser: false,
    requireHostHeader: true,
  });
  server.maxConnections = mostSockets(limits.maxConnections, descriptorLimit);
  server.maxRequestsPerSocket = maxRequestsPerSocket;
  // destroy(), because end() waits for a peer that may never answer, and so keeps the socket forever.
  server.on("tlsClientError", (_error, socket) => socket.destroy());
  server.on("clientError", refuseHead);
  return server;
}

/**
 * Lets only TLS through to `server`, shows plain HTTP the way, and cuts who says nothing, or has too many already: one
 * address must not take all the sockets that there are.
 * @returns the raw sockets that are open
 */
function watchSockets(server: Server, limits: Limits): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  const crowd = createCrowd(mostSocketsOfIp(limits.maxConnectionsPerIp));
  // One server that listens itself, with its TLS put behind a look at the first byte: a second one in front would leave
  // this one without the header time-outs, which Node starts on listening.
  const startTls = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    // Without an address it has gone again.
    const leaveCrowd = crowd.enter(socket.remoteAddress ?? "");
    if (leaveCrowd === null) return void socket.destroy();
    sockets.add(socket);
    socket.setNoDelay(true);
    const timer = setTimeout(() => socket.destroy(), limits.tlsTimeoutMs);
    socket.on("close", () => {
      clearTimeout(timer);
      sockets.delete(socket);
      leaveCrowd();
    });
    // A reset is no news: what follows is "close".
    socket.on("error", () => {});
    socket.once("readable", () => {
      const first: unknown = socket.read(1);
      // Closed again without a word.
      if (!(first instanceof Uint8Array)) return;
      clearTimeout(timer);
      socket.unshift(first);
      if (first[0] !== tlsHandshake) return redirectPlainHttp(socket, limits);
      for (const listener of startTls) Reflect.apply(listener, server, [socket]);
    });
  });
  return sockets;
}

/** A head that came too slowly, was too long, or is no HTTP. */
function refuseHead(error: Error, socket: Duplex): void {
  const statuses: Readonly<Record<string, string>> = {
    ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
    HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
    HPE_CHUNK_EXTENSIONS_OVERFLOW: "413 Payload Too Large",
  };
  if (!socket.writable || codeOf(error) === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const status = statuses[codeOf(error)] ?? "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

async function listen(server: Server, { port, host }: StartOptions): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port, host }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function listenMistake(thrown: unknown, port: number, host: string): string {
  switch (codeOf(thrown)) {
    case "EADDRINUSE":
      return `port ${port} is in use: stop what uses it, or take another with --port N`;
    case "EACCES":
      return `port ${port} is not yours to use: take one above 1023 with --port N, or grant the right to it`;
    case "EADDRNOTAVAIL":
      return `this machine does not have the address ${host}: name one that it has with --host ADDRESS`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name ${host} is not known here: name an address with --host ADDRESS`;
    default:
      return `cannot listen on ${host} port ${port}: ${reasonOf(thrown)}`;
  }
}

/** Destroys `socket`; resolves when it is closed. */
async function destroyed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
    socket.destroy();
  });
}

/** Resolves with `work`, or after `ms` without it. */
async function within(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, patience]);
  clearTimeout(timer);
}
