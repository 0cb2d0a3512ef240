// The relay's side of one line through the fallback: the answer to a join. As long as nothing has been said it can still
// be a refusal with a status; from the first word on it is an event stream, and a wire like a WebSocket's.
// It turns frames into events and knows neither rooms nor seats.

import type { IncomingMessage, ServerResponse } from "node:http";

import { close as closeCodes } from "../protocol/close.ts";
import { decodeRelayText } from "../protocol/control.ts";
import { encodeEvent, streamComment } from "../protocol/event-stream.ts";
import { closeWithinMs, streamCommentEveryMs } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";
import { type ErrorText, refuseWith } from "./refusals.ts";
import { eachFrame, type Wire } from "./wire.ts";

export interface Stream {
  readonly wire: Wire;
  /** The code that it was closed with, null while it is open. */
  readonly closedWith: number | null;
  /** Says something when nothing has been said for a while before `nowMs`. */
  keepWarm(nowMs: number): void;
  /** Ends it without a word. */
  cut(): void;
}

/** What `send` was given, as events. */
export function eventsOf(frames: Uint8Array): string {
  let events = "";
  eachFrame(frames, (isText, payload) => {
    events += isText
      ? encodeEvent("text", payload.toString())
      : encodeEvent("frame", payload.toString("base64url"));
  });
  return events;
}

/**
 * @param options.now as `keepWarm` counts
 * @param options.isWhole whether the join has come: one that has not is told to be late
 * @param options.drained as `Relay.drained`
 * @param options.asked called when the relay wants a sign of life: false where the peer need not be asked
 */
export function createStream(options: {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly clock: Clock;
  readonly now: () => number;
  readonly isWhole: () => boolean;
  readonly drained: () => void;
  readonly asked: () => boolean;
}): Stream {
  const { request, response, clock, now, isWhole, drained, asked } = options;
  let refusal: ErrorText | null = null;
  let spokeAtMs = now();
  let closedWith: number | null = null;

  function say(events: string, isAwaited = false): void {
    spokeAtMs = now();
    if (isAwaited) response.write(events, drained);
    else response.write(events);
  }

  function send(frames: Uint8Array, isAwaited: boolean): void {
    if (closedWith !== null) return;
    if (!response.headersSent) {
      // Before its greeting the relay says nothing but an error, and closes behind it.
      refusal = errorIn(frames);
      if (refusal !== null) return;
      response.writeHead(200, {
        "Content-Type": "text/event-stream; charset=utf-8",
        // Whoever compresses or buffers on the way would hold the events back.
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
      });
    }
    say(eventsOf(frames), isAwaited);
  }

  function close(code: number, reason: string): void {
    if (closedWith !== null) return;
    closedWith = code;
    if (response.headersSent) response.end(encodeEvent("close", JSON.stringify({ code })));
    else refuseWith(clock, request, response, ...statusOf(code, reason, refusal, isWhole()));
    // The end waits for a reader that may never read.
    const stopTimer = clock.after(closeWithinMs, cut);
    response.on("close", stopTimer);
  }

  function cut(): void {
    response.destroy();
  }

  return {
    wire: {
      send,
      get queuedBytes() {
        return response.writableLength;
      },
      ping() {
        if (asked()) say(encodeEvent("ping", "{}"));
      },
      close,
    },
    get closedWith() {
      return closedWith;
    },
    keepWarm(nowMs) {
      if (closedWith !== null || !response.headersSent) return;
      if (nowMs - spokeAtMs >= streamCommentEveryMs && response.writableLength === 0) say(streamComment);
    },
    cut,
  };
}

/** The error text that `frames` begin with, or null. */
function errorIn(frames: Uint8Array): ErrorText | null {
  const texts: string[] = [];
  eachFrame(frames, (isText, payload) => {
    if (isText && texts.length === 0) texts.push(payload.toString());
  });
  const said = decodeRelayText(texts[0] ?? "");
  return said?.type === "error" ? said : null;
}

function statusOf(
  code: number,
  reason: string,
  refusal: ErrorText | null,
  isWhole: boolean,
): [status: number, error: ErrorText] {
  const error: ErrorText = refusal ?? { type: "error", code: "bad", message: `Refused: ${reason}.` };
  if (!isWhole && code === closeCodes.policy) return [408, error];
  if (error.code === "rate") return [429, error];
  return [statuses.get(code) ?? 503, error];
}

const statuses: ReadonlyMap<number, number> = new Map([
  [closeCodes.policy, 400],
  [closeCodes.tooBig, 413],
  [closeCodes.nameTaken, 409],
  [closeCodes.roomFull, 409],
]);
