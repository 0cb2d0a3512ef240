// Three relays behind one balancer, one of them killed and brought back while everybody talks: what was acknowledged is on
// every screen once, files stay with their rooms, and rooms whose relay has lived have not moved.

import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { type RunningRelay, startRelay } from "../browser/relay.ts";
import { openEitherWay } from "../faults/doors.ts";
import { Gathering } from "../faults/gathering.ts";
import { enter, type Tab } from "../faults/guest.ts";
import { freePort, saltOf } from "../faults/relays.ts";
import { getFile, putFile } from "./files.ts";
import { type ProxyName, startProxy } from "./proxies.ts";

const rooms = 60;
const addresses = ["192.0.2.11:3000", "192.0.2.12:3000", "192.0.2.13:3000"];
/** Long enough that rooms settle where they belong, short enough that a test may wait for it. */
const connectionAge = ["--connection-age", "3s"];

const kinds: readonly {
  readonly name: ProxyName;
  readonly file: string;
  readonly flags: readonly string[];
}[] = [
  { name: "haproxy", file: "haproxy-cluster.cfg", flags: [] },
  { name: "nginx", file: "nginx-cluster.conf", flags: connectionAge },
  { name: "caddy", file: "Caddyfile.cluster", flags: connectionAge },
];

/** Relays with the salt and the certificate of the first. */
async function openRelays(t: TestContext, folder: string, flags: readonly string[]) {
  const generous = [
    "--message-rate",
    "0",
    "--byte-rate",
    "0",
    "--max-connections-per-ip",
    "0",
    "--file-share",
    "0",
  ];
  const [salt = "", cert = "", key = ""] = ["salt", "cert.pem", "key.pem"].map((name) =>
    join(folder, "0", name),
  );
  const relays: (RunningRelay & { again(): Promise<void> })[] = [];
  for (const [index] of addresses.entries()) {
    const certs = join(folder, String(index));
    const port = await freePort();
    const shared = index === 0 ? [] : ["--salt-file", salt, "--cert", cert, "--key", key];
    const open = () =>
      startRelay({ certs, port, flags: [...generous, "--trust-proxy", ...shared, ...flags] });
    let relay = await open();
    relays.push({
      ...relay,
      stop: (signal) => relay.stop(signal),
      async again() {
        relay = await open();
      },
    });
    t.after(() => relay.stop("SIGKILL"));
  }
  return relays;
}

for (const [index, { name, file, flags }] of kinds.entries()) {
  test(`three relays behind ${name}: ${rooms} rooms with files outlive one that is killed and comes back`, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), "secure-room-cluster-"));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const relays = await openRelays(t, folder, flags);
    const [first = assert.fail()] = relays;
    const proxy = await startProxy(name, file, first.certs, {
      ...Object.fromEntries(addresses.map((address, at) => [address, `127.0.0.1:${relays[at]?.port ?? 0}`])),
      [`/etc/${name}/relays.pem`]: join(folder, "0", "cert.pem"),
    });
    t.after(() => proxy.stop());
    const dialler = openEitherWay(proxy.origin, 5, () => {});
    t.after(() => dialler.stop());

    const gatherings = Array.from({ length: rooms }, (_, at) => new Gathering(1000 * (index + 1) + at));
    const come = async (at: number, guest: string) => {
      const room = gatherings[at] ?? assert.fail();
      const phrase = `maple river ${at}`;
      const tab = await enter({
        name: guest,
        salt: saltOf(first),
        phrase,
        dialler,
        speed: 5,
        heard: room.heard,
      });
      t.after(() => tab.crash());
      room.guests.set(guest, tab);
    };
    await Promise.all(gatherings.flatMap((_, at) => [come(at, "Ann"), come(at, "Bob")]));
    await Promise.all(gatherings.map((room) => room.when("both are in", () => room.allLive())));
    for (const room of gatherings) room.say("Ann");
    for (const room of gatherings) await room.account();
    const logs = new Map(gatherings.map((room) => [room, logOf(room)]));
    const files = await Promise.all(gatherings.map((room) => putFile(proxy.origin, seatOf(room))));

    let isOver = false;
    const talks = gatherings.map((room) => room.talk(600, () => !isOver));
    await pause(500);
    await first.stop("SIGKILL");
    await pause(2_000);
    await first.again();
    // The balancer has to see it, and newcomers of rooms that have moved come meanwhile.
    await pause(7_000);
    await Promise.all(gatherings.map((_, at) => come(at, "Cyd")));
    await pause(4_000);
    isOver = true;
    await Promise.all(talks);

    let [lost, doubled, onScreens, moved, kept] = [0, 0, 0, 0, 0];
    for (const [at, room] of gatherings.entries()) {
      const account = await room.account();
      lost += account.lost;
      doubled += account.doubled;
      onScreens += account.onScreens;
      const hasMoved = logOf(room) !== logs.get(room);
      if (hasMoved) moved++;
      if (hasMoved) continue;
      kept++;
      assert.ok(
        await getFile(proxy.origin, seatOf(room), files[at] ?? assert.fail()),
        `the file of room ${at} is there`,
      );
    }
    assert.deepEqual({ lost, doubled }, { lost: 0, doubled: 0 });
    // Those of the killed relay, about a third, and no others.
    assert.ok(moved > 0 && moved < rooms / 2, `${moved} of ${rooms} rooms have moved`);
    t.diagnostic(
      `${rooms} rooms, ${moved} moved, ${kept} files in place, ${onScreens} messages on screens: ${lost} lost, ${doubled} doubled`,
    );
  });
}

/** The log that everybody in the room is in. */
function logOf(room: Gathering): string {
  const logs = new Set([...room.guests.values()].map((tab) => (tab as Tab).saved().seen?.log ?? ""));
  assert.equal(logs.size, 1, "everybody is in one log");
  const [log = ""] = logs;
  return log;
}

function seatOf(room: Gathering): { readonly roomId: string; readonly seat: string } {
  const [tab] = room.guests.values();
  return (tab as Tab).saved();
}
