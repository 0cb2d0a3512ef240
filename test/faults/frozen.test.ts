import { test } from "node:test";
import { enterApart } from "./child.ts";
import { doors } from "./doors.ts";
import { Gathering, spell } from "./gathering.ts";
import { enter } from "./guest.ts";
import { openRelay, saltOf } from "./relays.ts";

const wantedStops = 5;
const speed = 50;

for (const door of doors) {
  test(`a relay that stands still and goes on loses nothing (${door.name})`, async (t) => {
    const room = new Gathering(3);
    const relay = await openRelay();
    t.after(() => relay.stop("SIGKILL"));
    const dialler = door.open(relay.origin);
    t.after(() => dialler.stop());
    for (const name of ["Ann", "Ben", "Cy", "Dee"]) {
      const tab = await enter({ name, salt: saltOf(relay), dialler, speed, heard: room.heard });
      t.after(() => tab.crash());
      room.guests.set(name, tab);
    }

    for (let stops = 0; stops < wantedStops; stops++) {
      await room.when("everybody is live", () => room.allLive());
      const echoes = room.acknowledged.size + room.draw(30);
      for (let words = 0; words < 40; words++) room.say(room.pick(room.guests.keys()));
      await room.when("part of a burst is acknowledged", () => room.acknowledged.size >= echoes);
      relay.process.kill("SIGSTOP");
      await room.when("everybody has noticed", () => room.noneLive());
      for (let words = 0; words < 10; words++) room.say(room.pick(room.guests.keys()));
      relay.process.kill("SIGCONT");
    }
    const account = await room.account();
    room.sameOrder();
    t.diagnostic(spell(account, `${wantedStops} stops of the relay`));
  });

  test(`a client that stands still and goes on loses nothing (${door.name})`, async (t) => {
    const room = new Gathering(4);
    const relay = await openRelay();
    t.after(() => relay.stop("SIGKILL"));
    const dialler = door.open(relay.origin);
    t.after(() => dialler.stop());
    const salt = saltOf(relay);
    for (const name of ["Ann", "Ben"]) {
      const tab = await enter({ name, salt, dialler, speed, heard: room.heard });
      t.after(() => tab.crash());
      room.guests.set(name, tab);
    }
    const { origin } = relay;
    const cy = await enterApart({ name: "Cy", door: door.name, origin, salt, speed, heard: room.heard });
    t.after(() => cy.crash());
    room.guests.set("Cy", cy);

    for (let stops = 0; stops < wantedStops; stops++) {
      await room.when("everybody is live", () => room.allLive());
      for (let words = 0; words < 20; words++) room.say(room.pick(room.guests.keys()));
      cy.freeze();
      // For longer than its own patience. What Cy is told to say meanwhile is said on waking up.
      const enough = room.acknowledged.size + 40;
      await room.talk(25, () => room.acknowledged.size < enough);
      cy.thaw();
    }
    const account = await room.account();
    room.sameOrder();
    t.diagnostic(spell(account, `${wantedStops} stops of a client`));
  });
}
