// A stage for session tests: a relay of a few arrays, people with handed-in time, and a way to wait for what must come.

import assert from "node:assert/strict";
import { fromBase64url, toBase64url, type Bytes } from "../../src/protocol/base64url.ts";
import { close } from "../../src/protocol/close.ts";
import { decodeClientText, encodeText, type Join, type RelayText } from "../../src/protocol/control.ts";
import {
  decodeFrame,
  frameKind,
  frameKindOf,
  seqOf,
  stampFromUser,
  stampSeq,
} from "../../src/protocol/frame.ts";
import { createMemberKey, type MemberKey } from "../../src/crypto/member.ts";
import type { MessageBody } from "../../src/session/body.ts";
import { openMessage, sealMessage } from "../../src/session/envelope.ts";
import type { Author, MessageEntry, RosterMember, Status } from "../../src/session/events.ts";
import { createSession } from "../../src/session/session.ts";
import type { Line, LineListener, SavedSession, Session } from "../../src/session/world.ts";
import { keysOf } from "../crypto/phrases.ts";
import { Screen } from "./screen.ts";

export const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length));

/** Waits until `condition` holds; fails after five seconds, naming what never came. */
export async function until(what: string, condition: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + 5_000;
  while (!condition()) {
    assert.ok(performance.now() < giveUpAt, `never came: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

interface Seat {
  readonly join: Join;
  connection: Connection | null;
}

class Connection {
  join: Join | null = null;
  /** While held, nothing reaches the client. */
  held: (() => void)[] | null = null;
  readonly listener: LineListener;
  readonly relay: TestRelay;
  open = true;

  constructor(relay: TestRelay, listener: LineListener) {
    this.relay = relay;
    this.listener = listener;
  }

  say(text: RelayText): void {
    this.pass(() => this.listener.text(encodeText(text)));
  }

  pass(deliver: () => void): void {
    if (!this.open) return;
    if (this.held !== null) this.held.push(deliver);
    else deliver();
  }

  cut(code: number = close.abnormal): void {
    if (!this.open) return;
    this.pass(() => this.listener.closed(code));
    this.open = false;
    for (const seat of this.relay.seats.values()) if (seat.connection === this) seat.connection = null;
  }
}

/** What kept frames say, to whoever knows the words. */
export async function bodiesOf(frames: readonly Bytes[], phrase = "river"): Promise<MessageBody[]> {
  const keys = await keysOf(phrase);
  const opened = frames.map((bytes) => openMessage(keys, decodeFrame(bytes) ?? assert.fail("no frame")));
  return (await Promise.all(opened)).map((message) => message?.body ?? assert.fail("does not open"));
}

/** One room on an obedient relay: log, seats, echo. Its switches make it disobey. */
export class TestRelay {
  salt: Bytes = new Uint8Array(32);
  logId = toBase64url(random(16));
  first = 1;
  readonly log: Bytes[] = [];
  readonly seats = new Map<string, Seat>();
  readonly connections: Connection[] = [];
  readonly dialledRooms: string[] = [];
  readonly texts: string[] = [];
  /** What clients have asked to forget, and what has ended, by seq. */
  readonly forgotten = new Set<number>();
  /** When what is kept ends, by seq. */
  readonly ends = new Map<number, number>();
  now = 1_700_000_000_000;
  /** When everything was deleted last, if it was. */
  clearedAt: number | null = null;
  /** How many frames the log holds. */
  history = Number.POSITIVE_INFINITY;
  /** Dials are not answered while this is false. */
  reachable = true;
  /** Frames of clients vanish while this is true. */
  deaf = false;
  /** Echoes are not sent while this is true. */
  mute = false;

  dial(roomId: string, listener: LineListener): Line {
    this.dialledRooms.push(roomId);
    const connection = new Connection(this, listener);
    this.connections.push(connection);
    queueMicrotask(() => {
      if (this.reachable) connection.pass(() => listener.opened());
      else connection.cut();
    });
    return {
      text: (text) => this.#text(connection, text),
      frame: (frame) => this.frame(connection, frame),
      close: () => {
        connection.held = [];
        connection.cut();
      },
    };
  }

  get newest(): Connection {
    return this.connections.at(-1) ?? assert.fail("nobody has dialled");
  }

  /** Begins anew with nothing, as after a kill: another log, no seats, every line broken. */
  restart(): void {
    this.logId = toBase64url(random(16));
    this.first = 1;
    this.clearedAt = null;
    this.log.length = 0;
    this.ends.clear();
    this.forgotten.clear();
    this.seats.clear();
    for (const connection of this.connections) connection.cut();
  }

  /** Deletes all that it holds, as on the operator's word, and tells whoever is there and whoever comes. */
  clear(): void {
    this.first += this.log.length;
    this.log.length = 0;
    this.clearedAt = this.now;
    this.#toAll({ type: "cleared", agoMs: 0 });
  }

  /** Lets time pass: what senders want dropped by then is dropped. */
  elapse(ms: number): void {
    this.now += ms;
    for (const [seq, endsAt] of this.ends) if (endsAt <= this.now) this.forgotten.add(seq);
  }

  /** What a newcomer would get. */
  get kept(): Bytes[] {
    return this.log.filter((_, index) => !this.forgotten.has(this.first + index));
  }

  /** Puts a frame into the log and passes it to everybody. */
  publish(frame: Bytes): void {
    const stamped = frame.slice();
    const seq = this.first + this.log.length;
    if (seqOf(frame) > 0) this.ends.set(seq, this.now + seqOf(frame) * 1_000);
    stampSeq(stamped, seq);
    this.log.push(stamped);
    for (; this.log.length > this.history; this.first++) this.log.shift();
    if (!this.mute) this.pass(stamped);
  }

  /** Passes a frame to everybody as it is. */
  pass(frame: Bytes): void {
    for (const connection of this.connections) {
      if (connection.join !== null) connection.pass(() => connection.listener.frame(frame.slice()));
    }
  }

  frame(from: Connection, frame: Bytes): void {
    if (this.deaf || !from.open || from.join === null) return;
    const fromUser = fromBase64url(from.join.fromUser) ?? assert.fail();
    if (frameKindOf(frame) !== frameKind.carried) stampFromUser(frame, fromUser);
    if (frameKindOf(frame) === frameKind.volatile) this.pass(frame);
    else this.publish(frame);
  }

  #text(from: Connection, text: string): void {
    this.texts.push(text);
    const said = decodeClientText(text) ?? assert.fail(`a client sent ${text}`);
    if (said.type === "ping" && !this.deaf) from.say({ type: "pong" });
    if (said.type === "leave" && from.join !== null) this.#left(from.join);
    if (said.type === "forget") this.forgotten.add(said.seq);
    if (said.type === "join") this.#join(from, said);
  }

  #left(join: Join): void {
    this.seats.delete(join.seat);
    this.#toAll({ type: "member", ...helloOf(join), state: "left" });
  }

  #join(from: Connection, join: Join): void {
    const holder = [...this.seats.values()].find((seat) => seat.join.fromUser === join.fromUser);
    if (holder !== undefined && holder.join.seat !== join.seat) {
      from.say({ type: "error", code: "name-taken", message: "taken" });
      from.cut(close.nameTaken);
      return;
    }
    this.seats.get(join.seat)?.connection?.cut(close.takenOver);
    this.seats.set(join.seat, { join, connection: from });
    const last = this.first + this.log.length - 1;
    from.say({ type: "joined", salt: toBase64url(this.salt), log: this.logId, first: this.first, last });
    if (this.clearedAt !== null) from.say({ type: "cleared", agoMs: this.now - this.clearedAt });
    for (const seat of this.seats.values())
      from.say({ type: "member", ...helloOf(seat.join), state: "here" });
    const after = join.log === this.logId ? (join.after ?? 0) : 0;
    this.log.forEach((frame, index) => {
      if (this.first + index > after && !this.forgotten.has(this.first + index))
        from.pass(() => from.listener.frame(frame.slice()));
    });
    from.say({ type: "live" });
    from.join = join;
    this.#toAll({ type: "member", ...helloOf(join), state: "here" });
  }

  #toAll(text: RelayText): void {
    for (const connection of this.connections) if (connection.join !== null) connection.say(text);
  }
}

function helloOf({ fromUser, iv, ciphertext }: Join): Pick<Join, "fromUser" | "iv" | "ciphertext"> {
  return { fromUser, iv, ciphertext };
}

/** A message that somebody outside the stage has sealed for the room. */
export async function publish(relay: TestRelay, member: MemberKey, body: MessageBody): Promise<void> {
  relay.publish(await sealMessage(await keysOf("river"), member, body, random));
}

/** A text under a number. */
export const said = (name: string, counter: number, text: string): MessageBody => ({
  kind: "text",
  name,
  at: 1,
  counter,
  text,
});

/** Somebody with a session, who remembers everything it has told. */
export class Person {
  readonly session: Session;
  readonly #screen = new Screen();
  now = 1_700_000_000_000;
  #line: Connection | null = null;
  readonly #timers = new Map<symbol, { at: number; callback: () => void }>();

  private constructor(session: (person: Person) => Session) {
    this.session = session(this);
  }

  static async enter(
    relay: TestRelay,
    name: string,
    { phrase = "river", saved }: { phrase?: string; saved?: SavedSession } = {},
  ): Promise<Person> {
    const person = await Person.create(relay, name, { phrase, ...(saved ? { saved } : {}) });
    person.session.start();
    await until(`${name} is live`, () => person.status.state === "live");
    return person;
  }

  static async create(
    relay: TestRelay,
    name: string,
    { phrase = "river", saved }: { phrase?: string; saved?: SavedSession } = {},
  ): Promise<Person> {
    const keys = await keysOf(phrase, relay.salt);
    const { restoreMemberKey } = await import("../../src/crypto/member.ts");
    const member = (saved && (await restoreMemberKey(saved.member))) ?? (await createMemberKey());
    return new Person((person) =>
      createSession(
        { keys, member, name, ...(saved ? { saved } : {}) },
        {
          dial(roomId, listener) {
            const line = relay.dial(roomId, listener);
            person.#line = relay.newest;
            return line;
          },
          derive: (salt) => keysOf(phrase, salt),
          random,
          now: () => person.now,
          after: (ms, callback) => person.#after(ms, callback),
          tell: (event) => person.#screen.hear(event),
          fault: (error) => assert.fail(`a fault: ${String(error)}`),
        },
      ),
    );
  }

  get status(): Status {
    return this.#screen.status;
  }

  get caughtUp(): readonly { messages: number; first: boolean }[] {
    return this.#screen.caughtUp;
  }

  /** The room's timer as this tab shows it, in seconds. */
  get timer(): number {
    return this.#screen.timer;
  }

  get typing(): readonly Author[] {
    return this.#screen.typing;
  }

  get members(): readonly RosterMember[] {
    return this.#screen.members;
  }

  /** What is on screen from top to bottom, as `Ann: hello`; what is no message by its kind. */
  get screen(): string[] {
    return this.#screen.lines;
  }

  message(text: string): MessageEntry {
    return this.#screen.message(text);
  }

  /** The process that shows the room ends: no timer runs and nothing is said any more. */
  crash(): void {
    this.#timers.clear();
    this.cut();
    this.#line?.listener.closed(close.takenOver);
  }

  /** Breaks the present line. */
  cut(): void {
    this.#line?.cut();
  }

  /** Lets time pass and runs what falls due, in order. */
  pass(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const [next] = [...this.#timers]
        .filter(([, { at }]) => at <= end)
        .toSorted(([, a], [, b]) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.delete(next[0]);
      this.now = Math.max(this.now, next[1].at);
      next[1].callback();
    }
    this.now = end;
  }

  /** Waits for a line on screen that `pattern` describes. */
  async sees(pattern: string): Promise<void> {
    const found = () => this.screen.includes(pattern);
    await until(`${pattern} among ${JSON.stringify(this.screen)}`, found).catch((error: unknown) => {
      throw new Error(`${String(error)}; on screen: ${JSON.stringify(this.screen)}`);
    });
  }

  #after(ms: number, callback: () => void): () => void {
    const id = Symbol("timer");
    this.#timers.set(id, { at: this.now + ms, callback });
    return () => this.#timers.delete(id);
  }
}
