// What the same task looks like in the words of each server: how a member comes into a room, how it says something, and
// what of what comes back is a delivery. Made by hand, so that the generator's own cost is the same for all three.

import { createHash, randomBytes } from "node:crypto";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { encodeText } from "../../src/protocol/control.ts";
import { encodeFrame, frameHeaderBytes, frameKind, ivBytes } from "../../src/protocol/frame.ts";
import { accessBytes, logIdBytes, seatBytes, subprotocol } from "../../src/protocol/limits.ts";

export type DialectName = "secure-room" | "plain-ws" | "socket-io" | "bare-node";

export const text = 0x81;
export const binary = 0x82;

/** A frame of RFC 6455 before its mask. */
export interface Said {
  readonly opcode: typeof text | typeof binary;
  readonly payload: Buffer;
}

export interface Dialect {
  /** The target of the upgrade. */
  readonly path: (room: string) => string;
  readonly headers: readonly string[];
  /** What a member says as soon as it is connected; `"in"` where it is in its room by then. */
  readonly first: (room: string) => Said | "in" | null;
  /** What it answers to a text frame that is no delivery; `"in"` when that has brought it into its room. */
  readonly answer: (heard: string, room: string) => Said | "in" | null;
  /** A message with room for a stamp. */
  readonly message: (byteLength: number) => Said;
  /** Where the stamp stands in a message and in a delivery. */
  readonly stampAt: number;
  readonly stamp: Stamp;
  /** Whether the frame whose payload starts at `at` is a delivery. */
  readonly isDelivery: (opcode: number, bytes: Uint8Array, at: number) => boolean;
}

/** How a time in microseconds is written into a message. */
export interface Stamp {
  readonly byteLength: number;
  readonly write: (bytes: Buffer, at: number, us: number) => void;
  readonly read: (bytes: Uint8Array, at: number) => number;
}

/** A u48. */
const number: Stamp = {
  byteLength: 6,
  write: (bytes, at, us) => void bytes.writeUIntBE(us, at, 6),
  read(bytes, at) {
    let us = 0;
    for (let index = at; index < at + 6; index++) us = us * 256 + (bytes[index] ?? 0);
    return us;
  },
};

/** Twelve digits: eleven days. */
const digits: Stamp = {
  byteLength: 12,
  write: (bytes, at, us) => void bytes.write(String(us).padStart(12, "0"), at, "latin1"),
  read(bytes, at) {
    let us = 0;
    for (let index = at; index < at + 12; index++) us = us * 10 + (bytes[index] ?? 48) - 48;
    return us;
  },
};

const said = (words: string): Said => ({ opcode: text, payload: Buffer.from(words) });

const prefix = '42["message","';

/** Whoever is connected is in its room, and a message is a frame. */
const plain: Dialect = {
  path: (room) => `/${room}`,
  headers: [],
  first: () => "in",
  answer: () => null,
  message: (byteLength) => ({ opcode: binary, payload: randomBytes(byteLength) }),
  stampAt: 0,
  stamp: number,
  isDelivery: (opcode) => opcode === binary,
};

export const dialects: Readonly<Record<DialectName, Dialect>> = {
  "plain-ws": plain,
  "bare-node": plain,
  "secure-room": {
    path: (room) => `/room/${toBase64url(digest(accessTo(room)).subarray(0, logIdBytes))}`,
    headers: [`Sec-WebSocket-Protocol: ${subprotocol}`],
    first(room) {
      const random = (byteLength: number): string => toBase64url(randomBytes(byteLength));
      const join = { type: "join", access: toBase64url(accessTo(room)), seat: random(seatBytes) } as const;
      // As large as a sealed hello is.
      return said(
        encodeText({ ...join, fromUser: random(16), iv: random(ivBytes), ciphertext: random(272) }),
      );
    },
    answer: (heard) => (heard === encodeText({ type: "live" }) ? "in" : null),
    // The payload is what is sealed; the relay carries its header besides.
    message(byteLength) {
      const parts = { fromUser: new Uint8Array(16), iv: new Uint8Array(ivBytes) };
      const ciphertext = new Uint8Array(randomBytes(byteLength));
      const frame = encodeFrame({ kind: frameKind.message, ...parts, ciphertext });
      return { opcode: binary, payload: Buffer.from(frame) };
    },
    stampAt: frameHeaderBytes,
    stamp: number,
    isDelivery: (opcode) => opcode === binary,
  },
  // Engine.IO 4 around Socket.IO 5: `0` open, `2` ping, `40` connect, `42` event, `430` what was asked for.
  "socket-io": {
    path: () => "/socket.io/?EIO=4&transport=websocket",
    headers: [],
    first: () => null,
    answer(heard, room) {
      if (heard.startsWith("0")) return said("40");
      if (heard.startsWith("40")) return said(`420["join","${room}"]`);
      if (heard === "2") return said("3");
      return heard === "430[]" ? "in" : null;
    },
    // A string costs it one frame; bytes would cost it two.
    message: (byteLength) =>
      said(`${prefix}${randomBytes(byteLength).toString("hex").slice(0, byteLength)}"]`),
    stampAt: prefix.length,
    stamp: digits,
    isDelivery: (opcode, bytes, at) => opcode === text && bytes[at] === 0x34 && bytes[at + 1] === 0x32,
  },
};

function accessTo(room: string): Uint8Array {
  return digest(Buffer.from(room)).subarray(0, accessBytes);
}

function digest(bytes: Uint8Array): Uint8Array {
  return createHash("sha256").update(bytes).digest();
}
