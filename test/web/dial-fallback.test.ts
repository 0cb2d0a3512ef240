// The page's line through the fallback: against the relay's own door, and against answers no relay would give.

import assert from "node:assert/strict";
import { once } from "node:events";
import { test, type TestContext } from "node:test";

import type { Bytes } from "../../src/protocol/base64url.ts";
import { encodeEvent } from "../../src/protocol/event-stream.ts";
import { decodeFrame, seqOf } from "../../src/protocol/frame.ts";
import { maxRetryAfterMs } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import type { Line } from "../../src/session/world.ts";
import { dialFallback } from "../../src/web/dial-fallback.ts";
import { type House, off, open } from "../server/house.ts";
import { bytesOf, frameOf, joinOf, room, seqs, texts } from "../server/support.ts";
import { until } from "../server/transfer.ts";

type Request = NonNullable<Parameters<typeof dialFallback>[3]>;

/** A line and all that it has told: texts as their types, frames as their numbers. */
interface Told {
  readonly line: Line;
  readonly told: (string | number)[];
  readonly frames: Bytes[];
  /** What its errors have said of waiting, ms. */
  readonly waits: (number | undefined)[];
  /** Waits until this has been told. */
  readonly until: (what: string | number) => Promise<void>;
}

/** Dials, and says the join as a session does. */
function dial(t: TestContext, request: Request, name: string, seat?: string): Told {
  const told: (string | number)[] = [];
  const frames: Bytes[] = [];
  const waits: (number | undefined)[] = [];
  const waiting = new Set<() => void>();
  const tell = (what: string | number): void => {
    told.push(what);
    for (const look of waiting) look();
  };
  const line = dialFallback(
    room.id,
    {
      opened() {
        tell("opened");
        line.text(JSON.stringify(joinOf(room, name, seat)));
      },
      text(text) {
        const said = JSON.parse(text) as { type: string; retryAfterMs?: number };
        if (said.type === "error") waits.push(said.retryAfterMs);
        tell(said.type);
      },
      frame(frame) {
        frames.push(frame);
        tell(seqOf(frame));
      },
      closed: (code) => tell(`closed ${code}`),
    },
    () => tell("streaming"),
    request,
  );
  t.after(() => line.close());
  return {
    line,
    told,
    frames,
    waits,
    until: (what) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!told.includes(what)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
  };
}

const to =
  ({ port }: House): Request =>
  (path, init) =>
    fetch(`http://127.0.0.1:${port}${path}`, init);

test("what a line tells is what the relay says, and what it is told to say is said", async (t) => {
  const house = await open(t);
  const bob = await house.enter("Bob");
  const ann = dial(t, to(house), "Ann");
  assert.deepEqual(ann.told, []);
  await ann.until("live");
  assert.deepEqual(ann.told, ["opened", "streaming", "joined", "member", "member", "live"]);
  ann.line.frame(frameOf("one", 1, 65_536));
  await ann.until(1);
  bob.ws.send(frameOf("two"));
  await ann.until(2);
  assert.deepEqual(decodeFrame(ann.frames[0] ?? assert.fail())?.ciphertext, bytesOf("one", 65_500));
  ann.line.text('{"type":"ping"}');
  await ann.until("pong");
});

test("frames said all at once arrive in their order, and wait where the relay says that they are too many", async (t) => {
  const rate = { count: 1_000, perMs: 1_000, burst: 5 };
  const house = await open(t, { messageRate: rate, byteRate: off });
  const bob = await house.enter("Bob");
  const ann = dial(t, to(house), "Ann");
  await ann.until("live");
  const bodies = Array.from({ length: 40 }, (_, index) => `${index}`);
  for (const body of bodies) ann.line.frame(frameOf(body));
  await bob.until((heard) => seqs(heard).length === bodies.length);
  const ciphertexts = bob.heard.flatMap((one) => ("kind" in one ? [one.ciphertext] : []));
  assert.deepEqual(
    ciphertexts,
    bodies.map((body) => bytesOf(body, 64)),
  );
});

test("a close of the relay's comes with its code, once, and nothing behind it", async (t) => {
  const house = await open(t);
  const ann = dial(t, to(house), "Ann");
  await ann.until("live");
  await house.enter("Ann");
  await ann.until("closed 4005");
  ann.line.frame(frameOf("late"));
  assert.equal(ann.told.at(-1), "closed 4005");
});

test("a stream that breaks is closed with 1006", async (t) => {
  const house = await open(t);
  const ann = dial(t, to(house), "Ann");
  await ann.until("live");
  await house.fallback.close(1012, "", 0);
  await ann.until("closed 1012");
  const other = await open(t);
  const cut: Request = async (path, init) => {
    const { signal, ...rest } = init;
    const both = AbortSignal.any([signal ?? assert.fail(), cutter.signal]);
    return to(other)(path, { ...rest, signal: both });
  };
  const cutter = new AbortController();
  const bob = dial(t, cut, "Bob");
  await bob.until("live");
  cutter.abort();
  await bob.until("closed 1006");
});

test("a taken name is told as an error and 4001, a full room as 4002", async (t) => {
  const house = await open(t, { maxMembers: 1 });
  await house.enter("Ann", "first");
  const same = dial(t, to(house), "Ann", "second");
  await same.until("closed 4001");
  assert.deepEqual(same.told, ["opened", "error", "closed 4001"]);
  const full = dial(t, to(house), "Bob");
  await full.until("closed 4002");
  assert.deepEqual(full.told, ["opened", "error", "closed 4002"]);
});

test("each other status is the code that a WebSocket would have been closed with", async (t) => {
  const error = JSON.stringify({ type: "error", code: "rate", message: "Wait.", retryAfterMs: 5 });
  const json = { "Content-Length": String(error.length) };
  const html = "<html>";
  for (const [status, headers, body, expected] of [
    [429, json, error, ["opened", "error", "closed 1013"]],
    [503, json, error, ["opened", "error", "closed 1013"]],
    [503, { "Content-Length": "6" }, html, ["opened", "closed 1013"]],
    [429, {}, html, ["opened", "closed 1013"]],
    [429, {}, error, ["opened", "error", "closed 1013"]],
    [409, {}, error, ["opened", "error", "closed 4001"]],
    [400, {}, error, ["opened", "error", "closed 1008"]],
    [403, {}, error, ["opened", "error", "closed 1008"]],
    [413, {}, error, ["opened", "error", "closed 1009"]],
    [404, {}, error, ["opened", "error", "closed 1006"]],
    [408, {}, "", ["opened", "closed 1006"]],
    [502, {}, html, ["opened", "closed 1006"]],
    [200, { "Content-Type": "text/html" }, html, ["opened", "closed 1006"]],
  ] as const) {
    const one = dial(t, async () => new Response(body, { status, headers }), "Ann");
    await one.until(expected.at(-1) ?? "");
    assert.deepEqual(one.told, expected, `${status}`);
  }
  const offline = dial(t, () => Promise.reject(new TypeError("offline")), "Ann");
  await offline.until("closed 1006");
});

test("a status whose body is no error of the relay's is a broken line, whatever it is", async (t) => {
  for (const status of [400, 401, 403, 404, 409, 413, 502]) {
    for (const body of ["", "<html>", '{"type":"pong"}', "x".repeat(defaultLimits.maxTextFrameBytes + 1)]) {
      const one = dial(t, async () => new Response(body, { status }), "Ann");
      await one.until("closed 1006");
      assert.deepEqual(one.told, ["opened", "closed 1006"], `${status} ${body.slice(0, 20)}`);
    }
  }
});

test("a frame that a middlebox refuses breaks the line", async (t) => {
  const live = encodeEvent("text", '{"type":"live"}');
  for (const status of [400, 403, 413]) {
    const ann = dial(t, streamOf([live], status), "Ann");
    await ann.until("live");
    ann.line.frame(frameOf("x"));
    await ann.until("closed 1006");
  }
});

test("a proxy's Retry-After is told as the relay tells it, up to the longest wait that is taken", async (t) => {
  const ours = JSON.stringify({ type: "error", code: "rate", message: "Wait.", retryAfterMs: 5 });
  const silent = JSON.stringify({ type: "error", code: "memory", message: "Full." });
  for (const [status, header, body, expected] of [
    [503, "120", "<html>", 120_000],
    [403, "7", "", 7_000],
    [503, "120", ours, 5],
    [503, "120", silent, 120_000],
    [429, "86400", "", maxRetryAfterMs],
    [503, "Wed, 21 Oct 2015 07:28:30 GMT", "", 30_000],
  ] as const) {
    const headers = { "Retry-After": header, Date: "Wed, 21 Oct 2015 07:28:00 GMT" };
    const one = dial(t, async () => new Response(body, { status, headers }), "Ann");
    await one.until(status === 403 ? "closed 1006" : "closed 1013");
    assert.deepEqual([one.told[1], one.waits], ["error", [expected]], `${status} ${header} ${body}`);
  }
});

/** Answers a join with these pieces, and every frame with `status`; with another than 404 the stream stays open. */
function streamOf(pieces: readonly (Uint8Array | string)[], status = 404): Request {
  return async (path) => {
    if (!path.endsWith("/join")) return new Response(null, { status });
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (const piece of pieces) controller.enqueue(Buffer.from(piece));
        if (status === 404) controller.close();
      },
    });
    return new Response(body, { headers: { "Content-Type": "text/event-stream" } });
  };
}

test("a stream that comes byte by byte says the same, and its end is 1006", async (t) => {
  const frame = Buffer.from(frameOf("x")).toString("base64url");
  const stream = Buffer.from(encodeEvent("text", '{"type":"live"}') + encodeEvent("frame", frame));
  const ann = dial(t, streamOf(Array.from(stream, (byte) => Uint8Array.of(byte))), "Ann");
  await ann.until("closed 1006");
  assert.deepEqual(ann.told, ["opened", "streaming", "live", 0, "closed 1006"]);
});

test("a stream that is none of this protocol is 1006, and so is a close that cannot be read", async (t) => {
  for (const piece of [
    Uint8Array.of(0xff),
    "x".repeat(100_000),
    encodeEvent("close", "{"),
    encodeEvent("close", '{"code":"1012"}'),
  ]) {
    const ann = dial(t, streamOf([piece]), "Ann");
    await ann.until("closed 1006");
    assert.deepEqual(ann.told, ["opened", "streaming", "closed 1006"]);
  }
});

test("an event of another name, or a frame that is not base64url, is passed over", async (t) => {
  const stream =
    encodeEvent("dance", "{}") + encodeEvent("frame", "*") + encodeEvent("close", '{"code":1001}');
  const ann = dial(t, streamOf([stream]), "Ann");
  await ann.until("closed 1001");
  assert.deepEqual(ann.told, ["opened", "streaming", "closed 1001"]);
});

test("a relay that asks for a sign of life gets one", async (t) => {
  const house = await open(t);
  const holder = dial(t, to(house), "Ann", "first");
  await holder.until("live");
  const newcomer = house.dial();
  await once(newcomer.ws, "open");
  newcomer.say(joinOf(room, "Ann", "second"));
  assert.equal((await newcomer.closed).code, 4001);
  await holder.until("pong");
  assert.equal(house.fallback.connections, 1);
});

test("after close nothing is told, whenever it comes", async (t) => {
  const house = await open(t);
  const early = dial(t, to(house), "Ann");
  early.line.close();
  const joining = dial(t, to(house), "Bob");
  await joining.until("opened");
  joining.line.close();
  const live = dial(t, to(house), "Cyd");
  await live.until("live");
  const before = live.told.length;
  live.line.close();
  live.line.close();
  await until(() => house.counters.connections === 0);
  assert.deepEqual([early.told, joining.told, live.told.length], [[], ["opened"], before]);
});

test("what was said before close still goes out, so that leaving is leaving", async (t) => {
  const house = await open(t);
  const bob = await house.enter("Bob");
  const ann = dial(t, to(house), "Ann");
  await ann.until("live");
  ann.line.frame(frameOf("last words"));
  ann.line.text('{"type":"leave"}');
  ann.line.close();
  await bob.until((heard) => texts(heard).includes("member left"));
  assert.equal(seqs(bob.heard).length, 1);
  await until(() => house.counters.connections === 1);
});

test("leaving while the join is on its way is leaving too", async (t) => {
  const house = await open(t);
  const bob = await house.enter("Bob");
  const ann = dial(t, to(house), "Ann");
  await ann.until("opened");
  ann.line.text('{"type":"leave"}');
  ann.line.close();
  await bob.until((heard) => texts(heard).includes("member left"));
  assert.deepEqual(ann.told, ["opened"]);
});

test("the first thing said must be a join", () => {
  const line = dialFallback(room.id, { opened() {}, text() {}, frame() {}, closed() {} });
  assert.throws(() => line.text('{"type":"ping"}'), TypeError);
  line.close();
});
