// A small request body, read whole into memory; how fast any body has to come; and answers to requests whose body is
// still coming.

import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";

import {
  closeWithinMs,
  goodbyeMs,
  leastBodyBytes,
  leastPieceBytes,
  mostSmallPieces,
  shortBodyBytes,
} from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";

/**
 * Reads the body of `request`, at most `mostBytes`. Calls back once: with the whole of it, or with null as soon as it
 * is known to be longer. When the connection breaks before, or reading is stopped by the answer, it never does.
 * What it holds is at most twice what has come, but for the moment of growing.
 */
export function readBody(
  request: IncomingMessage,
  response: ServerResponse,
  mostBytes: number,
  done: (body: Buffer | null) => void,
): () => void {
  let held = Buffer.alloc(0);
  let heldBytes = 0;
  const stop = (): void => void request.off("data", onData).off("end", onEnd);
  /** Copies, because a piece of one byte costs some hundreds. */
  function onData(piece: Buffer): void {
    const byteLength = heldBytes + piece.length;
    if (byteLength > mostBytes) {
      stop();
      return done(null);
    }
    if (byteLength > held.length) {
      const longer = Buffer.allocUnsafeSlow(Math.max(byteLength, Math.min(2 * held.length, mostBytes)));
      held.copy(longer, 0, 0, heldBytes);
      held = longer;
    }
    piece.copy(held, heldBytes);
    heldBytes = byteLength;
  }
  function onEnd(): void {
    stop();
    done(held.subarray(0, heldBytes));
  }
  // A connection that breaks is told by the response's "close".
  request.on("error", () => {});
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) {
    done(null);
    return stop;
  }
  tellToGoOn(request, response);
  request.on("data", onData).on("end", onEnd);
  return stop;
}

/** Node has left a client that waits for this word to us. */
export function tellToGoOn(request: IncomingMessage, response: ServerResponse): void {
  const isExpecting = request.headers.expect?.toLowerCase() === "100-continue";
  // RFC 9110, section 10.1.1: one of HTTP/1.0 knows no such answer.
  if (isExpecting && request.httpVersion === "1.1") response.writeContinue();
}

/** Watches that a body goes on coming. It starts running. */
export interface Pace {
  /** So many bytes have come. */
  took(byteLength: number): void;
  /** From here on the body has its time anew. */
  restart(): void;
  stop(): void;
}

/** Calls `tooSlow` once less than `leastBodyBytes` have come within `withinMs`: a byte now and then is standing still. */
export function createPace(clock: Clock, withinMs: number, tooSlow: () => void): Pace {
  let cameBytes = 0;
  let stop = clock.after(withinMs, tooSlow);
  const restart = (): void => {
    stop();
    cameBytes = 0;
    stop = clock.after(withinMs, tooSlow);
  };
  return {
    took(byteLength) {
      cameBytes += byteLength;
      if (cameBytes >= leastBodyBytes) restart();
    },
    restart,
    stop: () => stop(),
  };
}

/**
 * Answers, and for a while throws away what still comes: to close on a peer that is writing can cost it the answer.
 * The answer is whole at once; it ends later, because Node may close the connection with its end. Who is late (408) has
 * had its time. Pieces so small that they cost more than their bytes are not thrown away for long.
 */
export function answerOver(
  clock: Clock,
  request: IncomingMessage,
  response: ServerResponse,
  answer: { readonly status: number; readonly headers: OutgoingHttpHeaders; readonly body: Uint8Array },
): void {
  const { status, headers, body } = answer;
  if (request.complete) {
    response.writeHead(status, headers).end(body);
    return;
  }
  // What is short has all but come: then the connection is worth keeping.
  const isLate = status === 408;
  const isShort = !isLate && Number(request.headers["content-length"]) <= shortBodyBytes;
  response.writeHead(status, isShort ? headers : { ...headers, Connection: "close" }).write(body);
  const stopTimer = clock.after(isLate ? goodbyeMs : closeWithinMs, () => request.destroy());
  request.on("end", () => response.end());
  request.on("error", () => {});
  request.on("close", stopTimer);
  let pieces = 0;
  let cameBytes = 0;
  request.on("data", ({ length }: Buffer) => {
    pieces++;
    cameBytes += length;
    if (pieces > mostSmallPieces + cameBytes / leastPieceBytes) request.destroy();
  });
  // Whoever read it may have held it back.
  request.resume();
}
