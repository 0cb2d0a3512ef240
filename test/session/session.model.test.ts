// A room against a small model of it: people who talk, set the timer, lose their lines, reload, come and crash, on a
// relay that begins anew now and then. In the end all screens agree, and what has ended is nowhere.

import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { fromBase64url, type Bytes } from "../../src/protocol/base64url.ts";
import { decodeFrame } from "../../src/protocol/frame.ts";
import { createMemberKey } from "../../src/crypto/member.ts";
import { decodeBody, type MessageBody } from "../../src/session/body.ts";
import { openMessage, sealMessage } from "../../src/session/envelope.ts";
import { keysOf } from "../crypto/phrases.ts";
import { seededNumbers } from "../seeded.ts";
import { bodiesOf, Person, random, TestRelay } from "./stage.ts";

const steps = 100;
const mostPeople = 6;

const member = await createMemberKey();
const words: MessageBody = { kind: "text", name: "Eve", at: 1, counter: 0, text: "hello" };

async function sealAndOpen(): Promise<void> {
  const keys = await keysOf("river");
  const frame = decodeFrame(await sealMessage(keys, member, words, random));
  assert.notEqual(frame && (await openMessage(keys, frame)), null);
}

/** What a text of the model is: said by somebody, once, perhaps by somebody who crashed and may have told nobody. */
interface Said {
  readonly text: string;
  readonly by: string;
}

class Room {
  readonly relay = new TestRelay();
  readonly people = new Map<string, Person>();
  said: Said[] = [];
  /** Of each tab since it was loaded, what it has said. */
  readonly saidBy = new WeakMap<Person, Set<string>>();
  /** What was taken back before it went out. */
  readonly takenBack = new Set<string>();
  readonly gone = new Set<string>();
  /** All that ever stood in a log. */
  readonly published: Bytes[] = [];
  /** Texts that at some time stood in no log and on no screen: who had them crashed or reloaded after a restart. */
  readonly perished = new Set<string>();
  readonly draw: (below: number) => number;
  restarts = 0;
  names = 0;

  constructor(seed: number) {
    const next = seededNumbers(seed);
    this.draw = (below) => next() % below;
    const publish = this.relay.publish.bind(this.relay);
    this.relay.publish = (frame) => {
      this.published.push(frame.slice());
      publish(frame);
    };
  }

  pick<T>(choices: Iterable<T>): T {
    const all = [...choices];
    return all[this.draw(all.length)] ?? assert.fail("nothing to choose from");
  }

  async come(name: string, from?: Person): Promise<void> {
    const saved = from?.session.save();
    from?.crash();
    const person = await Person.create(this.relay, name, saved ? { saved } : {});
    person.now = this.relay.now;
    this.people.set(name, person);
    person.session.start();
  }

  /** Waits until nobody gets on any more, for as long as it takes to seal and open a few messages in a row. */
  async settle(): Promise<void> {
    const places = () =>
      [...this.people.values()].map(({ status, session }) => {
        const { seen, unsent } = session.save();
        return `${status.state} ${seen?.seq} ${unsent.length}`;
      });
    let before = "";
    for (let still = 0; still < 8; still++) {
      await sealAndOpen();
      const now = `${this.relay.log.length} ${places().join()}`;
      if (now !== before) still = 0;
      before = now;
    }
  }

  async pass(ms: number): Promise<void> {
    this.relay.elapse(ms);
    for (const person of this.people.values()) person.pass(ms);
    await this.settle();
  }

  async step(): Promise<void> {
    const [name, person] = this.pick(this.people);
    const dice = this.draw(100);
    if (dice < 45) {
      const text = `${name} says ${this.said.length + this.takenBack.size}`;
      this.said.push({ text, by: name });
      this.saidBy.set(person, (this.saidBy.get(person) ?? new Set()).add(text));
      person.session.say(text);
      if (this.draw(8) === 0) this.takeBack(person);
    } else if (dice < 53) person.session.setTimer(this.pick([0, 0, 20, 600]));
    else if (dice < 65) person.cut();
    else if (dice < 69) {
      this.relay.restart();
      this.restarts++;
      await this.lookForPerished();
    } else if (dice < 74) {
      await this.come(name, person);
      await this.lookForPerished();
    } else if (dice < 77 && this.people.size < mostPeople) await this.come(`Guest ${++this.names}`);
    else if (dice < 78 && this.people.size > 2) {
      person.crash();
      this.people.delete(name);
      this.gone.add(name);
      await this.lookForPerished();
    } else await this.pass(this.draw(5_000));
    if (this.draw(2) === 0) await this.settle();
  }

  /** Something that its tab said and has not sealed, if there is any. */
  takeBack(person: Person): void {
    const { unsent } = person.session.save();
    const bodies = unsent
      .filter(({ frame }) => frame === null)
      .map(({ body }) => decodeBody("message", fromBase64url(body) ?? assert.fail("no body")));
    const fresh = bodies.flatMap((body) =>
      body?.kind === "text" && this.saidBy.get(person)?.has(body.text) ? [body.text] : [],
    );
    if (fresh.length === 0) return;
    const text = this.pick(fresh);
    assert.ok(person.session.remove(person.message(text).id));
    this.takenBack.add(text);
    this.said = this.said.filter((each) => each.text !== text);
  }

  async lookForPerished(): Promise<void> {
    const safe = new Set([...this.people.values()].flatMap(textsOf));
    for (const text of await textsIn(this.relay.log)) safe.add(text);
    for (const text of await textsIn(this.published)) if (!safe.has(text)) this.perished.add(text);
  }

  /** Everybody has come back and has nothing left to say or to bring. */
  async calm(): Promise<void> {
    for (let round = 0; round < 60; round++) {
      await this.pass(1_000);
      const people = [...this.people.values()];
      const isQuiet = people.every(
        ({ status, session }) => status.state === "live" && session.save().unsent.length === 0,
      );
      if (isQuiet && round > 8 && new Set(people.map(textsOf).map(String)).size === 1) {
        // What was sealed anew because its time was over before its echo came ends for all together only now.
        for (let part = 0; part < 2; part++) await this.pass(15_000);
        return;
      }
    }
    const states = [...this.people].map(
      ([name, { status, session }]) =>
        `${name} is ${JSON.stringify(status)} with ${session.save().unsent.length} unsent`,
    );
    assert.fail(`never quiet: ${states.join("; ")}`);
  }
}

/** The texts on a screen that have an echo. */
function textsOf({ screen }: Person): string[] {
  const said = screen.filter((line) => line.includes(" says ") && !line.endsWith("…"));
  return said.map((line) => line.slice(line.indexOf(": ") + 2));
}

async function textsIn(frames: readonly Bytes[]): Promise<string[]> {
  return (await bodiesOf(frames)).flatMap((body) => (body.kind === "text" ? [body.text] : []));
}

/** Holds every screen and the log against what was published. Gives how many texts stay and how many have ended. */
async function account(room: Room, why: string): Promise<[number, number]> {
  const ended = new Set<string>();
  const alive = new Set<string>();
  for (const body of await bodiesOf(room.published)) {
    if (body.kind !== "text") continue;
    assert.ok(!room.takenBack.has(body.text), `${why}: ${body.text} was taken back`);
    const isOver = body.lasts !== undefined && body.at + body.lasts * 1_000 <= room.relay.now;
    (isOver ? ended : alive).add(body.text);
  }
  for (const { text, by } of room.said)
    if (!room.gone.has(by)) assert.ok(ended.has(text) || alive.has(text), `${why}: ${text} was never sent`);
  const [first = assert.fail("nobody is left"), ...others] = room.people.values();
  const shown = new Set(textsOf(first));
  assert.equal(shown.size, textsOf(first).length, `${why}: one of them twice`);
  const lost = [...alive].filter((text) => !shown.has(text) && !room.perished.has(text));
  assert.deepEqual(lost, [], `${why}: lost`);
  const late = [...shown].filter((text) => !alive.has(text));
  assert.deepEqual(late, [], `${why}: still on screen`);
  for (const other of others) {
    assert.deepEqual(textsOf(other), textsOf(first), `${why}: two screens`);
    assert.equal(other.timer, first.timer, `${why}: two timers`);
  }
  for (const body of await bodiesOf(room.relay.kept)) {
    const endsAt = body.kind === "text" && body.lasts !== undefined ? body.at + body.lasts * 1_000 : null;
    // The relay counts whole seconds, and never too few.
    assert.ok((endsAt ?? room.relay.now) >= room.relay.now - 1_000, `${why}: kept ${JSON.stringify(body)}`);
  }
  return [alive.size, ended.size];
}

async function play(t: TestContext, seed: number): Promise<void> {
  const room = new Room(seed);
  for (const name of ["Ann", "Ben", "Cy"]) await room.come(name);
  for (let step = 0; step < steps; step++) await room.step();
  const why = `seed ${seed}`;
  await room.calm();
  const [alive, ended] = await account(room, why);
  await room.come("Zoe");
  await room.calm();
  await account(room, `${why}, with a newcomer`);
  for (let part = 0; part < 35; part++) await room.pass(20_000);
  const [left] = await account(room, `${why}, ten minutes later`);
  t.diagnostic(
    `${why}: ${room.said.length} said, ${room.takenBack.size} taken back, ${room.restarts} restarts, ${ended} had ended and ${alive} not, ${room.perished.size} perhaps perished; ${left} stay`,
  );
}

for (const seed of [1, 2, 3]) {
  test(`all screens, the log and a newcomer agree on what was said and what has ended (seed ${seed})`, (t) =>
    play(t, seed));
}
