// A proxy as there are too many: it passes plain requests on and answers upgrades with 400; and one that for a while
// lets nobody in at all.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Duplex } from "node:stream";
import { connect } from "node:tls";

/** What becomes of an upgrade: answered with 400, passed on, or never answered. */
export type UpgradeFate = "stripped" | "passed" | "ignored";

export interface StrippingProxy {
  readonly origin: string;
  /** Upgrades that it has answered. */
  readonly upgrades: number;
  /** The paths that were posted to, without the room. */
  readonly posts: readonly string[];
  /** From now on the page still comes, but nobody gets into a room: 503, and a second of Retry-After. */
  shut(): void;
  unshut(): void;
  stop(): void;
}

const busy = "HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const badRequest = "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/**
 * Stands between browsers and the relay on `port`, with the relay's own certificate.
 * @param fate drawn for each upgrade as it comes
 */
export async function startStrippingProxy(
  port: number,
  certs: string,
  fate: () => UpgradeFate = () => "stripped",
): Promise<StrippingProxy> {
  const pair = { cert: readFileSync(join(certs, "cert.pem")), key: readFileSync(join(certs, "key.pem")) };
  const posts: string[] = [];
  const tunnels = new Set<Duplex>();
  let upgrades = 0;
  let isShut = false;
  const server = createServer(pair, (from, back) => {
    const { method, url = "", headers } = from;
    if (method === "POST") posts.push(url.split("/").at(-1) ?? "");
    if (isShut && method === "POST") {
      back.writeHead(503, { "Retry-After": "1", "Content-Type": "text/html" }).end("<h1>Busy</h1>");
      return;
    }
    const on = request({ host: "127.0.0.1", port, rejectUnauthorized: false, method, path: url, headers });
    on.on("response", (answer) => {
      back.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(back);
      answer.on("error", () => back.destroy());
    });
    on.on("error", () => back.destroy());
    back.on("close", () => on.destroy());
    from.pipe(on);
  });
  server.on("upgrade", (from, socket) => {
    upgrades++;
    tunnels.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => tunnels.delete(socket));
    const drawn = isShut ? "stripped" : fate();
    if (drawn === "stripped") socket.end(isShut ? busy : badRequest);
    if (drawn === "passed") passOn(from, socket, port);
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get upgrades() {
      return upgrades;
    },
    posts,
    shut() {
      isShut = true;
      // Who is inside is put out.
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
    },
    unshut() {
      isShut = false;
    },
    stop() {
      server.close();
      server.closeAllConnections();
      for (const socket of tunnels) socket.destroy();
    },
  };
}

/** Says the request for an upgrade again to the relay; from then on bytes pass both ways. */
function passOn({ url, rawHeaders }: IncomingMessage, socket: Duplex, port: number): void {
  const relay = connect({ host: "127.0.0.1", port, rejectUnauthorized: false });
  const lines = rawHeaders.flatMap((name, index) =>
    index % 2 === 0 ? [`${name}: ${rawHeaders[index + 1]}`] : [],
  );
  relay.on("error", () => {});
  relay.write(`GET ${url} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
  relay.pipe(socket);
  socket.pipe(relay);
  for (const [one, other] of [
    [socket, relay],
    [relay, socket],
  ] as const)
    one.on("close", () => other.destroy());
}
