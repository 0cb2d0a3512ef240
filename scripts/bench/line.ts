// One member of the load: TLS, the upgrade and frames by hand, reading into one buffer that all lines share and writing at
// once what it says at once, so that the generator costs less than the servers that it loads.

import type { TcpSocketConnectOpts } from "node:net";
import { connect, type ConnectionOptions } from "node:tls";
import { type Dialect, type Said, text } from "./dialects.ts";

/** What comes in at a time: a TLS record holds at most 16 KiB. */
const shared = Buffer.allocUnsafe(64 * 1024);
/** Long enough to hold a frame's header and the stamp of every dialect. */
const headBytes = 64;
const close = 0x88;
const ping = 0x89;

export interface Line {
  readonly room: string;
  /** How much of what it has said has not come back. */
  readonly awaited: number;
  /** Sends `template` with the stamp `us`; what is said at once goes out in one write. */
  say(template: Template, us: number): void;
  /** Waits for nothing more; gives how much that was. */
  giveUp(): number;
  /** Stops reading, as a reader that has gone to sleep. */
  freeze(): void;
  end(): void;
}

/** A message that is sent again and again with another stamp. */
export interface Template {
  readonly frame: Buffer;
  readonly stampAt: number;
}

let flushes: (() => void)[] = [];

/** Runs `flush` when everything that is readable now has been read. */
function soon(flush: () => void): void {
  if (flushes.push(flush) > 1) return;
  setImmediate(() => {
    const due = flushes;
    flushes = [];
    for (const each of due) each();
  });
}

const mask = Buffer.from([0x5e, 0xc2, 0x13, 0xa7]);

/** A masked frame around `payload`. */
export function maskedFrame(opcode: number, payload: Uint8Array): Buffer {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 2 ** 16 ? 2 : 8;
  const from = 2 + lengthBytes + 4;
  const frame = Buffer.allocUnsafe(from + length);
  frame[0] = opcode;
  frame[1] = 0x80 | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) frame.writeUInt16BE(length, 2);
  if (lengthBytes === 8) frame.writeBigUInt64BE(BigInt(length), 2);
  frame.set(mask, from - 4);
  for (let at = 0; at < length; at++) frame[from + at] = (payload[at] ?? 0) ^ (mask[at & 3] ?? 0);
  return frame;
}

/** The message that says `byteLength` bytes in `dialect`. */
export function templateOf(dialect: Dialect, byteLength: number): Template {
  const { opcode, payload } = dialect.message(byteLength);
  const frame = maskedFrame(opcode, payload);
  return { frame, stampAt: frame.length - payload.length + dialect.stampAt };
}

export interface LineOptions {
  readonly port: number;
  /** The address to come from: one has no more than some 28,000 ports. */
  readonly localAddress: string;
  readonly dialect: Dialect;
  readonly room: string;
  /** It is in its room. */
  readonly joined: () => void;
  /** A delivery at `nowUs`, with the stamp it was said with; whether this line has said it. */
  readonly delivered: (us: number, nowUs: number, isOwn: boolean) => void;
  /** Closed by the server, with the code of a close frame where there was one. */
  readonly ended: (code: number | null) => void;
}

/** Microseconds of this process. */
export function nowUs(): number {
  return Math.floor(performance.now() * 1000);
}

/** Connects and joins. */
export function openLine(options: LineOptions): Line {
  const { port, localAddress, dialect, room, joined, delivered, ended } = options;
  const { stamp, stampAt } = dialect;
  let isUpgraded = false;
  let isOurs = false;
  let closeCode: number | null = null;
  /** What of the delivery that is coming has not come. */
  let skip = 0;
  /** The beginning of something that is not whole. */
  let rest: Buffer | null = null;
  /** What is to be said in this turn of the loop, and with which stamps. */
  let saying: Template | null = null;
  let stamps: number[] = [];
  /** The stamps of what has not come back, in the order in which it will. One that never does hides those behind it. */
  const awaited: number[] = [];

  // What only concerns TCP goes through to it, which the types do not say.
  const connection: ConnectionOptions & TcpSocketConnectOpts = {
    port,
    host: "127.0.0.1",
    localAddress,
    rejectUnauthorized: false,
    minVersion: "TLSv1.3",
    ciphers: "TLS_AES_128_GCM_SHA256",
    onread: { buffer: shared, callback: (count) => (read(shared, count), true) },
  };
  const socket = connect(connection);
  socket.setNoDelay(true);
  socket.on("error", () => {});
  socket.on("end", () => socket.destroy());
  socket.on("close", () => {
    if (!isOurs) ended(closeCode);
  });
  socket.once("secureConnect", () => {
    const head = [
      `GET ${dialect.path(room)} HTTP/1.1`,
      `Host: 127.0.0.1:${port}`,
      "Connection: Upgrade",
      "Upgrade: websocket",
      "Sec-WebSocket-Version: 13",
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
      ...dialect.headers,
    ];
    socket.write(`${head.join("\r\n")}\r\n\r\n`);
  });

  function send({ opcode, payload }: Said): void {
    socket.write(maskedFrame(opcode, payload));
  }

  function flush(): void {
    if (saying === null || stamps.length === 0) return;
    const { frame: whole, stampAt: at } = saying;
    const bytes = Buffer.allocUnsafe(stamps.length * whole.length);
    for (const [index, us] of stamps.entries()) {
      const from = index * whole.length;
      whole.copy(bytes, from);
      stamp.write(bytes, from + at, us);
      for (let byte = 0; byte < stamp.byteLength; byte++) {
        const place = from + at + byte;
        bytes[place] = (bytes[place] ?? 0) ^ (mask[(stampAt + byte) & 3] ?? 0);
      }
    }
    stamps = [];
    socket.write(bytes);
  }

  function read(chunk: Buffer, count: number): void {
    if (rest === null) return take(chunk, 0, count);
    const whole = Buffer.concat([rest, chunk.subarray(0, count)]);
    rest = null;
    take(whole, 0, whole.length);
  }

  function take(bytes: Buffer, from: number, end: number): void {
    let at = from;
    if (!isUpgraded) {
      const headEnd = bytes.subarray(0, end).indexOf("\r\n\r\n");
      if (headEnd < 0) return keep(bytes, at, end);
      if (bytes.toString("latin1", 9, 12) !== "101")
        throw new Error(`refused: ${bytes.toString("latin1", 0, headEnd)}`);
      isUpgraded = true;
      at = headEnd + 4;
      const first = dialect.first(room);
      if (first === "in") joined();
      else if (first !== null) send(first);
    }
    const now = nowUs();
    while (at < end) {
      if (skip > 0) {
        const skipped = Math.min(skip, end - at);
        skip -= skipped;
        at += skipped;
        continue;
      }
      const next = frame(bytes, at, end, now);
      if (next === null) return keep(bytes, at, end);
      at = next;
    }
  }

  /** Where the next frame begins; null when this one has to wait for more. */
  function frame(bytes: Buffer, at: number, end: number, now: number): number | null {
    if (end - at < 2) return null;
    const opcode = bytes[at] ?? 0;
    const short = bytes[at + 1] ?? 0;
    const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (end - at < headerBytes) return null;
    const length =
      short < 126 ? short : short === 126 ? bytes.readUInt16BE(at + 2) : bytes.readUIntBE(at + 4, 6);
    const payloadAt = at + headerBytes;
    const isWhole = payloadAt + length <= end;
    if (!isWhole && end - at < headBytes) return null;
    if (length >= stampAt + stamp.byteLength && dialect.isDelivery(opcode, bytes, payloadAt)) {
      const us = stamp.read(bytes, payloadAt + stampAt);
      const isOwn = us === awaited[0];
      if (isOwn) awaited.shift();
      delivered(us, now, isOwn);
      skip = length;
      return payloadAt;
    }
    if (!isWhole) return null;
    hear(opcode, bytes.subarray(payloadAt, payloadAt + length));
    return payloadAt + length;
  }

  function hear(opcode: number, payload: Buffer): void {
    if (opcode === ping) socket.write(maskedFrame(0x8a, payload));
    if (opcode === close) closeCode = payload.length >= 2 ? payload.readUInt16BE(0) : null;
    if (opcode !== text) return;
    const answer = dialect.answer(payload.toString(), room);
    if (answer === "in") joined();
    else if (answer !== null) send(answer);
  }

  function keep(bytes: Buffer, at: number, end: number): void {
    rest = Buffer.from(bytes.subarray(at, end));
  }

  return {
    room,
    get awaited() {
      return awaited.length;
    },
    say(template, us) {
      if (template !== saying) flush();
      saying = template;
      awaited.push(us);
      if (stamps.push(us) === 1) soon(flush);
    },
    giveUp: () => awaited.splice(0).length,
    freeze: () => void socket.pause(),
    end() {
      isOurs = true;
      socket.destroy();
    },
  };
}
