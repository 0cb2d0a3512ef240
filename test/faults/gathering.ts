// Who must have what: everybody who is in the room, everything that was said and acknowledged, and at the end the
// account of it. It knows screens and texts, not what was done to the network between them.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { SessionEvent } from "../../src/session/events.ts";
import { seededNumbers } from "../seeded.ts";
import type { Guest } from "./guest.ts";

/** What a test may have to wait for while everything else goes on. */
const patienceMs = 60_000;

/** One seed for the whole run: `FAULT_SEED=… npm run test:faults` repeats its choices, though not its timing. */
export const seed = Number(process.env["FAULT_SEED"] ?? Math.floor(Math.random() * 2 ** 32));

interface Account {
  readonly said: number;
  /** Acknowledged when the faults ended, and in the end. */
  readonly acknowledgedEarly: number;
  readonly acknowledged: number;
  readonly onScreens: number;
  readonly screens: number;
  readonly lost: number;
  readonly doubled: number;
}

export class Gathering {
  /** Those who are in the room, by the name they came with. */
  readonly guests = new Map<string, Guest>();
  /** Every text ever said; no two are the same. Those of a guest who crashed may never have reached anybody. */
  readonly said = new Set<string>();
  /** Texts whose author has seen the relay's echo. */
  readonly acknowledged = new Set<string>();
  readonly #next: () => number;
  readonly #ears = new Set<() => void>();

  /** @param stream tells scenarios of one run apart */
  constructor(stream: number) {
    this.#next = seededNumbers(seed + stream);
  }

  /** Hears what a session tells; to be handed to everybody who enters. */
  readonly heard = (event: SessionEvent): void => {
    if (event.type === "entry" && event.entry.kind === "message") {
      const { author, delivery, text } = event.entry;
      if (author.own && delivery === "sent") this.acknowledged.add(text);
    }
    for (const ear of this.#ears) ear();
  };

  /** An integer from 0 up to, but not including, `below`. */
  draw(below: number): number {
    return this.#next() % below;
  }

  /** One of `choices`. */
  pick<T>(choices: Iterable<T>): T {
    const all = [...choices];
    return all[this.draw(all.length)] ?? assert.fail("nothing to choose from");
  }

  say(name: string): void {
    const text = `${name} says ${this.said.size}`;
    this.said.add(text);
    this.guests.get(name)?.say(text);
  }

  /** Somebody speaks every `pauseMs` or so while `goesOn`; `between` is called behind each word. */
  async talk(pauseMs: number, goesOn: () => boolean, between: () => void | Promise<void>): Promise<void> {
    while (goesOn()) {
      this.#unscarred();
      this.say(this.pick(this.guests.keys()));
      await between();
      await pause(this.draw(2 * pauseMs));
    }
  }

  /** Waits until `condition` holds, looking at it whenever a session has told something. */
  async when(what: string, condition: () => boolean): Promise<void> {
    if (condition()) return;
    await new Promise<void>((resolve, reject) => {
      let isLooking = false;
      const stop = () => {
        this.#ears.delete(ear);
        clearTimeout(timer);
      };
      const look = () => {
        isLooking = false;
        if (!condition()) return;
        stop();
        resolve();
      };
      // Many events come at once, and looking takes longer than hearing.
      const ear = () => {
        if (isLooking) return;
        isLooking = true;
        setImmediate(look);
      };
      const timer = setTimeout(() => {
        stop();
        reject(new Error(`seed ${seed}: never came: ${what}; ${this.#describe()}`));
      }, patienceMs);
      this.#ears.add(ear);
    });
  }

  allLive(): boolean {
    return [...this.guests.values()].every(({ screen }) => screen.status.state === "live");
  }

  /**
   * The faults have ended: waits until everything is acknowledged and on every screen, and holds the screens against
   * one another.
   * @param gone names whose last words may never have reached anybody
   */
  async account(gone: readonly string[] = []): Promise<Account> {
    const acknowledgedEarly = this.acknowledged.size;
    await this.when("everybody is live and nothing waits", () => this.allLive() && this.#isSettled());
    const owed = [...this.said].filter((text) => !gone.some((name) => text.startsWith(`${name} says`)));
    const must = new Set([...owed, ...this.acknowledged]);
    let [lost, doubled, onScreens] = [0, 0, 0];
    for (const texts of this.#screens().values()) {
      const shown = new Set(texts);
      onScreens += texts.length;
      doubled += texts.length - shown.size;
      for (const text of must) if (!shown.has(text)) lost++;
    }
    const account = {
      said: this.said.size,
      acknowledgedEarly,
      acknowledged: this.acknowledged.size,
      onScreens,
      screens: this.guests.size,
      lost,
      doubled,
    };
    assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 }, `seed ${seed}: ${JSON.stringify(account)}`);
    assert.deepEqual(
      owed.filter((text) => !this.acknowledged.has(text)),
      [],
      `seed ${seed}: not acknowledged`,
    );
    this.#unscarred();
    return account;
  }

  /** Everybody has the same messages in the same order, and nobody's words stand in another than they were said in. */
  sameOrder(): void {
    for (const [name, texts] of this.#screens()) {
      const latest = new Map<string, number>();
      for (const text of texts) {
        const [who = "", number = ""] = text.split(" says ");
        const before = latest.get(who) ?? -1;
        assert.ok(
          before < Number(number),
          `seed ${seed}: ${name} sees “${text}” behind “${who} says ${before}”`,
        );
        latest.set(who, Number(number));
      }
    }
    const [[first, theirs] = ["", []], ...others] = this.#screens();
    for (const [name, texts] of others) {
      const at = theirs.findIndex((text, index) => text !== texts[index]);
      const near = (list: readonly string[]) => JSON.stringify(list.slice(Math.max(0, at - 2), at + 5));
      assert.equal(at, -1, `seed ${seed}: ${first} sees ${near(theirs)} where ${name} sees ${near(texts)}`);
    }
  }

  #unscarred(): void {
    const scars = [...this.guests.values()].flatMap((guest) => guest.scars);
    assert.deepEqual(scars, [], `seed ${seed}`);
  }

  #screens(): Map<string, string[]> {
    return new Map(
      [...this.guests].map(([name, { screen }]) => [name, screen.messages.map(({ text }) => text)]),
    );
  }

  /** Nobody waits for an echo, and all screens hold as many messages. */
  #isSettled(): boolean {
    const lengths = new Set<number>();
    for (const { screen } of this.guests.values()) {
      const { messages } = screen;
      if (messages.some(({ delivery }) => delivery === "sending")) return false;
      lengths.add(messages.length);
    }
    return lengths.size === 1;
  }

  #describe(): string {
    const guests = [...this.guests].map(([name, { screen }]) => {
      const { messages, status } = screen;
      const state =
        status.state === "left" || status.state === "refused"
          ? `${status.state} (${status.why})`
          : status.state;
      const waiting = messages.filter(({ delivery }) => delivery === "sending").length;
      return `${name} is ${state} with ${messages.length} messages, ${waiting} of them waiting`;
    });
    return `${this.said.size} said, ${this.acknowledged.size} acknowledged; ${guests.join("; ")}`;
  }
}

/** The account as a line for the log of the run. */
export function spell(account: Account, faults: string): string {
  const { said, acknowledged, acknowledgedEarly, onScreens, screens, lost, doubled } = account;
  return [
    `seed ${seed}: ${faults}; ${said} said, ${acknowledgedEarly} acknowledged when the faults ended,`,
    `${acknowledged} in the end; ${onScreens} on ${screens} screens, ${lost} lost, ${doubled} doubled`,
  ].join(" ");
}
