// What a relay has held and sent: a TLS proxy in front of it that writes down every byte both ways, WebSocket frames
// unmasked, and a look into its memory.

import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { once } from "node:events";
import { join } from "node:path";
import tls from "node:tls";
import type { AddressInfo } from "node:net";

export interface Capture {
  readonly origin: string;
  /** All bytes so far, HTTP and the payloads of WebSocket frames, of both directions. */
  bytes(): Buffer;
  stop(): void;
}

/** Stands between browsers and the relay on `port`, with the relay's own certificate. */
export async function startCapture(port: number, certs: string): Promise<Capture> {
  const streams: Buffer[][] = [];
  const open = new Set<tls.TLSSocket>();
  const pair = { cert: readFileSync(join(certs, "cert.pem")), key: readFileSync(join(certs, "key.pem")) };
  const server = tls.createServer(pair, (client) => {
    const relay = tls.connect({ port, host: "127.0.0.1", rejectUnauthorized: false });
    for (const [from, to] of [
      [client, relay],
      [relay, client],
    ] as const) {
      const stream: Buffer[] = [];
      streams.push(stream);
      open.add(from);
      from.on("data", (chunk: Buffer) => stream.push(chunk));
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        open.delete(from);
        to.destroy();
      });
    }
  });
  server.listen(0, "127.0.0.1").unref();
  await once(server, "listening");
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bytes: () => Buffer.concat(streams.map((stream) => unmask(Buffer.concat(stream)))),
    stop() {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

/** The bytes of one direction; behind an upgrade, the payloads of its frames, unmasked (RFC 6455, section 5.2). */
function unmask(stream: Buffer): Buffer {
  const headEnd = stream.indexOf("\r\n\r\n") + 4;
  const head = stream.subarray(0, headEnd);
  if (!/upgrade: websocket/i.test(head.toString("latin1"))) return stream;
  const parts = [head];
  let at = headEnd;
  while (at + 2 <= stream.length) {
    const masked = ((stream[at + 1] ?? 0) & 0x80) !== 0;
    let length = (stream[at + 1] ?? 0) & 0x7f;
    at += 2;
    if (length === 126) {
      length = stream.readUInt16BE(at);
      at += 2;
    } else if (length === 127) {
      length = Number(stream.readBigUInt64BE(at));
      at += 8;
    }
    const mask = masked ? stream.subarray(at, at + 4) : Buffer.alloc(4);
    if (masked) at += 4;
    parts.push(
      stream.subarray(at, at + length).map((byte, index) => byte ^ (mask[index % 4] ?? 0)) as Buffer,
    );
    at += length;
  }
  return Buffer.concat(parts);
}

/** Which of `needles` stand in the memory of a running process, in UTF-8 or UTF-16. Linux only. */
export function findInMemory(pid: number, needles: readonly string[]): string[] {
  const found = new Set<string>();
  const memory = openSync(`/proc/${pid}/mem`, "r");
  for (const line of readFileSync(`/proc/${pid}/maps`, "utf8").split("\n")) {
    const [, from, to] = /^([0-9a-f]+)-([0-9a-f]+) r/.exec(line) ?? [];
    if (from === undefined || to === undefined || /\[v(var|syscall)/.test(line)) continue;
    const region = readRegion(memory, Number.parseInt(from, 16), Number.parseInt(to, 16));
    for (const needle of needles) {
      if (region.includes(needle, 0, "utf8") || region.includes(needle, 0, "utf16le")) found.add(needle);
    }
  }
  closeSync(memory);
  return [...found];
}

/** A region that cannot be read (a guard page) is empty; reserved but unused memory reads as zeros. */
function readRegion(memory: number, from: number, to: number): Buffer {
  const most = 1 << 30;
  const region = Buffer.alloc(Math.min(to - from, most));
  try {
    return region.subarray(0, readSync(memory, region, 0, region.length, from));
  } catch {
    return Buffer.alloc(0);
  }
}
