// A proxy as there are too many: it passes plain requests on and answers every upgrade with 400.

import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, request } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

export interface StrippingProxy {
  readonly origin: string;
  /** Upgrades that it has answered. */
  readonly upgrades: number;
  /** The paths that were posted to, without the room. */
  readonly posts: readonly string[];
  stop(): void;
}

/** Stands between browsers and the relay on `port`, with the relay's own certificate. */
export async function startStrippingProxy(port: number, certs: string): Promise<StrippingProxy> {
  const pair = { cert: readFileSync(join(certs, "cert.pem")), key: readFileSync(join(certs, "key.pem")) };
  const posts: string[] = [];
  let upgrades = 0;
  const server = createServer(pair, (from, back) => {
    const { method, url = "", headers } = from;
    if (method === "POST") posts.push(url.split("/").at(-1) ?? "");
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
  server.on("upgrade", (_request, socket) => {
    upgrades++;
    socket.end("HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get upgrades() {
      return upgrades;
    },
    posts,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}
