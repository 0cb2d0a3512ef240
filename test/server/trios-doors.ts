// The limits of connections, over real sockets: how many, how large, how fast, how late.

import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect } from "node:net";
import type { TestContext } from "node:test";

import { defaultLimits, type Limits } from "../../src/protocol/relay-limits.ts";
import { createChallenges } from "../../src/server/acme-challenges.ts";
import { type Clock, systemClock } from "../../src/server/clock.ts";
import { createCounters } from "../../src/server/counters.ts";
import { createDoorway } from "../../src/server/tls.ts";
import { countedClock, type Guest, off, open } from "./house.ts";
import { bytesOf, type FakeClock, fakeClock, frameOf, joinOf, room, seqs, texts } from "./support.ts";
import { dialTls, readAll, withRelay } from "./tls-house.ts";
import { begin, put, readAll as readPlain } from "./transfer.ts";
import type { Trio } from "./trio.ts";

/** Whether the last of `count` connections is let in. */
async function isLastLetIn(t: TestContext, change: Partial<Limits>, count: number): Promise<boolean> {
  const { dial } = await open(t, change);
  for (let index = 1; index < count; index++) await once(dial().ws, "open");
  const last = dial();
  return Promise.race([once(last.ws, "open").then(() => true), last.refused.then(() => false)]);
}

/** Whether what `send` says comes back before the connection ends. */
async function isEchoed(
  t: TestContext,
  change: Partial<Limits>,
  send: (guest: Guest) => void,
  isBack = (guest: Guest): boolean => seqs(guest.heard).length > 0,
): Promise<boolean> {
  const { enter } = await open(t, change);
  const ann = await enter("Ann");
  send(ann);
  return Promise.race([ann.until(() => isBack(ann)).then(() => true), ann.closed.then(() => false)]).catch(
    () => false,
  );
}

/** Whether reading goes on, on a clock that stands still, while these frames come. */
async function isReadOn(t: TestContext, change: Partial<Limits>, sizes: readonly number[]): Promise<boolean> {
  const { clock, pauses } = countedClock(() => 0);
  const { enter } = await open(t, { messageRate: off, byteRate: off, ...change }, clock);
  const ann = await enter("Ann");
  for (const size of sizes) ann.ws.send(frameOf(`${size}`, 1, size));
  await ann.until((heard) => seqs(heard).length === sizes.length);
  return pauses() === 0;
}

/** A clock that is stepped, but lets sockets be read as ever. */
function steppedClock(): FakeClock & Clock {
  return { ...fakeClock(), soon: systemClock.soon };
}

export const doorTrios = {
  maxConnections: { ends: "above", isLetBe: (t, step) => isLastLetIn(t, { maxConnections: 3 }, 3 + step) },
  maxConnectionsPerIp: {
    ends: "above",
    isLetBe: (t, step) => isLastLetIn(t, { maxConnectionsPerIp: 3 }, 3 + step),
  },
  upgradeRate: {
    ends: "above",
    isLetBe: (t, step) => isLastLetIn(t, { upgradeRate: { count: 1, perMs: 60_000, burst: 3 } }, 3 + step),
  },
  tlsTimeoutMs: {
    ends: "at",
    async isLetBe(t, step) {
      const clock = steppedClock();
      const { server } = createDoorway({
        certificate: { cert: "", key: "" },
        challenges: createChallenges(),
        limits: { ...defaultLimits, tlsTimeoutMs: 10_000 },
        descriptorLimit: null,
        socketsElsewhere: 0,
        trustProxy: false,
        counters: createCounters(),
        clock,
      });
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const client = connect((server.address() as AddressInfo).port, "127.0.0.1");
      t.after(() => {
        client.destroy();
        server.close();
      });
      const [socket] = (await once(server, "connection")) as [Socket];
      // Its first byte buys it no time.
      clock.step(9_000);
      client.write("\u0016");
      await once(socket, "readable");
      clock.step(1_000 + step);
      return !socket.destroyed;
    },
  },
  headTimeoutMs: {
    ends: "at",
    async isLetBe(t, step) {
      const clock = steppedClock();
      const house = await open(t, { headTimeoutMs: 10_000 }, clock);
      await house.enter("ann");
      const socket = await begin(house, "ann", "f", 1_000, new Uint8Array());
      const answer = readPlain(socket);
      clock.step(10_000 + step);
      socket.end(bytesOf("late", 1_000));
      return (await answer).startsWith("HTTP/1.1 201 ");
    },
  },
  maxHeadBytes: {
    ends: "at",
    async isLetBe(_t, step) {
      // What Node counts: the target, and names and values of the fields.
      const counted =
        "/".length + "Host".length + "a".length + "Connection".length + "close".length + "X".length;
      const filling = "x".repeat(2_048 - counted + step);
      let answer = "";
      await withRelay({ maxHeadBytes: 2_048 }, async ({ port }) => {
        const socket = await dialTls(port);
        socket.write(`GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX: ${filling}\r\n\r\n`);
        answer = await readAll(socket);
      });
      return !answer.startsWith("HTTP/1.1 431 ");
    },
  },
  maxFrameBytes: {
    ends: "above",
    isLetBe: (t, step) =>
      isEchoed(t, { maxFrameBytes: 5_000, maxTextFrameBytes: 4_096 }, ({ ws }) =>
        ws.send(frameOf("x", 1, 5_000 + step)),
      ),
  },
  maxTextFrameBytes: {
    ends: "above",
    isLetBe: (t, step) =>
      isEchoed(
        t,
        { maxTextFrameBytes: 4_096 },
        ({ ws }) => ws.send(JSON.stringify({ type: "ping" }).padEnd(4_096 + step)),
        ({ heard }) => texts(heard).includes("pong"),
      ),
  },
  maxFragments: {
    ends: "above",
    isLetBe: (t, step) =>
      isEchoed(t, { maxFragments: 4 }, ({ ws }) => {
        const frame = frameOf("x");
        for (let at = 1; at < 4 + step; at++)
          ws.send(frame.subarray(at - 1, at), { binary: true, fin: false });
        ws.send(frame.subarray(3 + step), { binary: true, fin: true });
      }),
  },
  messageRate: {
    ends: "above",
    // The join is one of them.
    isLetBe: (t, step) =>
      isReadOn(t, { messageRate: { count: 1, perMs: 1_000, burst: 5 } }, Array<number>(4 + step).fill(100)),
  },
  byteRate: {
    ends: "above",
    isLetBe(t, step) {
      const joinBytes = JSON.stringify(joinOf(room, "Ann")).length;
      const byteRate = { count: 1, perMs: 1_000, burst: 10_000 + joinBytes };
      return isReadOn(t, { byteRate }, [5_000, 5_000 + step]);
    },
  },
  maxFileBytes: {
    ends: "above",
    async isLetBe(t, step) {
      const house = await open(t, { maxFileBytes: 1_000 });
      await house.enter("ann");
      return (await put(house, "ann", "f", bytesOf("file", 1_000 + step))).status === 201;
    },
  },
} satisfies Partial<Record<keyof Limits, Trio>>;
