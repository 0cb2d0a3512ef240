// What a peer says never comes back in a log, a close reason or the body of an error: not as it is, and not escaped.

import assert from "node:assert/strict";
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { test } from "node:test";
import { WebSocket } from "ws";

import { encodeText } from "../../src/protocol/control.ts";
import { subprotocol } from "../../src/protocol/limits.ts";
import { createLog } from "../../src/server/logger.ts";
import { frameOf, joinOf, room, testRoom } from "../server/support.ts";
import { certificate, dialTls, readAll, startWith } from "../server/tls-house.ts";

/** Stands in everything that is said; nothing of the relay's has it. */
const odd = "Xyzzy";
/** Breaks out of a line, a string, a tag, a terminal. */
const rude = `${odd}\r\n"}{<script>\u001b[31m\u202e%0a\${jndi:x}\\`;
const inHeader = `${odd}"<script>%0d%0a\${x}\\`;

test("no log, close reason or error of the relay holds a word of a peer, an address or a room", async (t) => {
  const lines: string[] = [];
  const log = createLog(
    "debug",
    (line) => lines.push(line),
    () => new Date(0),
  );
  const relay = await startWith({ maxMembers: 2 }, { log });
  t.after(() => relay.stop(1001));
  const said: string[] = [];

  // Over HTTP: every part of a head, and bodies of every door.
  const heads = [
    `GET /${inHeader} HTTP/1.1\r\nHost: a\r\nConnection: close`,
    `${odd} / HTTP/1.1\r\nHost: a`,
    `GET / HTTP/${odd}\r\nHost: a`,
    `GET /room/${inHeader} HTTP/1.1\r\nHost: a\r\nConnection: close`,
    `GET /?${inHeader} HTTP/1.1\r\nHost: a\r\nOrigin: https://${odd}.example\r\nConnection: close`,
    `POST / HTTP/1.1\r\nHost: ${odd}\r\nConnection: close\r\nUser-Agent: ${inHeader}\r\nCookie: ${inHeader}`,
    `GET / HTTP/1.1\r\nHost: ${odd}\r\nHost: ${odd}`,
    `GET / HTTP/1.1\r\nHost: a\r\n${odd}`,
    `GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: ${odd}`,
    `GET / HTTP/1.1\r\nHost: a\r\nExpect: ${odd}\r\nConnection: close`,
    `GET /room/${room.id}/file/${odd} HTTP/1.1\r\nHost: a\r\nConnection: close`,
    `PUT /room/${room.id}/file/${"A".repeat(22)} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${odd}\r\nContent-Length: 0\r\nConnection: close`,
    `GET /room/${room.id} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: ${odd}`,
    `GET /room/${odd} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket`,
    `GET /room/${room.id} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: ${odd}`,
    `GET /room/${room.id} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${odd}`,
    `GET /room/${room.id} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${subprotocol}, ${odd}\r\nSec-WebSocket-Key: ${odd}`,
    `GET /room/${room.id} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: ${subprotocol}\r\nOrigin: ${odd}`,
    ...["join", "frame"].map((door) => {
      const body = JSON.stringify({ type: rude, name: rude });
      return `POST /room/${room.id}/${door} HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nAuthorization: Bearer ${odd}\r\nConnection: close\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
    }),
    `POST /room/${room.id}/join HTTP/1.1\r\nHost: a\r\nContent-Type: ${odd}\r\nConnection: close\r\nContent-Length: 0`,
  ];
  for (const head of heads) {
    const socket = await dialTls(relay.port);
    const answer = readAll(socket);
    socket.write(`${head}${head.includes("\r\n\r\n") ? "" : "\r\n\r\n"}`);
    said.push(await answer);
  }
  const plain = connectPlain(relay.port, "127.0.0.1");
  plain.write(`${odd} ${odd} ${odd}\r\nHost: ${inHeader}\r\n\r\n`);
  said.push(await readAll(plain));

  // Over WebSockets: texts, frames, and a close of the peer's own.
  const dial = async (): Promise<{ ws: WebSocket; closed: Promise<string> }> => {
    const url = `wss://127.0.0.1:${relay.port}/room/${room.id}`;
    const ws = new WebSocket(url, subprotocol, { ca: certificate.cert });
    ws.on("error", () => {});
    const heard: string[] = [];
    ws.on("message", (data: Buffer, isBinary) => {
      // Frames and hellos are for the room; what is judged here is what the relay says itself.
      if (!isBinary && !data.includes('"member"')) heard.push(data.toString());
    });
    const closed = new Promise<string>((resolve) => {
      ws.on("close", (code, reason) => resolve(`${code} ${reason.toString()} ${heard.join(" ")}`));
    });
    await once(ws, "open");
    return { ws, closed };
  };
  const join = joinOf(room, odd);
  const rudeTexts = [
    rude,
    JSON.stringify({ type: rude }),
    JSON.stringify({ type: "join", [rude]: rude }),
    JSON.stringify({ ...join, fromUser: rude }),
    JSON.stringify({ ...join, access: testRoom(odd).access }),
    JSON.stringify({ ...join, ciphertext: rude }),
  ];
  for (const text of rudeTexts) {
    const { ws, closed } = await dial();
    ws.send(text);
    said.push(await closed);
  }
  const ann = await dial();
  ann.ws.send(encodeText(join));
  await once(ann.ws, "message");
  ann.ws.send(JSON.stringify({ type: rude, message: rude }));
  ann.ws.send(frameOf(rude));
  ann.ws.close(4999, `${odd}\u001b[31m`);
  // The relay sends a close back as it was: that is its peer's own word, said to nobody else.
  await ann.closed;
  for (const name of ["first", "second", "third"]) {
    const { ws, closed } = await dial();
    ws.send(encodeText(joinOf(room, `${name} ${rude}`)));
    await Promise.race([once(ws, "message"), closed]);
    ws.send(Buffer.from(rude));
    said.push(await closed);
  }
  await relay.stop(1001);

  assert.equal(said.length, heads.length + 1 + rudeTexts.length + 3);
  for (const answer of [...said, ...lines]) {
    assert.doesNotMatch(answer, new RegExp(odd, "i"));
    for (const piece of ["<script>", "\u001b", "jndi"]) assert.ok(!answer.includes(piece), answer);
  }
  const events = lines.map((line) => JSON.parse(line) as { event: string; reason?: string });
  const reasons = events.filter(({ event }) => event === "refused").map(({ reason }) => reason);
  for (const reason of ["path", "origin", "head", "policy", "subprotocol", "version", "handshake"]) {
    assert.ok(reasons.includes(reason), `${reason} in ${reasons.join(" ")}`);
  }
  for (const line of lines) {
    assert.doesNotMatch(line, /127\.0\.0\.1|::1/);
    assert.ok(!line.includes(room.id));
    assert.ok(!line.includes(join.fromUser) && !line.includes(join.seat));
  }
});
