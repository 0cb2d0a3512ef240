// The door for streams over real sockets: what is let in, what is answered, and that it is the same relay.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { test } from "node:test";

import { close as closeCodes } from "../../src/protocol/close.ts";
import { off, open, raw, shiftedClock, statusOf } from "./house.ts";
import {
  bearerOf,
  enterByStream,
  errorOf,
  framePath,
  joinPath,
  listen,
  post,
  refusedJoin,
  whole,
} from "./streams.ts";
import { bytesOf, frameOf, isFrame, joinedOf, joinOf, room, seqs, testRoom, texts } from "./support.ts";
import { readAll, until } from "./transfer.ts";

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
  ann.response.pause();
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
  const house = await open(t, { logMemoryBytes: 5_000, logSharePercent: 0 });
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

test("a join of the largest text frame is taken, one byte more is 413", async (t) => {
  const house = await open(t, { maxTextFrameBytes: 4_096 });
  const padded = (byteLength: number) => JSON.stringify(joinOf(room, "Ann")).padEnd(byteLength, " ");
  const taken = await post(house, joinPath, { body: padded(4_096) });
  assert.equal(taken.statusCode, 200);
  taken.destroy();
  assert.equal((await whole(await post(house, joinPath, { body: padded(4_097) }))).status, 413);
  assert.equal(house.counters.refused["too-big"], 1);
});

test("what is posted without its length is 411, and a seat that did so goes on", async (t) => {
  const house = await open(t);
  const ann = await enterByStream(t, house, "Ann");
  const { Authorization } = bearerOf(room, "Ann");
  const chunks = Array.from("what it would say", (letter) => `1\r\n${letter}\r\n`).join("");
  for (const path of [joinPath, framePath]) {
    const answer = await raw(
      house.port,
      `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n` +
        `Authorization: ${Authorization}\r\nTransfer-Encoding: chunked\r\n\r\n${chunks}0\r\n\r\n`,
    );
    assert.equal(statusOf(answer), 411, path);
    assert.match(answer, /"type":"error","code":"bad"/);
  }
  assert.equal(house.counters.connections, 1);
  assert.equal((await ann.send(frameOf("said"))).status, 204);
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
