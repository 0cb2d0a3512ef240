// What answers somebody who speaks plain HTTP on the TLS port: a 308 to the same place behind https, and the door.
// It reads no more than one bounded head, and puts nothing into its answer that it has not checked.

import type { Socket } from "node:net";

export interface RedirectLimits {
  readonly headTimeoutMs: number;
  readonly maxHeadBytes: number;
}

const hostShape = /^(?:[a-z0-9](?:[a-z0-9.-]{0,252})|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i;
const requestLine = /^[A-Z]{1,20} (\/[\x21-\x7e]{0,2000}) HTTP\/1\.[01]$/;

/**
 * Answers the one request on `socket`, whose first byte may still be unread, and closes it.
 * @param answer the whole answer to a head without its blank line
 */
export function redirectPlainHttp(
  socket: Socket,
  limits: RedirectLimits,
  answer: (head: string) => string = answerTo,
): void {
  let head = "";
  const timer = setTimeout(() => socket.destroy(), limits.headTimeoutMs);
  const read = (chunk: Buffer) => {
    head += chunk.toString("latin1");
    const end = head.indexOf("\r\n\r\n");
    if (end < 0 && head.length <= limits.maxHeadBytes) return;
    socket.off("data", read);
    socket.end(end < 0 ? answerLine("431 Request Header Fields Too Large") : answer(head.slice(0, end)));
    // Whoever keeps talking is read no further, and has until the timer to take the answer.
    socket.resume();
  };
  socket.on("close", () => clearTimeout(timer));
  socket.on("data", read);
}

/**
 * The whole answer to a request head without its blank line: a 308 with a checked Location, or a 400.
 * @param https where it is, if not where the request came to: a port of the same host, or an origin
 */
export function answerTo(head: string, https?: number | string): string {
  const [first = "", ...fields] = head.split("\r\n");
  const target = requestLine.exec(first)?.[1];
  const hosts = fields.flatMap((field) => /^host:[ \t]*(.*?)[ \t]*$/i.exec(field)?.[1] ?? []);
  const [host] = hosts;
  if (target === undefined || host === undefined || hosts.length > 1 || !hostShape.test(host)) {
    return answerLine("400 Bad Request");
  }
  const origin = typeof https === "string" ? https : `https://${placeOf(host, https)}`;
  return answerLine("308 Permanent Redirect", `Location: ${origin}${target}\r\n`);
}

function placeOf(host: string, port: number | undefined): string {
  if (port === undefined) return host;
  const name = host.replace(/:\d+$/, "");
  return port === 443 ? name : `${name}:${port}`;
}

function answerLine(status: string, fields = ""): string {
  return `HTTP/1.1 ${status}\r\n${fields}Cache-Control: no-store\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
}
