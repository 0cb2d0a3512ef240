// What is posted through the door for streams, over real sockets: frames one at a time, rates, slow readers, liveness.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";

import { close as closeCodes } from "../../src/protocol/close.ts";
import { beatenClock, type House, off, open, shiftedClock, statusOf } from "./house.ts";
import { bearerOf, enterByStream, errorOf, framePath, post, postJoin, whole } from "./streams.ts";
import { bytesOf, frameOf, isFrame, joinOf, room, seqs, testRoom, texts } from "./support.ts";
import { until } from "./transfer.ts";

// ── frames ───────────────────────────────────────────────────────────────────────────────────────────────────

test("a frame is 404 without a seat, on another's room, and on a seat that no stream has", async (t) => {
  const house = await open(t);
  const ann = await enterByStream(t, house, "Ann");
  await house.enter("Bob");
  const ping = { body: '{"type":"ping"}' };
  const asked = async (path: string, headers?: Record<string, string>) =>
    (await whole(await post(house, path, headers === undefined ? ping : { ...ping, headers }))).status;
  assert.equal(await asked(framePath), 404);
  assert.equal(await asked(framePath, bearerOf(room, "nobody")), 404);
  assert.equal(await asked(framePath, bearerOf(room, "Bob")), 404);
  assert.equal(await asked(`/room/${testRoom("two").id}/frame`, bearerOf(room, "Ann")), 404);
  assert.equal(await asked(framePath, bearerOf(room, "Ann")), 204);
  ann.hangUp();
  await until(() => house.fallback.connections === 0);
  assert.equal(await asked(framePath, bearerOf(room, "Ann")), 404);
});

test("a frame that comes while the relay stops is 503, and so is one whose end comes then", async (t) => {
  const house = await open(t);
  await enterByStream(t, house, "Ann");
  await enterByStream(t, house, "Bob");
  const slow = await beginFrame(house, "Ann");
  const closing = house.fallback.close(closeCodes.restart, "relay restarts", 300);
  const frame = { body: frameOf("late"), headers: bearerOf(room, "Bob") };
  const { status, body } = await whole(await post(house, framePath, frame));
  assert.deepEqual([status, errorOf(body).code], [503, "rate"]);
  slow.write(frameOf("slow").subarray(50));
  const [answer] = (await once(slow, "data")) as [Buffer];
  assert.equal(statusOf(answer.toString()), 503);
  slow.destroy();
  await closing;
});

test("a frame that is not of this protocol is 400, and the stream is closed with 1008", async (t) => {
  const house = await open(t);
  const unknown = frameOf("x");
  unknown[0] = 9;
  const bad = ["{", '{"type":"forget"}', JSON.stringify(joinOf(room, "Ann")), unknown, new Uint8Array(51)];
  for (const body of bad) {
    const ann = await enterByStream(t, house, "Ann");
    const { status } = await whole(await post(house, framePath, { body, headers: bearerOf(room, "Ann") }));
    assert.equal(status, 400);
    assert.equal(await ann.closed, 1008);
    await until(() => house.fallback.connections === 0);
  }
});

test("a frame of the full size is taken, one byte more is 413, and the stream is closed with 1009", async (t) => {
  const house = await open(t, { maxFrameBytes: 5_000, maxTextFrameBytes: 4_096 });
  for (const [isText, most] of [
    [false, 5_000],
    [true, 4_096],
  ] as const) {
    const ann = await enterByStream(t, house, "Ann");
    const body = (byteLength: number) =>
      isText ? '{"type":"ping"}'.padEnd(byteLength, " ") : frameOf("x", 1, byteLength);
    const headers = bearerOf(room, "Ann");
    assert.equal((await whole(await post(house, framePath, { body: body(most), headers }))).status, 204);
    assert.equal((await whole(await post(house, framePath, { body: body(most + 1), headers }))).status, 413);
    assert.equal(await ann.closed, 1009);
    await until(() => house.fallback.connections === 0);
  }
});

/** Posts the head of a frame and half of it, and leaves the rest owing. */
async function beginFrame(house: House, name: string): Promise<ReturnType<typeof connect>> {
  const socket = connect(house.port, "127.0.0.1");
  socket.write(
    `POST ${framePath} HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearerOf(room, name).Authorization}\r\n` +
      `Content-Type: application/octet-stream\r\nContent-Length: 100\r\n\r\n`,
  );
  socket.write(frameOf("slow").subarray(0, 50));
  return socket;
}

test("a second frame while one is on its way is 429, and neither is lost or overtaken", async (t) => {
  const house = await open(t);
  const ann = await enterByStream(t, house, "Ann");
  const slow = await beginFrame(house, "Ann");
  let second = await ann.send(frameOf("second"));
  while (second.status === 204) second = await ann.send(frameOf("second"));
  assert.deepEqual([second.status, second.headers["retry-after"]], [429, "1"]);
  const before = seqs(ann.heard).length;
  slow.write(frameOf("slow").subarray(50));
  const [answer] = (await once(slow, "data")) as [Buffer];
  assert.equal(statusOf(answer.toString()), 204);
  slow.destroy();
  assert.equal((await ann.send(frameOf("third"))).status, 204);
  await ann.until((heard) => seqs(heard).length === before + 2);
  const bodies = ann.heard.filter(isFrame).map(({ ciphertext }) => ciphertext);
  assert.deepEqual(bodies.slice(-2), [bytesOf("slow", 64), bytesOf("third", 64)]);
});

test("a frame that was on its way when its stream ended is not said to be taken", async (t) => {
  const house = await open(t);
  const ann = await enterByStream(t, house, "Ann");
  const slow = await beginFrame(house, "Ann");
  while ((await ann.send(frameOf("second"))).status === 204);
  ann.hangUp();
  await until(() => house.fallback.connections === 0);
  slow.write(frameOf("slow").subarray(50));
  const [answer] = (await once(slow, "data")) as [Buffer];
  assert.equal(statusOf(answer.toString()), 404);
  slow.destroy();
});

test("a frame that breaks off or stands still is not said, and the next one is", async (t) => {
  const house = await open(t, { headTimeoutMs: 40 });
  const ann = await enterByStream(t, house, "Ann");
  const slow = await beginFrame(house, "Ann");
  const [answer] = (await once(slow, "data")) as [Buffer];
  assert.equal(statusOf(answer.toString()), 408);
  slow.destroy();
  (await beginFrame(house, "Ann")).destroy();
  while ((await ann.send(frameOf("said"))).status !== 204);
  await ann.until((heard) => seqs(heard).length === 1);
  assert.deepEqual(ann.heard.find(isFrame)?.ciphertext, bytesOf("said", 64));
});

test("frames above the message rate are 429 with the time to wait, and are said when it is over", async (t) => {
  const { clock, skip } = shiftedClock();
  const still = { ...clock, now: () => Math.floor(clock.now() / 1e9) * 1e9 };
  const house = await open(t, { messageRate: { count: 20, perMs: 1_000, burst: 3 } }, still);
  const ann = await enterByStream(t, house, "Ann");
  for (let sent = 0; sent < 3; sent++) assert.equal((await ann.send(frameOf(`${sent}`))).status, 204);
  const { status, body, headers } = await ann.send(frameOf("over"));
  assert.deepEqual([status, errorOf(body).code, errorOf(body).retryAfterMs], [429, "rate", 50]);
  assert.equal(headers["retry-after"], "1");
  skip(1e9);
  assert.equal((await ann.send(frameOf("over"))).status, 204);
  await ann.until((heard) => seqs(heard).length === 4);
});

test("frames above the byte rate are 429, and the bucket goes with the seat", async (t) => {
  const rate = { count: 1_000, perMs: 1_000, burst: 10_000 };
  const house = await open(t, { byteRate: rate });
  const ann = await enterByStream(t, house, "Ann");
  assert.equal((await ann.send(frameOf("big", 1, 20_000))).status, 204);
  assert.equal((await ann.send(frameOf("next"))).status, 429);
  const again = await enterByStream(t, house, "Ann");
  const { status, body } = await again.send(frameOf("next"));
  assert.equal(status, 429);
  assert.ok((errorOf(body).retryAfterMs ?? 0) > 5_000);
});

test("a stream that is not read is cut with 4004 while a bystander hears everything", async (t) => {
  const house = await open(t, { messageRate: off, byteRate: off });
  const [ann, bob] = [await house.enter("Ann"), await house.enter("Bob")];
  const slow = await enterByStream(t, house, "Cyd");
  slow.response.pause();
  let sent = 0;
  while (house.counters.refused["too-slow"] === 0) {
    ann.ws.send(frameOf(`${sent++}`, 1, 60_000));
    await bob.until((heard) => seqs(heard).length === sent);
  }
  slow.response.resume();
  assert.equal(await slow.closed, 4004);
  assert.equal(seqs(bob.heard).length, sent);
});

test("a stream that lags gets kept frames and no volatile ones", async (t) => {
  const house = await open(t, { messageRate: off, byteRate: off, maxQueueBytes: 2 ** 28 });
  const ann = await house.enter("Ann");
  const slow = await enterByStream(t, house, "Cyd");
  slow.response.pause();
  const count = 200;
  for (let sent = 0; sent < count; sent++) {
    ann.ws.send(frameOf(`${sent}`, 1, 60_000));
    ann.ws.send(frameOf("typing", 2));
  }
  await ann.until((heard) => seqs(heard).includes(count));
  slow.response.resume();
  await slow.until((heard) => seqs(heard).includes(count));
  const heard = seqs(slow.heard);
  assert.deepEqual(
    heard.filter((seq) => seq > 0),
    Array.from({ length: count }, (_, index) => index + 1),
  );
  assert.ok(heard.filter((seq) => seq === 0).length < count);
});

// ── liveness ─────────────────────────────────────────────────────────────────────────────────────────────────

test("a stream is asked after 25 s without a word, and its member is away after 45 s", async (t) => {
  const { clock, beatFor } = beatenClock();
  const house = await open(t, {}, clock);
  const [ann, mute] = [await enterByStream(t, house, "Ann"), await enterByStream(t, house, "Bob")];
  beatFor(24_500);
  assert.deepEqual([ann.events.includes("ping"), mute.events.includes("ping")], [false, false]);
  beatFor(500);
  await ann.event("ping");
  await mute.event("ping");
  await ann.say({ type: "ping" });
  beatFor(19_500);
  assert.equal(house.fallback.connections, 2);
  beatFor(500);
  assert.equal(await mute.closed, null);
  await ann.until((heard) => texts(heard).includes("member away"));
  assert.equal(house.counters.refused.silent, 1);
  assert.equal(house.fallback.connections, 1);
});

test("pings every 25 s keep a seat for as long as they come", async (t) => {
  const { clock, beatFor } = beatenClock();
  const house = await open(t, {}, clock);
  const ann = await enterByStream(t, house, "Ann");
  for (let round = 0; round < 5; round++) {
    beatFor(25_000);
    assert.equal((await ann.say({ type: "ping" })).status, 204);
  }
});

test("a relay that was stopped for an hour cuts nobody on waking", async (t) => {
  const { clock, beatFor, skip } = beatenClock();
  const house = await open(t, {}, clock);
  await enterByStream(t, house, "Ann");
  beatFor(25_000);
  skip(3_600_000);
  beatFor(500);
  assert.equal(house.counters.refused.silent, 0);
});

test("something is said on a stream every 15 s, so that no proxy takes it for dead", async (t) => {
  const { clock, beatFor } = beatenClock();
  const house = await open(t, {}, clock);
  const ann = await enterByStream(t, house, "Ann");
  beatFor(14_500);
  await ann.say({ type: "ping" });
  await ann.until((heard) => texts(heard).includes("pong"));
  beatFor(14_500);
  assert.deepEqual(ann.events.slice(3), ["text"]);
  beatFor(500);
  await ann.event(":");
});

test("a join that is probing for its name has no stream yet, and goes when its client goes", async (t) => {
  const house = await open(t);
  const holder = await enterByStream(t, house, "Ann", "first");
  const second = postJoin(house, "Ann", "second");
  await holder.event("ping");
  await holder.say({ type: "leave" });
  const response = await second;
  assert.equal(response.statusCode, 200);
  response.destroy();
  await until(() => house.counters.connections === 0);
});
