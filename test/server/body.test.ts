// How a body is read, thrown away, and how fast it has to come, on a stepped clock.

import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { PassThrough } from "node:stream";
import { test } from "node:test";

import { leastBodyBytes, leastPieceBytes, mostSmallPieces } from "../../src/protocol/limits.ts";
import { answerOver, createPace, readBody } from "../../src/server/body.ts";
import { fakeClock } from "./support.ts";

/** Whether a body is still let come after two spans, when so many bytes have come in each. */
function isLetCome(bytesEach: number): boolean {
  const clock = fakeClock();
  let isTooSlow = false;
  const pace = createPace(clock, 10_000, () => (isTooSlow = true));
  for (let span = 0; span < 2; span++) {
    clock.step(5_000);
    pace.took(bytesEach - 1);
    clock.step(4_999);
    pace.took(1);
  }
  clock.step(2);
  pace.stop();
  return !isTooSlow;
}

/** A request whose body comes as its test says. */
class Asked extends EventEmitter {
  readonly headers = {};
  complete = false;
  isCut = false;
  /** The same memory for every piece: what somebody still held of the one before would be another's. */
  readonly #memory = Buffer.alloc(64 * 1024);

  comes(piece: string | number): void {
    const bytes = typeof piece === "string" ? Buffer.from(piece) : Buffer.alloc(piece);
    bytes.copy(this.#memory);
    this.emit("data", this.#memory.subarray(0, bytes.length));
  }

  destroy(): void {
    this.isCut = true;
  }

  resume(): void {}
}

/** What is read of a body in these pieces, at most ten bytes. */
function readIn(pieces: readonly string[]): (string | null)[] {
  const asked = new Asked();
  const done: (string | null)[] = [];
  const request = asked as unknown as IncomingMessage;
  readBody(request, {} as ServerResponse, 10, (body) => done.push(body === null ? null : body.toString()));
  for (const piece of pieces) asked.comes(piece);
  asked.emit("end");
  return done;
}

test("a body is read whole however it is cut, up to the most it may have, and holds on to no piece", () => {
  assert.deepEqual(readIn([]), [""]);
  assert.deepEqual(readIn(["0123456789"]), ["0123456789"]);
  assert.deepEqual(readIn(["0123456789a"]), [null]);
  assert.deepEqual(readIn("0123456789".split("")), ["0123456789"]);
  assert.deepEqual(readIn("0123456789a".split("")), [null]);
  assert.deepEqual(readIn(["01", "", "2345678", "9"]), ["0123456789"]);
});

/** Whether somebody who was refused is still read when so many pieces have come. */
function isHeardOut(pieces: number, byteLength: number): boolean {
  const asked = new Asked();
  const request = asked as unknown as IncomingMessage;
  const deaf: object = { writeHead: () => deaf, write: () => true, end: () => deaf };
  const answer = { status: 413, headers: {}, body: new Uint8Array() };
  answerOver(fakeClock(), request, deaf as ServerResponse, answer);
  for (let piece = 0; piece < pieces; piece++) asked.comes(byteLength);
  return !asked.isCut;
}

test("what is refused is thrown away in large pieces without end, and in small ones not for long", () => {
  assert.equal(isHeardOut(20 * mostSmallPieces, leastPieceBytes), true);
  assert.equal(isHeardOut(mostSmallPieces, 0), true);
  assert.equal(isHeardOut(mostSmallPieces + 1, 0), false);
  assert.equal(isHeardOut(2 * mostSmallPieces, leastPieceBytes / 2), true);
  assert.equal(isHeardOut(2 * mostSmallPieces + 1, leastPieceBytes / 2), false);
});

test("what is refused while its sender is held back is read on", () => {
  const held = Object.assign(new PassThrough(), { headers: {}, complete: false });
  held.on("data", () => {});
  held.pause();
  const deaf: object = { writeHead: () => deaf, write: () => true, end: () => deaf };
  const answer = { status: 507, headers: {}, body: new Uint8Array() };
  answerOver(fakeClock(), held as unknown as IncomingMessage, deaf as ServerResponse, answer);
  assert.equal(held.isPaused(), false);
});

test("a body goes on while the least comes in its time, or more, and is cut at a byte less", () => {
  assert.equal(isLetCome(leastBodyBytes + 1), true);
  assert.equal(isLetCome(leastBodyBytes), true);
  assert.equal(isLetCome(leastBodyBytes - 1), false);
});

test("a body that is held back has its time anew when it may go on, and one that is over has no time", () => {
  const clock = fakeClock();
  let cuts = 0;
  const pace = createPace(clock, 10_000, () => cuts++);
  clock.step(9_000);
  pace.stop();
  clock.step(60_000);
  pace.restart();
  clock.step(9_999);
  assert.equal(cuts, 0);
  clock.step(1);
  assert.equal(cuts, 1);
  pace.stop();
  clock.step(60_000);
  assert.equal(cuts, 1);
});
