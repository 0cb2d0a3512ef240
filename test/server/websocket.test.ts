// The door for WebSockets over real sockets: how connections end, and how traffic, rates and the heartbeat behave.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectTcp } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";

import { close as closeCodes } from "../../src/protocol/close.ts";
import { encodeText } from "../../src/protocol/control.ts";
import { closeAnswerWithinMs, mostClosingBytes } from "../../src/protocol/limits.ts";
import { type Clock, systemClock } from "../../src/server/clock.ts";
import {
  beatenClock,
  closed,
  countedClock,
  type Guest,
  handshake,
  maskedFrame,
  off,
  open,
  rawOpen,
  shiftedClock,
} from "./house.ts";
import { bytesOf, frameOf, isFrame, joinOf, room, seqs, testRoom, texts } from "./support.ts";

// ── closing ──────────────────────────────────────────────────────────────────────────────────────────────────

test("closes with 1008 who does not join in time", async (t) => {
  const { dial } = await open(t, { joinTimeoutMs: 50 });
  const { code } = await dial().closed;
  assert.equal(code, 1008);
});

test("closes with 1008 who sends what the protocol does not have", async (t) => {
  const { dial, enter } = await open(t);
  const unjoined = dial();
  await once(unjoined.ws, "open");
  unjoined.ws.send(frameOf("x"));
  assert.equal((await unjoined.closed).code, 1008);
  const unknown = frameOf("x");
  unknown[0] = 9;
  const ann = await enter("Ann");
  ann.ws.send(unknown);
  assert.equal((await ann.closed).code, 1008);
  const bob = await enter("Bob");
  bob.say({ type: "forget", seq: "1" });
  const { code, reason } = await bob.closed;
  assert.deepEqual([code, reason], [1008, "not a text frame of this protocol"]);
});

test("closes with 1008 who shows the wrong access", async (t) => {
  const { dial } = await open(t);
  const nobody = dial();
  await once(nobody.ws, "open");
  nobody.say(joinOf(testRoom("two"), "Ann"));
  assert.equal((await nobody.closed).code, 1008);
});

test("takes a text frame of the full size, and closes one byte more with 1009", async (t) => {
  const { enter } = await open(t, { maxTextFrameBytes: 2_000 });
  const ann = await enter("Ann");
  const ping = (byteLength: number): string => JSON.stringify({ type: "ping" }).padEnd(byteLength, " ");
  ann.ws.send(ping(1_999));
  ann.ws.send(ping(2_000));
  await ann.until((heard) => texts(heard).filter((text) => text === "pong").length === 2);
  ann.ws.send(ping(2_001));
  assert.equal((await ann.closed).code, 1009);
});

test("takes a binary frame of 64 KiB, and closes one byte more with 1009", async (t) => {
  const { enter, counters } = await open(t);
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  for (const byteLength of [65_535, 65_536]) ann.ws.send(frameOf(`${byteLength}`, 1, byteLength));
  await bob.until((heard) => seqs(heard).length === 2);
  const [, last] = bob.heard.filter(isFrame);
  assert.deepEqual(last?.ciphertext, bytesOf("65536", 65_500));
  ann.ws.send(frameOf("over", 1, 65_537));
  assert.equal((await ann.closed).code, 1009);
  assert.equal(counters.refused["too-big"], 1);
  await bob.until((heard) => texts(heard).includes("member away"));
});

test("takes a message in as many fragments as allowed, and closes one more with 1008", async (t) => {
  const { enter } = await open(t, { maxFragments: 4 });
  const ann = await enter("Ann");
  const inFragments = (count: number): void => {
    const frame = frameOf(`${count}`);
    for (let at = 0; at < count; at++) {
      const end = at === count - 1 ? frame.length : at + 1;
      ann.ws.send(frame.subarray(at, end), { binary: true, fin: at === count - 1 });
    }
  };
  inFragments(3);
  inFragments(4);
  await ann.until((heard) => seqs(heard).length === 2);
  inFragments(5);
  assert.equal((await ann.closed).code, 1008);
});

test("answers a ping with what it held", async (t) => {
  const { port } = await open(t);
  const socket = await rawOpen(t, port);
  socket.write(maskedFrame(0x89, Buffer.from("hi")));
  const [pong] = (await once(socket, "data")) as [Buffer];
  assert.deepEqual(pong, Buffer.from([0x8a, 2, ...Buffer.from("hi")]));
});

test("answers a close with its code, or with none where it has none, and ends the connection", async (t) => {
  const { port } = await open(t);
  for (const payload of [Buffer.from([0x03, 0xe9]), Buffer.alloc(0)]) {
    const socket = await rawOpen(t, port);
    const ended = once(socket, "end");
    socket.write(maskedFrame(0x88, payload));
    const [answer] = (await once(socket, "data")) as [Buffer];
    assert.deepEqual(answer, Buffer.from([0x88, payload.length, ...payload]));
    await ended;
  }
});

test("cuts who is told that it is closed and does not close, after 5 s", async (t) => {
  const cuts: (() => void)[] = [];
  const clock: Clock = {
    ...systemClock,
    after(ms, run) {
      if (ms === closeAnswerWithinMs) cuts.push(run);
      return () => {};
    },
  };
  const { port, door } = await open(t, {}, clock);
  const socket = connectTcp({ port, host: "127.0.0.1", allowHalfOpen: true });
  t.after(() => socket.destroy());
  socket.write(Buffer.concat([Buffer.from(handshake()), maskedFrame(0x83, Buffer.from("x"))]));
  socket.resume();
  await once(socket, "end");
  assert.equal(door.connections, 1);
  const [cut] = cuts;
  assert.ok(cut !== undefined && cuts.length === 1);
  cut();
  // Resolves when nobody is left; this clock lets nothing else cut.
  await door.close(closeCodes.goingAway, "", 0);
  assert.equal(door.connections, 0);
});

test("closes with 4001 at once when a holder answers its ping", async (t) => {
  const { enter, dial } = await open(t);
  const ann = await enter("Ann", "first");
  const other = dial();
  await once(other.ws, "open");
  other.say(joinOf(room, "Ann", "second"));
  assert.equal((await other.closed).code, 4001);
  assert.deepEqual(texts(other.heard), ["error name-taken"]);
  assert.equal(ann.ws.readyState, WebSocket.OPEN);
});

test("closes with 4001 and a time to come back when the holder is away", async (t) => {
  const { enter, dial } = await open(t);
  const [ann, bob] = [await enter("Ann", "first"), await enter("Bob")];
  ann.ws.terminate();
  await bob.until((heard) => texts(heard).includes("member away"));
  const other = dial();
  await once(other.ws, "open");
  other.say(joinOf(room, "Ann", "second"));
  assert.equal((await other.closed).code, 4001);
  const [error] = other.heard;
  assert.ok(error !== undefined && !isFrame(error) && error.type === "error");
  assert.ok((error.retryAfterMs ?? 0) > 50_000);
});

test("a holder that does not answer is away after 5 s", async (t) => {
  const { clock, skip } = shiftedClock();
  const { enter, dial } = await open(t, {}, clock);
  const [ann, bob] = [await enter("Ann", "first"), await enter("Bob")];
  ann.ws.pause();
  const other = dial();
  await once(other.ws, "open");
  other.say(joinOf(room, "Ann", "second"));
  other.say({ type: "ping" });
  await other.until((heard) => texts(heard).includes("pong"));
  skip(5_000);
  assert.equal((await other.closed).code, 4001);
  await bob.until((heard) => texts(heard).includes("member away"));
});

test("closes the older connection with 4005 when its seat is taken back", async (t) => {
  const { enter } = await open(t);
  const older = await enter("Ann");
  await enter("Ann");
  assert.equal((await older.closed).code, 4005);
});

test("closes with 4002 when the room is full", async (t) => {
  const { enter, dial } = await open(t, { maxMembers: 1 });
  await enter("Ann");
  const late = dial();
  await once(late.ws, "open");
  late.say(joinOf(room, "Bob"));
  assert.equal((await late.closed).code, 4002);
});

test("closes with 1013 above the join rate", async (t) => {
  const { enter, dial } = await open(t, { joinRate: { count: 1, perMs: 60_000, burst: 1 } });
  await enter("Ann");
  const late = dial();
  await once(late.ws, "open");
  late.say(joinOf(room, "Bob"));
  assert.equal((await late.closed).code, 1013);
});

test("stops by closing everybody with the code it is given, and lets nobody in", async (t) => {
  const { enter, door, dial } = await open(t);
  const guests = [await enter("Ann"), await enter("Bob"), await enter("Cyd")];
  const closing = door.close(closeCodes.restart, "relay restarts", 60);
  assert.equal((await dial().refused).status, 503);
  for (const { closed } of guests) assert.deepEqual(await closed, { code: 1012, reason: "relay restarts" });
  await closing;
  assert.equal(door.connections, 0);
});

test("stops in time though somebody does not close", async (t) => {
  const { port, door } = await open(t);
  await rawOpen(t, port);
  await door.close(closeCodes.goingAway, "relay stops", 0);
  assert.equal(door.connections, 0);
});

// ── traffic ──────────────────────────────────────────────────────────────────────────────────────────────────

test("delivers to everybody, the sender included, and changes what was forged", async (t) => {
  const { enter } = await open(t);
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  const forged = frameOf("hi");
  forged.fill(0xee, 2, 24);
  ann.ws.send(forged);
  for (const { until, heard } of [ann, bob]) {
    await until((all) => seqs(all).length === 1);
    const frame = heard.find(isFrame);
    assert.deepEqual([frame?.seq, frame?.fromUser], [1, bytesOf("Ann", 16)]);
  }
});

test("loses and doubles nothing between replay and live while others go on talking", async (t) => {
  const { enter, dial } = await open(t, {
    messageRate: off,
    byteRate: off,
    history: 5_000,
    historyBytes: 2 ** 28,
  });
  const ann = await enter("Ann");
  const total = 1_500;
  let sent = 0;
  const talk = (): void => {
    for (let burst = 0; burst < 10 && sent < total; burst++) ann.ws.send(frameOf(`${sent++}`, 1, 2_000));
    if (sent < total) setImmediate(talk);
  };
  talk();
  const guests: Guest[] = [];
  for (let index = 0; index < 8; index++) {
    await ann.until((heard) => seqs(heard).length > index * 150);
    const guest = dial();
    await once(guest.ws, "open");
    guest.say(joinOf(room, `guest ${index}`));
    guests.push(guest);
  }
  const expected = Array.from({ length: total }, (_, index) => index + 1);
  for (const guest of [ann, ...guests]) {
    await guest.until((heard) => seqs(heard).length >= total);
    assert.deepEqual(seqs(guest.heard), expected);
  }
});

test("a reader that stops reading is cut with 4004 while a bystander hears everything", async (t) => {
  const { enter, counters } = await open(t, { messageRate: off, byteRate: off });
  const [ann, bob, slow] = [await enter("Ann"), await enter("Bob"), await enter("Cyd")];
  slow.ws.pause();
  let sent = 0;
  while (counters.refused["too-slow"] === 0) {
    ann.ws.send(frameOf(`${sent++}`, 1, 60_000));
    await bob.until((heard) => seqs(heard).length === sent);
  }
  slow.ws.resume();
  assert.equal((await slow.closed).code, 4004);
  assert.deepEqual(
    seqs(bob.heard),
    Array.from({ length: sent }, (_, index) => index + 1),
  );
});

test("reading goes on up to the burst of the message rate, and pauses at one more", async (t) => {
  const { clock, pauses } = countedClock(() => 0);
  const { enter } = await open(t, { messageRate: { count: 20, perMs: 1_000, burst: 4 } }, clock);
  const ann = await enter("Ann");
  for (let sent = 1; sent <= 3; sent++) ann.ws.send(frameOf(`${sent}`));
  await ann.until((heard) => seqs(heard).length === 3);
  assert.equal(pauses(), 0);
  ann.ws.send(frameOf("over"));
  await ann.until((heard) => seqs(heard).length === 4);
  assert.equal(pauses(), 1);
});

/** What somebody called `name` says to come in, with a client's mask. */
function rawJoin(name: string): Buffer {
  return maskedFrame(0x81, Buffer.from(encodeText(joinOf(room, name))));
}

test("what came in one read is paid for once, and all of it comes", async (t) => {
  const { clock, pauses } = countedClock(() => 0);
  const { enter, port } = await open(t, { messageRate: { count: 20, perMs: 1_000, burst: 4 } }, clock);
  const bob = await enter("Bob");
  const ann = await rawOpen(t, port);
  const said = Array.from({ length: 10 }, (_, index) => maskedFrame(0x82, Buffer.from(frameOf(`${index}`))));
  ann.write(Buffer.concat([rawJoin("Ann"), ...said]));
  await bob.until((heard) => seqs(heard).length === 10);
  assert.equal(pauses(), 1);
});

test("who closes is not held back, whatever it has said before", async (t) => {
  const { clock, pauses } = countedClock(() => 0);
  const { port } = await open(t, { messageRate: { count: 20, perMs: 1_000, burst: 4 } }, clock);
  const ann = await rawOpen(t, port);
  const pings = Array.from({ length: 10 }, () => maskedFrame(0x89, Buffer.alloc(0)));
  ann.write(Buffer.concat([rawJoin("Ann"), ...pings, maskedFrame(0x88, Buffer.from([3, 232]))]));
  await closed(ann);
  // Only the time in which a closing line has to end.
  assert.equal(pauses(), 1);
});

test("who goes on talking instead of closing is cut", async (t) => {
  const patient: Clock = { ...systemClock, after: () => () => {} };
  const { port } = await open(t, { messageRate: off, byteRate: off }, patient);
  const ann = await rawOpen(t, port);
  ann.write(maskedFrame(0x82, Buffer.from(frameOf("before the join"))));
  await once(ann, "data");
  const pings = Buffer.concat(Array.from({ length: 10_000 }, () => maskedFrame(0x89, Buffer.alloc(0))));
  const talk = (): void => void (ann.writable && ann.write(pings, talk));
  talk();
  await closed(ann);
  assert.ok(ann.bytesWritten > mostClosingBytes);
});

test("reading pauses above the message rate, and nothing is dropped", async (t) => {
  const { enter } = await open(t, { messageRate: { count: 500, perMs: 1_000, burst: 5 } });
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  for (let sent = 0; sent < 60; sent++) ann.ws.send(frameOf(`${sent}`));
  await bob.until((heard) => seqs(heard).length === 60);
  assert.deepEqual(
    seqs(bob.heard),
    Array.from({ length: 60 }, (_, index) => index + 1),
  );
});

test("reading pauses above the byte rate, and nothing is dropped", async (t) => {
  const { clock, pauses } = countedClock();
  const { enter } = await open(
    t,
    { messageRate: off, byteRate: { count: 2 ** 22, perMs: 1_000, burst: 100_000 } },
    clock,
  );
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  ann.ws.send(frameOf("below", 1, 60_000));
  await bob.until((heard) => seqs(heard).length === 1);
  assert.equal(pauses(), 0);
  for (let sent = 0; sent < 12; sent++) ann.ws.send(frameOf(`${sent}`, 1, 60_000));
  await bob.until((heard) => seqs(heard).length === 13);
  assert.ok(pauses() > 0);
});

test("pings cost a token too", async (t) => {
  const { clock, pauses } = countedClock();
  const { enter } = await open(t, { messageRate: { count: 1_000, perMs: 1_000, burst: 10 } }, clock);
  const ann = await enter("Ann");
  for (let sent = 0; sent < 30; sent++) ann.ws.ping();
  ann.say({ type: "ping" });
  await ann.until((heard) => texts(heard).includes("pong"));
  assert.ok(pauses() > 0);
});

test("a holder that is held back for having said too much keeps its name", async (t) => {
  const { enter, dial } = await open(t, { messageRate: { count: 1, perMs: 1_000, burst: 3 } });
  const ann = await enter("Ann", "first");
  for (let sent = 0; sent < 20; sent++) ann.ws.send(frameOf(`${sent}`));
  await ann.until((heard) => seqs(heard).length > 3);
  const other = dial();
  await once(other.ws, "open");
  other.say(joinOf(room, "Ann", "second"));
  assert.equal((await other.closed).code, 4001);
  assert.equal(ann.ws.readyState, WebSocket.OPEN);
});

test("pings after 25 s of silence, cuts after 20 s more, and lets who answers stay", async (t) => {
  const { clock, beatFor } = beatenClock();
  const { enter, door } = await open(t, {}, clock);
  const [ann, mute] = [await enter("Ann"), await enter("Bob")];
  mute.ws.pause();
  const pinged = once(ann.ws, "ping");
  beatFor(25_000);
  await pinged;
  // The pong has been read when what was sent behind it is answered.
  ann.say({ type: "ping" });
  await ann.until((heard) => texts(heard).includes("pong"));
  beatFor(19_500);
  assert.equal(door.connections, 2);
  beatFor(500);
  await ann.until((heard) => texts(heard).includes("member away"));
  assert.equal(door.connections, 1);
});

test("pings who has talked only after 25 s of silence", async (t) => {
  const { clock, beatFor } = beatenClock();
  const { enter } = await open(t, {}, clock);
  const [ann, bob] = [await enter("Ann"), await enter("Bob")];
  let annsPings = 0;
  ann.ws.on("ping", () => annsPings++);
  beatFor(24_500);
  ann.say({ type: "ping" });
  await ann.until((heard) => texts(heard).includes("pong"));
  const bobsPing = once(bob.ws, "ping");
  beatFor(500);
  await bobsPing;
  bob.say({ type: "ping" });
  await bob.until((heard) => texts(heard).includes("pong"));
  beatFor(24_000);
  // A ping would come before what is sent behind it.
  bob.ws.send(frameOf("hi"));
  await ann.until((heard) => heard.some((frame) => "seq" in frame));
  assert.equal(annsPings, 0);
  const annsPing = once(ann.ws, "ping");
  beatFor(500);
  await annsPing;
});

test("a relay that was stopped for an hour cuts nobody on waking", async (t) => {
  const { clock, beatFor, skip } = beatenClock();
  const { enter, counters } = await open(t, {}, clock);
  await enter("Ann");
  beatFor(25_000);
  skip(3_600_000);
  beatFor(500);
  assert.equal(counters.refused.silent, 0);
});
