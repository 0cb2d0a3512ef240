import { test } from "node:test";
import type { RunningRelay } from "../browser/relay.ts";
import { doors } from "./doors.ts";
import { Gathering, spell } from "./gathering.ts";
import { enter } from "./guest.ts";
import { freePort, openRelay, saltOf } from "./relays.ts";

const wantedKills = 20;

for (const door of doors) {
  test(`a room outlives its relay, killed ${wantedKills} times in mid-burst (${door.name})`, async (t) => {
    const room = new Gathering(2);
    const port = await freePort();
    let relay: RunningRelay = await openRelay({ port });
    t.after(() => relay.stop("SIGKILL"));
    const dialler = door.open(relay.origin);
    t.after(() => dialler.stop());
    const come = async (name: string) => {
      const tab = await enter({ name, salt: saltOf(relay), dialler, speed: 5, heard: room.heard });
      t.after(() => tab.crash());
      room.guests.set(name, tab);
    };
    for (const name of ["Ann", "Ben", "Cy", "Dee"]) await come(name);

    for (let kills = 0; kills < wantedKills; kills++) {
      // Not always: a relay may die while its room is still being brought back.
      if (room.draw(4) > 0) await room.when("everybody is back", () => room.allLive());
      const echoes = room.acknowledged.size + room.draw(10);
      for (let words = 0; words < 12; words++) room.say(room.pick(room.guests.keys()));
      await room.when("part of a burst is acknowledged", () => room.acknowledged.size >= echoes);
      await relay.stop("SIGKILL");
      relay = await openRelay({ port });
    }
    const account = await room.account();
    room.sameOrder();
    await come("Zoe");
    await room.account();
    room.sameOrder();
    t.diagnostic(spell(account, `${wantedKills} kills`));
  });
}
