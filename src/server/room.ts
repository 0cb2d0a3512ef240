// What the relay remembers: rooms, the seats in them, the connections on the seats, and the sentences it says when it
// does not let somebody in. Shapes and texts only; relay.ts moves them.

import type { Bytes } from "../protocol/base64url.ts";
import { encodeText, type ErrorCode, type Join, type MemberState } from "../protocol/control.ts";
import type { Address } from "./addresses.ts";
import type { Bucket } from "./bucket.ts";
import type { Refusal } from "./counters.ts";
import type { Audience, Reader } from "./fanout.ts";
import type { Share } from "./log.ts";
import { textFrame } from "./wire.ts";

/** A join whose proof of access has been checked and is not kept. */
export type Admission = Omit<Join, "access">;

export interface Room extends Audience<Connection> {
  readonly id: string;
  /** By the seat's id. */
  readonly seats: Map<string, Seat>;
  /** By fromUser: a name is somebody's while its seat is here or away. */
  readonly holders: Map<string, Seat>;
  /** Of the address that opened it. */
  readonly share: Share;
}

export interface Seat {
  /** b64u of 32 bytes that only its client knows; never sent to anybody. */
  readonly id: string;
  readonly room: Room;
  readonly fromUser: string;
  readonly fromUserBytes: Bytes;
  /** What its bytes are taken from, over whichever door they come. It goes with the seat from connection to connection. */
  readonly bytes: Bucket;
  /** The framed `member` text of this seat as it is now, its hello included. */
  member: Uint8Array;
  chargedBytes: number;
  /** Of the address that sat down first: it is charged, wherever the seat is taken back from. */
  readonly share: Share;
  /** Null while away. */
  connection: Connection | null;
  awayUntilMs: number;
  /** Connections that want this name and wait whether its holder answers; null while there was none. */
  wantedBy: Set<Connection> | null;
}

/** One connection; a door only holds it and hands it back. */
export interface Connection extends Reader {
  readonly roomId: string;
  readonly address: Address;
  /** Its own until it has a seat, then its seat's. */
  bytes: Bucket;
  phase: "waiting" | "probing" | "seated" | "ended";
  readonly openedAtMs: number;
  waitingSinceMs: number;
  /** Null but in the phase probing. */
  wants: { readonly admission: Admission; readonly holder: Seat; readonly untilMs: number } | null;
  /** Null but in the phase seated. */
  seat: Seat | null;
}

/** The framed `member` text of who has just sat down. */
export function memberFrame({ fromUser, iv, ciphertext }: Admission): Uint8Array {
  return textFrame(encodeText({ type: "member", fromUser, iv, ciphertext, state: "here" }));
}

/** A copy of `member` with another state: its last field, and as long as any other. */
export function withState(member: Uint8Array, state: MemberState): Uint8Array {
  const changed = Buffer.allocUnsafeSlow(member.length);
  changed.set(member);
  changed.write(state, member.length - `${state}"}`.length);
  return changed;
}

/** The framed `error` text. */
export function errorFrame(code: ErrorCode, message: string, retryAfterMs?: number): Uint8Array {
  const error = { type: "error", code, message } as const;
  return textFrame(encodeText(retryAfterMs === undefined ? error : { ...error, retryAfterMs }));
}

export const pongFrame = textFrame(encodeText({ type: "pong" }));

export const unknownTextFrame = errorFrame(
  "bad",
  "This relay does not know that request. Update the relay or the client.",
);

/** A join that is refused with an `error` before the connection is closed. */
export type JoinRefusal = Extract<Refusal, "name-taken" | "full" | "join-rate" | "memory">;

export const joinRefusals: Readonly<
  Record<JoinRefusal, { code: ErrorCode; message: string; reason: string }>
> = {
  "name-taken": {
    code: "name-taken",
    message: "Somebody in this room has that name. Choose another, or try again when they have left.",
    reason: "name taken",
  },
  full: {
    code: "full",
    message: "This room is full. Try again when somebody has left.",
    reason: "room full",
  },
  "join-rate": {
    code: "rate",
    message: "Too many joins from this network address. Wait a moment, then try again.",
    reason: "too many joins",
  },
  memory: {
    code: "memory",
    message: "This relay has no memory left for another member. Try again later.",
    reason: "no memory left",
  },
};
