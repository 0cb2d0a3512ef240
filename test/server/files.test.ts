import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";
import { test } from "node:test";

import { toBase64url } from "../../src/protocol/base64url.ts";
import { defaultLimits, fileChargeBytes } from "../../src/protocol/limits.ts";
import { beatenClock, countedClock, type House, open, room, statusOf } from "./house.ts";
import { bytesOf, frameOf, isFrame, joinOf, testRoom } from "./support.ts";

const miB = 1024 * 1024;
const bearer = (name: string): string => `Bearer ${toBase64url(bytesOf(`seat of ${name}`, 32))}`;
const pathOf = (file: string, roomId = room.id): string =>
  `/room/${roomId}/file/${toBase64url(bytesOf(file, 16))}`;

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: string;
  readonly content?: Uint8Array;
}

async function ask(house: House, method: string, path: string, { as, content, headers: more }: Asked = {}) {
  const headers = {
    ...(as === undefined ? {} : { Authorization: bearer(as) }),
    ...(content === undefined ? {} : { "Content-Length": content.length }),
    ...more,
  };
  const asked = request({
    host: "127.0.0.1",
    port: house.port,
    agent: false,
    ...more,
    method,
    path,
    headers,
  });
  asked.end(content);
  const [response] = await once(asked, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) } as Answer;
}

const put = (house: House, as: string, file: string, content: Uint8Array) =>
  ask(house, "PUT", pathOf(file), { as, content });
const get = (house: House, as: string, file: string) => ask(house, "GET", pathOf(file), { as });

/** Sends a PUT's head and `sent`, and leaves the rest of `byteLength` owing. */
async function begin(house: House, as: string, file: string, byteLength: number, sent: Uint8Array) {
  const socket = connect(house.port, "127.0.0.1");
  const { files } = house.counters;
  socket.write(
    `PUT ${pathOf(file)} HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer(as)}\r\nContent-Length: ${byteLength}\r\n\r\n`,
  );
  socket.write(sent);
  await until(() => house.counters.files > files);
  return socket;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Everything that comes until the connection ends, however it does. */
async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", () => {});
  await once(socket, "close");
  return text;
}

test("a file comes back to everybody in the room as it was sent, behind strict headers", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  await house.enter("bob");
  const sent = await put(house, "ann", "f", bytesOf("content", 5000));
  assert.deepEqual([sent.status, sent.body.length], [201, 0]);
  const { status, headers, body } = await get(house, "bob", "f");
  assert.equal(status, 200);
  assert.deepEqual(new Uint8Array(body), bytesOf("content", 5000));
  assert.equal(headers["content-type"], "application/octet-stream");
  assert.equal(headers["content-length"], "5000");
  assert.equal(headers["content-disposition"], "attachment");
  assert.equal(headers["cache-control"], "no-store");
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.match(String(headers["content-security-policy"]), /^default-src 'none'/);
  assert.equal(headers["access-control-allow-origin"], undefined);
});

test("a file of 25 MiB comes back equal, one byte more is 413 and names the limit", async (t) => {
  const house = await open(t, { byteRate: { count: 0, perMs: 1, burst: 0 } });
  await house.enter("ann");
  const content = randomBytes(25 * miB);
  assert.equal((await put(house, "ann", "f", content)).status, 201);
  assert.ok((await get(house, "ann", "f")).body.equals(content));
  const over = await put(house, "ann", "g", Buffer.alloc(25 * miB + 1));
  assert.deepEqual(
    [over.status, over.body.toString()],
    [413, "This relay takes files of at most 25MiB as sealed. Send a smaller one.\n"],
  );
  assert.equal(house.counters.refused["file-too-big"], 1);
});

test("an empty file is a file", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  assert.equal((await put(house, "ann", "f", new Uint8Array())).status, 201);
  assert.deepEqual((await get(house, "ann", "f")).body.length, 0);
});

test("no seat, another room's seat and no such file are the same 404", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  const other = testRoom("two");
  const eve = house.dial({ path: `/room/${other.id}` });
  await once(eve.ws, "open");
  eve.say(joinOf(other, "eve"));
  await eve.until((heard) => heard.length > 0);
  await put(house, "ann", "f", bytesOf("content", 10));
  const answers = await Promise.all([
    get(house, "ann", "no such file"),
    get(house, "nobody", "f"),
    get(house, "eve", "f"),
    ask(house, "GET", pathOf("f")),
    ask(house, "GET", pathOf("f", other.id), { as: "ann" }),
    ask(house, "GET", pathOf("f", other.id), { as: "eve" }),
    ask(house, "DELETE", pathOf("f"), { as: "eve" }),
    ask(house, "DELETE", pathOf("g"), { as: "ann" }),
    ask(house, "PUT", pathOf("g"), { as: "eve", content: bytesOf("x", 10) }),
    ask(house, "PUT", pathOf("f"), { as: "eve", content: bytesOf("x", 10) }),
  ]);
  const [{ body }] = answers;
  for (const answer of answers) assert.deepEqual([answer.status, answer.body], [404, body]);
});

test("a seat is spelled canonically or not known", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  await put(house, "ann", "f", bytesOf("content", 10));
  const right = bearer("ann");
  const stray = right.slice(0, -1) + String.fromCharCode(right.charCodeAt(right.length - 1) + 1);
  for (const Authorization of [
    `${right}=`,
    right.slice(0, -1),
    stray,
    right.replace("Bearer", "Basic"),
    "Bearer",
  ]) {
    assert.equal((await ask(house, "GET", pathOf("f"), { headers: { Authorization } })).status, 404);
  }
  const headers = { Authorization: right.replace("Bearer", "bearer") };
  assert.equal((await ask(house, "GET", pathOf("f"), { headers })).status, 200);
});

test("a member who is away still has the files, one who has left has not", async (t) => {
  const house = await open(t);
  const ann = await house.enter("ann");
  const bob = await house.enter("bob");
  await put(house, "ann", "f", bytesOf("content", 10));
  ann.ws.terminate();
  await bob.until((heard) =>
    heard.some((one) => !isFrame(one) && one.type === "member" && one.state === "away"),
  );
  assert.equal((await get(house, "ann", "f")).status, 200);
  bob.say({ type: "leave" });
  const cat = await house.enter("cat");
  await cat.until((heard) => heard.length > 0);
  assert.equal((await get(house, "bob", "f")).status, 404);
  assert.equal((await get(house, "cat", "f")).status, 200);
});

test("only the seat that sent a file removes it", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  await house.enter("bob");
  await put(house, "ann", "f", bytesOf("content", 10));
  assert.equal((await ask(house, "DELETE", pathOf("f"), { as: "bob" })).status, 403);
  assert.equal((await ask(house, "DELETE", pathOf("f"), { as: "ann" })).status, 204);
  assert.equal((await get(house, "bob", "f")).status, 404);
  assert.equal(house.vault.usedBytes, 0);
});

test("a file is never overwritten, not even while it is coming", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  await put(house, "ann", "f", bytesOf("first", 10));
  assert.equal((await put(house, "ann", "f", bytesOf("second", 10))).status, 409);
  assert.deepEqual(new Uint8Array((await get(house, "ann", "f")).body), bytesOf("first", 10));
  const coming = await begin(house, "ann", "g", 20, bytesOf("third", 10));
  assert.equal((await put(house, "ann", "g", bytesOf("fourth", 10))).status, 409);
  assert.equal((await get(house, "ann", "g")).status, 404);
  coming.destroy();
});

test("a PUT without its length is 411", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  const headers = { "Transfer-Encoding": "chunked" };
  assert.equal((await ask(house, "PUT", pathOf("f"), { as: "ann", headers })).status, 411);
  assert.equal(house.vault.usedBytes, 0);
});

test("a client that waits for 100 Continue is told to go on, or told no", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  const headers = { Expect: "100-continue" };
  const content = bytesOf("content", 10);
  assert.equal((await ask(house, "PUT", pathOf("f"), { as: "ann", content, headers })).status, 201);
  assert.equal((await ask(house, "PUT", pathOf("f"), { as: "ann", content, headers })).status, 409);
});

test("other methods are 405 and told which ones there are", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  for (const method of ["HEAD", "POST", "PATCH", "OPTIONS"]) {
    const { status, headers } = await ask(house, method, pathOf("f"), { as: "ann" });
    assert.deepEqual([status, headers.allow], [405, "GET, PUT, DELETE"]);
  }
});

test("paths of any other shape name no file", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  const path = pathOf("f");
  const shapes = [
    `${path}/`,
    `${path}?x`,
    `${path}A`,
    path.slice(0, -1),
    `${path.slice(0, -1)}B`,
    path.replace("/file/", "/file//"),
    path.replace("/file/", "/file/../"),
    path.replace("/file/", "/file/%2e%2e%2f"),
    path.replace("/room/", "/room/x"),
    path.replace("/file/", "/"),
    `/room/${room.id}/file/`,
    `//${path}`,
    `http://a${path}`,
  ];
  for (const shape of shapes) {
    assert.equal(
      (await ask(house, "PUT", shape, { as: "ann", content: bytesOf("x", 4) }).catch(() => null))?.status,
      404,
      shape,
    );
  }
  assert.equal(house.vault.usedBytes, 0);
});

test("a page of another origin is refused on every method", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  for (const method of ["GET", "PUT", "DELETE"]) {
    const headers = { Origin: "https://evil.example" };
    assert.equal((await ask(house, method, pathOf("f"), { as: "ann", headers })).status, 403);
  }
});

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

test("an upload that breaks gives back what was set aside for it", async (t) => {
  const house = await open(t);
  await house.enter("ann");
  const socket = await begin(house, "ann", "f", 1000, bytesOf("half", 500));
  assert.equal(house.vault.usedBytes, 1000 + fileChargeBytes);
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
  const house = await open(t, { headTimeoutMs: 40 });
  await house.enter("ann");
  const slow = await begin(house, "ann", "f", 1000, bytesOf("half", 500));
  const [answer] = (await once(slow, "data")) as [Buffer];
  assert.equal(statusOf(answer.toString()), 408);
  assert.equal(house.vault.usedBytes, 0);
  assert.equal(house.counters.refused["file-slow"], 1);
  slow.destroy();
});

test("a reader that takes nothing is cut, and so is one whose file goes", async (t) => {
  const house = await open(t, { headTimeoutMs: 40, byteRate: { count: 0, perMs: 1, burst: 0 } });
  await house.enter("ann");
  await put(house, "ann", "f", Buffer.alloc(20 * miB));
  const socket = connect(house.port, "127.0.0.1").pause();
  socket.write(`GET ${pathOf("f")} HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer("ann")}\r\n\r\n`);
  const file = house.vault.find(room.id, pathOf("f").slice(-22));
  await until(() => file?.dropped.size === 1);
  await until(() => file?.dropped.size === 0);
  const read = await readAll(socket.resume());
  assert.equal(statusOf(read), 200);
  assert.ok(read.length < 20 * miB);
});

test("a removed file stops being read out", async (t) => {
  const house = await open(t, { byteRate: { count: 0, perMs: 1, burst: 0 } });
  await house.enter("ann");
  await put(house, "ann", "f", Buffer.alloc(20 * miB));
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
  const { clock, skip } = beatenClock();
  const timers = new Map<() => void, number>();
  const byHand = {
    ...clock,
    after(ms: number, run: () => void) {
      timers.set(run, ms);
      return () => timers.delete(run);
    },
  };
  const house = await open(t, { byteRate: { count: 1000, perMs: 1000, burst: 1000 } }, byHand);
  await house.enter("ann");
  const sending = put(house, "ann", "f", Buffer.alloc(300_000));
  let isDone = false;
  void sending.then(() => (isDone = true));
  let rounds = 0;
  while (!isDone) {
    const isHeld = timers.size > 0 && ![...timers.values()].includes(defaultLimits.headTimeoutMs);
    if (isHeld) {
      rounds++;
      skip(10_000);
      const due = [...timers.keys()];
      timers.clear();
      for (const run of due) run();
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
