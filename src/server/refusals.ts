// What the fallback answers when it does not take something: a status, and the relay's `error` as the body.

import type { IncomingMessage, ServerResponse } from "node:http";

import { type ErrorCode, encodeText, type RelayText } from "../protocol/control.ts";
import { retryBusyMs } from "../protocol/limits.ts";
import { answerOver } from "./body.ts";
import type { Clock } from "./clock.ts";

/** The relay's `error`, which is the body of every refusal. */
export type ErrorText = Extract<RelayText, { readonly type: "error" }>;

/** Why something that was posted is not taken. */
export interface NoPost {
  readonly status: number;
  readonly code: ErrorCode;
  readonly message: string;
  readonly retryAfterMs?: number;
}

/** Answers with a status, and with `error` as the body. */
export function refuseWith(
  clock: Clock,
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  error: ErrorText,
): void {
  const body = Buffer.from(encodeText(error));
  const { retryAfterMs } = error;
  const headers = {
    "Content-Type": "application/json",
    "Content-Length": body.length,
    "Cache-Control": "no-store",
    ...(retryAfterMs === undefined ? {} : { "Retry-After": Math.ceil(retryAfterMs / 1000) }),
  };
  answerOver(clock, request, response, { status, headers, body });
}

export const onlyPost: NoPost = { status: 405, code: "bad", message: "This is only posted to." };
export const wrongType: NoPost = {
  status: 415,
  code: "bad",
  message: "A text frame is posted as application/json, a binary one as application/octet-stream.",
};
export const withoutLength: NoPost = {
  status: 411,
  code: "bad",
  message: "A frame is posted with its Content-Length.",
};
export const noSuchSeat: NoPost = {
  status: 404,
  code: "bad",
  message: "Nobody listens on this seat in this room. Join again.",
};
export const stopping: NoPost = {
  status: 503,
  code: "rate",
  message: "This relay is stopping, and did not take this. Join again, then post it again.",
};
export const oneAtATime: NoPost = {
  status: 429,
  code: "rate",
  message: "Another frame of this seat is still on its way. Post one at a time.",
  retryAfterMs: retryBusyMs,
};
export const tooFast: NoPost = {
  status: 429,
  code: "rate",
  message: "Too much in a short time. Wait, then post it again.",
};
export const tooSlow: NoPost = {
  status: 408,
  code: "bad",
  message: "Nothing of this frame came for too long. Post it again.",
};
export const tooBig: NoPost = {
  status: 413,
  code: "bad",
  message: "This frame is larger than the relay takes.",
};
export const notOfThisProtocol: NoPost = {
  status: 400,
  code: "bad",
  message: "This is no frame of this protocol. Reload the page or update the client.",
};
