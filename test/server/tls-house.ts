// The whole relay on a port of its own, as `start` opens it, and what speaks to it over TLS.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request, type RequestOptions } from "node:https";
import type { IncomingHttpHeaders } from "node:http";
import type { Socket } from "node:net";
import { after, before } from "node:test";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { WebSocket } from "ws";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { subprotocol } from "../../src/protocol/limits.ts";
import { defaultLimits, type Limits } from "../../src/protocol/relay-limits.ts";
import { createChallenges } from "../../src/server/acme-challenges.ts";
import { decodePage } from "../../src/server/assets.ts";
import { findCertificate } from "../../src/server/certificate.ts";
import { silentLog } from "../../src/server/logger.ts";
import { type Running, start, type StartOptions } from "../../src/server/server.ts";
import { withFolder } from "./folder.ts";
import { closed } from "./house.ts";

export const salt = toBase64url(randomBytes(32));
const page = decodePage([
  { path: "/", type: "text/html; charset=utf-8", immutable: false, body: btoa("<p>hi") },
]);
const roomId = toBase64url(randomBytes(16));
export let certificate = { cert: "", key: "", own: false };
/** With the protocol's limits, for as long as the tests run. */
export let running: Running;

before(async () => {
  await withFolder(async (folder) => {
    const place = { hosts: ["localhost", "127.0.0.1"], linked: [], nowMs: Date.now() };
    certificate = await findCertificate(folder, place);
  });
  running = await startWith({});
});
after(() => running.stop(1001));

type More = Partial<Omit<StartOptions, "limits">> & { readonly own?: boolean };

export function startWith(limits: Partial<Limits>, { own = false, ...more }: More = {}): Promise<Running> {
  return start({
    place: { port: 0, host: "127.0.0.1", flag: "--port" },
    certificate: { ...certificate, own },
    challenges: createChallenges(),
    routes: [],
    httpPort: null,
    url: null,
    salt,
    limits: { ...defaultLimits, ...limits },
    descriptorLimit: null,
    origins: new Set(["https://friend.example"]),
    trustProxy: false,
    vouchedBy: "files",
    page,
    version: "1.2.3",
    log: silentLog,
    logs: false,
    contact: null,
    logAddresses: false,
    metricsPort: null,
    ...more,
  });
}

/** Runs `use` with a relay of its own. */
export async function withRelay(
  limits: Partial<Limits>,
  use: (relay: Running) => Promise<void>,
  more: More = {},
): Promise<void> {
  const relay = await startWith(limits, more);
  try {
    await use(relay);
  } finally {
    await relay.stop(1001);
  }
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** One request over a connection of its own. */
export async function ask(
  path: string,
  options: RequestOptions & { body?: string } = {},
  port = running.port,
): Promise<Answer> {
  const asked = request({
    host: "127.0.0.1",
    port,
    path,
    ca: certificate.cert,
    agent: false,
    ...options,
  });
  asked.end(options.body);
  const [response] = await once(asked, "response");
  let body = "";
  for await (const chunk of response) body += String(chunk);
  return { status: response.statusCode, headers: response.headers, body };
}

/** Everything that comes until the other end closes, however it does. */
export async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => {
    text += chunk.toString("latin1");
  });
  socket.on("error", () => {});
  await closed(socket);
  return text;
}

/** A TLS connection, once it stands. */
export async function dialTls(
  port: number,
  options: ConnectionOptions & { localAddress?: string } = {},
): Promise<TLSSocket> {
  const socket = connectTls({ host: "127.0.0.1", port, ca: certificate.cert, ...options });
  await once(socket, "secureConnect");
  return socket;
}

/** A WebSocket, once it is open. */
export async function enter(port: number, room = roomId): Promise<WebSocket> {
  const options = { ca: certificate.cert };
  const socket = new WebSocket(`wss://127.0.0.1:${port}/room/${room}`, subprotocol, options);
  await once(socket, "open");
  return socket;
}
