// Frames that RFC 6455 forbids, each over a socket of its own before and behind a join, and forged frames that it allows.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test, type TestContext } from "node:test";

import { frameKind } from "../../src/protocol/frame.ts";
import { maskedFrame, off, open, rawOpen } from "../server/house.ts";
import { bytesOf, frameOf, isFrame, joinOf, room, seqs, testRoom, texts } from "../server/support.ts";

const text = (words: string): Buffer => Buffer.from(words);
const mask = Buffer.alloc(4);
/** FIN, then an opcode: 0 continuation, 1 text, 2 binary, 8 close, 9 ping, 10 pong. */
const final = 0x80;
const masked = 0x80;

/** A close frame with `code` and what stands behind it. */
function closeWith(code: number, reason: Buffer = Buffer.alloc(0)): Buffer {
  const payload = Buffer.alloc(2 + reason.length);
  payload.writeUInt16BE(code);
  payload.set(reason, 2);
  return maskedFrame(final | 8, payload);
}

/** The head of a frame with a length in eight bytes. */
function longHead(first: number, length: bigint): Buffer {
  const head = Buffer.alloc(10);
  head[0] = first;
  head[1] = masked | 127;
  head.writeBigUInt64BE(length, 2);
  return Buffer.concat([head, mask]);
}

const fragment = (count: number): Buffer[] => [
  maskedFrame(1, text("a")),
  ...Array.from({ length: count - 1 }, () => maskedFrame(0, text("a"))),
];
const noUtf8: readonly (readonly [what: string, bytes: Buffer])[] = [
  ["a byte that is none", Buffer.from([0xff])],
  ["a character cut off", Buffer.from([0xe2, 0x82])],
  ["a lone surrogate", Buffer.from([0xed, 0xa0, 0x80])],
  ["an overlong slash", Buffer.from([0xc0, 0xaf])],
  ["a character above the last", Buffer.from([0xf4, 0x90, 0x80, 0x80])],
];
/** RFC 6455, section 7.4.1: not for the wire, not given out, or out of range. */
const noCodes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535];

const malformed: readonly (readonly [what: string, bytes: readonly Buffer[], code: number])[] = [
  ...[0x40, 0x20, 0x10, 0x70].map(
    (bits) =>
      [`reserved bits ${bits.toString(16)}`, [maskedFrame(final | bits | 1, text("{}"))], 1002] as const,
  ),
  ...[3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(
    (opcode) => [`opcode ${opcode}`, [maskedFrame(final | opcode, text("x"))], 1002] as const,
  ),
  ...[1, 2, 8, 9, 10].map(
    (opcode) => [`opcode ${opcode} without a mask`, [Buffer.from([final | opcode, 1, 0x78])], 1002] as const,
  ),
  ...[8, 9, 10].flatMap(
    (opcode) =>
      [
        [`opcode ${opcode} in fragments`, [maskedFrame(opcode, text("x"))], 1002],
        [`opcode ${opcode} with 126 bytes`, [maskedFrame(final | opcode, Buffer.alloc(126))], 1002],
      ] as const,
  ),
  ["a close of one byte", [maskedFrame(final | 8, text("x"))], 1002],
  ...noCodes.map((code) => [`a close with ${code}`, [closeWith(code)], 1002] as const),
  ...noUtf8.map(([what, bytes]) => [`a close that says ${what}`, [closeWith(1000, bytes)], 1007] as const),
  ["a continuation of nothing", [maskedFrame(final, text("x"))], 1002],
  [
    "a continuation behind the last",
    [maskedFrame(1, text("")), maskedFrame(final, text("{}")), maskedFrame(final, text("x"))],
    1008,
  ],
  ["a text inside a text", [maskedFrame(1, text("{")), maskedFrame(final | 1, text("}"))], 1002],
  ["a binary inside a text", [maskedFrame(1, text("{")), maskedFrame(final | 2, text("}"))], 1002],
  ...noUtf8.map(
    ([what, bytes]) => [`a text that is ${what}`, [maskedFrame(final | 1, bytes)], 1007] as const,
  ),
  [
    "a text whose fragments join to no UTF-8",
    [maskedFrame(1, Buffer.from([0xe2])), maskedFrame(final, Buffer.from([0x82]))],
    1007,
  ],
  ["a length of 2^53", [longHead(final | 2, 1n << 53n)], 1009],
  ["a length of 64 KiB and one", [longHead(final | 2, 65_537n)], 1009],
  ["a ping with a length in eight bytes", [longHead(final | 9, 1n)], 1002],
  [
    "fragments that are too long together",
    [maskedFrame(2, Buffer.alloc(60_000)), maskedFrame(final, Buffer.alloc(6_000))],
    1009,
  ],
  ["one fragment too many", fragment(65), 1008],
  [
    "65 empty fragments",
    [maskedFrame(1, text("")), ...Array<Buffer>(64).fill(maskedFrame(0, text("")))],
    1008,
  ],
];

for (const [what, bytes, code] of malformed) {
  test(`${what} is closed with ${code}`, async (t) => {
    const { port, enter, counters } = await open(t, { messageRate: off });
    const fresh = await rawOpen(t, port);
    fresh.write(Buffer.concat(bytes));
    assert.equal((await closeOf(fresh)).code, code);
    const bob = await enter("Bob");
    const ann = await rawJoin(t, port, "Ann");
    await bob.until((heard) => texts(heard).includes("member here") && texts(heard).length > 3);
    ann.write(Buffer.concat(bytes));
    assert.equal((await closeOf(ann)).code, code);
    // The others hear that she has gone, and nothing else.
    await bob.until((heard) => texts(heard).includes("member away"));
    assert.deepEqual(seqs(bob.heard), []);
    assert.equal(
      Object.values(counters.refused).reduce((sum, count) => sum + count),
      2,
    );
  });
}

const sound: readonly (readonly [what: string, bytes: readonly Buffer[]])[] = [
  [
    "a ping between fragments",
    [maskedFrame(1, text('{"type":')), maskedFrame(final | 9, text("")), maskedFrame(final, text('"ping"}'))],
  ],
  [
    "an empty fragment among others",
    [maskedFrame(1, text('{"type":')), maskedFrame(0, text("")), maskedFrame(final, text('"ping"}'))],
  ],
  [
    "a pong that nobody asked for",
    [maskedFrame(final | 10, text("x")), maskedFrame(final | 1, text('{"type":"ping"}'))],
  ],
  [
    "a ping of 125 bytes",
    [maskedFrame(final | 9, Buffer.alloc(125)), maskedFrame(final | 1, text('{"type":"ping"}'))],
  ],
];

for (const [what, bytes] of sound) {
  test(`${what} is no mistake`, async (t) => {
    const { port } = await open(t);
    const ann = await rawJoin(t, port, "Ann");
    ann.write(Buffer.concat(bytes));
    for (let said = ""; !said.includes('"pong"');) {
      const [chunk] = (await once(ann, "data")) as [Buffer];
      said += chunk.toString("latin1");
    }
  });
}

test("a length with the highest bit, which is none, is a mistake or too much, and closed", async (t) => {
  const { port } = await open(t);
  const socket = await rawOpen(t, port);
  socket.write(longHead(final | 2, 1n << 63n));
  assert.match(String((await closeOf(socket)).code), /^100[29]$/);
});

test("a close with any code that may be sent is answered with it", async (t) => {
  const { port } = await open(t);
  for (const code of [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999]) {
    const socket = await rawOpen(t, port);
    socket.write(closeWith(code, text("bye")));
    assert.equal((await closeOf(socket)).code, code);
  }
});

// ── forged ───────────────────────────────────────────────────────────────────────────────────────────────────

test("nobody sends under another's name, with a number of his own, or into another room", async (t) => {
  const { dial, enter } = await open(t);
  const bob = await enter("Bob");
  const eve = await enter("Eve");
  const other = dial({ path: `/room/${testRoom("two").id}` });
  await once(other.ws, "open");
  other.say(joinOf(testRoom("two"), "Cyd"));
  await other.until((heard) => texts(heard).includes("live"));
  for (const kind of [frameKind.message, frameKind.volatile]) {
    const forged = frameOf("forged", kind);
    forged.fill(0xff, 2, 8);
    forged.set(bytesOf("Bob", 16), 8);
    eve.ws.send(forged);
  }
  await bob.until((heard) => seqs(heard).length === 2);
  assert.deepEqual(
    bob.heard.filter(isFrame).map(({ seq, fromUser }) => [seq, fromUser]),
    [
      [1, bytesOf("Eve", 16)],
      [0, bytesOf("Eve", 16)],
    ],
  );
  assert.deepEqual(seqs(other.heard), []);
});

test("a second byte that is not zero, and a kind of another version, are closed with 1008 and reach nobody", async (t) => {
  const { enter } = await open(t);
  const bob = await enter("Bob");
  for (const [at, value] of [
    [0, 0],
    [0, 4],
    [0, 255],
    [1, 1],
  ] as const) {
    const eve = await enter("Eve");
    const forged = frameOf("forged");
    forged[at] = value;
    eve.ws.send(forged);
    assert.equal((await eve.closed).code, 1008, `${value} at ${at}`);
  }
  assert.deepEqual(seqs(bob.heard), []);
});

test("what only the relay says is no word of a member's", async (t) => {
  const { enter } = await open(t);
  const bob = await enter("Bob");
  const { length } = bob.heard;
  for (const said of [
    { type: "joined", salt: "", log: "", first: 1, last: 1 },
    { type: "member", fromUser: joinOf(room, "Bob").fromUser, iv: "", ciphertext: "", state: "left" },
    { type: "live" },
    { type: "error", code: "full", message: "Go away." },
  ]) {
    const eve = await enter("Eve");
    eve.say(said);
    await eve.until((heard) => texts(heard).includes("error bad"));
  }
  bob.say({ type: "ping" });
  await bob.until((heard) => texts(heard).includes("pong"));
  assert.deepEqual(new Set(texts(bob.heard.slice(length))), new Set(["member here", "pong"]));
});

async function rawJoin(t: TestContext, port: number, name: string): Promise<Socket> {
  const socket = await rawOpen(t, port);
  let said = "";
  const read = (chunk: Buffer): void => void (said += chunk.toString("latin1"));
  socket.on("data", read);
  socket.write(maskedFrame(final | 1, text(JSON.stringify(joinOf(room, name)))));
  while (!said.includes('"live"')) await once(socket, "data");
  socket.off("data", read);
  return socket;
}

/** The close frame that the relay ends with, behind whatever else it says. */
async function closeOf(socket: Socket): Promise<{ code: number; reason: string }> {
  let bytes = Buffer.alloc(0);
  for (;;) {
    for (let at = 0; at + 2 <= bytes.length;) {
      const short = bytes[at + 1] ?? 0;
      const headBytes = short < 126 ? 2 : 4;
      if (at + headBytes > bytes.length) break;
      const length = short < 126 ? short : bytes.readUInt16BE(at + 2);
      const from = at + headBytes;
      if (from + length > bytes.length) break;
      if (bytes[at] === 0x88) {
        return { code: bytes.readUInt16BE(from), reason: bytes.toString("utf8", from + 2, from + length) };
      }
      at = from + length;
    }
    const [chunk] = (await once(socket, "data")) as [Buffer];
    bytes = Buffer.concat([bytes, chunk]);
  }
}
