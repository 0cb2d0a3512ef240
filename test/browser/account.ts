// What was said, held against what stands on the screens of real browsers.

import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import type { Guest } from "./browsers.ts";

/**
 * Waits until everything `said` is acknowledged, then holds all screens against it and prints the counts.
 * @param said in the order in which it must stand on every screen
 */
export async function account(
  t: TestContext,
  guests: readonly Guest[],
  said: readonly string[],
): Promise<void> {
  const settled = () => document.querySelector(".own.sending") === null;
  for (const guest of guests) await guest.until("all sent", settled);
  let [acknowledged, onScreens, lost, doubled] = [0, 0, 0, 0];
  for (const guest of guests) {
    const shown = await guest.messages();
    acknowledged += await guest.page.$$eval(".own.sent", (all) => all.length);
    onScreens += shown.length;
    lost += said.filter((text) => !shown.includes(text)).length;
    doubled += shown.length - new Set(shown).size;
  }
  const counts = `${said.length} said, ${acknowledged} acknowledged, ${onScreens} on ${guests.length} screens`;
  t.diagnostic(`${counts}, ${lost} lost, ${doubled} doubled`);
  assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 }, counts);
  for (const guest of guests) assert.deepEqual(await guest.messages(), said);
}
