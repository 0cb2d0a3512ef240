// A body into a sealed frame and back: joins body.ts to crypto/seal.ts, and holds the one rule that needs both: the
// name inside must be the one the relay was shown blinded. Every failure is the same null.

import { fromBase64url, toBase64url, type Bytes } from "../protocol/base64url.ts";
import type { Join, Member } from "../protocol/control.ts";
import { encodeFrame, type Frame, frameKind } from "../protocol/frame.ts";
import { equal, type Random } from "../crypto/bytes.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { MemberKey } from "../crypto/member.ts";
import { openEnvelope, sealEnvelope } from "../crypto/seal.ts";
import {
  decodeBody,
  encodeBody,
  type HelloBody,
  type MessageBody,
  type MessageId,
  type VolatileBody,
} from "./body.ts";

/** Somebody's hello, opened. */
export interface OpenHello {
  /** The public key in base64url. */
  readonly key: string;
  readonly body: HelloBody;
}

/** A message or a volatile body, opened. */
export interface OpenBody<Body> {
  readonly fromUser: string;
  readonly key: string;
  readonly messageId: MessageId;
  readonly body: Body;
}

/** The parts of `join` that say who comes: fromUser, iv and ciphertext of a fresh hello. */
export async function sealHello(
  keys: RoomKeys,
  member: MemberKey,
  said: { readonly name: string; readonly at: number },
  random: Random,
): Promise<Pick<Join, "fromUser" | "iv" | "ciphertext">> {
  const fromUser = await keys.blindName(said.name);
  const body = encodeBody({ kind: "hello", ...said });
  const { iv, ciphertext } = await sealEnvelope(keys, member, "hello", fromUser, body, random);
  return { fromUser: toBase64url(fromUser), iv: toBase64url(iv), ciphertext: toBase64url(ciphertext) };
}

/** Opens what the relay hands on of a member. Null when it does not open, or names somebody else. */
export async function openHello(keys: RoomKeys, said: Member): Promise<OpenHello | null> {
  const [fromUser, iv, ciphertext] = [said.fromUser, said.iv, said.ciphertext].map(fromBase64url);
  if (!fromUser || !iv || !ciphertext) return null;
  const opened = await openEnvelope(keys, "hello", { fromUser, iv, ciphertext });
  const body = opened && decodeBody("hello", opened.body);
  if (!opened || !body || !(await isNameOf(keys, body.name, fromUser))) return null;
  return { key: toBase64url(opened.key), body };
}

/** Seals a kept message into a frame of kind 1. */
export function sealMessage(
  keys: RoomKeys,
  member: MemberKey,
  body: MessageBody,
  random: Random,
): Promise<Bytes> {
  return sealBody(keys, member, "message", body, random);
}

/** Seals a volatile body into a frame of kind 2. */
export function sealVolatile(
  keys: RoomKeys,
  member: MemberKey,
  body: VolatileBody,
  random: Random,
): Promise<Bytes> {
  return sealBody(keys, member, "volatile", body, random);
}

async function sealBody(
  keys: RoomKeys,
  member: MemberKey,
  use: "message" | "volatile",
  body: MessageBody | VolatileBody,
  random: Random,
): Promise<Bytes> {
  const fromUser = await keys.blindName(body.name);
  const envelope = await sealEnvelope(keys, member, use, fromUser, encodeBody(body), random);
  return encodeFrame({ kind: frameKind[use], fromUser, ...envelope });
}

/** Opens a kept frame. Null when it does not open, does not decode, or its name is not its sender's. */
export async function openMessage(keys: RoomKeys, frame: Frame): Promise<OpenBody<MessageBody> | null> {
  const opened = await openEnvelope(keys, "message", frame);
  const body = opened && decodeBody("message", opened.body);
  return opened && body && nameChecked(keys, frame, { ...opened, body });
}

/** Opens a volatile frame; null as in `openMessage`. */
export async function openVolatile(keys: RoomKeys, frame: Frame): Promise<OpenBody<VolatileBody> | null> {
  const opened = await openEnvelope(keys, "volatile", frame);
  const body = opened && decodeBody("volatile", opened.body);
  return opened && body && nameChecked(keys, frame, { ...opened, body });
}

async function nameChecked<Body extends { readonly name: string }>(
  keys: RoomKeys,
  { fromUser }: Frame,
  { key, id, body }: { readonly key: Bytes; readonly id: Bytes; readonly body: Body },
): Promise<OpenBody<Body> | null> {
  if (!(await isNameOf(keys, body.name, fromUser))) return null;
  return { fromUser: toBase64url(fromUser), key: toBase64url(key), messageId: toBase64url(id), body };
}

async function isNameOf(keys: RoomKeys, name: string, fromUser: Bytes): Promise<boolean> {
  return equal(await keys.blindName(name), fromUser);
}
