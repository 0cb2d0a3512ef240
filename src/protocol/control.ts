// The JSON text frames of PROTOCOL.md section 3: what clients and relay say to each other beside the room's traffic.
// One strict decoder for each direction; everything behind them is trusted to have this shape.

import { base64urlLength, isBase64url } from "./base64url.ts";
import { fromUserBytes, ivBytes, tagBytes } from "./frame.ts";
import { accessBytes, logIdBytes, maxHelloBytes, saltBytes, seatBytes } from "./limits.ts";

/** Canonical base64url, checked by the decoder; the length in bytes is in the field's comment. */
type Base64url = string;

export interface Join {
  readonly type: "join";
  /** 16 bytes */
  readonly access: Base64url;
  /** 32 bytes */
  readonly seat: Base64url;
  /** 16 bytes */
  readonly fromUser: Base64url;
  /** 12 bytes */
  readonly iv: Base64url;
  /** 16 to 1,040 bytes: the sealed hello */
  readonly ciphertext: Base64url;
  /** 16 bytes: the log that `after` counts in */
  readonly log?: Base64url;
  /** The last seq the client has seen in `log`. */
  readonly after?: number;
}

/** What a client says to the relay. */
export type ClientText =
  | Join
  | { readonly type: "leave" }
  | { readonly type: "forget"; readonly seq: number }
  | { readonly type: "ping" };

/** All of one length, so that the relay can put one in the place of another: `withState` in server/room.ts. */
export type MemberState = "here" | "away" | "left";
export type ErrorCode = "name-taken" | "full" | "rate" | "memory" | "bad";

export interface Joined {
  readonly type: "joined";
  /** 32 bytes */
  readonly salt: Base64url;
  /** 16 bytes */
  readonly log: Base64url;
  /** One above the highest seq that limits, age or the operator have trimmed. */
  readonly first: number;
  readonly last: number;
}

export interface Member {
  readonly type: "member";
  /** 16 bytes */
  readonly fromUser: Base64url;
  /** 12 bytes */
  readonly iv: Base64url;
  /** 16 to 1,040 bytes: the sealed hello */
  readonly ciphertext: Base64url;
  readonly state: MemberState;
}

/** What the relay says to a client. */
export type RelayText =
  | Joined
  | Member
  | { readonly type: "live" }
  | { readonly type: "pong" }
  /** The operator had everything deleted that the relay kept, so long ago. */
  | { readonly type: "cleared"; readonly agoMs: number }
  | {
      readonly type: "error";
      readonly code: ErrorCode;
      readonly message: string;
      readonly retryAfterMs?: number;
    };

/** A type that this version does not know: a client ignores it, the relay answers `error bad`. */
export interface UnknownText {
  readonly type: "unknown";
}

type Fields = Readonly<Record<string, unknown>>;

/** Spells a text frame. */
export function encodeText(text: ClientText | RelayText): string {
  return JSON.stringify(text);
}

/** Reads what a client sent. Null when it is not JSON, not an object, or a known type with a wrong or missing field. */
export function decodeClientText(text: string): ClientText | UnknownText | null {
  const fields = parseObject(text);
  if (fields === null) return null;
  switch (fields["type"]) {
    case "join":
      return decodeJoin(fields);
    case "leave":
      return { type: "leave" };
    case "ping":
      return { type: "ping" };
    case "forget": {
      const seq = fields["seq"];
      return isSeq(seq) ? { type: "forget", seq } : null;
    }
    default:
      return typeof fields["type"] === "string" ? { type: "unknown" } : null;
  }
}

/** Reads what the relay sent. Null as in `decodeClientText`. */
export function decodeRelayText(text: string): RelayText | UnknownText | null {
  const fields = parseObject(text);
  if (fields === null) return null;
  switch (fields["type"]) {
    case "joined": {
      const { salt, log, first, last } = fields;
      if (!isBytes(salt, saltBytes) || !isBytes(log, logIdBytes) || !isSeq(first) || !isSeq(last)) {
        return null;
      }
      return { type: "joined", salt, log, first, last };
    }
    case "member": {
      const { fromUser, iv, ciphertext, state } = fields;
      if (!isBytes(fromUser, fromUserBytes) || !isBytes(iv, ivBytes) || !isHello(ciphertext)) return null;
      if (state !== "here" && state !== "away" && state !== "left") return null;
      return { type: "member", fromUser, iv, ciphertext, state };
    }
    case "live":
      return { type: "live" };
    case "pong":
      return { type: "pong" };
    case "cleared": {
      const { agoMs } = fields;
      return isSeq(agoMs) ? { type: "cleared", agoMs } : null;
    }
    case "error": {
      const { code, message, retryAfterMs } = fields;
      if (!isErrorCode(code) || typeof message !== "string") return null;
      if (retryAfterMs === undefined) return { type: "error", code, message };
      return isSeq(retryAfterMs) ? { type: "error", code, message, retryAfterMs } : null;
    }
    default:
      return typeof fields["type"] === "string" ? { type: "unknown" } : null;
  }
}

function decodeJoin(fields: Fields): Join | null {
  const { access, seat, fromUser, iv, ciphertext, log, after } = fields;
  if (!isBytes(access, accessBytes) || !isBytes(seat, seatBytes)) return null;
  if (!isBytes(fromUser, fromUserBytes) || !isBytes(iv, ivBytes) || !isHello(ciphertext)) return null;
  const join: Join = { type: "join", access, seat, fromUser, iv, ciphertext };
  if (log === undefined && after === undefined) return join;
  if (log !== undefined && !isBytes(log, logIdBytes)) return null;
  if (after !== undefined && !isSeq(after)) return null;
  return { ...join, ...(log === undefined ? {} : { log }), ...(after === undefined ? {} : { after }) };
}

function parseObject(text: string): Fields | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function isBytes(value: unknown, byteLength: number): value is Base64url {
  return typeof value === "string" && value.length === base64urlLength(byteLength) && isBase64url(value);
}

function isHello(value: unknown): value is Base64url {
  if (typeof value !== "string") return false;
  if (value.length < base64urlLength(tagBytes) || value.length > base64urlLength(maxHelloBytes)) return false;
  return isBase64url(value);
}

function isErrorCode(value: unknown): value is ErrorCode {
  return (
    value === "name-taken" || value === "full" || value === "rate" || value === "memory" || value === "bad"
  );
}

/** A u48, as seq is on the wire. */
function isSeq(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 && value < 2 ** 48;
}
