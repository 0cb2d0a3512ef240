// Floods against the program as users get it, with the protocol's limits: each is refused in its own polite way while
// two bystanders in another room go on talking. How long their messages took is printed, not judged: it is the machine's.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { fork } from "node:child_process";
import { after, before, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from "node:tls";
import { WebSocket } from "ws";

import { encodeText } from "../../src/protocol/control.ts";
import { subprotocol } from "../../src/protocol/limits.ts";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { type RunningRelay, startRelay } from "../browser/relay.ts";
import { handshake, maskedFrame } from "../server/house.ts";
import { enter, type Talk, type Told } from "./bystanders.ts";
import { frameOf, joinOf, type TestRoom, testRoom } from "../server/support.ts";

const usual = defaultLimits;
let relay: RunningRelay;
let ca = "";
/** Each flood comes from an address of its own, so that none is refused for another's sake. */
let addresses = 0;
const newAddress = (): string => `127.1.${++addresses >> 8}.${addresses & 255}`;
/** As long as it takes the bystanders to say enough to be measured by. */
const floodForMs = 1_500;

before(async () => {
  const rate = ({ count, burst }: { count: number; burst: number }): string => `${count}:${burst}`;
  relay = await startRelay({
    flags: [
      "--upgrade-rate",
      rate(usual.upgradeRate),
      "--join-rate",
      rate(usual.joinRate),
      "--log-level",
      "warn",
      "--metrics-port",
      "0",
    ],
  });
  ca = readFileSync(`${relay.certs}/cert.pem`, "utf8");
});
after(async () => {
  await relay.stop();
  relay.remove();
});

interface Flood {
  readonly what: string;
  /** Once, or as often as there is time for; it asserts how it was refused. */
  readonly run: () => Promise<void>;
}

const floods: readonly Flood[] = [
  { what: "upgrades", run: floodUpgrades },
  { what: "connections that stay", run: floodConnections },
  { what: "joins", run: floodJoins },
  { what: "messages", run: floodMessages },
  { what: "large messages", run: floodBytes },
  { what: "pings", run: floodPings },
  { what: "fragments", run: floodFragments },
  { what: "empty frames", run: floodEmpty },
  { what: "requests", run: floodRequests },
  { what: "sockets", run: floodSockets },
];

for (const { what, run } of floods) {
  // One address is one machine here; other systems have but one on loopback.
  const skip = process.platform !== "linux";
  test(`a flood of ${what} is refused politely while others talk`, { skip }, async (t) => {
    const talk = await startTalk(t, testRoom(`bystanders of ${what}`));
    for (const fromMs = performance.now(); performance.now() - fromMs < floodForMs;) await run();
    const { count, p50Ms, p99Ms } = await talk.stop();
    assert.ok(count > 0);
    console.log(
      `# ${what}: ${count} messages of bystanders, p50 ${p50Ms.toFixed(1)} ms, p99 ${p99Ms.toFixed(1)} ms`,
    );
    assert.equal(relay.process.exitCode, null);
  });
}

// ── the bystanders ───────────────────────────────────────────────────────────────────────────────────────────

interface Bystanders {
  /** Resolves when everything that was said has been heard. */
  readonly stop: () => Promise<{ count: number; p50Ms: number; p99Ms: number }>;
}

async function startTalk(t: TestContext, room: TestRoom): Promise<Bystanders> {
  const child = fork(fileURLToPath(new URL("./bystanders.js", import.meta.url)));
  t.after(() => void child.kill());
  const told = async (type: Told["type"]): Promise<Told> => {
    const ended = once(child, "exit").then(([code]) => assert.fail(`the bystanders ended with ${code}`));
    for (;;) {
      const [message] = (await Promise.race([once(child, "message"), ended])) as [Told];
      if (message.type === type) return message;
    }
  };
  const how: Talk = { port: relay.port, ca, room, address: newAddress() };
  child.send(how);
  await told("talking");
  return {
    async stop() {
      const done = told("done");
      child.send("stop");
      const result = await done;
      assert.ok(result.type === "done");
      const sorted = result.tookMs.toSorted((a, b) => a - b);
      const at = (part: number): number =>
        sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
      return { count: sorted.length, p50Ms: at(0.5), p99Ms: at(0.99) };
    },
  };
}

function dial(room: TestRoom, localAddress: string): WebSocket {
  const url = `${relay.origin.replace("https", "wss")}/room/${room.id}`;
  const ws = new WebSocket(url, subprotocol, { ca, localAddress });
  ws.on("error", () => {});
  return ws;
}

function join(room: TestRoom, localAddress: string): Promise<WebSocket> {
  return enter({ port: relay.port, ca, room, address: localAddress }, "Eve");
}

/** How often the relay has stopped reading a line for a while, because too much came over it. */
async function heldBack(): Promise<number> {
  const [url = ""] = /http:\S+\/metrics/.exec(relay.output()) ?? [];
  const numbers = await (await fetch(url)).text();
  return Number(/^secure_room_refused_total\{reason="message-rate"\} (\d+)$/m.exec(numbers)?.[1]);
}

// ── the floods ───────────────────────────────────────────────────────────────────────────────────────────────

/** The status that an upgrade is answered with; a connection that is let in stays. */
function statusOf(ws: WebSocket): Promise<{ status: number; retryAfter: number }> {
  return new Promise((resolve) => {
    ws.once("open", () => resolve({ status: 101, retryAfter: 0 }));
    ws.once("unexpected-response", (_request, response) => {
      resolve({ status: response.statusCode ?? 0, retryAfter: Number(response.headers["retry-after"]) });
      ws.terminate();
    });
  });
}

async function floodUpgrades(): Promise<void> {
  const from = newAddress();
  const room = testRoom("upgrades");
  const answers: { status: number; retryAfter: number }[] = [];
  for (let round = 0; round < 10; round++) {
    const dialled = Array.from({ length: 20 }, () => dial(room, from));
    answers.push(...(await Promise.all(dialled.map(statusOf))));
    for (const ws of dialled) ws.terminate();
  }
  const refused = answers.filter(({ status }) => status !== 101);
  assert.ok(refused.length >= answers.length - 40, `${refused.length} of ${answers.length}`);
  assert.ok(refused.every(({ status, retryAfter }) => status === 429 && retryAfter >= 1));
}

async function floodConnections(): Promise<void> {
  const from = newAddress();
  const held: WebSocket[] = [];
  const answers: number[] = [];
  // The rate lets 20 in at once, and then one a second: from there on what is refused is refused for both reasons.
  while (answers.length < 60) {
    const ws = dial(testRoom("connections"), from);
    answers.push((await statusOf(ws)).status);
    held.push(ws);
  }
  assert.ok(answers.filter((status) => status === 101).length <= usual.maxConnectionsPerIp);
  assert.ok(answers.includes(429));
  for (const ws of held) ws.terminate();
}

async function floodJoins(): Promise<void> {
  const from = newAddress();
  const room = testRoom("joins");
  const ws = dial(room, from);
  await once(ws, "open");
  const said: string[] = [];
  ws.on("message", (data: Buffer) => said.push(data.toString()));
  const closed = once(ws, "close") as Promise<[number, Buffer]>;
  // Coming and going on one connection: each is a join, and the first above the burst is the last.
  for (let round = 0; round < usual.joinRate.burst + 10; round++) {
    ws.send(encodeText(joinOf(room, `member ${round}`)));
    ws.send(encodeText({ type: "leave" }));
  }
  const [code] = await closed;
  assert.equal(code, 1013);
  assert.match(said.at(-1) ?? "", /"code":"rate".*"retryAfterMs":\d+/);
}

async function floodMessages(): Promise<void> {
  const from = newAddress();
  const ws = await join(testRoom("messages"), from);
  const before = await heldBack();
  for (let sent = 0; sent < 5_000; sent++) ws.send(frameOf("x"));
  await wait(floodForMs);
  assert.equal(ws.readyState, WebSocket.OPEN);
  assert.ok((await heldBack()) > before);
  ws.terminate();
}

async function floodBytes(): Promise<void> {
  const ws = await join(testRoom("bytes"), newAddress());
  const frame = frameOf("x", 1, usual.maxFrameBytes);
  let echoedBytes = 0;
  ws.on("message", (data: Buffer) => (echoedBytes += data.length));
  const fromMs = performance.now();
  for (let sent = 0; sent < 400; sent++) ws.send(frame);
  await wait(2 * floodForMs);
  assert.equal(ws.readyState, WebSocket.OPEN);
  // By number alone more would pass. What has been read already still comes, on credit.
  const { count, perMs, burst } = usual.byteRate;
  const mostBytes = burst + (count * (performance.now() - fromMs)) / perMs + 2 * usual.maxFrameBytes;
  assert.ok(echoedBytes <= mostBytes, `${echoedBytes} of at most ${mostBytes}`);
  ws.terminate();
}

async function floodPings(): Promise<void> {
  const ws = await join(testRoom("pings"), newAddress());
  const before = await heldBack();
  for (let sent = 0; sent < 20_000; sent++) ws.ping();
  await wait(floodForMs);
  assert.equal(ws.readyState, WebSocket.OPEN);
  assert.ok((await heldBack()) > before);
  ws.terminate();
}

/** Sends the same bytes on one connection after another; answers the code of each close frame. */
async function floodRaw(bytes: Buffer): Promise<number[]> {
  const from = newAddress();
  const codes: number[] = [];
  while (codes.length < usual.upgradeRate.burst) {
    const socket = await rawTls(from);
    socket.write(handshake({ Host: `127.0.0.1:${relay.port}` }));
    await once(socket, "data");
    const answered = once(socket, "data") as Promise<[Buffer]>;
    socket.write(bytes);
    const [answer] = await answered;
    assert.equal(answer[0], 0x88);
    codes.push(answer.readUInt16BE(2));
    socket.destroy();
  }
  return codes;
}

async function floodFragments(): Promise<void> {
  const pieces = Array<Buffer>(10_000).fill(maskedFrame(0, Buffer.from(" ")));
  const codes = await floodRaw(Buffer.concat([maskedFrame(1, Buffer.from(" ")), ...pieces]));
  assert.deepEqual(new Set(codes), new Set([1008]));
}

async function floodEmpty(): Promise<void> {
  const codes = await floodRaw(Buffer.concat(Array<Buffer>(10_000).fill(maskedFrame(0x82, Buffer.alloc(0)))));
  assert.deepEqual(new Set(codes), new Set([1008]));
}

async function floodRequests(): Promise<void> {
  const localAddress = newAddress();
  const one = async (): Promise<number> => {
    const asked = request({ host: "127.0.0.1", port: relay.port, ca, localAddress, agent: false, path: "/" });
    asked.end();
    const [response] = (await once(asked, "response")) as [IncomingMessage];
    response.resume();
    await once(response, "end");
    return response.statusCode ?? 0;
  };
  for (let round = 0; round < 20; round++) {
    const statuses = await Promise.all(Array.from({ length: 20 }, one));
    assert.deepEqual(new Set(statuses), new Set([200]));
  }
}

async function floodSockets(): Promise<void> {
  const from = newAddress();
  const sockets: TLSSocket[] = [];
  let cut = 0;
  while (sockets.length < 150) {
    const socket = await rawTls(from).catch(() => null);
    if (socket === null) cut++;
    if (socket === null && cut > 20) break;
    if (socket !== null) sockets.push(socket);
  }
  assert.equal(sockets.length, 2 * usual.maxConnectionsPerIp + 16);
  for (const socket of sockets) socket.destroy();
}

async function rawTls(localAddress: string): Promise<TLSSocket> {
  // The option is passed on to the socket below, which Node's types do not say.
  const target: ConnectionOptions & { localAddress: string } = {
    host: "127.0.0.1",
    port: relay.port,
    ca,
    localAddress,
  };
  const socket = connectTls(target);
  // Afterwards the end of a connection is no news to a flood.
  await once(socket, "secureConnect");
  socket.on("error", () => {});
  return socket;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
