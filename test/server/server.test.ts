import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { once } from "node:events";
import { Agent } from "node:https";
import type { Server } from "node:http";
import { connect as connectPlain, type Socket } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { encodeText } from "../../src/protocol/control.ts";
import { maxRequestsPerSocket } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { createLog } from "../../src/server/logger.ts";
import { Mistake } from "../../src/server/mistake.ts";
import { bytesOf, joinOf, testRoom } from "./support.ts";
import { ask, dialTls, enter, readAll, running, salt, startWith, withRelay } from "./tls-house.ts";

test("the page is served with strict headers", async () => {
  const { status, headers, body } = await ask("/?utm=1");
  assert.deepEqual([status, body, headers["content-type"]], [200, "<p>hi", "text/html; charset=utf-8"]);
  assert.match(String(headers["content-security-policy"]), /^default-src 'none'; script-src 'self';/);
  assert.equal(headers["x-content-type-options"], "nosniff");
  assert.equal(headers["referrer-policy"], "no-referrer");
  assert.equal(headers["cross-origin-opener-policy"], "same-origin");
  assert.equal(headers["cross-origin-embedder-policy"], "require-corp");
  assert.equal(headers["cross-origin-resource-policy"], "same-origin");
  assert.match(String(headers["permissions-policy"]), /camera=\(\)/);
  for (const absent of ["access-control-allow-origin", "set-cookie", "x-powered-by", "server"]) {
    assert.equal(headers[absent], undefined);
  }
});

test("HSTS is sent with an operator's certificate and never with one made here", async () => {
  const hsts = "strict-transport-security";
  assert.equal((await ask("/")).headers[hsts], undefined);
  await withRelay(
    {},
    async ({ port }) => assert.equal((await ask("/", {}, port)).headers[hsts], "max-age=31536000"),
    { own: true },
  );
});

test("/.well-known/secure-room tells a client what it needs, and is never stored", async () => {
  const { headers, body } = await ask("/.well-known/secure-room");
  assert.equal(headers["cache-control"], "no-store");
  const facts: unknown = JSON.parse(body);
  const files = { "/": createHash("sha256").update("<p>hi").digest("hex") };
  assert.deepEqual(facts, {
    protocol: 1,
    version: "1.2.3",
    salt,
    limits: defaultLimits,
    contact: null,
    files,
  });
});

test("/healthz says ok", async () => {
  assert.equal((await ask("/healthz")).body, "ok\n");
});

test("HEAD is answered like GET, without the body", async () => {
  const { status, headers, body } = await ask("/", { method: "HEAD" });
  assert.deepEqual([status, headers["content-length"], body], [200, "5", ""]);
});

test("what is not there is 404, with the same strict headers", async () => {
  for (const path of ["/nothing", "//", "/..%2f", "/.well-known/", "/room/x"]) {
    const { status, headers } = await ask(path);
    assert.equal(status, 404);
    assert.equal(headers["x-content-type-options"], "nosniff");
  }
});

test("another method is 405 and told which ones there are", async () => {
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS", "TRACE"]) {
    const { status, headers } = await ask("/", { method });
    assert.deepEqual([status, headers.allow], [405, "GET, HEAD"]);
  }
});

test("a request with a body is refused and the connection closed", async () => {
  const { status, headers } = await ask("/", {
    method: "GET",
    headers: { "Content-Length": 3 },
    body: "abc",
  });
  assert.deepEqual([status, headers.connection], [413, "close"]);
  const expecting = { Expect: "100-continue", "Content-Length": 3 };
  assert.equal((await ask("/", { headers: expecting, body: "abc" })).status, 413);
});

test("a page of another origin is refused on every method, an allowed one and our own are not", async () => {
  const own = `https://127.0.0.1:${running.port}`;
  for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) {
    for (const origin of [
      "https://evil.example",
      "null",
      own.replace("https", "http"),
      `${own}.evil.example`,
    ]) {
      assert.equal((await ask("/", { method, headers: { Origin: origin } })).status, 403);
    }
  }
  for (const origin of [own, "https://friend.example"]) {
    const { status, headers } = await ask("/", { headers: { Origin: origin } });
    assert.deepEqual([status, headers["access-control-allow-origin"]], [200, undefined]);
  }
});

test("a request without Host, or with two, is refused", async () => {
  for (const head of ["GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"]) {
    const socket = await dialTls(running.port);
    socket.write(head.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n"));
    assert.match(await readAll(socket), /^HTTP\/1\.1 400 /);
  }
});

test("who was refused is named in the log where addresses are wanted there, and nowhere else", async () => {
  for (const logAddresses of [true, false]) {
    const lines: string[] = [];
    const log = createLog(
      "info",
      (line) => lines.push(line),
      () => new Date(),
    );
    await withRelay(
      {},
      async ({ port }) => {
        const headers = { Origin: "https://evil.example" };
        assert.equal((await ask("/healthz", { headers }, port)).status, 403);
      },
      { logAddresses, log },
    );
    const refused = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.ok(refused.some(({ event, reason }) => event === "refused" && reason === "origin"));
    const named = refused.filter(({ event }) => event === "offender");
    assert.deepEqual(
      named.map(({ address, reason, count }) => [address, reason, count]),
      logAddresses ? [["127.0.0.1", "origin", 1]] : [],
    );
    if (!logAddresses) assert.ok(!lines.join("").includes("127.0.0.1"));
  }
});

test("a request that could be read in two ways is refused", async () => {
  const socket = await dialTls(running.port);
  socket.write(
    "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  );
  assert.match(await readAll(socket), /^HTTP\/1\.1 400 /);
});

test("plain HTTP on the TLS port is sent to https", async () => {
  const socket = connectPlain(running.port, "127.0.0.1");
  socket.write("GET /a?b HTTP/1.1\r\nHost: localhost:1\r\n\r\n");
  assert.match(await readAll(socket), /^HTTP\/1\.1 308 [^]*\r\nLocation: https:\/\/localhost:1\/a\?b\r\n/);
});

test("plain HTTP that comes byte by byte is sent to https too", async () => {
  const socket = connectPlain(running.port, "127.0.0.1").setNoDelay(true);
  const answer = readAll(socket);
  for (const byte of "GET / HTTP/1.1\r\nHost: a\r\n\r\n") {
    await new Promise<void>((resolve) => socket.write(byte, () => setImmediate(resolve)));
  }
  assert.match(await answer, /^HTTP\/1\.1 308 /);
});

test("a plain head that never ends is cut at its limit", async () => {
  await withRelay({ maxHeadBytes: 1024 }, async ({ port }) => {
    const socket = connectPlain(port, "127.0.0.1");
    socket.write(`GET / HTTP/1.1\r\nX: ${"x".repeat(2000)}`);
    assert.match(await readAll(socket), /^HTTP\/1\.1 431 /);
  });
});

// macOS has one loopback address.
const skip = process.platform === "darwin";
test(
  "one address may have so many sockets, then the next is cut, and another gets in",
  { skip },
  async () => {
    await withRelay({ maxConnections: 10, maxConnectionsPerIp: 2 }, async ({ port }) => {
      const most = 2 * 2 + 16;
      const crowd: TLSSocket[] = [];
      while (crowd.length < most) crowd.push(await dialTls(port));
      await assert.rejects(dialTls(port));
      const other = await dialTls(port, { localAddress: "127.0.0.2" });
      const [first, ...rest] = crowd;
      // The end that comes back says that the relay has seen this one go.
      first?.end();
      await readAll(first ?? other);
      rest.push(await dialTls(port), other);
      for (const socket of rest) socket.destroy();
    });
  },
);

test("a relay without a limit per address takes more sockets from one", async () => {
  await withRelay({ maxConnections: 20, maxConnectionsPerIp: 0 }, async ({ port }) => {
    const sockets = await Promise.all(Array.from({ length: 30 }, () => dialTls(port)));
    for (const socket of sockets) socket.destroy();
  });
});

test("a socket is told how long it may wait and how much it may carry, and is closed behind the last", async () => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const first = await ask("/healthz", { agent });
  assert.equal(first.headers["keep-alive"], `timeout=5, max=${maxRequestsPerSocket}`);
  for (let asked = 2; asked < maxRequestsPerSocket; asked++) await ask("/healthz", { agent });
  const last = await ask("/healthz", { agent });
  assert.deepEqual([last.status, last.headers.connection], [200, "close"]);
  agent.destroy();
});

for (const said of ["", "\u0016", "\u0016\u0003\u0001", "G", "GET / HTTP/1.1\r\n"]) {
  test(`whoever says only ${JSON.stringify(said)} is cut`, async () => {
    await withRelay({ tlsTimeoutMs: 50, headTimeoutMs: 50 }, async ({ port }) => {
      const socket = connectPlain(port, "127.0.0.1");
      socket.write(said);
      assert.equal(await readAll(socket), "");
    });
  });
}

for (const said of ["", "GET / HTTP/1.1\r\nHost: a\r\n"]) {
  test(`a request over TLS that stops after ${JSON.stringify(said)} is answered 408 and cut`, async () => {
    await withRelay({ headTimeoutMs: 50 }, async ({ port }) => {
      const socket = await dialTls(port);
      socket.write(said);
      assert.match(await readAll(socket), /^HTTP\/1\.1 408 /);
    });
  });
}

test("a head that takes a while, but not too long, is answered, the first and the next", async () => {
  const socket = await dialTls(running.port);
  const answer = readAll(socket);
  for (const last of ["keep-alive", "close"]) {
    socket.write("GET /healthz HTTP/1.1\r\n");
    await pause(1_500);
    socket.write(`Host: a\r\nConnection: ${last}\r\n\r\n`);
    await pause(500);
  }
  assert.deepEqual((await answer).match(/^HTTP\/1\.1 \d+/gm), ["HTTP/1.1 200", "HTTP/1.1 200"]);
});

test("a head above its limit is 431, one below is not", async () => {
  await withRelay({ maxHeadBytes: 2048 }, async ({ port }) => {
    const { status } = await ask("/", { headers: { "X-Long": "x".repeat(1500) } }, port);
    assert.equal(status, 200);
    const socket = await dialTls(port);
    socket.write(`GET / HTTP/1.1\r\nHost: a\r\nX-Long: ${"x".repeat(2048)}\r\n\r\n`);
    assert.match(await readAll(socket), /^HTTP\/1\.1 431 /);
  });
});

test("a failed handshake leaves no socket behind", async () => {
  await withRelay({}, async (relay) => {
    for (let round = 0; round < 5; round++) {
      const socket = connectPlain(relay.port, "127.0.0.1");
      socket.write(Buffer.concat([Buffer.from("160301000501", "hex"), randomBytes(64)]));
      await readAll(socket);
    }
    // An answered request proves that the relay has seen the ends of those before it.
    await ask("/healthz", {}, relay.port);
    assert.ok(relay.sockets <= 1);
  });
});

test("TLS below 1.2 and suites without authenticated encryption are refused", async () => {
  const weak: readonly ConnectionOptions[] = [
    { minVersion: "TLSv1", maxVersion: "TLSv1.1", ciphers: "ALL:@SECLEVEL=0" },
    { maxVersion: "TLSv1.2", ciphers: "ECDHE-ECDSA-AES128-SHA256" },
  ];
  for (const options of weak) await assert.rejects(dialTls(running.port, options));
  const strong = await dialTls(running.port, { maxVersion: "TLSv1.2" });
  assert.match(strong.getCipher().name, /GCM|CHACHA/);
  strong.destroy();
});

test("WebSockets enter on the same port, and stopping by hand closes them with 1001 at once", async () => {
  await withRelay({}, async (relay) => {
    const [ann, bob] = [await enter(relay.port), await enter(relay.port)];
    const closed = Promise.all([once(ann, "close"), once(bob, "close")]);
    await relay.stop(1001);
    assert.deepEqual(
      (await closed).map(([code]) => code),
      [1001, 1001],
    );
    assert.equal(relay.sockets, 0);
  });
});

test("a member hears 1001 and why when the relay is stopped by hand, and nothing behind it", async () => {
  await withRelay({}, async (relay) => {
    const room = testRoom("stopped");
    const [ann, bob] = [await enter(relay.port, room.id), await enter(relay.port, room.id)];
    const heard: string[] = [];
    ann.on("message", (data: Buffer) => heard.push(data.toString()));
    for (const [socket, name] of [
      [ann, "ann"],
      [bob, "bob"],
    ] as const) {
      socket.send(encodeText(joinOf(room, name)));
      while (!heard.some((text) => text.includes(joinOf(room, name).fromUser))) await once(ann, "message");
    }
    const before = heard.length;
    const closed = once(ann, "close");
    await relay.stop(1001);
    const [code, reason] = (await closed) as [number, Buffer];
    assert.deepEqual([code, reason.toString()], [1001, "the relay stops"]);
    assert.deepEqual(
      heard.slice(before).filter((text) => text.includes("away")),
      [],
    );
  });
});

test("a restart closes them with 1012", async () => {
  await withRelay({ stopSpreadMs: 20 }, async (relay) => {
    const ann = await enter(relay.port);
    const closed = once(ann, "close");
    await relay.stop(1012);
    assert.equal((await closed)[0], 1012);
  });
});

test("stopping for a restart spreads the goodbyes over its time, and cuts who is left at its end", async () => {
  const relay = await startWith({ stopTimeoutMs: 300, stopSpreadMs: 600_000 });
  const room = testRoom("spread");
  const guests = await Promise.all(Array.from({ length: 10 }, () => enter(relay.port, room.id)));
  const ends = guests.map(async (ws, index) => {
    ws.on("error", () => {});
    ws.send(encodeText(joinOf(room, `guest ${index}`)));
    const [code] = (await once(ws, "close")) as [number];
    return code;
  });
  await Promise.all(guests.map((ws) => once(ws, "message")));
  const stoppedAtMs = performance.now();
  await relay.stop(1012);
  assert.ok(performance.now() - stoppedAtMs > 250, "it waits for them");
  const codes = await Promise.all(ends);
  // One in two thousand is drawn for this time.
  assert.ok(codes.filter((code) => code === 1006).length >= 8, codes.join());
});

test("stopping cuts those who do not answer, and idle connections", async () => {
  const relay = await startWith({ stopTimeoutMs: 50, stopSpreadMs: 0 });
  const deaf = await enter(relay.port);
  deaf.pause();
  const idle = await dialTls(relay.port);
  idle.on("error", () => {});
  const silent = connectPlain(relay.port, "127.0.0.1");
  await once(silent, "connect");
  await Promise.all([relay.stop(1012), relay.stop(1001)]);
  assert.equal(relay.sockets, 0);
  deaf.terminate();
  idle.destroy();
  silent.destroy();
});

test("a port in use is one line that says what to do", async () => {
  const { port } = running;
  await assert.rejects(
    startWith({}, { place: { port, host: "127.0.0.1", flag: "--port" } }),
    new Mistake(`port ${port} is in use: stop what uses it, or take another with --port N`),
  );
});

test("a file goes up over TLS for longer than a head may take, and comes back equal", async () => {
  await withRelay(
    { headTimeoutMs: 500, byteRate: { count: 2 ** 20, perMs: 1000, burst: 2 ** 16 } },
    async ({ port }) => {
      const room = testRoom("files");
      const ann = await enter(port, room.id);
      ann.send(encodeText(joinOf(room, "ann")));
      await once(ann, "message");
      const path = `/room/${room.id}/file/${toBase64url(bytesOf("file", 16))}`;
      const Authorization = `Bearer ${joinOf(room, "ann").seat}`;
      // ASCII, because ask() reads text.
      const body = randomBytes(2 ** 19).toString("hex");
      const headers = { Authorization, "Content-Length": body.length };
      assert.equal((await ask(path, { method: "PUT", headers, body }, port)).status, 201);
      assert.equal((await ask(path, { headers: { Authorization } }, port)).body, body);
      ann.terminate();
    },
  );
});

test("an address of another machine is one line that says what to do", async () => {
  await assert.rejects(
    startWith({}, { place: { port: 0, host: "192.0.2.254", flag: "--port" } }),
    /does not have the address 192\.0\.2\.254: .*--host/,
  );
});

test("a socket that could not be accepted is no reason to stop", async () => {
  const started = "http.server.request.start";
  const seen: Server[] = [];
  const note = (message: unknown): void => void seen.push((message as { server: Server }).server);
  subscribe(started, note);
  await ask("/healthz");
  unsubscribe(started, note);
  const [server] = seen;
  assert.ok(server?.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE" })));
  assert.equal((await ask("/healthz")).body, "ok\n");
});

test("TLS is handed a hello as long as a browser's in pieces smaller than the buffer it begins with", async () => {
  const reads: number[] = [];
  const onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    const read = socket.read.bind(socket);
    socket.read = (size?: number): unknown => {
      const bytes: unknown = read(size);
      if (bytes instanceof Uint8Array) reads.push(bytes.length);
      return bytes;
    };
  };
  subscribe("net.server.socket", onSocket);
  try {
    const filling = Array.from({ length: 6 }, (_, index) => `${index}`.repeat(250));
    (await dialTls(running.port, { ALPNProtocols: ["http/1.1", ...filling] })).destroy();
  } finally {
    unsubscribe("net.server.socket", onSocket);
  }
  // The relay has looked at all of it; what TLS takes was read last.
  const byteLength = Math.max(...reads);
  assert.ok(byteLength > 1_500);
  let taken = 0;
  while (taken < byteLength) {
    const piece = reads.pop() ?? 0;
    assert.ok(piece > 0 && piece < 1_024, `a piece of ${piece}`);
    taken += piece;
  }
});
