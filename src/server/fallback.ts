// The relay's second door, for those who cannot have a WebSocket: POST /room/ROOMID/join is answered by a stream of
// events, POST /room/ROOMID/frame says one frame. PROTOCOL.md section 3, "Fallback". The rooms, seats and limits are the
// relay's; what stands on every answer, and who may ask at all, has been settled by http.ts.

import type { IncomingMessage, ServerResponse } from "node:http";

import { close as closeCodes } from "../protocol/close.ts";
import { pingAfterMs, pongWithinMs, sweepEveryMs } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import type { Address, Addresses } from "./addresses.ts";
import { Awake } from "./awake.ts";
import { createPace, readBody } from "./body.ts";
import { Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { type Counters, countRefusal } from "./counters.ts";
import { type Route, seatIn } from "./http.ts";
import { Lines, type Queued } from "./lines.ts";
import type { Connection, Relay } from "./relay.ts";
import {
  type NoPost,
  noSuchSeat,
  notOfThisProtocol,
  oneAtATime,
  onlyPost,
  refuseWith,
  stopping,
  tooBig,
  tooFast,
  tooSlow,
  withoutLength,
  wrongType,
} from "./refusals.ts";
import { createSpelling, Stream } from "./stream.ts";
import { judgeCapacity } from "./upgrade.ts";

export interface FallbackDoor {
  readonly route: Route;
  /** Stops the relay, closes all streams with `code`, spread over `spreadMs`, then cuts those that are left. */
  close(code: number, reason: string, spreadMs: number): Promise<void>;
  readonly connections: number;
  readonly queue: () => Queued;
}

/** One open stream, and what its client posts. */
interface Line {
  readonly stream: Stream;
  readonly connection: Connection;
  readonly messages: Bucket;
  /** What brings a frame at the moment: one at a time, so that they cannot overtake each other. */
  posting: IncomingMessage | null;
  /** As the door's `awake` counts. */
  heardAtMs: number;
  askedAtMs: number;
}

/** 22 symbols that spell 16 bytes; the last one has no stray bits. */
const roomRoute = /^\/room\/([\w-]{21}[AQgw])\/(join|frame)$/;

/**
 * @param options.addresses shared with every other door
 */
export function createFallbackDoor(options: {
  readonly relay: Relay;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly addresses: Addresses;
}): FallbackDoor {
  const { relay, limits, clock, counters, addresses } = options;
  const streams = new Lines<Stream>();
  const lineOf = new Map<Connection, Line>();
  const spell = createSpelling(clock);
  const awake = new Awake(clock);
  const stopBeating = clock.every(sweepEveryMs, beat);
  let isClosing = false;

  function route(request: IncomingMessage, response: ServerResponse): boolean {
    const [, roomId, what] = roomRoute.exec(request.url ?? "") ?? [];
    if (roomId === undefined) return false;
    const type = mediaType(request);
    if (request.method !== "POST") {
      response.setHeader("Allow", "POST");
      refuse(request, response, onlyPost);
    } else if (request.headers["content-length"] === undefined) refuse(request, response, withoutLength);
    else if (what === "join" && type === "application/json") join(request, response, roomId);
    else if (what === "frame" && (type === "application/json" || type === "application/octet-stream")) {
      post(request, response, roomId, type === "application/json");
    } else refuse(request, response, wrongType);
    return true;
  }

  function refuse(request: IncomingMessage, response: ServerResponse, { status, ...error }: NoPost): void {
    refuseWith(clock, request, response, status, { type: "error", ...error });
  }

  // ── the stream ─────────────────────────────────────────────────────────────────────────────────────────────

  function join(request: IncomingMessage, response: ServerResponse, roomId: string): void {
    const address = addresses.from(request);
    const held = isClosing ? Infinity : counters.connections;
    const refusal = judgeCapacity(limits, held, address, clock.now());
    if (refusal === null) return open(request, response, roomId, address);
    const { why, status, sentence, retryAfterMs = 0 } = refusal;
    countRefusal(counters, why, address.name);
    refuse(request, response, { status, code: "rate", message: sentence, retryAfterMs });
  }

  function open(request: IncomingMessage, response: ServerResponse, roomId: string, address: Address): void {
    let isWhole = false;
    const stream = new Stream({
      request,
      response,
      clock,
      spell,
      now: () => awake.ms,
      isWhole: () => isWhole,
      drained: () => relay.drained(connection),
      asked() {
        if (line.posting === null && response.headersSent) return true;
        // It has just come, or is saying something, which may take its time.
        clock.soon(() => relay.heard(connection));
        return false;
      },
    });
    const connection = relay.connect(stream, roomId, address);
    const line: Line = {
      stream,
      connection,
      messages: new Bucket(limits.messageRate, clock.now()),
      posting: null,
      heardAtMs: awake.ms,
      askedAtMs: awake.ms,
    };
    streams.add(stream);
    lineOf.set(connection, line);
    address.connections++;
    // A join that does not come in time is ended by the relay, as on any other wire.
    const stopReading = readBody(request, response, limits.maxTextFrameBytes, (body) => {
      isWhole = true;
      if (body === null) return relay.end(connection, "too-big", closeCodes.tooBig, "frame too big");
      line.heardAtMs = awake.ms;
      spendBytes(line, body.length);
      relay.receiveText(connection, body.toString());
    });
    response.on("close", () => {
      stopReading();
      streams.delete(stream);
      lineOf.delete(connection);
      address.connections--;
      relay.disconnect(connection);
    });
  }

  // ── what is posted ─────────────────────────────────────────────────────────────────────────────────────────

  function post(request: IncomingMessage, response: ServerResponse, roomId: string, isText: boolean): void {
    if (isClosing) return refuse(request, response, stopping);
    const sender = relay.sender(roomId, seatIn(request));
    const connection = sender?.connection ?? null;
    const line = connection === null ? undefined : lineOf.get(connection);
    if (line === undefined) return refuse(request, response, noSuchSeat);
    line.heardAtMs = awake.ms;
    const refusal = judge(line);
    if (refusal !== null) {
      // What it wanted to say is not read, but it is alive.
      relay.heard(line.connection);
      return refuse(request, response, refusal);
    }
    line.posting = request;
    const pace = createPace(clock, limits.headTimeoutMs, () => {
      stopPace();
      refuse(request, response, tooSlow);
    });
    const onData = ({ length }: Buffer): void => pace.took(length);
    request.on("data", onData);
    const stopPace = (): void => {
      pace.stop();
      request.off("data", onData);
    };
    const mostBytes = isText ? limits.maxTextFrameBytes : limits.maxFrameBytes;
    const stopReading = readBody(request, response, mostBytes, (body) => {
      stopPace();
      if (response.headersSent) return;
      if (isClosing) return refuse(request, response, stopping);
      // Its stream has ended while this was on its way.
      if (lineOf.get(line.connection) !== line) return refuse(request, response, noSuchSeat);
      take(line, isText, body);
      answer(request, response, line);
    });
    response.on("close", () => {
      stopPace();
      stopReading();
      if (line.posting === request) line.posting = null;
    });
  }

  /** Why one more frame cannot be taken now; null when it can, and then its token is taken. */
  function judge({ connection, messages, posting }: Line): NoPost | null {
    if (posting !== null) return oneAtATime;
    const nowMs = clock.now();
    // As on a WebSocket, bytes are taken behind the frame that brought them.
    const retryAfterMs = connection.bytes.spend(0, nowMs) || messages.take(nowMs);
    if (retryAfterMs === 0) return null;
    countRefusal(counters, "message-rate", connection.address.name);
    return { ...tooFast, retryAfterMs };
  }

  function spendBytes({ connection }: Line, byteLength: number): void {
    connection.bytes.spend(byteLength, clock.now());
  }

  function take(line: Line, isText: boolean, body: Buffer | null): void {
    const { connection } = line;
    line.heardAtMs = awake.ms;
    if (body === null) return relay.end(connection, "too-big", closeCodes.tooBig, "frame too big");
    spendBytes(line, body.length);
    if (isText) relay.receiveText(connection, body.toString());
    else relay.receiveFrame(connection, body);
  }

  function answer(request: IncomingMessage, response: ServerResponse, line: Line): void {
    // Free before the answer: its client may post again as soon as it has that.
    line.posting = null;
    const { closedWith } = line.stream;
    if (closedWith === closeCodes.policy) return refuse(request, response, notOfThisProtocol);
    if (closedWith === closeCodes.tooBig) return refuse(request, response, tooBig);
    if (closedWith !== null) return refuse(request, response, noSuchSeat);
    response.writeHead(204, { "Cache-Control": "no-store" }).end();
    // It has left, and cannot join again on a stream that only speaks.
    if (line.connection.seat === null) line.stream.cut();
  }

  // ── liveness ───────────────────────────────────────────────────────────────────────────────────────────────

  function beat(): void {
    awake.beat();
    for (const line of lineOf.values()) {
      line.stream.keepWarm(awake.ms);
      // Who has not joined yet is ended by the relay.
      if (line.connection.seat === null) continue;
      const silentMs = awake.ms - line.heardAtMs;
      if (silentMs >= pingAfterMs + pongWithinMs) {
        countRefusal(counters, "silent", line.connection.address.name);
        line.stream.cut();
      } else if (silentMs >= pingAfterMs && line.askedAtMs <= line.heardAtMs) {
        line.askedAtMs = awake.ms;
        line.stream.ping();
      }
    }
  }

  return {
    route,
    async close(code, reason, spreadMs) {
      isClosing = true;
      stopBeating();
      relay.stop();
      await streams.sendAway(clock, code, reason, spreadMs);
    },
    get connections() {
      return streams.size;
    },
    queue: () => streams.queue(),
  };
}

function mediaType({ headers }: IncomingMessage): string {
  const [type = ""] = (headers["content-type"] ?? "").split(";");
  return type.trim().toLowerCase();
}
