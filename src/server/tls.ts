// The raw sockets of the relay's port: TLS with sound suites only, a way to https for those who forgot it, and an end for
// whoever says nothing, too little, or has too many. Behind a proxy that has the TLS, the same without it. What is said
// over a socket is not its business.

import { createServer as createPlainServer, type Server } from "node:http";
import { createServer } from "node:https";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { SecureContextOptions } from "node:tls";

import { firstPieceBytes, headCheckEveryMs, keepAliveMs, maxRequestsPerSocket } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import type { Challenges } from "./acme-challenges.ts";
import { addressName, createCrowd, mostSocketsOfIp } from "./addresses.ts";
import type { Clock } from "./clock.ts";
import { type Counters, countRefusal } from "./counters.ts";
import { mostSockets } from "./descriptors.ts";
import { watchIdle } from "./idle.ts";
import { codeOf } from "./mistake.ts";
import { answerRaw, readAllOf } from "./raw.ts";
import { redirectPlainHttp } from "./redirect.ts";

/** PEM, both. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

export interface DoorwayOptions {
  /** Null: a proxy in front has the TLS. */
  readonly certificate: Pair | null;
  /** What an authority that checks a domain is shown. */
  readonly challenges: Challenges;
  readonly limits: Limits;
  readonly descriptorLimit: number | null;
  /** What other ports may have of the descriptors. */
  readonly socketsElsewhere: number;
  /** Whether all sockets come from one proxy, which must then not be taken for a crowd. */
  readonly trustProxy: boolean;
  readonly counters: Counters;
  readonly clock: Clock;
}

/** The first byte of a TLS record that starts a handshake (RFC 8446, section 5.1); no HTTP method starts so. */
const tlsHandshake = 0x16;

/** How much later Node's own time for a handshake ends than ours, which must be first: at TCP only ours counts. */
const nodesLaterMs = 100;

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

export interface Doorway {
  /** Does not listen yet. */
  readonly server: Server;
  /** The raw sockets that are open. */
  readonly sockets: ReadonlySet<Socket>;
  /** Greets whoever comes from now on with another certificate; who is in stays in. @throws when TLS cannot use it */
  use(pair: Pair): void;
}

/** A server, its sockets and its certificate. */
export function createDoorway(options: DoorwayOptions): Doorway {
  const { certificate, limits, descriptorLimit, trustProxy, counters } = options;
  const http = {
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
  };
  const tls = { ALPNProtocols: ["http/1.1"], handshakeTimeout: limits.tlsTimeoutMs + nodesLaterMs };
  const tlsServer = certificate && createServer({ ...http, ...tls, ...contextOf(certificate) });
  const server: Server = tlsServer ?? createPlainServer(http);
  server.maxConnections = mostSockets(limits.maxConnections, descriptorLimit, options.socketsElsewhere);
  server.maxRequestsPerSocket = maxRequestsPerSocket;
  // None is left out: Node obeys those behind the thousandth too, and what we judge by could hide among them.
  server.maxHeadersCount = 0;
  // Behind a proxy every socket is the proxy's, which has done nothing.
  const nameOf = trustProxy ? () => null : nameOrNull;
  // Who says nothing at all is Node's, earlier.
  watchIdle(server, options.clock, Math.max(2 * keepAliveMs, limits.headTimeoutMs), (socket) => {
    countRefusal(counters, "head-timeout", nameOf(socket.remoteAddress));
    socket.destroy();
  });
  server.on("drop", (data) => countRefusal(counters, "sockets", nameOf(data?.remoteAddress)));
  // That of https hands a failed handshake on as a head that is no HTTP: it would count twice.
  server.removeAllListeners("tlsClientError");
  server.on("tlsClientError", (error, socket) => {
    const code = codeOf(error);
    const isLate = code === "ERR_TLS_HANDSHAKE_TIMEOUT";
    // Our own time has counted who is late; Node's fires as well after the process has stood still.
    const isCounted = isLate && isAtTcp(server);
    // Who just goes has not failed.
    if (code !== "ECONNRESET" && !isCounted) {
      countRefusal(counters, isLate ? "tls-timeout" : "tls", nameOf(socket.remoteAddress));
    }
    // Not end(), which waits for a peer that may never answer, and so keeps the socket forever.
    socket.destroy();
  });
  server.on("clientError", (error: Error, socket: Duplex & { remoteAddress?: string }) =>
    refuseHead(counters, error, socket, nameOf(socket.remoteAddress)),
  );
  return {
    server,
    sockets: watchSockets(server, options),
    use: (pair) => tlsServer?.setSecureContext(contextOf(pair)),
  };
}

function contextOf({ cert, key }: Pair): SecureContextOptions {
  return { cert, key, minVersion: "TLSv1.2", ciphers };
}

/**
 * Lets only TLS through to `server`, shows plain HTTP the way, and cuts who says nothing, or has too many already: one
 * address must not take all the sockets that there are.
 */
function watchSockets(
  server: Server,
  { certificate, limits, trustProxy, counters, clock, challenges }: DoorwayOptions,
): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  /** What stops the clock of a handshake, by the two ends of its socket. */
  const handshakes = new Map<string, () => void>();
  const crowd = createCrowd(trustProxy ? Infinity : mostSocketsOfIp(limits.maxConnectionsPerIp));
  // One server that listens itself, with its TLS put behind a look at the first byte: a second one in front would leave
  // this one without the header time-outs, which Node starts on listening.
  const startHttp = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("secureConnection", (socket) => {
    const ends = endsOf(socket);
    handshakes.get(ends)?.();
    handshakes.delete(ends);
  });
  server.on("connection", (socket: Socket) => {
    // Without an address it has gone again.
    const { remoteAddress = "" } = socket;
    const leaveCrowd = crowd.enter(remoteAddress);
    if (leaveCrowd === null) {
      countRefusal(counters, "sockets-of-address", addressName(remoteAddress));
      return void socket.destroy();
    }
    sockets.add(socket);
    socket.setNoDelay(true);
    // A reset is no news: what follows is "close".
    socket.on("error", () => {});
    if (certificate === null) {
      socket.on("close", () => {
        sockets.delete(socket);
        leaveCrowd();
      });
      // Silence is Node's own matter here: its time for a head begins with the connection.
      for (const listener of startHttp) Reflect.apply(listener, server, [socket]);
      return;
    }
    const ends = endsOf(socket);
    // One time from the first packet to the end of the handshake: Node's own begins anew with the first byte.
    const stopTimer = clock.after(limits.tlsTimeoutMs, () => {
      countRefusal(counters, "tls-timeout", trustProxy ? null : addressName(remoteAddress));
      socket.destroy();
    });
    socket.on("close", () => {
      stopTimer();
      handshakes.delete(ends);
      sockets.delete(socket);
      leaveCrowd();
    });
    socket.once("readable", () => {
      const first: unknown = socket.read(1);
      // Closed again without a word.
      if (!(first instanceof Uint8Array)) return;
      socket.unshift(first);
      if (first[0] !== tlsHandshake) {
        stopTimer();
        return redirectPlainHttp(socket, limits);
      }
      const greet = (): void => {
        // At a Unix socket all ends are the same; there Node's own time counts, from here on. So it does in a server that
        // closes.
        if (!isAtTcp(server)) stopTimer();
        else handshakes.set(ends, stopTimer);
        offerInPieces(socket);
        for (const listener of startHttp) Reflect.apply(listener, server, [socket]);
      };
      if (challenges.isOpen) challenges.meet(socket, greet);
      else greet();
    });
  });
  return sockets;
}

/**
 * Has Node's TLS take what has come of a hello in small pieces. One that fills its first buffer of 1 KiB has it add another of
 * 16 KiB, which the connection keeps for good (NodeBIO in Node's src/crypto); and a hello with post-quantum keys is so long.
 */
function offerInPieces(socket: Socket): void {
  const bytes = readAllOf(socket);
  for (let end = bytes.length; end > 0; end -= firstPieceBytes) {
    socket.unshift(bytes.subarray(Math.max(0, end - firstPieceBytes), end));
  }
  // TLS reads what is buffered in the next tick (`initRead` in Node's tls), and before Node 26 a stream gives it pieces one by
  // one only while it flows. Any earlier they would flow to nobody.
  process.nextTick(() => socket.resume());
}

/** Whether it listens at a port, and not at a Unix socket. */
function isAtTcp(server: Server): boolean {
  const address = server.address();
  return typeof address === "object" && address !== null;
}

/** Node does not say which raw socket is under a TLS one; no two of TCP that are open have the same ends. */
function endsOf({ localAddress, remoteAddress, remotePort }: Socket): string {
  return `${localAddress} ${remoteAddress} ${remotePort}`;
}

/** A head that came too slowly, was too long, or is no HTTP. */
function refuseHead(counters: Counters, error: Error, socket: Duplex, name: string | null): void {
  // Each piece that still comes behind it is a head that is no HTTP.
  if (socket.writableEnded) return;
  if (!socket.writable || codeOf(error) === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const [status, sentence] = headRefusals[codeOf(error)] ?? [400, "This is no request of HTTP/1.1."];
  countRefusal(counters, status === 408 ? "head-timeout" : "head", name);
  answerRaw(socket, status, sentence);
}

const headRefusals: Readonly<Record<string, readonly [status: number, sentence: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, "No whole request came in time."],
  HPE_HEADER_OVERFLOW: [431, "The head of this request is too long."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The pieces of this request say too much about themselves."],
};

function nameOrNull(remoteAddress: string | undefined): string | null {
  return remoteAddress === undefined ? null : addressName(remoteAddress);
}
