import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { test } from "node:test";

import { fileChargeBytes, leastBodyBytes, readerWithinMs } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { miB } from "../../src/protocol/units.ts";
import {
  beatenClock,
  countedClock,
  handTimers,
  type HandTimers,
  type House,
  off,
  open,
  statusOf,
} from "./house.ts";
import { bytesOf, frameOf, isFrame, room } from "./support.ts";
import { ask, begin, bearer, get, pathOf, put, readAll, until } from "./transfer.ts";

test("a file that cannot fit is 507, one that fits exactly is taken", async (t) => {
  const house = await open(t, { fileMemoryBytes: 10_000 + fileChargeBytes, fileSharePercent: 100 });
  await house.enter("ann");
  assert.equal((await put(house, "ann", "f", Buffer.alloc(10_001))).status, 507);
  assert.equal((await put(house, "ann", "f", Buffer.alloc(10_000))).status, 201);
  assert.equal(house.counters.refused["file-memory"], 1);
  assert.equal((await put(house, "ann", "g", Buffer.alloc(10))).status, 201);
  assert.equal((await get(house, "ann", "f")).status, 404);
});

test("files and messages take nothing from each other", async (t) => {
  const limits = {
    logMemoryBytes: 100_000,
    logSharePercent: 100,
    fileMemoryBytes: 50_000,
    fileSharePercent: 100,
  };
  const house = await open(t, limits);
  const ann = await house.enter("ann");
  for (const file of ["a", "b", "c", "d"]) await put(house, "ann", file, Buffer.alloc(20_000));
  for (const words of ["one", "two", "three"]) ann.ws.send(frameOf(words, 1, 20_000));
  await ann.until((heard) => heard.filter(isFrame).length === 3);
  const bob = await house.enter("bob");
  assert.equal(bob.heard.filter(isFrame).length, 3);
  assert.deepEqual(
    (await Promise.all(["a", "b", "c", "d"].map((file) => get(house, "bob", file)))).map(
      ({ status }) => status,
    ),
    [404, 404, 200, 200],
  );
});

test("an upload that breaks gives back what had come of it", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  const socket = await begin(house, "ann", "f", 1000, bytesOf("half", 500));
  assert.equal(house.vault.usedBytes, 500 + fileChargeBytes);
  socket.destroy();
  await until(() => house.vault.usedBytes === 0);
  assert.equal((await put(house, "ann", "f", bytesOf("whole", 1000))).status, 201);
});

test("an upload that newer files push out is told so", async (t) => {
  const house = await open(t, { fileMemoryBytes: 1000 + fileChargeBytes, fileSharePercent: 100 });
  await house.enter("ann");
  const socket = await begin(house, "ann", "f", 1000, bytesOf("half", 500));
  assert.equal((await put(house, "ann", "g", Buffer.alloc(1000))).status, 201);
  socket.end();
  assert.equal(statusOf(await readAll(socket)), 507);
  assert.equal((await get(house, "ann", "g")).status, 200);
});

test("an upload that stands still is cut, one that goes on is not", async (t) => {
  const { clock, timers } = handTimers();
  const house = await open(t, {}, clock);
  await house.enter("ann");
  const slow = await begin(house, "ann", "f", 3 * leastBodyBytes, Buffer.alloc(leastBodyBytes - 1));
  const going = await begin(house, "ann", "g", 3 * leastBodyBytes, Buffer.alloc(leastBodyBytes - 1));
  const times = timers(defaultLimits.headTimeoutMs);
  assert.equal(times.length, 2);
  going.write(Buffer.alloc(1));
  // Whose time began anew has another timer.
  await until(() => times.some((each) => !timers(defaultLimits.headTimeoutMs).includes(each)));
  for (const each of times) if (timers(defaultLimits.headTimeoutMs).includes(each)) each();
  const [answer] = (await once(slow, "data")) as [Buffer];
  assert.equal(statusOf(answer.toString()), 408);
  assert.equal(house.counters.refused["file-slow"], 1);
  going.end(Buffer.alloc(2 * leastBodyBytes));
  assert.equal(statusOf(await readAll(going)), 201);
  slow.destroy();
  await until(() => house.vault.usedBytes === 3 * leastBodyBytes + fileChargeBytes);
});

/** Asks for the file `f` of ann's, of 20 MiB, and reads nothing of it; answers once the time of its reader runs. */
async function askFor(house: House, timers: HandTimers["timers"]): Promise<Socket> {
  await house.enter("ann");
  assert.equal((await put(house, "ann", "f", Buffer.alloc(20 * miB))).status, 201);
  const socket = connect(house.port, "127.0.0.1").pause();
  socket.write(`GET ${pathOf("f")} HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer("ann")}\r\n\r\n`);
  await until(() => timers(readerWithinMs).length > 0);
  return socket;
}

test("a reader that takes nothing is cut", async (t) => {
  const { clock, timers } = handTimers();
  const house = await open(t, { byteRate: off }, clock);
  const socket = await askFor(house, timers);
  for (const cut of timers(readerWithinMs)) cut();
  const read = await readAll(socket.resume());
  assert.equal(statusOf(read), 200);
  assert.ok(read.length < 20 * miB);
});

test("a reader that goes on is not cut", async (t) => {
  const { clock, timers } = handTimers();
  const house = await open(t, { byteRate: off }, clock);
  const socket = await askFor(house, timers);
  const [cut] = timers(readerWithinMs);
  assert.ok(cut);
  const read = readAll(socket.resume());
  await until(() => !timers(readerWithinMs).includes(cut));
  await until(() => house.vault.find(room.id, pathOf("f").slice(-22))?.dropped.size === 0);
  socket.end();
  assert.ok((await read).length > 20 * miB);
});

test("a removed file stops being read out", async (t) => {
  const house = await open(t, { byteRate: { count: 0, perMs: 1, burst: 0 } });
  await house.enter("ann");
  assert.equal((await put(house, "ann", "f", Buffer.alloc(20 * miB))).status, 201);
  const socket = connect(house.port, "127.0.0.1").pause();
  socket.write(`GET ${pathOf("f")} HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer("ann")}\r\n\r\n`);
  const file = house.vault.find(room.id, pathOf("f").slice(-22));
  await until(() => file?.dropped.size === 1);
  assert.equal((await ask(house, "DELETE", pathOf("f"), { as: "ann" })).status, 204);
  assert.ok((await readAll(socket.resume())).length < 20 * miB);
});

test("files and messages of a seat are taken from one byte rate, which holds back and loses nothing", async (t) => {
  const { clock, pauses } = countedClock();
  const house = await open(t, { byteRate: { count: 4 * miB, perMs: 1000, burst: 64 * 1024 } }, clock);
  const ann = await house.enter("ann");
  const before = pauses();
  const content = randomBytes(miB);
  const sending = put(house, "ann", "f", content);
  for (const words of ["one", "two", "three"]) ann.ws.send(frameOf(words, 1, 50_000));
  await ann.until((heard) => heard.filter(isFrame).length === 3);
  assert.equal((await sending).status, 201);
  assert.ok(pauses() - before > 10);
  assert.ok((await get(house, "ann", "f")).body.equals(content));
});

test("an upload above the byte rate waits for the clock, and being held back is not being slow", async (t) => {
  const { clock: beaten, skip } = beatenClock();
  const { clock, timers } = handTimers(beaten);
  const house = await open(t, { byteRate: { count: 1000, perMs: 1000, burst: 1000 } }, clock);
  await house.enter("ann");
  const sending = put(house, "ann", "f", Buffer.alloc(300_000));
  let isDone = false;
  void sending.then(() => (isDone = true));
  let rounds = 0;
  while (!isDone) {
    const isHeld = timers().length > 0 && timers(defaultLimits.headTimeoutMs).length === 0;
    if (isHeld) {
      rounds++;
      skip(10_000);
      for (const run of timers()) run();
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
  // 299 seconds of debt, ten at a time; that of the last piece, at most 64 KiB, is left to what comes next.
  assert.ok(rounds >= 23);
  assert.equal((await sending).status, 201);
});

test("transfers count as connections of their address", async (t) => {
  const house = await open(t, { maxConnectionsPerIp: 2 });
  await house.enter("ann");
  const first = await begin(house, "ann", "f", 1000, bytesOf("half", 500));
  assert.equal((await put(house, "ann", "g", Buffer.alloc(10))).status, 429);
  first.destroy();
  await until(() => house.vault.usedBytes === 0);
  assert.equal((await put(house, "ann", "g", Buffer.alloc(10))).status, 201);
});

test("a refused upload is answered even though its body is still coming", async (t) => {
  const house = await open(t, { maxFileBytes: 1000 });
  await house.enter("ann");
  assert.equal((await put(house, "ann", "f", Buffer.alloc(8 * miB))).status, 413);
});
