import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { doors } from "./doors.ts";
import { Gathering, spell } from "./gathering.ts";
import { enter } from "./guest.ts";
import { freePort, openRelay, saltOf } from "./relays.ts";

for (const door of doors) {
  test(`a room moves from one relay to the next on the same port, also to one with another salt (${door.name})`, async (t) => {
    const room = new Gathering(6);
    const port = await freePort();
    const elsewhere = mkdtempSync(join(tmpdir(), "secure-room-elsewhere-"));
    t.after(() => rmSync(elsewhere, { recursive: true, force: true }));
    let relay = await openRelay({ port });
    t.after(() => relay.stop("SIGKILL"));
    const dialler = door.open(relay.origin);
    t.after(() => dialler.stop());
    for (const name of ["Ann", "Ben", "Cy"]) {
      const tab = await enter({ name, salt: saltOf(relay), dialler, speed: 5, heard: room.heard });
      t.after(() => tab.crash());
      room.guests.set(name, tab);
    }
    const burst = () => {
      for (let words = 0; words < 20; words++) room.say(room.pick(room.guests.keys()));
    };

    burst();
    // In the middle of a burst, as systemd does it, and as a host does it at a keyboard.
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      await room.when("everybody is live", () => room.allLive());
      burst();
      await relay.stop(signal);
      burst();
      relay = await openRelay({ port });
    }
    await room.account();
    room.sameOrder();

    // Another folder: other keys, another room. Nothing can be carried there but what is still unsaid.
    await relay.stop("SIGTERM");
    burst();
    relay = await openRelay({ port, certs: elsewhere });
    const account = await room.account();
    room.sameOrder();
    t.diagnostic(spell(account, "3 successors"));
  });
}
