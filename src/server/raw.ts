// An answer on a socket that Node has given up or handed over: a head that is no HTTP, an upgrade that is not granted.

import { type OutgoingHttpHeaders, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { strictHeaders } from "./headers.ts";

/** Says one sentence of ours, with the headers of every answer, and cuts the connection. */
export function answerRaw(
  socket: Duplex,
  status: number,
  sentence: string,
  headers: OutgoingHttpHeaders = {},
): void {
  const body = `${sentence}\n`;
  const head = {
    Connection: "close",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    ...strictHeaders,
    ...headers,
  };
  const lines = Object.entries(head).map(([name, value]) => `${name}: ${String(value)}\r\n`);
  // A peer that has gone, or resets instead of reading, is no event: it is being cut anyway.
  socket.on("error", () => socket.destroy());
  socket.once("finish", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}
