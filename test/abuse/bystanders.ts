// A room in a process of its own, so that a flood that is made beside it does not slow its clock: its members speak in
// turn, each just below the message rate, and one of them must hear everything in order. A child of floods.test.ts.

import { once } from "node:events";
import { WebSocket } from "ws";

import { encodeText } from "../../src/protocol/control.ts";
import { decodeFrame } from "../../src/protocol/frame.ts";
import { subprotocol } from "../../src/protocol/limits.ts";
import { frameOf, joinOf, type TestRoom } from "../server/support.ts";

/** What the parent says first; its second word, whatever it is, is the end. */
export interface Talk {
  readonly port: number;
  readonly ca: string;
  readonly room: TestRoom;
  /** All of it sits at one address. */
  readonly address: string;
}

/** What it is told: that both are in, then how it went. */
export type Told = { readonly type: "talking" } | { readonly type: "done"; readonly tookMs: number[] };

const speakers = 8;
const speakEveryMs = 60 / speakers;

/** A WebSocket from an address of this machine, once it has joined. */
export async function enter(
  { port, ca, room, address: localAddress }: Talk,
  name: string,
): Promise<WebSocket> {
  const ws = new WebSocket(`wss://127.0.0.1:${port}/room/${room.id}`, subprotocol, { ca, localAddress });
  ws.on("error", () => {});
  await once(ws, "open");
  const live = new Promise<void>((resolve, reject) => {
    ws.on("message", (data: Buffer, isBinary) => {
      if (!isBinary && data.includes('"live"')) resolve();
    });
    ws.once("close", (code) => reject(new Error(`closed with ${code} before it was live`)));
  });
  ws.send(encodeText(joinOf(room, name)));
  await live;
  return ws;
}

async function talk(how: Talk): Promise<void> {
  const tell = (told: Told): void => void process.send?.(told);
  const members: WebSocket[] = [];
  while (members.length < speakers) members.push(await enter(how, `member ${members.length}`));
  for (const ws of members) {
    ws.once("close", (code) => {
      throw new Error(`a bystander was closed with ${code}`);
    });
  }
  const sentAtMs: number[] = [];
  const tookMs: number[] = [];
  /** What was said and has not been heard. */
  const bodies: string[] = [];
  let isOver = false;
  members[0]?.on("message", (data: Buffer, isBinary) => {
    const frame = isBinary ? decodeFrame(data) : null;
    if (frame === null) return;
    if (frame.seq !== tookMs.length + 1) throw new Error(`expected ${tookMs.length + 1}, got ${frame.seq}`);
    const at = bodies.indexOf(Buffer.from(frame.ciphertext).toString("latin1"));
    if (at < 0) throw new Error("expected what was said, once");
    bodies[at] = "";
    tookMs.push(performance.now() - (sentAtMs[at] ?? 0));
    if (!isOver || tookMs.length < sentAtMs.length) return;
    tell({ type: "done", tookMs });
    process.disconnect();
    process.exit(0);
  });
  const say = (): void => {
    const frame = frameOf(`${sentAtMs.length}`);
    bodies.push(Buffer.from(frame.subarray(36)).toString("latin1"));
    sentAtMs.push(performance.now());
    members[sentAtMs.length % speakers]?.send(frame);
  };
  const timer = setInterval(say, speakEveryMs);
  tell({ type: "talking" });
  process.once("message", () => {
    clearInterval(timer);
    isOver = true;
    // One more, which is heard behind all others.
    say();
  });
}

process.once("message", (how: Talk) => void talk(how));
