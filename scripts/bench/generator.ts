// Makes the load, in a process of its own: opens members, has them say something at a given rate, and times what comes
// back. Every message is stamped with the moment at which it should have been said, so that a stall delays no stamp.
// Started by load.ts, and told by it what to do.

import { dialects } from "./dialects.ts";
import { createDelays } from "./delays.ts";
import { type Line, nowUs, openLine, type Template, templateOf } from "./line.ts";
import type { Answer, Conversed, Loaded, Opened, Order } from "./orders.ts";

let lines: Line[] = [];
let speakers: Line[] = [];
let frozen = new Set<Line>();
let membersPerRoom = 0;
let dialect = dialects["plain-ws"];
const delays = createDelays();
const endedBy: Record<string, number> = {};
/** The last stamp in a conversation: they differ. */
let lastUs = 0;
/** When the last delivery came. */
let heardAtUs = 0;
/** Told when somebody in a conversation has heard its own message. */
let goOn: (line: Line, nowUs: number) => void = () => {};
/** Where the next message goes on among the speakers. */
let turn = 0;

async function open(order: Extract<Order, { do: "open" }>): Promise<Opened> {
  dialect = dialects[order.dialect];
  membersPerRoom = order.membersPerRoom;
  const startedAtUs = nowUs();
  // Whoever is there already stays in rooms of their own.
  const firstRoom = Math.ceil(lines.length / order.membersPerRoom);
  const failed = await new Promise<number>((resolve) => {
    let started = 0;
    let settled = 0;
    let lost = 0;
    const settle = (): void => {
      settled++;
      if (settled === order.members) resolve(lost);
      else next();
    };
    const next = (): void => {
      if (started === order.members) return;
      const index = started++;
      let isIn = false;
      const line: Line = openLine({
        ...order,
        dialect,
        room: `room-${process.pid}-${firstRoom + Math.floor(index / order.membersPerRoom)}`,
        joined() {
          isIn = true;
          settle();
        },
        delivered(us, now, isOwn) {
          if (!frozen.has(line)) delays.add(now - us);
          heardAtUs = now;
          if (isOwn) goOn(line, now);
        },
        ended(code) {
          endedBy[`${code}`] = (endedBy[`${code}`] ?? 0) + 1;
          speakers = speakers.filter((speaker) => speaker !== line);
          if (isIn) return;
          lost++;
          settle();
        },
      });
      lines.push(line);
    };
    for (let index = 0; index < order.atOnce; index++) next();
  });
  speakers = [...lines];
  return { tookMs: (nowUs() - startedAtUs) / 1000, failed };
}

/** Has so many messages on their way, each followed by the next of the same member. */
async function converse(order: Extract<Order, { do: "converse" }>): Promise<Conversed> {
  const { messages, payloadBytes, warmMs, forMs, drainMs } = order;
  const template = templateOf(dialect, payloadBytes);
  const start = (line: Line, us: number): void => {
    lastUs = Math.max(us, lastUs + 1);
    line.say(template, lastUs);
  };
  goOn = start;
  for (let count = 0; count < messages; count++) start(nextSpeaker(), nowUs());
  await pass(warmMs);
  delays.clear();
  const startedAtUs = nowUs();
  await pass(forMs);
  const tookMs = (nowUs() - startedAtUs) / 1000;
  const times = { p50Ms: delays.quantileMs(0.5), p99Ms: delays.quantileMs(0.99) };
  const conversed = { delivered: delays.count, tookMs, ...times };
  goOn = () => {};
  const drainUntilUs = nowUs() + drainMs * 1000;
  while (lines.some(({ awaited }) => awaited > 0) && nowUs() < drainUntilUs) await pass(2);
  return { ...conversed, deliveredInAll: delays.count, lost: giveUp() };
}

async function load(order: Extract<Order, { do: "load" }>): Promise<Loaded> {
  const { messagesPerSecond, forMs, payloadBytes, drainMs } = order;
  const template = templateOf(dialect, payloadBytes);
  const messages = Math.round((messagesPerSecond * forMs) / 1000);
  const gapUs = 1_000_000 / messagesPerSecond;
  delays.clear();
  const startedAtUs = nowUs();
  const owed = await sayAll(template, messages, startedAtUs, gapUs);
  const drainUntilUs = nowUs() + drainMs * 1000;
  while (delays.count < owed && nowUs() < drainUntilUs) await pass(2);
  const endedAtUs = nowUs();
  const tookMs = ((delays.count > 0 ? heardAtUs : endedAtUs) - startedAtUs) / 1000;
  giveUp();
  const [p50Ms, p99Ms] = [delays.quantileMs(0.5), delays.quantileMs(0.99)];
  const counts = { sent: messages, owed, delivered: delays.count };
  return { ...counts, tookMs, p50Ms, p99Ms, endedBy: { ...endedBy } };
}

/** @returns the deliveries that are owed for it */
async function sayAll(
  template: Template,
  messages: number,
  startedAtUs: number,
  gapUs: number,
): Promise<number> {
  const deaf = countBy([...frozen].map(({ room }) => room));
  let owed = 0;
  for (let sent = 0; sent < messages;) {
    const due = Math.min(messages, Math.floor((nowUs() - startedAtUs) / gapUs) + 1);
    const isIdle = sent === due;
    for (; sent < due; sent++) {
      const speaker = nextSpeaker();
      speaker.say(template, Math.floor(startedAtUs + sent * gapUs));
      owed += membersPerRoom - (deaf.get(speaker.room) ?? 0);
    }
    await pass(isIdle ? 1 : 0);
  }
  return owed;
}

/** Waits for nothing more; gives how much has been said that its speaker has not heard. */
function giveUp(): number {
  return lines.reduce((sum, line) => sum + line.giveUp(), 0);
}

/** A prime step, so that neighbours in time are members of different rooms. */
function nextSpeaker(): Line {
  turn = (turn + 7919) % speakers.length;
  const speaker = speakers[turn];
  if (speaker === undefined) throw new Error("expected somebody who speaks, got nobody");
  return speaker;
}

/** With 0, only until what is readable has been read. */
function pass(ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (ms === 0) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });
}

function countBy(words: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

function freeze(members: number): void {
  frozen = new Set(lines.slice(0, members));
  speakers = lines.slice(members);
  for (const line of frozen) line.freeze();
}

function closeAll(): void {
  for (const line of lines) line.end();
  lines = [];
  speakers = [];
  frozen = new Set();
  for (const code of Object.keys(endedBy)) delete endedBy[code];
}

async function obey(order: Order): Promise<Answer> {
  if (order.do === "open") return open(order);
  if (order.do === "load") return load(order);
  if (order.do === "converse") return converse(order);
  if (order.do === "freeze") freeze(order.members);
  else closeAll();
  return {};
}

process.on("message", (order: Order) => void obey(order).then((answer) => process.send?.(answer)));
process.on("disconnect", () => process.exit());
