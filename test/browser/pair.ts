// Two people in a room, lent to one test after another: to open a page and come in takes longer than most tests do.

import assert from "node:assert/strict";
import { type Guest, newWords } from "./browsers.ts";

export interface Lent<Someone> {
  readonly ann: Someone;
  readonly bob: Someone;
  /** Of their room. */
  readonly words: string;
}

export interface Pair<Someone> {
  /** Both with empty screens. Two others in another room where a test has not given back what it took: it has failed. */
  take(): Promise<Lent<Someone>>;
  /**
   * What was said goes off both screens; a test that leaves more behind lets the two leave instead.
   * @returns what their pages have complained about
   */
  giveBack(): Promise<string[]>;
  /** They go home. Gives what their pages have complained about. */
  leave(): Promise<string[]>;
}

/** @param enter opens a page and comes in */
export function createPair<Someone extends Guest>(
  enter: (name: "Ann" | "Bob", words: string) => Promise<Someone>,
): Pair<Someone> {
  let taken: Lent<Someone> | null = null;
  let idle: Lent<Someone> | null = null;

  async function open(): Promise<Lent<Someone>> {
    const words = await newWords();
    const ann = await enter("Ann", words);
    const bob = await enter("Bob", words);
    await ann.until("the other one", () => document.querySelector(".notice") !== null);
    for (const each of [ann, bob]) await clear(each);
    return { ann, bob, words };
  }

  function put(): Lent<Someone> {
    const lent = taken ?? assert.fail("nobody was taken");
    taken = null;
    return lent;
  }

  return {
    async take() {
      taken = idle ?? (await open());
      idle = null;
      for (const each of [taken.ann, taken.bob]) await each.connected();
      return taken;
    },
    async giveBack() {
      const { ann, bob, words } = put();
      // Behind these nothing of the test is on its way any more.
      await ann.say("Ann is done");
      await bob.sees("Ann is done");
      await bob.say("Bob is done");
      await ann.sees("Bob is done");
      for (const each of [ann, bob]) await clear(each);
      idle = { ann, bob, words };
      return [ann, bob].flatMap(({ complaints }) => complaints);
    },
    async leave() {
      const { ann, bob } = put();
      for (const each of [ann, bob]) await each.leave();
      return [ann, bob].flatMap(({ complaints }) => complaints);
    },
  };
}

async function clear(guest: Guest): Promise<void> {
  await guest.say("/clear");
  await guest.until("an empty screen", () => document.querySelector(".log > li") === null);
}
