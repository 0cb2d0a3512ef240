import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import type { OutgoingHttpHeaders } from "node:http";
import { test } from "node:test";
import { type Authority, findLocalCertificate } from "../../src/server/local-ca.ts";
import { createAuthorityPages } from "../../src/server/local-ca-page.ts";
import { withFolder } from "./folder.ts";
import { ask, type Answer, startWith } from "./tls-house.ts";

/** A relay that serves `authority`'s pages. */
async function withPages(
  use: (
    authority: Authority,
    ask: (path: string, method?: string, headers?: OutgoingHttpHeaders) => Promise<Answer>,
  ) => Promise<void>,
  change: Partial<Authority> = {},
): Promise<void> {
  await withFolder(async (folder) => {
    const place = { hosts: ["localhost"], linked: [], nowMs: Date.now() };
    const { authority } = await findLocalCertificate(folder, place, "pi-4");
    const shown = { ...authority, ...change };
    const relay = await startWith(
      {},
      {
        routes: [
          createAuthorityPages(
            () => shown,
            (host) => host === "127.0.0.1",
          ),
        ],
      },
    );
    try {
      await use(shown, (path, method = "GET", headers = {}) =>
        ask(path, { method, headers, servername: "localhost" }, relay.port),
      );
    } finally {
      await relay.stop(1001);
    }
  });
}

test("the page names the authority and its fingerprint, and what to press on every system", async () => {
  await withPages(async ({ name, fingerprint }, ask) => {
    const { status, headers, body } = await ask("/ca?utm=1");
    assert.equal(status, 200);
    assert.equal(headers["content-type"], "text/html; charset=utf-8");
    assert.match(
      String(headers["content-security-policy"]),
      /default-src 'none'; script-src 'self'; style-src 'self'/,
    );
    for (const part of [name, fingerprint, "iPhone", "Android", "macOS", "Windows", "Linux", "Firefox"]) {
      assert.ok(body.includes(part), part);
    }
    assert.doesNotMatch(body, /<script|<style| style=| on\w+=/);
  });
});

test("by an address that the authority does not vouch for, the page promises nothing", async () => {
  await withPages(async ({ fingerprint }, ask) => {
    for (const host of ["203.0.113.9:3000", "[2001:db8::9]:3000", "chat.example"]) {
      const { status, body } = await ask("/ca", "GET", { Host: host });
      assert.equal(status, 200);
      assert.match(body, /At this address the warning stays/);
      assert.ok(!body.includes(fingerprint) && !body.includes("no longer warns") && !body.includes(host));
    }
    assert.ok((await ask("/ca", "GET", { Host: "127.0.0.1:3000" })).body.includes(fingerprint));
  });
});

test("what the page links to is there", async () => {
  await withPages(async (_authority, ask) => {
    const { body } = await ask("/ca");
    const links = [...body.matchAll(/href="([^"]+)"/g)].map(([, link]) => link ?? "");
    assert.deepEqual(links.toSorted(), ["/ca.crt", "/ca.css", "/ca.pem", "data:,"]);
    for (const link of links.filter((each) => each.startsWith("/")))
      assert.equal((await ask(link)).status, 200);
  });
});

test("the certificate comes as DER and as PEM, under names that systems know", async () => {
  await withPages(async ({ cert, fingerprint }, ask) => {
    const der = await ask("/ca.crt");
    assert.equal(der.headers["content-type"], "application/x-x509-ca-cert");
    assert.equal(der.headers["content-disposition"], 'attachment; filename="secure-room-ca.crt"');
    assert.equal(Number(der.headers["content-length"]), new X509Certificate(cert).raw.length);
    const pem = await ask("/ca.pem");
    assert.equal(new X509Certificate(pem.body).fingerprint256, fingerprint);
  });
});

test("it can only be read, and only it is answered", async () => {
  await withPages(async (_authority, ask) => {
    const posted = await ask("/ca", "POST");
    assert.deepEqual([posted.status, posted.headers.allow], [405, "GET, HEAD"]);
    const head = await ask("/ca", "HEAD");
    assert.deepEqual([head.status, head.body], [200, ""]);
    for (const path of ["/ca/", "/ca.key", "/ca-key.pem", "/CA", "/ca.crt/x"])
      assert.equal((await ask(path)).status, 404);
    assert.equal((await ask("/")).status, 200);
  });
});

test("a name with signs of HTML in it stays a name", async () => {
  await withPages(
    async (_authority, ask) => {
      const { body } = await ask("/ca");
      assert.ok(!body.includes("<b>"));
      assert.ok(body.includes("&#60;b&#62;"));
    },
    { name: '<b>"x' },
  );
});
