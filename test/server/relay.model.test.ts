// The relay against a small model of what everybody in a room must have heard: thousands of random steps per seed.
// The model is arrays only: the frames of a room's life in order, and per connection what it was owed.

import assert from "node:assert/strict";
import { test } from "node:test";

import { frameKind } from "../../src/protocol/frame.ts";
import {
  bytesOf,
  fakeWire,
  type Heard,
  isFrame,
  joinOf,
  readAsEvents,
  readFrames,
  testRelay,
  testRoom,
  type TestMember,
} from "./support.ts";
import { seededFractions } from "../seeded.ts";
import { encodeFrame } from "../../src/protocol/frame.ts";
import { toBase64url } from "../../src/protocol/base64url.ts";

const historyAgeMs = 40_000;
const history = 20;
const awayMs = 60_000;

interface Sent {
  readonly seq: number;
  readonly kind: number;
  readonly name: string;
  readonly body: string;
  readonly seat: string;
  readonly atMs: number;
  /** When its sender wants it dropped. */
  readonly endsAtMs: number;
  state: "kept" | "forgotten" | "trimmed";
}

interface Person {
  readonly name: string;
  /** What this tab remembers across connections. */
  log: string | null;
  after: number;
  online: {
    readonly member: TestMember;
    readonly owed: string[];
    readonly got: string[];
    cursor: number;
    isLive: boolean;
  } | null;
  awaySinceMs: number | null;
}

function spell(seq: number, kind: number, name: string, body: string): string {
  return `${kind}:${seq}:${name}:${body}`;
}

/** Everything a connection heard that is a frame. */
function spellHeard(heard: readonly Heard[], names: ReadonlyMap<string, string>): string[] {
  return heard.filter(isFrame).map(({ seq, kind, fromUser, ciphertext }) => {
    const name = names.get(toBase64url(fromUser)) ?? "?";
    return spell(seq, kind, name, Buffer.from(ciphertext).toString().trimEnd());
  });
}

function play(seed: number, steps: number): number {
  const random = seededFractions(seed);
  const pick = <T>(list: readonly T[]): T | undefined => list[Math.floor(random() * list.length)];
  const { relay, clock, connect, address } = testRelay({ history, historyAgeMs });
  const room = testRoom("model");
  const people: Person[] = ["Ann", "Bob", "Cyd", "Dan", "Eve"].map((name) => ({
    name,
    log: null,
    after: 0,
    online: null,
    awaySinceMs: null,
  }));
  const names = new Map(people.map(({ name }) => [toBase64url(bytesOf(name, 16)), name]));
  let life: { log: string | null; sent: Sent[]; last: number; first: number } = {
    log: null,
    sent: [],
    last: 0,
    first: 1,
  };
  let said = 0;
  let checked = 0;

  const kept = (): Sent[] => life.sent.filter(({ state }) => state === "kept");
  const trim = (): void => {
    const nowMs = clock.now();
    for (const frame of kept()) if (nowMs >= frame.endsAtMs) frame.state = "forgotten";
    const alive = kept();
    for (const [index, frame] of alive.entries()) {
      const isOver = alive.length - index > history || nowMs - frame.atMs >= historyAgeMs;
      if (!isOver) continue;
      frame.state = "trimmed";
      life.first = Math.max(life.first, frame.seq + 1);
    }
    dropIfIdle();
  };
  const dropIfIdle = (): void => {
    const isEmpty = people.every(({ online, awaySinceMs }) => online === null && awaySinceMs === null);
    if (isEmpty && kept().length === 0) life = { log: null, sent: [], last: 0, first: 1 };
  };
  /** The tick ends: whoever came in it is told what is kept, and hears from now on what is said. */
  const settle = (): void => {
    clock.settle();
    for (const person of people) {
      const { online } = person;
      if (online === null || online.isLive) continue;
      online.isLive = true;
      for (const { seq, kind, name, body } of kept())
        if (seq > online.cursor) online.owed.push(spell(seq, kind, name, body));
      const others = online.member.wire.read().filter((heard) => collect(person, heard));
      const joined = others.at(0);
      assert.ok(joined !== undefined && !isFrame(joined) && joined.type === "joined");
      assert.deepEqual([joined.first, joined.last], [life.first, life.last], "first and last");
      if (life.log !== null) assert.equal(joined.log, life.log);
      life.log = joined.log;
      person.log = joined.log;
    }
  };
  /** Takes one thing heard; true for what is not a frame. */
  const collect = (person: Person, heard: Heard): boolean => {
    if (!isFrame(heard)) return true;
    person.online?.got.push(...spellHeard([heard], names));
    if (heard.seq > 0) person.after = heard.seq;
    return false;
  };
  const check = (person: Person): void => {
    settle();
    if (person.online === null) return;
    for (const heard of person.online.member.wire.read()) collect(person, heard);
    assert.equal(person.online.member.wire.closed, null);
    assert.deepEqual(person.online.got, person.online.owed, `${person.name}, seed ${seed}`);
    checked += person.online.got.length;
    person.online.got.length = 0;
    person.online.owed.length = 0;
  };
  /** The operator has everything deleted: perhaps in the tick in which somebody comes or speaks. */
  const clear = (): void => {
    assert.equal(relay.clear(), kept().length);
    for (const frame of kept()) {
      frame.state = "trimmed";
      life.first = Math.max(life.first, frame.seq + 1);
    }
    for (const person of people) person.awaySinceMs = null;
    dropIfIdle();
  };
  const join = (person: Person): void => {
    check(person);
    const isOwnLog = person.log !== null && person.log === life.log;
    if (!isOwnLog) person.after = 0;
    const more = person.log === null ? {} : { log: person.log, after: person.after };
    const older = person.online;
    // Every other line is one of the fallback.
    const member = connect(room, address, fakeWire(random() < 0.5 ? readFrames : readAsEvents));
    // What others send in this tick is queued already or will be: that is where losses and doubles would come from.
    if (random() < 0.7) for (const other of people) if (other !== person && random() < 0.5) send(other);
    member.say(joinOf(room, person.name, undefined, more));
    person.online = { member, owed: [], got: [], cursor: person.after, isLive: false };
    person.awaySinceMs = null;
    if (older !== null) assert.equal(older.member.wire.closed?.code, 4005);
  };
  const send = (person: Person): void => {
    if (person.online === null) return;
    const kind = pick([
      frameKind.message,
      frameKind.message,
      frameKind.message,
      frameKind.volatile,
      frameKind.carried,
    ]);
    const author = pick(people);
    if (kind === undefined || author === undefined) return;
    const body = `${said++}`.padEnd(16, " ");
    const fromUser = bytesOf(author.name, 16);
    const lastsSeconds = random() < 0.5 ? 0 : Math.floor(random() * 99);
    const endsFirst = lastsSeconds > 0 && lastsSeconds * 1_000 < historyAgeMs;
    const frame = encodeFrame({
      kind,
      seq: lastsSeconds,
      fromUser,
      iv: bytesOf("iv", 12),
      ciphertext: Buffer.from(body),
    });
    person.online.member.send(frame);
    const name = kind === frameKind.carried ? author.name : person.name;
    const isVolatile = kind === frameKind.volatile;
    const seq = isVolatile ? 0 : ++life.last;
    for (const { online } of people)
      if (online?.isLive) online.owed.push(spell(seq, kind, name, body.trimEnd()));
    if (isVolatile) return;
    life.sent.push({
      seq,
      kind,
      name,
      body: body.trimEnd(),
      seat: person.name,
      atMs: clock.now(),
      endsAtMs: endsFirst ? clock.now() + lastsSeconds * 1_000 : Number.POSITIVE_INFINITY,
      state: "kept",
    });
    trim();
  };

  for (let step = 0; step < steps; step++) {
    const person = pick(people);
    if (person === undefined) continue;
    const dice = random();
    if (dice < 0.5) send(person);
    else if (dice < 0.6) join(person);
    else if (dice < 0.65 && person.online !== null) {
      check(person);
      person.online.member.break();
      person.online = null;
      person.awaySinceMs = clock.now();
    } else if (dice < 0.7 && person.online !== null) {
      check(person);
      person.online.member.say({ type: "leave" });
      person.online = null;
      dropIfIdle();
    } else if (dice < 0.77 && person.online !== null) {
      settle();
      const frame = pick(life.sent);
      if (frame !== undefined) person.online.member.say({ type: "forget", seq: frame.seq });
      if (frame?.seat === person.name && frame.state === "kept") frame.state = "forgotten";
    } else if (dice < 0.82) {
      settle();
      // Whole sweeps, so that model and relay look at the same moments.
      const stepMs = pick([500, 1_000, 5_000, 30_000, 70_000]) ?? 500;
      const sweeps = stepMs / 500;
      for (let sweep = 0; sweep < sweeps; sweep++) {
        clock.step(500);
        for (const one of people) {
          if (one.awaySinceMs !== null && clock.now() - one.awaySinceMs >= awayMs) one.awaySinceMs = null;
        }
        trim();
      }
    } else if (dice < 0.83) clear();
    else check(person);
    if (random() < 0.3) settle();
  }
  for (const person of people) check(person);
  relay.stop();
  return checked;
}

test("everybody hears exactly what the model says, in order, across replays, breaks, ends, trims and deletions", () => {
  for (let seed = 1; seed <= 6; seed++) assert.ok(play(seed, 3_000) > 1_000);
});
