// The way out for a body: one slice at a time, because TLS copies what it is given, for everybody who asks and reads
// nothing; and an end for who does not take the next one. What the body is, is not its business.

import type { Writable } from "node:stream";

import { answerSliceBytes } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";

/**
 * Writes `body` behind a head with its Content-Length, and ends the answer.
 * @param withinMs how long the system may take to take the next slice, once so many bytes have gone; then the reader is cut
 */
export function deliver(
  response: Writable,
  body: Uint8Array,
  clock: Clock,
  withinMs: (goneBytes: number) => number,
): void {
  let goneBytes = 0;
  let stopTimer = (): void => {};
  function writeOn(): void {
    stopTimer();
    if (goneBytes >= body.length) return void response.end();
    stopTimer = clock.after(withinMs(goneBytes), () => response.destroy());
    const slice = body.subarray(goneBytes, goneBytes + answerSliceBytes);
    response.write(slice, (failed) => {
      if (failed) return;
      goneBytes += slice.length;
      writeOn();
    });
  }
  response.on("close", () => stopTimer());
  writeOn();
}
