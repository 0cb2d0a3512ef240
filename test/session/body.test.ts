import assert from "node:assert/strict";
import { test } from "node:test";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { maxEmojiBytes, maxFileNameBytes, maxTextBytes, maxTopicBytes } from "../../src/protocol/limits.ts";
import { utf8 } from "../../src/crypto/bytes.ts";
import { maxBodyBytes } from "../../src/crypto/seal.ts";
import { seededNumbers } from "../seeded.ts";
import { decodeBody, encodeBody, faultOfText, type MessageBody } from "../../src/session/body.ts";

const said = { name: "Ann", at: 1_700_000_000_000, counter: 0 };
const id = toBase64url(new Uint8Array(16));
const secret = toBase64url(new Uint8Array(32));
const message = (fields: object) => decodeBody("message", utf8(JSON.stringify({ ...said, ...fields })));

const isOptional = new Set(["re", "lasts"]);
const bodies: readonly MessageBody[] = [
  { kind: "text", ...said, text: "hello" },
  { kind: "text", ...said, text: "yes", re: id },
  { kind: "text", ...said, text: "not for long", lasts: 1 },
  { kind: "edit", ...said, of: 3, text: "better" },
  { kind: "edit", ...said, of: 3, text: "better", lasts: 60 },
  { kind: "delete", ...said, of: 3 },
  { kind: "react", ...said, id, emoji: "👍", on: true },
  { kind: "topic", ...said, text: "" },
  { kind: "timer", ...said, seconds: 0 },
  { kind: "void", ...said },
  { kind: "void", ...said, lasts: 60 },
  { kind: "file", ...said, file: id, secret, size: 0, fileName: "a.txt", type: "text/plain" },
  {
    kind: "file",
    ...said,
    lasts: 315_360_000,
    file: id,
    secret,
    size: 0,
    fileName: "a",
    type: "text/plain",
  },
];

test("every kind of message comes back as it was said", () => {
  for (const body of bodies) assert.deepEqual(decodeBody("message", encodeBody(body)), body);
});

test("a hello and volatile bodies come back as they were said, and have no counter", () => {
  const hello = { kind: "hello", name: "Ann", at: 1 } as const;
  const typing = { kind: "typing", name: "Ann", at: 1, on: true } as const;
  const read = { kind: "read", name: "Ann", at: 1, id } as const;
  assert.deepEqual(decodeBody("hello", encodeBody(hello)), hello);
  assert.deepEqual(decodeBody("volatile", encodeBody(typing)), typing);
  assert.deepEqual(decodeBody("volatile", encodeBody(read)), read);
  const timer = { kind: "timer", name: "Ann", at: 1, seconds: 315_360_000 } as const;
  assert.deepEqual(decodeBody("volatile", encodeBody(timer)), timer);
  assert.equal(decodeBody("volatile", encodeBody({ ...timer, seconds: 315_360_001 })), null);
});

test("what ends lasts a whole number of seconds, from one to ten years", () => {
  for (const body of [
    { kind: "text", text: "a" },
    { kind: "edit", of: 1, text: "a" },
    { kind: "file", file: id, secret, size: 0, fileName: "a", type: "" },
  ]) {
    for (const lasts of [0, -1, 1.5, 315_360_001, "60", null, true])
      assert.equal(message({ ...body, lasts }), null, `${body.kind} that lasts ${lasts}`);
    assert.notEqual(message({ ...body, lasts: 315_360_000 }), null);
  }
});

test("unknown keys are ignored, and an unknown kind keeps its number", () => {
  assert.deepEqual(message({ kind: "text", text: "a", later: [1] }), { kind: "text", ...said, text: "a" });
  assert.deepEqual(message({ kind: "later", text: 5 }), { kind: "unknown", ...said });
});

test("a missing or wrong field refuses the body, whichever field it is", () => {
  for (const body of bodies) {
    for (const key of Object.keys(body).filter((each) => !isOptional.has(each))) {
      const { [key]: _, ...rest } = { ...body } as Record<string, unknown>;
      assert.equal(decodeBody("message", utf8(JSON.stringify(rest))), null, `${body.kind} without ${key}`);
      for (const wrong of [null, [], {}, -1, 1.5, key === "kind" || key === "text" ? 7 : "\u0000"]) {
        const altered = utf8(JSON.stringify({ ...body, [key]: wrong }));
        assert.equal(
          decodeBody("message", altered),
          null,
          `${body.kind} with ${key} = ${JSON.stringify(wrong)}`,
        );
      }
    }
  }
});

test("a body that is not one JSON object in UTF-8 is refused", () => {
  for (const text of ["", "null", "[]", "1", '"text"', "{", '{"kind":"text"}{}']) {
    assert.equal(decodeBody("message", utf8(text)), null, text);
  }
  assert.equal(decodeBody("message", new Uint8Array([0xff, 0xfe])), null);
});

test("a body for one use is none for another", () => {
  const text = encodeBody({ kind: "text", ...said, text: "a" });
  const hello = encodeBody({ kind: "hello", name: "Ann", at: 1 });
  assert.equal(decodeBody("hello", text), null);
  assert.equal(decodeBody("message", hello), null);
  assert.equal(decodeBody("volatile", hello)?.kind, "unknown");
});

test("a time is one that a calendar holds", () => {
  assert.notEqual(message({ kind: "text", text: "a", at: 8.64e15 - 1 }), null);
  assert.notEqual(message({ kind: "text", text: "a", at: 8.64e15 }), null);
  assert.equal(message({ kind: "text", text: "a", at: 8.64e15 + 1 }), null);
});

test("no bytes make the decoder throw", () => {
  const next = seededNumbers(7);
  const below = (most: number) => next() % most;
  const good = encodeBody(bodies[4] ?? assert.fail());
  for (let round = 0; round < 5_000; round++) {
    const bytes = round % 2 === 0 ? good.slice() : new Uint8Array(1 + below(80));
    for (let hit = 0; hit < 3; hit++) bytes[below(bytes.length)] = below(256);
    for (const use of ["hello", "message", "volatile"] as const) decodeBody(use, bytes);
  }
});

test("a name that is none, or is not trimmed, refuses the body", () => {
  for (const name of ["", " ", "Ann ", "a\nb", "x".repeat(33)]) {
    assert.equal(message({ kind: "text", text: "a", name }), null, JSON.stringify(name));
  }
});

test("a text has 1 to 16,384 bytes", () => {
  assert.equal(faultOfText(""), "empty");
  assert.equal(faultOfText("x"), null);
  assert.equal(faultOfText("x".repeat(maxTextBytes)), null);
  assert.equal(faultOfText("x".repeat(maxTextBytes + 1)), "too-long");
  assert.equal(faultOfText("é".repeat(maxTextBytes / 2)), null);
  assert.equal(faultOfText("é".repeat(maxTextBytes / 2) + "x"), "too-long");
});

test("a text has no controls but tab and newline, and no half characters", () => {
  assert.equal(faultOfText("a\tb\nc"), null);
  for (const text of ["a\rb", "a\u0000b", "a\u007fb", "a\u009bb", "a\ud800b"]) {
    assert.equal(faultOfText(text), "characters", JSON.stringify(text));
  }
});

test("the longest text fits into an envelope, however JSON spells it", () => {
  for (const letter of ["\n", '"', "\\", "x"]) {
    const body = encodeBody({ kind: "text", ...said, text: `a${letter.repeat(maxTextBytes - 1)}`, re: id });
    assert.ok(body.length <= maxBodyBytes, `${body.length} bytes`);
  }
});

test("emoji, topics and file names end at their limits", () => {
  const file = { kind: "file", file: id, secret, size: 1, type: "a/b" };
  const limits: [number, (text: string) => object][] = [
    [maxEmojiBytes, (emoji) => ({ kind: "react", id, on: true, emoji })],
    [maxTopicBytes, (text) => ({ kind: "topic", text })],
    [maxFileNameBytes, (fileName) => ({ ...file, fileName })],
  ];
  for (const [most, fields] of limits) {
    assert.notEqual(message(fields("x".repeat(most - 1))), null);
    assert.notEqual(message(fields("x".repeat(most))), null);
    assert.equal(message(fields("x".repeat(most + 1))), null);
  }
});
