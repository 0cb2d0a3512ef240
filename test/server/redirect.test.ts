import assert from "node:assert/strict";
import { test } from "node:test";
import { answerTo } from "../../src/server/redirect.ts";

const locationOf = (head: string) => /^Location: (.*)$/m.exec(answerTo(head))?.[1]?.trim();

test("a request is sent to the same place behind https", () => {
  assert.equal(locationOf("GET /a?b HTTP/1.1\r\nHost: example.org:3000"), "https://example.org:3000/a?b");
  assert.equal(locationOf("POST / HTTP/1.0\r\nhost:\t[fd00::2]:3000 "), "https://[fd00::2]:3000/");
  assert.match(answerTo("GET / HTTP/1.1\r\nHost: a"), /^HTTP\/1\.1 308 /);
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
