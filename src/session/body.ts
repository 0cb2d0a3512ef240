// What is inside an envelope, PROTOCOL.md section 2: one union, one strict decoder.
// It knows nothing of keys or order; whoever calls it has checked the signature.

import { type Bytes, fromBase64url } from "../protocol/base64url.ts";
import {
  maxCounter,
  maxEmojiBytes,
  maxFileNameBytes,
  maxMediaTypeBytes,
  maxTextBytes,
  maxTimeMs,
  maxTimerSeconds,
  maxTopicBytes,
} from "../protocol/limits.ts";
import { utf8 } from "../crypto/bytes.ts";
import { checkName } from "../crypto/name.ts";
import type { Use } from "../crypto/seal.ts";
import type { SharedFile } from "./files.ts";

/** What every body says: who speaks, and when by the sender's clock (ms since 1970). */
interface Said {
  readonly name: string;
  readonly at: number;
}

/** A kept body also has its number: 0, 1, 2 … per signing key. */
interface Kept extends Said {
  readonly counter: number;
}

/** What was said may end: so many seconds after `at`, at least 1. */
interface Lasting {
  readonly lasts?: number;
}

/** The id of a message: 16 bytes in base64url. */
export type MessageId = string;

export type HelloBody = Said & { readonly kind: "hello" };

export type MessageBody =
  | (Kept & { readonly kind: "text"; readonly text: string; readonly re?: MessageId } & Lasting)
  /** `of` is a counter of the same key: only an author edits or deletes. */
  | (Kept & { readonly kind: "edit"; readonly of: number; readonly text: string } & Lasting)
  | (Kept & { readonly kind: "delete"; readonly of: number })
  | (Kept & { readonly kind: "react"; readonly id: MessageId; readonly emoji: string; readonly on: boolean })
  | (Kept & { readonly kind: "topic"; readonly text: string })
  /** Messages disappear after so many seconds; 0 is off. */
  | (Kept & { readonly kind: "timer"; readonly seconds: number })
  | (Kept & Lasting & SharedFile & { readonly kind: "file" })
  /** Was taken back before it went out: all that is left of it is its number. */
  | (Kept & { readonly kind: "void" } & Lasting)
  /** A kind that this version does not know. It still takes its number. */
  | (Kept & { readonly kind: "unknown" });

export type VolatileBody =
  | (Said & { readonly kind: "typing"; readonly on: boolean })
  | (Said & { readonly kind: "read"; readonly id: MessageId })
  /** What the timer is, for who came too late to read it in the log. */
  | (Said & { readonly kind: "timer"; readonly seconds: number })
  | (Said & { readonly kind: "unknown" });

type BodyOf = { hello: HelloBody; message: MessageBody; volatile: VolatileBody };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Spells a body as UTF-8 JSON. */
export function encodeBody(body: HelloBody | MessageBody | VolatileBody): Bytes {
  return utf8(JSON.stringify(body));
}

/**
 * Reads the body of an envelope that was sealed for `use`. Unknown keys are ignored. Null when it is not one JSON
 * object in UTF-8, when a field is missing or of the wrong type or length, or when the name is none.
 */
export function decodeBody<U extends Use>(use: U, bytes: Uint8Array): BodyOf[U] | null;
export function decodeBody(use: Use, bytes: Uint8Array): BodyOf[Use] | null {
  const fields = parse(bytes);
  if (fields === null) return null;
  const { kind, name, at, counter } = fields;
  if (typeof kind !== "string" || !isName(name) || !isCount(at) || at > maxTimeMs) return null;
  if (use === "hello") return kind === "hello" ? { kind, name, at } : null;
  if (use === "volatile") return decodeVolatile(kind, { name, at }, fields);
  return isCounter(counter) ? decodeMessage(kind, { name, at, counter }, fields) : null;
}

/** Says what a text lacks to be sent, or null when it is fine: 1 to 16,384 bytes, no controls but tab and newline. */
export function faultOfText(text: string): "empty" | "too-long" | "characters" | null {
  if (text.trim() === "") return "empty";
  if (!text.isWellFormed() || /[^\P{Cc}\t\n]/u.test(text)) return "characters";
  return utf8(text).length > maxTextBytes ? "too-long" : null;
}

/** Whether a text can be a topic: one line, not too long; an empty one takes the topic away. */
export function isTopic(text: string): boolean {
  return isLine(text, maxTopicBytes);
}

type Fields = Readonly<Record<string, unknown>>;

function decodeMessage(kind: string, kept: Kept, fields: Fields): MessageBody | null {
  const { text, re, of, id, emoji, on, seconds } = fields;
  const lasting = decodeLasting(fields["lasts"]);
  switch (kind) {
    case "text":
      if (lasting === null || !isText(text) || (re !== undefined && !isBytes(re, 16))) return null;
      return { kind, ...kept, text, ...(re === undefined ? {} : { re }), ...lasting };
    case "edit":
      return lasting !== null && isText(text) && isCounter(of)
        ? { kind, ...kept, of, text, ...lasting }
        : null;
    case "delete":
      return isCounter(of) ? { kind, ...kept, of } : null;
    case "react":
      if (!isBytes(id, 16) || typeof on !== "boolean" || !isLine(emoji, maxEmojiBytes) || emoji === "")
        return null;
      return { kind, ...kept, id, emoji, on };
    case "topic":
      return isLine(text, maxTopicBytes) ? { kind, ...kept, text } : null;
    case "timer":
      return isSeconds(seconds) ? { kind, ...kept, seconds } : null;
    case "file":
      return lasting === null ? null : decodeFile({ ...kept, ...lasting }, fields);
    case "void":
      return lasting === null ? null : { kind, ...kept, ...lasting };
    default:
      return { kind: "unknown", ...kept };
  }
}

function decodeLasting(lasts: unknown): Lasting | null {
  if (lasts === undefined) return {};
  return isSeconds(lasts) && lasts > 0 ? { lasts } : null;
}

function decodeFile(kept: Kept & Lasting, fields: Fields): MessageBody | null {
  const { file, secret, size, fileName, type } = fields;
  if (!isBytes(file, 16) || !isBytes(secret, 32) || !isCount(size)) return null;
  if (!isLine(fileName, maxFileNameBytes) || !isLine(type, maxMediaTypeBytes)) return null;
  return { kind: "file", ...kept, file, secret, size, fileName, type };
}

function decodeVolatile(kind: string, said: Said, fields: Fields): VolatileBody | null {
  const { on, id, seconds } = fields;
  if (kind === "typing") return typeof on === "boolean" ? { kind, ...said, on } : null;
  if (kind === "read") return isBytes(id, 16) ? { kind, ...said, id } : null;
  if (kind === "timer") return isSeconds(seconds) ? { kind, ...said, seconds } : null;
  return { kind: "unknown", ...said };
}

function parse(bytes: Uint8Array): Fields | null {
  let value: unknown;
  try {
    value = JSON.parse(decoder.decode(bytes));
  } catch {
    return null;
  }
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : null;
}

function isName(value: unknown): value is string {
  if (typeof value !== "string") return false;
  const checked = checkName(value);
  return checked.kind === "name" && checked.name === value;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && faultOfText(value) === null;
}

/** One line of at most `maxBytes`, without any control. */
function isLine(value: unknown, maxBytes: number): value is string {
  if (typeof value !== "string" || !value.isWellFormed() || /\p{Cc}/u.test(value)) return false;
  return utf8(value).length <= maxBytes;
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isSeconds(value: unknown): value is number {
  return isCount(value) && value <= maxTimerSeconds;
}

function isCounter(value: unknown): value is number {
  return isCount(value) && value <= maxCounter;
}

function isBytes(value: unknown, byteLength: number): value is string {
  return typeof value === "string" && fromBase64url(value)?.length === byteLength;
}
