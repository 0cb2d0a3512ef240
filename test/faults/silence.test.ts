import { test } from "node:test";
import { doors } from "./doors.ts";
import { Gathering, spell } from "./gathering.ts";
import { enter } from "./guest.ts";
import { type Fate, startProxy } from "./proxy.ts";
import { openRelay, saltOf } from "./relays.ts";

const wantedSilences = 40;

for (const door of doors) {
  test(`connections that swallow what is sent, one way or both, lose nothing (${door.name})`, async (t) => {
    const room = new Gathering(5);
    const relay = await openRelay();
    t.after(() => relay.stop("SIGKILL"));
    const bytes = () => 2_000 + room.draw(12_000);
    const fate = (): Fate => {
      const ways = room.pick(["up", "down", "both"]);
      return {
        kind: "swallowed",
        upBytes: ways === "down" ? Infinity : bytes(),
        downBytes: ways === "up" ? Infinity : bytes(),
      };
    };
    const proxy = await startProxy(relay.port, fate);
    t.after(() => proxy.stop());
    const dialler = door.open(proxy.origin);
    t.after(() => dialler.stop());
    for (const name of ["Ann", "Ben", "Cy", "Dee"]) {
      const tab = await enter({ name, salt: saltOf(relay), dialler, speed: 50, heard: room.heard });
      t.after(() => tab.crash());
      room.guests.set(name, tab);
    }

    await room.talk(30, () => proxy.swallowed < wantedSilences);
    proxy.calm();
    const account = await room.account();
    room.sameOrder();
    t.diagnostic(spell(account, `${proxy.swallowed} connections gone silent`));
  });
}
