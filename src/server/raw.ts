// Sockets before Node has taken them, or after it has given them up: what has come, and an answer to a head that is no HTTP
// or an upgrade that is not granted.

import { type OutgoingHttpHeaders, STATUS_CODES } from "node:http";
import type { Duplex } from "node:stream";

import { goodbyeMs } from "../protocol/limits.ts";
import { strictHeaders } from "./headers.ts";

const late = 408;

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
  // To cut a peer that is writing can cost it the answer, so what still comes is thrown away for a moment. Who is late
  // has had its time.
  const timer = setTimeout(() => socket.destroy(), status === late ? 0 : goodbyeMs);
  socket.once("close", () => clearTimeout(timer));
  socket.once("end", () => socket.destroy());
  socket.resume();
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join("")}\r\n${body}`);
}

/** All that has come and not been read. From Node 26 on one read gives one piece of it. */
export function readAllOf(socket: Duplex): Buffer {
  const pieces: Uint8Array[] = [];
  for (;;) {
    const piece: unknown = socket.read();
    if (!(piece instanceof Uint8Array)) return Buffer.concat(pieces);
    pieces.push(piece);
  }
}
