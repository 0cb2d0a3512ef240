import { test } from "node:test";
import { doors } from "./doors.ts";
import { Gathering, spell } from "./gathering.ts";
import { enter, type Tab } from "./guest.ts";
import { type Fate, startProxy } from "./proxy.ts";
import { openRelay, saltOf } from "./relays.ts";

const wantedCuts = 1_000;

for (const door of doors) {
  test(`${wantedCuts} cuts at random bytes lose, double and move nothing (${door.name})`, async (t) => {
    const room = new Gathering(1);
    const relay = await openRelay();
    t.after(() => relay.stop("SIGKILL"));
    // Some connections do not get through the handshake, some live through hundreds of messages.
    const bytes = () => Math.floor(300 * 1.008 ** room.draw(600));
    const fate = (): Fate => ({
      kind: "cut",
      upBytes: bytes(),
      downBytes: bytes(),
      how: room.pick(["fin", "rst"]),
    });
    const proxy = await startProxy(relay.port, fate);
    t.after(() => proxy.stop());
    const dialler = door.open(proxy.origin);
    t.after(() => dialler.stop());

    const tabs = new Map<string, Tab>();
    const come = async (name: string) => {
      const tab = await enter({ name, salt: saltOf(relay), dialler, speed: 50, heard: room.heard });
      t.after(() => tab.crash());
      tabs.set(name, tab);
      room.guests.set(name, tab);
    };
    for (const name of ["Ann", "Ben", "Cy", "Dee", "Fay", "Gus"]) await come(name);

    const gone: string[] = [];
    let renamed = 0;
    await room.talk(
      40,
      () => proxy.cuts < wantedCuts,
      async () => {
        if (proxy.cuts > wantedCuts / 3 && !tabs.has("Eve")) await come("Eve");
        if (proxy.cuts > wantedCuts / 2 && gone.length === 0) {
          tabs.get("Dee")?.crash();
          room.guests.delete("Dee");
          gone.push("Dee");
        }
        const [name, tab] = room.pick([...tabs].filter(([each]) => !gone.includes(each)));
        const chance = room.draw(100);
        if (chance === 0) tab.rename(`${name} ${++renamed}`);
        if (chance === 1) await tab.reload();
        if (chance < 10) tab.wake();
      },
    );
    proxy.calm();
    const account = await room.account(gone);
    await come("Zoe");
    await room.account(gone);
    room.sameOrder();
    t.diagnostic(spell(account, `${proxy.cuts} cuts, ${renamed} renamed`));
  });
}
