// What must not grow: a relay with little memory under a flood, and the rooms of many guests who have gone.

import assert from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:https";
import { type TestContext, test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { WebSocket } from "ws";
import { decodeFrame } from "../../src/protocol/frame.ts";
import { subprotocol } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { type RunningRelay, startRelay } from "../browser/relay.ts";
import { fakeWire, frameOf, joinOf, room, testRelay, testRoom, type TestRoom } from "../server/support.ts";

/** A member who only counts. */
interface Member {
  readonly ws: WebSocket;
  /** The seqs of what it has heard, in order, without a gap from the first. */
  readonly heard: () => number;
  readonly until: (count: number) => Promise<void>;
  readonly closed: Promise<number>;
}

async function enter(t: TestContext, port: number, name: string, into: TestRoom = room): Promise<Member> {
  const url = `wss://127.0.0.1:${port}/room/${into.id}`;
  const ws = new WebSocket(url, subprotocol, { rejectUnauthorized: false });
  t.after(() => ws.terminate());
  const closed = new Promise<number>((resolve) => ws.once("close", resolve));
  let heard = 0;
  let wanted: { count: number; resolve: () => void } | null = null;
  const live = new Promise<void>((resolve, reject) => {
    ws.once("error", reject);
    ws.on("message", (data: Buffer, isBinary) => {
      if (!isBinary) {
        if (data.toString() === '{"type":"live"}') resolve();
        return;
      }
      heard++;
      assert.equal(decodeFrame(data)?.seq, heard);
      if (wanted !== null && heard >= wanted.count) wanted.resolve();
    });
  });
  await once(ws, "open");
  ws.send(JSON.stringify(joinOf(into, name)));
  await live;
  return {
    ws,
    heard: () => heard,
    until: (count) =>
      new Promise((resolve, reject) => {
        if (heard >= count) resolve();
        else wanted = { count, resolve };
        void closed.then((code) =>
          reject(new Error(`${name} was closed with ${code} after ${heard} of ${count}`)),
        );
      }),
    closed,
  };
}

/** Says `count` frames as fast as `listener` hears them. */
async function flood(speaker: Member, listener: Member, count: number, byteLength: number): Promise<void> {
  const frame = frameOf("flood", 1, byteLength);
  const goal = listener.heard() + count;
  // Less than may be queued for the listener: on a busy machine it would be cut as too slow a reader.
  const window = Math.min(200, Math.floor(defaultLimits.maxQueueBytes / 2 / byteLength));
  while (listener.heard() < goal) {
    const burst = Math.min(window, goal - listener.heard());
    const next = listener.heard() + burst;
    for (let sent = 0; sent < burst; sent++) speaker.ws.send(frame);
    await listener.until(next);
  }
}

async function smallRelay(t: TestContext, flags: readonly string[]): Promise<RunningRelay> {
  const off = ["--message-rate", "0", "--byte-rate", "0"];
  const relay = await startRelay({ node: ["--max-old-space-size=64"], flags: [...off, ...flags] });
  t.after(async () => {
    await relay.stop("SIGKILL");
    relay.remove();
  });
  return relay;
}

test("a flood of large frames and a slow reader do not kill a relay with a heap of 64 MiB", async (t) => {
  const relay = await smallRelay(t, []);
  const [ann, bob] = [await enter(t, relay.port, "Ann"), await enter(t, relay.port, "Bob")];
  const slow = await enter(t, relay.port, "Cyd");
  slow.ws.pause();
  await flood(ann, bob, 3_000, 65_536);
  slow.ws.resume();
  // The close frame stands behind what it has not read, and who takes too long over that is cut without one.
  assert.ok([4004, 1006].includes(await slow.closed));
  assert.ok(slow.heard() < 3_000);
  assert.equal(bob.heard(), 3_000);
  assert.equal(await health(relay.port), 200);
});

test("a flood of small frames into as long a log as the memory allows does not kill it either", async (t) => {
  const relay = await smallRelay(t, ["--history", "1000000", "--history-bytes", "1GiB", "--log-share", "0"]);
  const [ann, bob] = [await enter(t, relay.port, "Ann"), await enter(t, relay.port, "Bob")];
  await flood(ann, bob, 150_000, 60);
  assert.equal(bob.heard(), 150_000);
  assert.equal(await health(relay.port), 200);
});

/** The status of /healthz. */
async function health(port: number): Promise<number | undefined> {
  const request = get({ host: "127.0.0.1", port, path: "/healthz", rejectUnauthorized: false, agent: false });
  const [response] = (await once(request, "response")) as [{ statusCode?: number; resume: () => void }];
  response.resume();
  return response.statusCode;
}

test("a million rooms opened and left leave nothing behind", () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const { connect, counters, address, clock } = testRelay({ logSharePercent: 0 });
  const rooms = 1_000_000;
  const perRound = 1_000;
  const heapBytes = (): number => {
    collect();
    return process.memoryUsage().heapUsed;
  };
  let emptyBytes = 0;
  for (let round = 0; round < rooms / perRound; round++) {
    for (let index = 0; index < perRound; index++) {
      const into = testRoom(`${round} ${index}`);
      const guest = connect(into, address, { ...deafWire });
      guest.say(guestJoin(into));
      guest.say({ type: "leave" });
      guest.break();
    }
    clock.settle();
    // The first rounds are for the compilers.
    if (round === 19) emptyBytes = heapBytes();
  }
  assert.deepEqual([counters.rooms, counters.seats, counters.connections], [0, 0, 0]);
  assert.equal(address.share.chargedBytes, 0);
  const grownBytes = heapBytes() - emptyBytes;
  assert.ok(grownBytes < 2 ** 20, `${grownBytes} bytes more than after the first 20,000`);
});

/** Remembers nothing. */
const deafWire = { ...fakeWire(), send: () => {} };
/** One join for all, but for the proof: drawing so many would take longer than what is tried. */
const anybody = joinOf(room, "Ann");
function guestJoin({ access }: TestRoom): object {
  return { ...anybody, access };
}
