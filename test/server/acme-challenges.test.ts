import assert from "node:assert/strict";
import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { connect as connectPlain } from "node:net";
import { test, type TestContext } from "node:test";
import { connect, type TLSSocket } from "node:tls";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { createChallenges } from "../../src/server/acme-challenges.ts";
import { openHttpPort } from "../../src/server/http-port.ts";
import { dialTls, enter, readAll, startWith } from "./tls-house.ts";

const domain = "chat.example.test";

/** A relay that shows the answer to a challenge. */
async function house(t: TestContext) {
  const challenges = createChallenges();
  const relay = await startWith({}, { challenges });
  t.after(() => relay.stop(1001));
  return { relay, challenges };
}

/** Comes as an authority does (RFC 8737, section 3). */
async function check(port: number, protocols = ["acme-tls/1"]): Promise<TLSSocket> {
  const options = { servername: domain, ALPNProtocols: protocols, rejectUnauthorized: false };
  const socket = connect({ host: "127.0.0.1", port, ...options });
  await once(socket, "secureConnect");
  return socket;
}

test("an authority finds its proof in a certificate for the domain alone, and the connection ends", async (t) => {
  const { relay, challenges } = await house(t);
  challenges.showCertificate(domain, "token.thumbprint");
  const socket = await check(relay.port);
  assert.equal(socket.alpnProtocol, "acme-tls/1");
  const shown = new X509Certificate(socket.getPeerCertificate().raw);
  assert.equal(shown.subjectAltName, `DNS:${domain}`);
  const digest = createHash("sha256").update("token.thumbprint").digest();
  const extension = Buffer.concat([Buffer.from("06082b0601050507011f0101ff04220420", "hex"), digest]);
  assert.ok(shown.raw.includes(extension));
  await readAll(socket);
  // The relay has closed its end as well, long before the time for a handshake is over.
  while (relay.sockets > 0) await new Promise((resolve) => setImmediate(resolve));
});

test("guests of the same name are met with the relay's certificate meanwhile, whole or byte by byte", async (t) => {
  const { relay, challenges } = await house(t);
  challenges.showCertificate(domain, "token.thumbprint");
  for (const protocols of [["http/1.1"], ["h2", "http/1.1"]]) {
    const socket = await check(relay.port, protocols);
    assert.equal(socket.getPeerCertificate().subject.CN, "secure-room");
    socket.destroy();
  }
  (await enter(relay.port)).terminate();
  const slow = connectPlain(relay.port, "127.0.0.1").setNoDelay(true);
  const relayed = connectPlain(relay.port, "127.0.0.1");
  relayed.destroy();
  slow.write(Buffer.from([22]));
  slow.write(Buffer.from([3, 1, 0, 4, 1, 0, 0, 0]));
  // An empty hello: TLS itself refuses it, with an alert.
  const [alert] = (await once(slow, "data")) as [Buffer];
  assert.equal(alert[0], 21);
  slow.destroy();
});

test("without a challenge, or once it is over, an authority's protocol is refused like any other", async (t) => {
  const { relay, challenges } = await house(t);
  const hide = challenges.showCertificate(domain, "token.thumbprint");
  (await check(relay.port)).destroy();
  hide();
  assert.equal(challenges.isOpen, false);
  await assert.rejects(check(relay.port), /no application protocol/i);
  (await dialTls(relay.port)).destroy();
});

/** The answer of the plain port to one head. */
async function plain(port: number, head: string): Promise<string> {
  const socket = connectPlain(port, "127.0.0.1");
  socket.write(`${head}\r\n\r\n`);
  return readAll(socket);
}

test("the plain port shows the text for a token, and sends everything else to https", async (t) => {
  const challenges = createChallenges();
  const place = { port: 0, host: "127.0.0.1", https: 443 };
  const { port, stop } = await openHttpPort({ ...place, limits: defaultLimits, challenges, maxSockets: 100 });
  t.after(() => stop());
  const hide = challenges.showText("to-ken_1", "to-ken_1.thumbprint");
  const path = "/.well-known/acme-challenge/to-ken_1";
  const head = `GET ${path} HTTP/1.1\r\nHost: ${domain}`;
  assert.match(await plain(port, head), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nto-ken_1\.thumbprint$/);
  assert.match(await plain(port, `GET ${path}2 HTTP/1.1\r\nHost: ${domain}`), /^HTTP\/1\.1 308 /);
  hide();
  assert.match(
    await plain(port, head),
    new RegExp(`^HTTP/1\\.1 308 [^]*Location: https://${domain}${path}\r\n`),
  );
  assert.match(
    await plain(port, `GET / HTTP/1.1\r\nHost: ${domain}:80`),
    new RegExp(`Location: https://${domain}/\r\n`),
  );
  assert.match(await plain(port, "nonsense"), /^HTTP\/1\.1 400 /);
});
