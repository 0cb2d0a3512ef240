// The relay's side of one line through the fallback: the answer to a join. As long as nothing has been said it can still
// be a refusal with a status; from the first word on it is an event stream, and a wire like a WebSocket's.
// It turns frames into events and knows neither rooms nor seats.

import type { IncomingMessage, ServerResponse } from "node:http";

import { close as closeCodes } from "../protocol/close.ts";
import { decodeRelayText, type ErrorCode } from "../protocol/control.ts";
import { encodeEvent, streamComment } from "../protocol/event-stream.ts";
import { closeWithinMs, streamCommentEveryMs } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";
import type { Closable } from "./lines.ts";
import { type ErrorText, refuseWith } from "./refusals.ts";
import { joinRefusals } from "./room.ts";
import { eachFrame, type Wire } from "./wire.ts";

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
 * Spells frames as events in UTF-8, once for all streams that are told the same of them in one turn. What it was given
 * must not change meanwhile.
 */
export function createSpelling(clock: Clock): (frames: Uint8Array) => Uint8Array {
  let last: { readonly frames: Uint8Array; readonly events: Uint8Array } | null = null;
  return (frames) => {
    if (last?.frames === frames) return last.events;
    if (last === null) clock.soon(() => (last = null));
    last = { frames, events: Buffer.from(eventsOf(frames)) };
    return last.events;
  };
}

const pingEvent = encodeEvent("ping", "{}");

/** What a stream is made of. */
export interface StreamOptions {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly clock: Clock;
  /** What `send` was given, as events; shared with the other streams. */
  readonly spell: (frames: Uint8Array) => Uint8Array;
  /** As `keepWarm` counts. */
  readonly now: () => number;
  /** Whether the join has come: one that has not is told to be late. */
  readonly isWhole: () => boolean;
  /** As `Relay.drained`. */
  readonly drained: () => void;
  /** Called when the relay wants a sign of life: false where the peer need not be asked. */
  readonly asked: () => boolean;
}

/** One line through the fallback, from its join to its end. */
export class Stream implements Wire, Closable {
  readonly #options: StreamOptions;
  #refusal: ErrorText | null = null;
  #spokeAtMs: number;
  #closedWith: number | null = null;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#spokeAtMs = options.now();
  }

  /** The code that it was closed with, null while it is open. */
  get closedWith(): number | null {
    return this.#closedWith;
  }

  get queuedBytes(): number {
    return this.#options.response.writableLength;
  }

  send(frames: Uint8Array, isAwaited: boolean): void {
    if (this.#closedWith !== null) return;
    const { response } = this.#options;
    if (!response.headersSent) {
      // A refusal is said by the status, once it is closed. Anything else can come before the greeting as well.
      this.#refusal = refusalIn(frames);
      if (this.#refusal !== null) return;
      response.writeHead(200, {
        "Content-Type": "text/event-stream; charset=utf-8",
        // Whoever compresses or buffers on the way would hold the events back.
        "Cache-Control": "no-store, no-transform",
        "X-Accel-Buffering": "no",
      });
    }
    this.#say(this.#options.spell(frames), isAwaited);
  }

  ping(): void {
    if (this.#options.asked()) this.#say(pingEvent, true);
  }

  close(code: number, reason: string): void {
    if (this.#closedWith !== null) return;
    this.#closedWith = code;
    const { request, response, clock, isWhole } = this.#options;
    if (response.headersSent) response.end(encodeEvent("close", JSON.stringify({ code })));
    else refuseWith(clock, request, response, ...statusOf(code, reason, this.#refusal, isWhole()));
    // The end waits for a reader that may never read.
    const stopTimer = clock.after(closeWithinMs, () => this.cut());
    response.on("close", stopTimer);
  }

  /** Ends it without a word. */
  cut(): void {
    this.#options.response.destroy();
  }

  /** Says something when nothing has been said for a while before `nowMs`. */
  keepWarm(nowMs: number): void {
    const { response } = this.#options;
    if (this.#closedWith !== null || !response.headersSent) return;
    if (nowMs - this.#spokeAtMs >= streamCommentEveryMs && response.writableLength === 0) {
      this.#say(streamComment, true);
    }
  }

  /** @param isAwaited for all that can come before a replay has ended: it goes on when what was in its way has gone */
  #say(events: string | Uint8Array, isAwaited: boolean): void {
    const { response, now, drained } = this.#options;
    this.#spokeAtMs = now();
    if (isAwaited) response.write(events, drained);
    else response.write(events);
  }
}

/** The text that `frames` begin with where it refuses a join, or null. */
function refusalIn(frames: Uint8Array): ErrorText | null {
  const texts: string[] = [];
  eachFrame(frames, (isText, payload) => {
    if (isText && texts.length === 0) texts.push(payload.toString());
  });
  const said = decodeRelayText(texts[0] ?? "");
  return said?.type === "error" && refusalCodes.has(said.code) ? said : null;
}

const refusalCodes: ReadonlySet<ErrorCode> = new Set(Object.values(joinRefusals).map(({ code }) => code));

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
