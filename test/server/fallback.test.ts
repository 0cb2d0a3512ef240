// The door for streams over real sockets: what is let in, what is answered, and that it is the same relay.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";

import { close as closeCodes } from "../../src/protocol/close.ts";
import { beatenClock, type House, off, open, raw, shiftedClock, statusOf } from "./house.ts";
import {
  bearerOf,
  enterByStream,
  framePath,
  joinPath,
  listen,
  post,
  postJoin,
  refusedJoin,
  whole,
} from "./streams.ts";
import { bytesOf, frameOf, isFrame, joinedOf, joinOf, room, seqs, testRoom, texts } from "./support.ts";
import { readAll, until } from "./transfer.ts";

/** The `error` in the body of a refusal. */
function errorOf(body: string): { code: string; message: string; retryAfterMs?: number } {
  return JSON.parse(body) as { code: string; message: string; retryAfterMs?: number };
}

// ── the stream ───────────────────────────────────────────────────────────────────────────────────────────────

test("a join is answered by a stream that nobody on the way keeps, packs or holds back", async (t) => {
  const house = await open(t);
  const ann = await enterByStream(t, house, "Ann");
  const { statusCode, headers } = ann.response;
  assert.equal(statusCode, 200);
  assert.equal(headers["content-type"], "text/event-stream; charset=utf-8");
  assert.equal(headers["cache-control"], "no-store, no-transform");
  assert.equal(headers["x-accel-buffering"], "no");
  assert.equal(headers["content-encoding"], undefined);
  assert.match(String(headers["content-security-policy"]), /^default-src 'none'/);
  assert.deepEqual(texts(ann.heard), ["joined", "member here", "live"]);
  assert.deepEqual([house.fallback.connections, house.counters.connections], [1, 1]);
});

test("people on streams and on WebSockets hear the same frames in the same order", async (t) => {
  const house = await open(t);
  const [ann, bob] = [await enterByStream(t, house, "Ann"), await house.enter("Bob")];
  assert.equal((await ann.send(frameOf("from Ann"))).status, 204);
  bob.ws.send(frameOf("from Bob"));
  await bob.until((heard) => seqs(heard).length === 2);
  assert.equal((await ann.send(frameOf("typing", 2))).status, 204);
  await Promise.all([ann, bob].map(({ until: hears }) => hears((heard) => seqs(heard).length === 3)));
  assert.deepEqual(ann.heard.filter(isFrame), bob.heard.filter(isFrame));
  assert.deepEqual(seqs(ann.heard), [1, 2, 0]);
  assert.deepEqual(ann.heard.find(isFrame)?.fromUser, bytesOf("Ann", 16));
});

test("frames of every size arrive byte for byte", async (t) => {
  const house = await open(t);
  const [ann, bob] = [await enterByStream(t, house, "Ann"), await house.enter("Bob")];
  const sizes = [52, 53, 54, 125, 126, 127, 65_535, 65_536];
  for (const byteLength of sizes) await ann.send(frameOf(`${byteLength}`, 1, byteLength));
  await ann.until((heard) => seqs(heard).length === sizes.length);
  await bob.until((heard) => seqs(heard).length === sizes.length);
  const expected = sizes.map((byteLength) => bytesOf(`${byteLength}`, byteLength - 36));
  for (const { heard } of [ann, bob]) {
    assert.deepEqual(
      heard.filter(isFrame).map(({ ciphertext }) => ciphertext),
      expected,
    );
  }
});

test("a stream that comes back hears what is above after, and nothing twice", async (t) => {
  const house = await open(t);
  const ann = await enterByStream(t, house, "Ann");
  for (const body of ["one", "two", "three"]) await ann.send(frameOf(body));
  await ann.until((heard) => seqs(heard).length === 3);
  const { log } = joinedOf(ann.heard);
  ann.hangUp();
  await until(() => house.fallback.connections === 0);
  const again = await enterByStream(t, house, "Ann", undefined, { log, after: 2 });
  assert.deepEqual(seqs(again.heard), [3]);
});

test("loses and doubles nothing between replay and live while others go on talking", async (t) => {
  const house = await open(t, { messageRate: off, byteRate: off, history: 5_000, historyBytes: 2 ** 28 });
  const bob = await house.enter("Bob");
  const total = 600;
  let sent = 0;
  const talk = (): void => {
    for (let burst = 0; burst < 5 && sent < total; burst++) bob.ws.send(frameOf(`${sent++}`, 1, 2_000));
    if (sent < total) setImmediate(talk);
  };
  talk();
  const guests = [];
  for (let index = 0; index < 4; index++) {
    await bob.until((heard) => seqs(heard).length > index * 100);
    guests.push(await enterByStream(t, house, `guest ${index}`));
  }
  const expected = Array.from({ length: total }, (_, index) => index + 1);
  for (const guest of guests) {
    await guest.until((heard) => seqs(heard).length >= total);
    assert.deepEqual(seqs(guest.heard), expected);
  }
});

test("a seat goes from a WebSocket to a stream and back, and the older line is closed with 4005", async (t) => {
  const house = await open(t);
  const first = await house.enter("Ann");
  const second = await enterByStream(t, house, "Ann");
  assert.equal((await first.closed).code, 4005);
  const third = await enterByStream(t, house, "Ann");
  assert.equal(await second.closed, 4005);
  const fourth = await house.enter("Ann");
  assert.equal(await third.closed, 4005);
  assert.equal(house.counters.seats, 1);
  assert.equal((await third.send(frameOf("late"))).status, 404);
  fourth.ws.send(frameOf("here"));
  await fourth.until((heard) => seqs(heard).length === 1);
});

test("a stream that ends makes its member away", async (t) => {
  const house = await open(t);
  const [ann, bob] = [await enterByStream(t, house, "Ann"), await house.enter("Bob")];
  ann.hangUp();
  await bob.until((heard) => texts(heard).includes("member away"));
});

test("leave makes its member left, and ends the stream", async (t) => {
  const house = await open(t);
  const [ann, bob] = [await enterByStream(t, house, "Ann"), await house.enter("Bob")];
  assert.equal((await ann.say({ type: "leave" })).status, 204);
  await bob.until((heard) => texts(heard).includes("member left"));
  assert.equal(await ann.closed, null);
  await until(() => house.fallback.connections === 0);
});

test("ping is answered by pong, and an unknown type by error bad, on the stream", async (t) => {
  const house = await open(t);
  const ann = await enterByStream(t, house, "Ann");
  assert.equal((await ann.say({ type: "ping" })).status, 204);
  await ann.until((heard) => texts(heard).includes("pong"));
  assert.equal((await ann.say({ type: "dance" })).status, 204);
  await ann.until((heard) => texts(heard).includes("error bad"));
});

test("stopping closes streams with its code, and lets nobody in", async (t) => {
  const house = await open(t);
  const guests = [await enterByStream(t, house, "Ann"), await enterByStream(t, house, "Bob")];
  const closing = house.fallback.close(closeCodes.restart, "relay restarts", 20);
  assert.equal((await refusedJoin(house, "Cyd")).status, 503);
  for (const { closed } of guests) assert.equal(await closed, 1012);
  await closing;
  assert.equal(house.fallback.connections, 0);
});

test("stops in time though somebody does not read", async (t) => {
  const house = await open(t);
  const ann = await enterByStream(t, house, "Ann");
  ann.response.socket.pause();
  await house.fallback.close(closeCodes.goingAway, "relay stops", 0);
  assert.equal(house.fallback.connections, 0);
});

// ── refusals ─────────────────────────────────────────────────────────────────────────────────────────────────

test("a taken name is 409, at once when its holder answers and with a time when it is away", async (t) => {
  const house = await open(t);
  const holder = await enterByStream(t, house, "Ann", "first");
  const refusal = refusedJoin(house, "Ann", "second");
  await holder.event("ping");
  await holder.say({ type: "ping" });
  const { status, body, headers } = await refusal;
  assert.deepEqual([status, errorOf(body).code, headers["retry-after"]], [409, "name-taken", undefined]);
  assert.equal(headers["content-type"], "application/json");
  assert.equal(headers["cache-control"], "no-store");
  holder.hangUp();
  await until(() => house.fallback.connections === 0);
  const later = await refusedJoin(house, "Ann", "second");
  assert.deepEqual([later.status, errorOf(later.body).code], [409, "name-taken"]);
  assert.ok((errorOf(later.body).retryAfterMs ?? 0) > 50_000);
  assert.ok(Number(later.headers["retry-after"]) > 50);
});

test("a holder on a stream that does not answer for 5 s is away", async (t) => {
  const { clock, skip } = shiftedClock();
  const house = await open(t, {}, clock);
  const holder = await enterByStream(t, house, "Ann", "first");
  const refusal = refusedJoin(house, "Ann", "second");
  await holder.event("ping");
  skip(5_000);
  assert.equal((await refusal).status, 409);
  assert.equal(await holder.closed, 1013);
});

test("a full room is 409 too, and its error says full", async (t) => {
  const house = await open(t, { maxMembers: 1 });
  await enterByStream(t, house, "Ann");
  const { status, body } = await refusedJoin(house, "Bob");
  assert.deepEqual([status, errorOf(body).code], [409, "full"]);
});

test("no memory for a member is 503", async (t) => {
  const house = await open(t, { logMemoryBytes: 5_000 });
  await enterByStream(t, house, "Ann");
  const { status, body } = await refusedJoin(house, "Bob");
  assert.deepEqual([status, errorOf(body).code], [503, "memory"]);
});

test("joins and upgrades above their rates are 429 and told when to come back", async (t) => {
  const once1 = { count: 1, perMs: 60_000, burst: 1 };
  for (const change of [{ joinRate: once1 }, { upgradeRate: once1 }]) {
    const house = await open(t, change);
    await enterByStream(t, house, "Ann");
    const { status, body, headers } = await refusedJoin(house, "Bob");
    assert.deepEqual([status, errorOf(body).code, headers["retry-after"]], [429, "rate", "60"]);
    assert.ok((errorOf(body).retryAfterMs ?? 0) > 55_000);
  }
});

test("streams and WebSockets are counted together: 503 above all connections, 429 above those of an address", async (t) => {
  for (const [change, status] of [
    [{ maxConnections: 2 }, 503],
    [{ maxConnectionsPerIp: 2 }, 429],
  ] as const) {
    const house = await open(t, change);
    const ann = await enterByStream(t, house, "Ann");
    await house.enter("Bob");
    const refused = await refusedJoin(house, "Cyd");
    assert.deepEqual([refused.status, refused.headers["retry-after"]], [status, "10"]);
    assert.equal((await house.dial().refused).status, status);
    ann.hangUp();
    await until(() => house.fallback.connections === 0);
    await enterByStream(t, house, "Cyd");
  }
});

test("what is no join of this room is 400", async (t) => {
  const house = await open(t);
  const other = JSON.stringify(joinOf(testRoom("two"), "Ann"));
  const short = JSON.stringify({ ...joinOf(room, "Ann"), iv: "AAAA" });
  for (const body of ["", "[]", "{", '{"type":"ping"}', '{"type":"dance"}', other, short]) {
    const { status, body: said } = await whole(await post(house, joinPath, { body }));
    assert.deepEqual([status, errorOf(said).code], [400, "bad"], body);
  }
  await enterByStream(t, house, "Ann", "seat");
  assert.equal((await refusedJoin(house, "Bob", "seat")).status, 400);
});

test("a page of another origin is 403, for joins and for frames", async (t) => {
  const house = await open(t);
  const headers = { Origin: "https://evil.example" };
  const body = JSON.stringify(joinOf(room, "Ann"));
  for (const path of [joinPath, framePath])
    assert.equal((await whole(await post(house, path, { body, headers }))).status, 403);
  const allowed = await post(house, joinPath, { body, headers: { Origin: "https://elsewhere.example" } });
  assert.equal(allowed.statusCode, 200);
  allowed.destroy();
});

test("other methods are 405, other types 415, other paths 404", async (t) => {
  const house = await open(t);
  for (const path of [joinPath, framePath]) {
    for (const method of ["GET", "PUT", "OPTIONS", "DELETE"]) {
      const { status, headers } = await whole(await post(house, path, { method }));
      assert.deepEqual([status, headers.allow], [405, "POST"]);
    }
    const headers = { "Content-Type": "text/plain" };
    assert.equal((await whole(await post(house, path, { body: "{}", headers }))).status, 415);
  }
  const types = { "Content-Type": "application/octet-stream" };
  assert.equal((await whole(await post(house, joinPath, { headers: types }))).status, 415);
  for (const path of [
    `${joinPath}/`,
    `${joinPath}?x`,
    `//${joinPath}`,
    joinPath.replace(/.{6}$/, "B/join"),
  ]) {
    assert.equal((await whole(await post(house, path, {}))).status, 404, path);
  }
});

test("a join of the largest text frame is taken, one byte more is 413, said or not", async (t) => {
  const house = await open(t, { maxTextFrameBytes: 4_096 });
  const padded = (byteLength: number) => JSON.stringify(joinOf(room, "Ann")).padEnd(byteLength, " ");
  const taken = await post(house, joinPath, { body: padded(4_096) });
  assert.equal(taken.statusCode, 200);
  taken.destroy();
  assert.equal((await whole(await post(house, joinPath, { body: padded(4_097) }))).status, 413);
  const chunk = padded(4_097);
  const answer = await raw(
    house.port,
    `POST ${joinPath} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n` +
      `Transfer-Encoding: chunked\r\n\r\n1001\r\n${chunk}\r\n0\r\n\r\n`,
  );
  assert.equal(statusOf(answer), 413);
  assert.equal(house.counters.refused["too-big"], 2);
});

test("a join that does not come in time is 408, which says nothing against its client", async (t) => {
  const house = await open(t, { joinTimeoutMs: 50 });
  const socket = connect(house.port, "127.0.0.1");
  socket.write(
    `POST ${joinPath} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n{`,
  );
  const [answer] = (await once(socket, "data")) as [Buffer];
  assert.equal(statusOf(answer.toString()), 408);
  socket.destroy();
  await until(() => house.counters.connections === 0);
});

test("a client that waits for 100 Continue is told to go on", async (t) => {
  const house = await open(t);
  const body = JSON.stringify(joinOf(room, "Ann"));
  const response = await post(house, joinPath, { body, headers: { Expect: "100-continue" } });
  const ann = listen(house, response, bearerOf(room, "Ann"));
  t.after(ann.hangUp);
  await ann.until((heard) => texts(heard).includes("live"));
});

test("what is pipelined behind a stream is cut off with it, and nothing stays counted", async (t) => {
  const house = await open(t);
  const body = JSON.stringify(joinOf(room, "Ann"));
  const one = `POST ${joinPath} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const socket = connect(house.port, "127.0.0.1");
  socket.write(one + one + one);
  await readAll(socket);
  await until(() => house.fallback.connections === 0);
  assert.equal(house.counters.connections, 0);
});

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
  slow.response.socket.pause();
  let sent = 0;
  while (house.counters.refused["too-slow"] === 0) {
    ann.ws.send(frameOf(`${sent++}`, 1, 60_000));
    await bob.until((heard) => seqs(heard).length === sent);
  }
  slow.response.socket.resume();
  assert.equal(await slow.closed, 4004);
  assert.equal(seqs(bob.heard).length, sent);
});

test("a stream that lags gets kept frames and no volatile ones", async (t) => {
  const house = await open(t, { messageRate: off, byteRate: off, maxQueueBytes: 2 ** 28 });
  const ann = await house.enter("Ann");
  const slow = await enterByStream(t, house, "Cyd");
  slow.response.socket.pause();
  const count = 200;
  for (let sent = 0; sent < count; sent++) {
    ann.ws.send(frameOf(`${sent}`, 1, 60_000));
    ann.ws.send(frameOf("typing", 2));
  }
  await ann.until((heard) => seqs(heard).length === 2 * count);
  slow.response.socket.resume();
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
  assert.equal(house.fallback.connections, 1);
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
