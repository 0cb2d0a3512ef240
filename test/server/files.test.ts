import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { test } from "node:test";

import { miB } from "../../src/protocol/units.ts";
import { open } from "./house.ts";
import { bytesOf, isFrame, joinOf, room, testRoom } from "./support.ts";
import { ask, begin, bearer, get, pathOf, put } from "./transfer.ts";

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
