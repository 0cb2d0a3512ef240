// A port of its own for the numbers: plain HTTP, because nobody but this machine can reach it.

import { createServer, type IncomingMessage, type ServerResponse } from "node:http";

import { headCheckEveryMs, metricsSockets, metricsTimeoutMs } from "../protocol/limits.ts";
import { strictHeaders } from "./headers.ts";
import { listenOn } from "./listen.ts";

const loopback = "127.0.0.1";
/** By another name it is a page that has pointed its own at this machine (DNS rebinding). */
const ownHost = /^(?:127\.0\.0\.1|localhost)(?::\d{1,5})?$/i;

export interface MetricsPort {
  readonly port: number;
  stop(): void;
}

/**
 * Answers `GET /metrics` on loopback.
 * @param port 0 takes a free one
 * @throws Mistake when the port cannot be had
 */
export async function openMetricsPort(port: number, text: () => string): Promise<MetricsPort> {
  const server = createServer(
    {
      headersTimeout: metricsTimeoutMs,
      requestTimeout: metricsTimeoutMs,
      connectionsCheckingInterval: headCheckEveryMs,
    },
    (request, response) => answer(request, response, text),
  );
  server.maxConnections = metricsSockets;
  const taken = await listenOn(server, { port, host: loopback, flag: "--metrics-port" });
  // As on the TLS port: a socket that the system would not give is for the next look.
  server.on("error", () => {});
  return {
    port: taken,
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(request: IncomingMessage, response: ServerResponse, text: () => string): void {
  const { headers, method, url } = request;
  for (const [name, value] of Object.entries(strictHeaders)) response.setHeader(name, value);
  const status = !ownHost.test(headers.host ?? "")
    ? 403
    : url !== "/metrics"
      ? 404
      : method === "GET" || method === "HEAD"
        ? 200
        : 405;
  const body = Buffer.from(status === 200 ? text() : "The numbers are at /metrics, for this machine only.\n");
  response.writeHead(status, {
    "Content-Type": status === 200 ? "text/plain; version=0.0.4; charset=utf-8" : "text/plain; charset=utf-8",
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    ...(status === 405 ? { Allow: "GET, HEAD" } : {}),
    // Nothing that comes behind a head is read.
    ...(method === "GET" ? {} : { Connection: "close" }),
  });
  response.end(method === "HEAD" ? undefined : body);
}
