import assert from "node:assert/strict";
import { EventEmitter } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { test } from "node:test";

import { encodeText } from "../../src/protocol/control.ts";
import { errorFrame, joinRefusals, pongFrame, unknownTextFrame } from "../../src/server/room.ts";
import { createSpelling, eventsOf, Stream } from "../../src/server/stream.ts";
import { fakeClock } from "./support.ts";

/** An answer that says what was written of it, and tells that each write has gone when its test says so. */
class Answer extends EventEmitter {
  headersSent = false;
  status = 0;
  written = "";
  writableLength = 0;
  readonly gone: (() => void)[] = [];

  writeHead(status: number): this {
    this.headersSent = true;
    this.status = status;
    return this;
  }

  setHeader(): void {}

  write(text: string | Uint8Array, gone?: () => void): boolean {
    this.written += text.toString();
    if (gone !== undefined) this.gone.push(gone);
    return true;
  }

  end(body: string | Uint8Array): void {
    this.written += body.toString();
  }
}

function open() {
  const clock = fakeClock();
  const answer = new Answer();
  let drained = 0;
  const stream = new Stream({
    request: { complete: true } as IncomingMessage,
    response: answer as unknown as ServerResponse,
    clock,
    spell: createSpelling(clock),
    now: () => 0,
    isWhole: () => true,
    drained: () => drained++,
    asked: () => true,
  });
  return { stream, answer, drained: () => drained };
}

test("what the relay says before its greeting is said, unless it refuses the join", () => {
  const { stream, answer } = open();
  stream.send(unknownTextFrame, true);
  assert.equal(answer.status, 200);
  assert.ok(answer.written.includes('"code":"bad"'));
});

for (const { code, message } of Object.values(joinRefusals)) {
  test(`a join that is refused with ${code} has a status, and its error as the body`, () => {
    const { stream, answer } = open();
    stream.send(errorFrame(code, message), false);
    assert.equal(answer.headersSent, false);
    stream.close(1013, "");
    assert.ok(answer.status >= 400);
    assert.equal(answer.written, encodeText({ type: "error", code, message }));
  });
}

test("a replay goes on behind a ping, which may have been in its way", () => {
  const { stream, answer, drained } = open();
  stream.send(pongFrame, false);
  stream.ping();
  assert.equal(drained(), 0);
  for (const gone of answer.gone) gone();
  assert.equal(drained(), 1);
});

test("what all streams are told is spelt once in a turn", () => {
  const clock = fakeClock();
  const spell = createSpelling(clock);
  const first = spell(pongFrame);
  assert.equal(Buffer.from(first).toString(), eventsOf(pongFrame));
  assert.equal(spell(pongFrame), first);
  assert.notEqual(spell(unknownTextFrame), first);
  const again = spell(pongFrame);
  clock.settle();
  assert.notEqual(spell(pongFrame), again);
});
