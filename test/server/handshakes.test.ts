// TLS handshakes that do not end, or end badly: each is cut, and counted once.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type AddressInfo, connect, type ListenOptions, type Socket } from "node:net";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { type Challenges, createChallenges } from "../../src/server/acme-challenges.ts";
import { systemClock } from "../../src/server/clock.ts";
import { createCounters } from "../../src/server/counters.ts";
import { createDoorway } from "../../src/server/tls.ts";
import { withFolder } from "./folder.ts";
import { certificate, readAll } from "./tls-house.ts";

interface More {
  readonly challenges?: Challenges;
  readonly tlsTimeoutMs?: number;
}

/** A doorway at a port of its own unless `place` says otherwise, and what of its counts is not 0. */
async function doorway(
  t: TestContext,
  place: ListenOptions = { port: 0, host: "127.0.0.1" },
  { challenges = createChallenges(), tlsTimeoutMs = 50 }: More = {},
) {
  const counters = createCounters();
  const { server } = createDoorway({
    certificate,
    challenges,
    limits: { ...defaultLimits, tlsTimeoutMs },
    descriptorLimit: null,
    socketsElsewhere: 0,
    trustProxy: false,
    counters,
    clock: systemClock,
  });
  server.listen(place);
  await once(server, "listening");
  t.after(() => server.close());
  const counted = () => Object.fromEntries(Object.entries(counters.refused).filter(([, count]) => count > 0));
  return { server, port: (server.address() as AddressInfo).port, counted };
}

/** Says something, and gives what is answered once the other end has closed. */
function say(t: TestContext, socket: Socket, said: string): Promise<string> {
  t.after(() => socket.destroy());
  socket.write(Buffer.from(said, "latin1"));
  return readAll(socket);
}

const beginning = "\u0016\u0003\u0001";

test("those who begin a handshake and go no further are cut and counted once each, even by a relay that stands still", async (t) => {
  const { server, port, counted } = await doorway(t);
  const sockets = Array.from({ length: 40 }, () => connect(port, "127.0.0.1"));
  let met = 0;
  server.on("connection", (socket: Socket) => {
    socket.on("readable", () => {
      if (++met < sockets.length) return;
      const untilMs = performance.now() + 300;
      while (performance.now() < untilMs);
    });
  });
  const answers = await Promise.all(sockets.map((socket) => say(t, socket, beginning)));
  assert.deepEqual([...new Set(answers)], [""]);
  assert.deepEqual(counted(), { "tls-timeout": 40 });
});

test("a handshake that is no handshake is counted once, as such", async (t) => {
  const { port, counted } = await doorway(t, undefined, { tlsTimeoutMs: defaultLimits.tlsTimeoutMs });
  const alert = await say(t, connect(port, "127.0.0.1"), `${beginning}\u0000\u0004\u0001\u0000\u0000\u0000`);
  assert.equal(alert.charCodeAt(0), 21);
  assert.deepEqual(counted(), { tls: 1 });
});

for (const challenged of [false, true]) {
  const when = challenged ? "while an authority is to find a proof" : "with no challenge open";
  test(
    `at a Unix socket too a handshake that stops is cut and counted once, ${when}`,
    { skip: process.platform === "win32", timeout: 30_000 },
    async (t) => {
      await withFolder(async (folder) => {
        const path = join(folder, "room.sock");
        const challenges = createChallenges();
        if (challenged) challenges.showCertificate("chat.example.test", "token.thumbprint");
        const { counted } = await doorway(t, { path }, { challenges });
        assert.equal(await say(t, connect(path), beginning), "");
        assert.deepEqual(counted(), { "tls-timeout": 1 });
      });
    },
  );
}
