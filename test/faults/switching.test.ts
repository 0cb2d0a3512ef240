import assert from "node:assert/strict";
import { test } from "node:test";
import { startStrippingProxy, type UpgradeFate } from "../browser/strip.ts";
import type { Way } from "../../src/web/dial.ts";
import { openEitherWay } from "./doors.ts";
import { Gathering, spell } from "./gathering.ts";
import { enter, type Tab } from "./guest.ts";
import { type Fate, startProxy } from "./proxy.ts";
import { openRelay, saltOf } from "./relays.ts";

const wantedCuts = 400;
const wantedSwitches = 40;
const speed = 50;

test("tabs that switch between WebSocket and fallback, whenever an upgrade is refused, ignored or cut, lose nothing", async (t) => {
  const room = new Gathering(7);
  const relay = await openRelay();
  t.after(() => relay.stop("SIGKILL"));
  const upgrades: Record<UpgradeFate, number> = { stripped: 0, passed: 0, ignored: 0 };
  const strip = await startStrippingProxy(relay.port, relay.certs, () => {
    const drawn = room.pick(["stripped", "stripped", "passed", "passed", "passed", "ignored"] as const);
    upgrades[drawn]++;
    return drawn;
  });
  t.after(() => strip.stop());
  const bytes = () => Math.floor(600 * 1.008 ** room.draw(600));
  const fate = (): Fate => ({
    kind: "cut",
    upBytes: bytes(),
    downBytes: bytes(),
    how: room.pick(["fin", "rst"]),
  });
  const proxy = await startProxy(Number(new URL(strip.origin).port), fate);
  t.after(() => proxy.stop());

  const lines: Record<Way, number> = { websocket: 0, fallback: 0 };
  let switches = 0;
  const tabs: Tab[] = [];
  const come = async (name: string) => {
    let last: Way | null = null;
    // Each tab remembers for itself what has worked.
    const dialler = openEitherWay(proxy.origin, speed, (way) => {
      lines[way]++;
      if (last !== null && last !== way) switches++;
      last = way;
    });
    t.after(() => dialler.stop());
    const tab = await enter({ name, salt: saltOf(relay), dialler, speed, heard: room.heard });
    t.after(() => tab.crash());
    tabs.push(tab);
    room.guests.set(name, tab);
  };
  for (const name of ["Ann", "Ben", "Cy", "Dee", "Fay"]) await come(name);

  await room.talk(
    40,
    () => proxy.cuts < wantedCuts || switches < wantedSwitches,
    async () => {
      const tab = room.pick(tabs);
      const chance = room.draw(100);
      if (chance === 0) await tab.reload();
      if (chance < 10) tab.wake();
    },
  );
  proxy.calm();
  const account = await room.account();
  await come("Zoe");
  await room.account();
  room.sameOrder();
  assert.ok(Object.values(upgrades).every((count) => count > 0));
  t.diagnostic(
    spell(
      account,
      `${proxy.cuts} cuts, upgrades: ${JSON.stringify(upgrades)}, lines: ${JSON.stringify(lines)}, ${switches} switches`,
    ),
  );
});
