// Requests that two readers could read in two ways, and paths that climb out: byte by byte over TLS.

import assert from "node:assert/strict";
import { test } from "node:test";

import { strictHeaders } from "../../src/server/headers.ts";
import { room } from "../server/support.ts";
import { dialTls, readAll, running } from "../server/tls-house.ts";

const upgrade =
  "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: secure-room.1\r\n";
/** As many as Node shows by itself, and some more. */
const manyLines = "A:\r\n".repeat(1_100);
/** What a smuggler would have answered by itself. */
const hidden = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";

/** Each is one write. Status 0: cut without a word. */
const shapes: readonly (readonly [what: string, bytes: string, status: number])[] = [
  [
    "a length and chunks",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${hidden}`,
    400,
  ],
  [
    "chunks and a length",
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n${hidden}`,
    400,
  ],
  [
    "two lengths",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 40\r\n\r\n${hidden}`,
    400,
  ],
  [
    "twice the same length",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
    400,
  ],
  ["two lengths in one", `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 5\r\n\r\nhello`, 400],
  ["a length with a sign", `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\nhello`, 400],
  ["a length below nothing", `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n${hidden}`, 400],
  ["a length in hexadecimal", `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\nhello`, 400],
  [
    "a length above every number",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999999\r\n\r\nhello`,
    400,
  ],
  [
    "a space in front of the colon",
    `POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 40\r\n\r\n${hidden}`,
    400,
  ],
  [
    "an encoding that is not the last",
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${hidden}`,
    400,
  ],
  [
    "an encoding that only looks so",
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${hidden}`,
    400,
  ],
  [
    "an encoding with a tab in it",
    `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${hidden}`,
    400,
  ],
  ["lines that end in LF alone", "GET / HTTP/1.1\nHost: a\n\n", 400],
  ["one line that ends in LF alone", "GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n", 400],
  ["a CR alone", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", 400],
  ["a folded line", "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", 400],
  ["a folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400],
  ["a NUL in a value", "GET / HTTP/1.1\r\nHost: a\r\nX: b\0c\r\n\r\n", 400],
  ["a NUL in a name", "GET / HTTP/1.1\r\nHost: a\r\nX\0: b\r\n\r\n", 400],
  ["a NUL in the path", "GET /\0 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["a name that is empty", "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", 400],
  ["a line without a colon", "GET / HTTP/1.1\r\nHost: a\r\nnothing\r\n\r\n", 400],
  ["no Host", "GET / HTTP/1.1\r\nX: b\r\n\r\n", 400],
  ["an empty Host", "GET / HTTP/1.1\r\nHost:\r\n\r\n", 400],
  ["a Host of two words", "GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400],
  ["a Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400],
  ["a Host with somebody's name", "GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", 400],
  ["two Hosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400],
  ["twice the same Host", "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400],
  ["two Hosts at an upgrade", `GET /room/${room.id} HTTP/1.1\r\nHost: a\r\nHost: b\r\n${upgrade}\r\n`, 400],
  ["no Host at an upgrade", `GET /room/${room.id} HTTP/1.1\r\n${upgrade}\r\n`, 400],
  ["an upgrade in HTTP/1.0", `GET /room/${room.id} HTTP/1.0\r\nHost: a\r\n${upgrade}\r\n`, 400],
  [
    "an upgrade with a body",
    `GET /room/${room.id} HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n${upgrade}\r\nhello`,
    400,
  ],
  [
    "an upgrade whose body is told behind a thousand lines",
    `GET /room/${room.id} HTTP/1.1\r\nHost: a\r\n${upgrade}${manyLines}Content-Length: 5\r\n\r\nhello`,
    400,
  ],
  ["a second Host behind a thousand lines", `GET / HTTP/1.1\r\nHost: a\r\n${manyLines}Host: b\r\n\r\n`, 400],
  ["another version of HTTP", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400],
  ["HTTP/0.9", "GET /\r\n\r\n", 400],
  ["HTTP/2 without TLS saying so", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400],
  ["a method that nobody knows", "GETS / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["a method in small letters", "get / HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["a whole address", "GET https://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["a whole address elsewhere", "GET http://evil.example/healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["an asterisk", "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400],
  ["a tunnel", "CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example:443\r\n\r\n", 0],
];

for (const [what, bytes, status] of shapes) {
  test(`a request with ${what} is refused, and nothing behind it is read`, async () => {
    const answer = await ask(bytes);
    assert.doesNotMatch(answer, /\r\nok\n/);
    if (status === 0) return assert.equal(answer, "");
    // What is broken behind its head too is told so twice, and closed once.
    assert.deepEqual([...new Set(statuses(answer))], [status]);
    assert.match(answer, /^connection: close\r$/im);
  });
}

test("a foreign Origin behind a thousand lines is refused", async () => {
  const answer = await ask(
    `GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${manyLines}Origin: https://evil.example\r\n\r\n`,
  );
  assert.deepEqual(statuses(answer), [403]);
});

test("what is refused before it is a request has the headers of every answer", async () => {
  for (const bytes of [
    "\r\nnothing\r\n\r\n",
    `GET / HTTP/1.1\r\nHost: a\r\nX: ${"x".repeat(2 ** 15)}\r\n\r\n`,
  ]) {
    const answer = await ask(bytes);
    for (const [name, value] of Object.entries(strictHeaders)) {
      assert.ok(answer.includes(`\r\n${name}: ${value}\r\n`), `${name} in ${answer}`);
    }
  }
});

const climbs = [
  "/../../etc/passwd",
  "/..%2f..%2fetc/passwd",
  "/%2e%2e/%2e%2e/etc/passwd",
  "/..\\..\\etc\\passwd",
  "/....//....//etc/passwd",
  "//etc/passwd",
  "/./",
  "/%00",
  "/index.html%00.js",
  "/index.html",
  "/package.json",
  "/certs/key.pem",
  "/key.pem",
  "/salt",
  "/proc/self/environ",
  "/.git/config",
  "/.well-known/../salt",
  "/%c0%ae%c0%ae/etc/passwd",
  "/file:///etc/passwd",
  "/room/../salt",
  `/room/${room.id}/file/../../../salt`,
  `/room/${room.id}/file/%2e%2e%2fsalt`,
  "/constructor",
  "/__proto__",
  "/toString",
];

for (const path of climbs) {
  test(`nothing is found at ${path}`, async () => {
    const answer = await ask(`GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    assert.deepEqual(statuses(answer), [404]);
    assert.match(answer, /\r\n\r\nThere is nothing here\.\n$/);
  });
}

async function ask(bytes: string): Promise<string> {
  const socket = await dialTls(running.port);
  const answer = readAll(socket);
  socket.write(bytes, "latin1");
  return answer;
}

function statuses(answers: string): number[] {
  return [...answers.matchAll(/^HTTP\/1\.1 (\d+) /gm)].map(([, status]) => Number(status));
}
