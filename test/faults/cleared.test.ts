// SIGUSR2 to the program as users get it: everything that it keeps is gone, and who is in a room talks on.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { request } from "node:https";
import { test } from "node:test";
import type { SavedSession } from "../../src/session/world.ts";
import { doors } from "./doors.ts";
import { Gathering } from "./gathering.ts";
import { enter, type Tab } from "./guest.ts";
import { freePort, openRelay, saltOf } from "./relays.ts";
import type { RunningRelay } from "../browser/relay.ts";

/** One request for a file of the room that `saved` is in; gives the status. */
async function askFile(
  relay: RunningRelay,
  method: string,
  { roomId, seat }: SavedSession,
  body = "",
): Promise<number> {
  const path = `${relay.origin}/room/${roomId}/file/${"A".repeat(22)}`;
  const headers = { Authorization: `Bearer ${seat}`, "Content-Length": body.length };
  const asked = request(path, { method, headers, rejectUnauthorized: false, agent: false }).end(body);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.resume();
  return response.statusCode ?? 0;
}

/** What `/metrics` says under a name. */
async function measure(relay: RunningRelay): Promise<(name: string) => number> {
  const [port] = /(?<="metricsPort":)\d+/.exec(relay.output()) ?? [];
  const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return (name) => Number(new RegExp(`^secure_room_${name} (\\S+)$`, "m").exec(text)?.[1]);
}

async function cleared(relay: RunningRelay): Promise<string> {
  const pattern = /\{.*"event":"cleared".*\}/;
  assert.ok(relay.process.kill("SIGUSR2"));
  while (!pattern.test(relay.output())) await once(relay.process.stderr ?? assert.fail(), "data");
  return pattern.exec(relay.output())?.[0] ?? "";
}

function textsOf(tab: Tab): string[] {
  return tab.screen.messages.map(({ text }) => text);
}

for (const door of doors) {
  test(
    `after SIGUSR2 nothing is left of what was said, members talk on, and a restart brings only later words back (${door.name})`,
    { skip: process.platform === "win32" },
    async (t) => {
      const port = await freePort();
      const flags = ["--metrics-port", "0", "--log-level", "info"];
      let relay = await openRelay({ port, flags });
      t.after(() => relay.stop("SIGKILL"));
      const dialler = door.open(relay.origin);
      t.after(() => dialler.stop());
      const room = new Gathering(7);
      const join = async (name: string): Promise<Tab> => {
        const tab = await enter({ name, salt: saltOf(relay), dialler, speed: 1, heard: room.heard });
        t.after(() => tab.crash());
        room.guests.set(name, tab);
        await room.when(`${name} is live`, () => tab.screen.status.state === "live");
        return tab;
      };
      const hear = (tab: Tab, text: string) => room.when(text, () => textsOf(tab).includes(text));

      const [ann, ben] = [await join("Ann"), await join("Ben")];
      const empty = await measure(relay);
      for (let words = 0; words < 20; words++) room.say("Ann");
      room.say("Ben");
      await room.when("everything is kept and everybody has it", () => {
        return room.acknowledged.size === 21 && [ann, ben].every((tab) => textsOf(tab).length === 21);
      });
      assert.equal(await askFile(relay, "PUT", ann.saved(), "sealed"), 201);
      const full = await measure(relay);
      assert.ok(full("log_bytes") > empty("log_bytes") && full("file_bytes") > 0);

      const line = JSON.parse(await cleared(relay)) as Record<string, unknown>;
      assert.deepEqual([line["level"], line["messages"], line["files"]], ["warn", 21, 1]);
      const after = await measure(relay);
      for (const name of ["log_bytes", "file_bytes", "files", "rooms", "seats"])
        assert.equal(after(name), empty(name), name);
      assert.equal(after("clearings_total"), 1);
      assert.equal(await askFile(relay, "GET", ben.saved()), 404);

      const fresh = room.say("Ann");
      await hear(ben, fresh);
      assert.equal(textsOf(ben).length, 22);
      assert.deepEqual(textsOf(await join("Cy")), [fresh]);

      await relay.stop("SIGTERM");
      relay = await openRelay({ port, flags });
      await room.when("everybody is back", () => room.allLive());
      const later = room.say("Ben");
      for (const tab of [ann, ben]) await hear(tab, later);
      const dora = await join("Dora");
      await hear(dora, fresh);
      await hear(dora, later);
      assert.deepEqual(textsOf(dora), [fresh, later]);
    },
  );
}
