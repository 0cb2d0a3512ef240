import assert from "node:assert/strict";
import { Duplex } from "node:stream";
import { test } from "node:test";

import { firstPieceBytes, mostFirstBytes } from "../../src/protocol/limits.ts";
import { Outlet } from "../../src/server/outlet.ts";
import { bytesOf } from "./support.ts";

/** A socket that takes a write only when it is told to. */
function slowSocket(): { socket: Duplex; chunks: Buffer[]; take: () => boolean; isEnded: () => boolean } {
  const chunks: Buffer[] = [];
  let taken: (() => void) | null = null;
  const socket = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      chunks.push(chunk);
      taken = callback;
    },
  });
  return {
    socket,
    chunks,
    take() {
      const callback = taken;
      taken = null;
      callback?.();
      return callback !== null;
    },
    isEnded: () => socket.writableEnded,
  };
}

/** Lets the stream call back what it has put off. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test("the first write goes out in pieces, and everything else whole and behind it", async () => {
  const { socket, chunks, take, isEnded } = slowSocket();
  const outlet = new Outlet(socket);
  const first = Buffer.from(bytesOf("first", 2 * firstPieceBytes + 1));
  const second = Buffer.from(bytesOf("second", 3 * firstPieceBytes));
  const third = Buffer.from(bytesOf("third", 10));
  const written: string[] = [];
  outlet.write(first, () => written.push("first"));
  outlet.write(second, () => written.push("second"));
  outlet.write(third);
  outlet.end();
  assert.equal(outlet.queuedBytes, first.length + second.length + third.length);
  assert.equal(isEnded(), false);
  while (take()) await settle();
  assert.deepEqual(Buffer.concat(chunks), Buffer.concat([first, second, third]));
  assert.deepEqual(
    chunks.map(({ length }) => length),
    [firstPieceBytes, firstPieceBytes, 1, second.length, third.length],
  );
  assert.deepEqual(written, ["first", "second"]);
  assert.deepEqual([outlet.queuedBytes, isEnded()], [0, true]);
});

test("a first write of one piece, and one that is too long for pieces, go out whole", async () => {
  for (const byteLength of [firstPieceBytes, mostFirstBytes + 1]) {
    const { socket, chunks } = slowSocket();
    new Outlet(socket).write(Buffer.alloc(byteLength));
    await settle();
    assert.deepEqual(
      chunks.map(({ length }) => length),
      [byteLength],
    );
  }
});

test("a socket that goes in the middle of the pieces calls back what waits", async () => {
  const { socket, take } = slowSocket();
  socket.on("error", () => {});
  const outlet = new Outlet(socket);
  const written: string[] = [];
  outlet.write(Buffer.alloc(2 * firstPieceBytes), () => written.push("first"));
  outlet.write(Buffer.alloc(10), () => written.push("second"));
  socket.destroy();
  take();
  await settle();
  await settle();
  assert.deepEqual(written, ["first", "second"]);
});
