import assert from "node:assert/strict";
import { test } from "node:test";
import { answerTo } from "../../src/server/redirect.ts";

const locationOf = (head: string, https?: number | string) =>
  /^Location: (.*)$/m.exec(answerTo(head, https))?.[1]?.trim();

test("a request is sent to the same place behind https", () => {
  assert.equal(locationOf("GET /a?b HTTP/1.1\r\nHost: example.org:3000"), "https://example.org:3000/a?b");
  assert.equal(locationOf("POST / HTTP/1.0\r\nhost:\t[fd00::2]:3000 "), "https://[fd00::2]:3000/");
  assert.match(answerTo("GET / HTTP/1.1\r\nHost: a"), /^HTTP\/1\.1 308 /);
});

test("the plain port sends to another port of the same host, or to the origin that guests use", () => {
  const head = "GET /a?b HTTP/1.1\r\nHost: 192.0.2.1:80";
  assert.equal(locationOf(head, 3000), "https://192.0.2.1:3000/a?b");
  assert.equal(locationOf(head, 443), "https://192.0.2.1/a?b");
  assert.equal(locationOf(head, "https://chat.example.org:8443"), "https://chat.example.org:8443/a?b");
});

const refused = [
  "GET / HTTP/1.1",
  "GET / HTTP/1.1\r\nHost: ",
  "GET / HTTP/1.1\r\nHost: a\r\nHost: b",
  "GET / HTTP/1.1\r\nHost: a/b",
  "GET / HTTP/1.1\r\nHost: user@a",
  "GET / HTTP/1.1\r\nHost: a\u0000b",
  "GET / HTTP/1.1\r\nHost: a\nX: y",
  "GET / HTTP/1.1\r\nHost: a:999999",
  "GET http://a/ HTTP/1.1\r\nHost: a",
  "GET /a\tb HTTP/1.1\r\nHost: a",
  "GET /a\nb HTTP/1.1\r\nHost: a",
  "GET /\u00e9 HTTP/1.1\r\nHost: a",
  "nonsense",
  "",
];
for (const head of refused) {
  test(`${JSON.stringify(head)} is answered 400 and not reflected`, () => {
    assert.match(answerTo(head), /^HTTP\/1\.1 400 Bad Request\r\nCache-Control/);
  });
}
