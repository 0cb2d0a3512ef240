// Port 80 beside the TLS port: shows the authority what it looks for, and everybody else the way to https.

import { createServer, type Socket } from "node:net";
import type { Limits } from "../protocol/relay-limits.ts";
import type { Challenges } from "./acme-challenges.ts";
import { createCrowd, mostSocketsOfIp } from "./addresses.ts";
import { listenOn } from "./listen.ts";
import { answerTo, redirectPlainHttp } from "./redirect.ts";

export interface HttpPort {
  readonly port: number;
  stop(): void;
}

export interface HttpPortOptions {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** Where https is, a port of the same host or an origin. */
  readonly https: number | string;
  readonly limits: Limits;
  readonly challenges: Challenges;
  /** Above it nobody is accepted. */
  readonly maxSockets: number;
}

/** Tokens have the alphabet of base64url (RFC 8555, section 8.3). */
const challengeLine = /^GET \/\.well-known\/acme-challenge\/([\w-]{1,200}) HTTP\/1\.[01]\r\n/;

/**
 * Starts listening.
 * @throws Mistake when the port cannot be had
 */
export async function openHttpPort(options: HttpPortOptions): Promise<HttpPort> {
  const { limits, challenges, https } = options;
  const sockets = new Set<Socket>();
  const ofIp = Math.min(mostSocketsOfIp(limits.maxConnectionsPerIp), Math.ceil(options.maxSockets / 8));
  const crowd = createCrowd(ofIp);
  const server = createServer((socket) => {
    const leaveCrowd = crowd.enter(socket.remoteAddress ?? "");
    if (leaveCrowd === null) return void socket.destroy();
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => {
      sockets.delete(socket);
      leaveCrowd();
    });
    redirectPlainHttp(socket, limits, (head) => {
      const token = challengeLine.exec(`${head}\r\n`)?.[1];
      const text = token === undefined ? null : challenges.textOf(token);
      return text === null ? answerTo(head, https) : textAnswer(text);
    });
  });
  server.maxConnections = options.maxSockets;
  const port = await listenOn(server, { port: options.port, host: options.host, flag: "--http-port" });
  // As on the TLS port: a socket that the system would not give is that guest's loss alone.
  server.on("error", () => {});
  return {
    port,
    stop() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function textAnswer(text: string): string {
  return (
    "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nCache-Control: no-store\r\n" +
    `Content-Length: ${text.length}\r\nConnection: close\r\n\r\n${text}`
  );
}
