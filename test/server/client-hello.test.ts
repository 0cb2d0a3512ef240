import assert from "node:assert/strict";
import { once } from "node:events";
import { Duplex } from "node:stream";
import { test } from "node:test";
import { connect } from "node:tls";
import { maxHelloRecordBytes, PartialHello } from "../../src/server/client-hello.ts";

function protocolsIn(bytes: Uint8Array): readonly string[] | "more" {
  const hello = new PartialHello();
  hello.add(bytes);
  return hello.protocols();
}

/** What `pieces` say, when it is looked at after each of them; nothing but the last may say anything. */
function protocolsInPieces(pieces: readonly Uint8Array[]): readonly string[] | "more" {
  const hello = new PartialHello();
  for (const [at, piece] of pieces.entries()) {
    hello.add(piece);
    const found = hello.protocols();
    if (found === "more") continue;
    assert.equal(at, pieces.length - 1);
    assert.deepEqual(hello.bytes, Buffer.concat(pieces));
    return found;
  }
  return "more";
}

/** The first bytes that Node itself sends as a client. */
async function helloOf(protocols: string[] | undefined): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk);
      this.emit("said");
      done();
    },
  });
  const said = once(wire, "said");
  const client = connect({
    socket: wire,
    servername: "chat.example",
    ...(protocols && { ALPNProtocols: protocols }),
  });
  client.on("error", () => {});
  await said;
  client.destroy();
  return Buffer.concat(chunks);
}

test("the protocols that a client asks for are found", async () => {
  assert.deepEqual(protocolsIn(await helloOf(["acme-tls/1"])), ["acme-tls/1"]);
  assert.deepEqual(protocolsIn(await helloOf(["h2", "http/1.1"])), ["h2", "http/1.1"]);
  assert.deepEqual(protocolsIn(await helloOf(undefined)), []);
});

test("of a hello that comes byte by byte, nothing is said before the last one", async () => {
  const hello = await helloOf(["acme-tls/1"]);
  for (let length = 0; length < hello.length; length++)
    assert.equal(protocolsIn(hello.subarray(0, length)), "more");
  assert.deepEqual(protocolsIn(Buffer.concat([hello, Buffer.from("early data")])), ["acme-tls/1"]);
});

test("a hello in several records is one", async () => {
  const hello = await helloOf(["acme-tls/1"]);
  const records: Buffer[] = [];
  for (let at = 5; at < hello.length; at += 100) {
    const part = hello.subarray(at, at + 100);
    records.push(Buffer.from([22, 3, 1, 0, part.length]), part);
  }
  assert.deepEqual(protocolsIn(Buffer.concat(records)), ["acme-tls/1"]);
  assert.deepEqual(protocolsInPieces(Array.from(Buffer.concat(records), (byte) => Buffer.of(byte))), [
    "acme-tls/1",
  ]);
});

for (const [what, recordBytes] of [
  ["one record", maxHelloRecordBytes - 5],
  ["records of one byte", 1],
] as const) {
  test(`the longest hello, byte by byte in ${what}, is copied a few times and not once a byte`, (t) => {
    const bytes = Buffer.alloc(maxHelloRecordBytes);
    for (let at = 0; at < bytes.length; at += 5 + recordBytes) {
      Buffer.from([22, 3, 1, recordBytes >> 8, recordBytes & 0xff]).copy(bytes, at);
    }
    // The message says that it is a little longer than what comes.
    const message = [1, 0, 0x3f, 0xfc];
    for (const [at, byte] of message.entries()) {
      bytes[recordBytes === 1 ? at * 6 + 5 : at + 5] = byte;
    }
    const pieces = [...bytes].map((byte) => Buffer.of(byte));
    const concat = t.mock.method(Buffer, "concat");
    assert.equal(protocolsInPieces(pieces), "more");
    const copied = concat.mock.calls.reduce((sum, { result }) => sum + (result?.length ?? 0), 0);
    concat.mock.restore();
    assert.ok(copied < 4 * maxHelloRecordBytes, String(copied));
  });
}

for (const [what, hex] of [
  ["plain HTTP", "474554202f20485454502f312e310d0a"],
  ["an alert", "15030100020100"],
  ["another message", "160301000502000001ff"],
  ["an empty record", "1603010000"],
  ["a hello that says it has 16 MB", "160301000401ffffff"],
  ["a hello without anything in it", "160301000401000000"],
] as const) {
  test(`${what} asks for nothing`, () => {
    assert.deepEqual(protocolsIn(Buffer.from(hex, "hex")), []);
  });
}

test("a hello with any byte changed, or cut at any place inside, ends", async () => {
  const hello = await helloOf(["acme-tls/1"]);
  for (let at = 0; at < hello.length; at++) {
    for (const value of [0, 1, 0x7f, 0xff]) {
      const changed = Buffer.from(hello);
      changed[at] = value;
      const found = protocolsIn(changed);
      assert.ok(found === "more" || found.length < hello.length);
    }
  }
});
