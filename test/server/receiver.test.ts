// What comes in over a WebSocket, held against the receiver of `ws`, which others have tried for years: the same bytes, cut
// anywhere, must be heard as the same messages, control frames and close codes.

import assert from "node:assert/strict";
import type { Writable } from "node:stream";
import { test } from "node:test";
import * as ws from "ws";

import { type Ears, Receiver } from "../../src/server/receiver.ts";
import { seededNumbers } from "../seeded.ts";

const limits = { maxMessageBytes: 70_000, maxFragments: 5 };

/** What was heard, one line each. */
function listen(): { lines: string[]; ears: Ears } {
  const lines: string[] = [];
  return {
    lines,
    ears: {
      onMessage: (payload, isBinary) =>
        lines.push(`${isBinary ? "binary" : "text"} ${Buffer.from(payload).toString("base64")}`),
      onPing: (payload) => lines.push(`ping ${Buffer.from(payload).toString("base64")}`),
      onPong: (payload) => lines.push(`pong ${Buffer.from(payload).toString("base64")}`),
      onClose: (code) => lines.push(`close ${code ?? 1005}`),
      onMistake: (code) => lines.push(`mistake ${code}`),
    },
  };
}

function hear(chunks: readonly Buffer[]): string[] {
  const { lines, ears } = listen();
  const receiver = new Receiver(limits, ears);
  for (const [index, chunk] of chunks.entries()) {
    // In a larger buffer, as what comes behind a request for an upgrade: at each place a word can begin at.
    const from = 8 + (index & 7);
    const around = Buffer.alloc(from + chunk.length + 8, 0x5a);
    around.set(chunk, from);
    receiver.read(around.subarray(from, from + chunk.length));
    const rest = Buffer.concat([around.subarray(0, from), around.subarray(from + chunk.length)]);
    assert.deepEqual(rest, Buffer.alloc(from + 8, 0x5a));
  }
  return lines;
}

/** The types of `ws` leave it out. */
const { Receiver: Oracle } = ws as unknown as { Receiver: new (options: object) => Writable };

/** What the receiver of `ws` hears of it. */
async function hearAsOracle(chunks: readonly Buffer[]): Promise<string[]> {
  const { lines, ears } = listen();
  const { maxMessageBytes: maxPayload, maxFragments } = limits;
  const oracle = new Oracle({ isServer: true, maxPayload, maxFragments });
  const settled = new Promise<void>((resolve) => oracle.once("close", resolve));
  oracle.on("message", (data: Buffer, isBinary: boolean) => ears.onMessage(data, isBinary));
  oracle.on("ping", (data: Buffer) => ears.onPing(data));
  oracle.on("pong", (data: Buffer) => ears.onPong(data));
  oracle.on("conclude", (code: number) => ears.onClose(code === 1005 ? null : code));
  oracle.on("error", (error: object) => {
    const [symbol] = Object.getOwnPropertySymbols(error);
    if (symbol === undefined) throw new Error("expected the close code on the error of ws");
    lines.push(`mistake ${String(Reflect.get(error, symbol))}`);
  });
  for (const chunk of chunks) {
    if (oracle.errored === null && !oracle.writableEnded) oracle.write(ownBuffer(chunk));
  }
  if (!oracle.writableEnded) oracle.end();
  await settled;
  return lines;
}

/** A copy that nothing shares a buffer with, as a socket reads it. */
function ownBuffer(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}

interface Piece {
  readonly first: number;
  readonly payload: Buffer;
  readonly isMasked?: boolean;
}

/** The frame in its shortest form. */
function frame({ first, payload, isMasked = true }: Piece): Buffer {
  const { length } = payload;
  const lengthBytes = length < 126 ? 0 : length < 2 ** 16 ? 2 : 8;
  const header = Buffer.alloc(2 + lengthBytes);
  header[0] = first;
  header[1] = (isMasked ? 0x80 : 0) | (lengthBytes === 0 ? length : lengthBytes === 2 ? 126 : 127);
  if (lengthBytes === 2) header.writeUInt16BE(length, 2);
  if (lengthBytes === 8) header.writeBigUInt64BE(BigInt(length), 2);
  if (!isMasked) return Buffer.concat([header, payload]);
  const mask = Buffer.from([0x37, 0xfa, 0x21, 0x3d]);
  const masked = Buffer.from(payload.map((byte, at) => byte ^ (mask[at & 3] ?? 0)));
  return Buffer.concat([header, mask, masked]);
}

/** Frames as a client sends them, and now and then one that no client should. */
function draw(next: () => number): Buffer {
  const below = (most: number): number => next() % most;
  const bytes = (length: number): Buffer => Buffer.from(Array.from({ length }, () => next() & 255));
  const words = (): Buffer => Buffer.from(["", "hi", "żółć 🦊", "x".repeat(126)][below(4)] ?? "");
  const lengths = [0, 1, 2, 31, 32, 33, 125, 126, 127, 300, 4_100];
  const frames: Buffer[] = [];
  for (let count = 1 + below(6); count > 0; count--) {
    const payload =
      below(40) === 0 ? bytes(60_000 + below(12_000)) : bytes(lengths[below(lengths.length)] ?? 0);
    const kind = below(20);
    if (kind < 8) frames.push(frame({ first: 0x82, payload }));
    else if (kind < 11) frames.push(frame({ first: 0x81, payload: words() }));
    else if (kind < 13) frames.push(frame({ first: 0x89 + below(2), payload: payload.subarray(0, 125) }));
    else if (kind < 16) {
      const isText = below(2) === 0;
      frames.push(frame({ first: isText ? 1 : 2, payload: isText ? Buffer.from([0xc5]) : payload }));
      for (let more = below(5); more > 0; more--) {
        if (below(3) === 0) frames.push(frame({ first: 0x89, payload: bytes(4) }));
        frames.push(frame({ first: 0, payload: isText ? Buffer.from("a") : bytes(below(200)) }));
      }
      frames.push(frame({ first: 0x80, payload: isText ? Buffer.from([0xbc]) : bytes(below(200)) }));
    } else if (kind === 16) frames.push(frame({ first: 0x88, payload: closing(below) }));
    else if (kind === 17) frames.push(frame({ first: next() & 255, payload, isMasked: below(4) > 0 }));
    else frames.push(frame({ first: 0x82, payload }));
  }
  const all = Buffer.concat(frames);
  // One bit in some header, mask or payload.
  if (below(5) === 0) {
    const at = below(all.length);
    all[at] = (all[at] ?? 0) ^ (1 << below(8));
  }
  return all;
}

function closing(below: (most: number) => number): Buffer {
  const codes = [999, 1000, 1001, 1004, 1005, 1006, 1014, 1015, 2999, 3000, 4999, 5000, 65_535];
  const code = Buffer.alloc(2);
  code.writeUInt16BE(codes[below(codes.length)] ?? 0);
  const reasons = [Buffer.alloc(0), Buffer.from("why"), Buffer.from([0xff])];
  return below(5) === 0 ? Buffer.alloc(below(2)) : Buffer.concat([code, reasons[below(3)] ?? code]);
}

function cut(bytes: Buffer, next: () => number): Buffer[] {
  const chunks: Buffer[] = [];
  const most = [1, 3, 20, 400, 20_000][next() % 5] ?? 1;
  for (let at = 0; at < bytes.length;) {
    const end = bytes.length > 5_000 && most < 20 ? at + 1_000 : at + 1 + (next() % most);
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}

/** A length that is not in its shortest form, which `ws` lets through and RFC 6455, section 5.2, does not. */
function isLongWay(lines: readonly string[], oracle: readonly string[]): boolean {
  const at = lines.findIndex((line, index) => line !== oracle[index]);
  return lines[at] === "mistake 1002" && at === lines.length - 1;
}

test("hears what the receiver of ws hears, wherever the bytes are cut", async () => {
  const next = seededNumbers(20);
  let longWays = 0;
  const kinds = new Set<string>();
  for (let round = 0; round < 3_000; round++) {
    const chunks = cut(draw(next), next);
    const lines = hear(chunks);
    const oracle = await hearAsOracle(chunks);
    for (const line of lines) kinds.add(line.startsWith("mistake") ? line : (line.split(" ")[0] ?? ""));
    if (isLongWay(lines, oracle)) longWays++;
    else assert.deepEqual(lines, oracle, `round ${round}`);
  }
  assert.deepEqual([...kinds].toSorted(), [
    "binary",
    "close",
    "mistake 1002",
    "mistake 1007",
    "mistake 1008",
    "mistake 1009",
    "ping",
    "pong",
    "text",
  ]);
  assert.ok(longWays < 30, `${longWays}`);
});

test("closes a length that is not written the shortest way with 1002", () => {
  const long = Buffer.concat([Buffer.from([0x82, 0x80 | 126, 0, 125]), Buffer.alloc(4 + 125)]);
  const longer = Buffer.concat([
    Buffer.from([0x82, 0x80 | 127, 0, 0, 0, 0, 0, 0, 255, 255]),
    Buffer.alloc(8),
  ]);
  for (const bytes of [long, longer]) assert.deepEqual(hear([bytes]), ["mistake 1002"]);
});

test("takes a message of the full size in one frame and in fragments, and closes one byte more with 1009", () => {
  const { maxMessageBytes } = limits;
  const whole = (length: number): Buffer[] => [frame({ first: 0x82, payload: Buffer.alloc(length) })];
  const inTwo = (length: number): Buffer[] => [
    frame({ first: 0x02, payload: Buffer.alloc(length - 10) }),
    frame({ first: 0x80, payload: Buffer.alloc(10) }),
  ];
  for (const form of [whole, inTwo]) {
    assert.deepEqual(hear(form(maxMessageBytes)).length, 1);
    assert.deepEqual(hear(form(maxMessageBytes - 1)).length, 1);
    assert.deepEqual(hear(form(maxMessageBytes + 1)), ["mistake 1009"]);
  }
});

test("refuses a frame that is too long by its header alone, before any of it has come", () => {
  const header = Buffer.from([0x82, 0xff, 0, 0, 0, 0, 0, 2, 0, 0]);
  assert.deepEqual(hear([header]), ["mistake 1009"]);
});

test("hears nothing behind a close and nothing behind a mistake", () => {
  const message = frame({ first: 0x82, payload: Buffer.from("x") });
  const close = frame({ first: 0x88, payload: Buffer.from([3, 232]) });
  const mistake = frame({ first: 0x83, payload: Buffer.from("x") });
  assert.deepEqual(hear([Buffer.concat([close, message]), message]), ["close 1000"]);
  assert.deepEqual(hear([Buffer.concat([mistake, message]), message]), ["mistake 1002"]);
});
