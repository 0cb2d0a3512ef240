import assert from "node:assert/strict";
import { test } from "node:test";

import {
  createEventReader,
  encodeEvent,
  streamComment,
  type StreamEvent,
} from "../../src/protocol/event-stream.ts";
import { base64urlLength, toBase64url } from "../../src/protocol/base64url.ts";
import { maxEventLength } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { seededFractions } from "../seeded.ts";

/** What is read of `pieces`; null where the reader gives up. */
function readAll(...pieces: readonly (string | Uint8Array)[]): StreamEvent[] | null {
  const reader = createEventReader();
  const events: StreamEvent[] = [];
  for (const piece of pieces) {
    const read = reader.read(typeof piece === "string" ? Buffer.from(piece) : piece);
    if (read === null) return null;
    events.push(...read);
  }
  return events;
}

/** Every line ending, several fields, comments, a name that is not ASCII: all in one stream. */
const busy =
  encodeEvent("text", '{"type":"live"}') +
  streamComment +
  "event: frame\r\ndata: AAAA\r\n\r\n" +
  "event: ünïcode 🦊\rdata:no space\rdata: two\r\r" +
  "id: 7\nretry: 1\ndata\nevent\n\n" +
  "event: without data\n\n" +
  encodeEvent("close", '{"code":1012}');
const expected: readonly StreamEvent[] = [
  { name: "text", data: '{"type":"live"}' },
  { name: "frame", data: "AAAA" },
  { name: "ünïcode 🦊", data: "no space\ntwo" },
  { name: "", data: "" },
  { name: "close", data: '{"code":1012}' },
];

test("an event is read as it was spelled", () => {
  assert.deepEqual(readAll(encodeEvent("frame", "AAAA")), [{ name: "frame", data: "AAAA" }]);
  assert.deepEqual(readAll(busy), expected);
});

test("a stream that is cut in two at any byte says the same", () => {
  const bytes = Buffer.from(busy);
  for (let at = 0; at <= bytes.length; at++) {
    assert.deepEqual(readAll(bytes.subarray(0, at), bytes.subarray(at)), expected, `cut at ${at}`);
  }
});

test("a stream that comes byte by byte, or in pieces of any size, says the same", () => {
  const bytes = Buffer.from(busy);
  assert.deepEqual(readAll(...Array.from(bytes, (byte) => Uint8Array.of(byte))), expected);
  for (let seed = 1; seed <= 500; seed++) {
    const random = seededFractions(seed);
    const pieces: Uint8Array[] = [];
    for (let at = 0; at < bytes.length;) {
      const end = at + Math.floor(random() * 12);
      pieces.push(bytes.subarray(at, end));
      at = end;
    }
    assert.deepEqual(readAll(...pieces), expected, `seed ${seed}`);
  }
});

test("what is not finished is not told", () => {
  assert.deepEqual(readAll("event: text\ndata: x"), []);
  assert.deepEqual(readAll("event: text\ndata: x\n"), []);
  assert.deepEqual(readAll(streamComment), []);
});

test("the longest event is a frame of 64 KiB", () => {
  const frame = toBase64url(new Uint8Array(defaultLimits.maxFrameBytes));
  assert.deepEqual(readAll(encodeEvent("frame", frame)), [{ name: "frame", data: frame }]);
  assert.ok(maxEventLength < base64urlLength(defaultLimits.maxFrameBytes) + 100);
});

test("one character more than an event may have breaks the stream for good, in one line, in many, or without end", () => {
  const most = maxEventLength;
  // The name and the data of an event each count one more than they hold.
  const full = encodeEvent("x", "y".repeat(most - 10));
  assert.equal(readAll(full)?.length, 1);
  assert.equal(readAll(encodeEvent("x", "y".repeat(most))), null);
  assert.equal(readAll("y".repeat(most + 1)), null);
  assert.equal(readAll(`:${"y".repeat(most)}`), null);
  assert.equal(readAll("data: yyyyyyyyyyyyyyyyyyy\n".repeat(most / 20 + 1)), null);
  assert.equal(readAll("data\n".repeat(most + 1)), null);
  const reader = createEventReader();
  assert.equal(reader.read(Buffer.from("y".repeat(most + 1))), null);
  assert.equal(reader.read(Buffer.from(encodeEvent("text", "later"))), null);
});

test("a thousand events in one piece are no long event", () => {
  assert.equal(readAll(encodeEvent("text", "y".repeat(1_000)).repeat(1_000))?.length, 1_000);
});

test("what is not UTF-8 breaks the stream", () => {
  assert.equal(readAll(Uint8Array.of(0x65, 0xff)), null);
  assert.equal(readAll(Uint8Array.of(0xf0, 0x9f), Uint8Array.of(0x41)), null);
});

test("random bytes never throw, and never hold more than one event", () => {
  const alphabet = ["\n", "\r", ":", " ", "data", "event", "frame", "x", "é", "\u0000"];
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededFractions(seed);
    const reader = createEventReader();
    for (let piece = 0; piece < 50; piece++) {
      const words = Array.from(
        { length: Math.floor(random() * 20) },
        () => alphabet[Math.floor(random() * alphabet.length)] ?? "",
      );
      const bytes = Buffer.from(words.join(""));
      if (random() < 0.01) bytes.fill(0xff);
      for (const { name, data } of reader.read(bytes) ?? []) {
        assert.ok(name.length + data.length <= maxEventLength);
        assert.ok(!/[\r\n]/.test(name) && !data.includes("\r"));
      }
    }
  }
});
