// Each proxy that README shows, in front of one relay: rooms over WebSockets and over the fallback, files, and limits that
// see who really calls.

import assert from "node:assert/strict";
import { once } from "node:events";
import { Agent } from "node:https";
import { test } from "node:test";
import { WebSocket } from "ws";
import { encodeText } from "../../src/protocol/control.ts";
import { subprotocol } from "../../src/protocol/limits.ts";
import { doors } from "../faults/doors.ts";
import { Gathering } from "../faults/gathering.ts";
import { enter } from "../faults/guest.ts";
import { freePort, openRelay, saltOf } from "../faults/relays.ts";
import { joinOf, testRoom } from "../server/support.ts";
import { ask, getFile, putFile } from "./files.ts";
import { type ProxyName, startProxy } from "./proxies.ts";

const files: readonly (readonly [ProxyName, string])[] = [
  ["nginx", "nginx.conf"],
  ["caddy", "Caddyfile"],
  ["haproxy", "haproxy.cfg"],
];

for (const [index, [name, file]] of files.entries()) {
  test(`behind ${name} people talk both ways, send files, and are limited each by their own address`, async (t) => {
    const port = await freePort();
    // Three tabs and two sockets of one address at most, whatever it says of itself.
    const flags = ["--no-tls", "--trust-proxy", "--max-connections-per-ip", "5"];
    const own = await openRelay();
    const relay = await openRelay({ port, flags });
    const proxy = await startProxy(name, file, own.certs, { "127.0.0.1:3000": `127.0.0.1:${port}` });
    t.after(async () => {
      await proxy.stop();
      for (const each of [own, relay]) await each.stop();
    });

    const page = await ask(`${proxy.origin}/`);
    assert.equal(page.status, 200);
    assert.match(page.body.toString(), /<!doctype html>/i);
    assert.match(page.hsts ?? "", /max-age=31536000/);

    const room = new Gathering(900 + index);
    const salt = saltOf(relay);
    const diallers = doors.map((door) => door.open(proxy.origin));
    for (const [at, dialler] of diallers.entries()) {
      const guest = ["Ann", "Bob"][at] ?? assert.fail();
      room.guests.set(guest, await enter({ name: guest, salt, dialler, speed: 1, heard: room.heard }));
    }
    await room.when("both are in", () => room.allLive());
    for (let count = 0; count < 20; count++) room.say(count % 2 === 0 ? "Ann" : "Bob");
    const { lost, doubled, onScreens } = await room.account();
    assert.deepEqual({ lost, doubled, onScreens }, { lost: 0, doubled: 0, onScreens: 40 });
    room.sameOrder();

    const files = testRoom(`files of ${name}`);
    const ann = new WebSocket(`${proxy.origin.replace("https", "wss")}/room/${files.id}`, subprotocol, {
      rejectUnauthorized: false,
      origin: proxy.origin,
    });
    await once(ann, "open");
    ann.send(encodeText(joinOf(files, "ann")));
    await once(ann, "message");
    const place = { roomId: files.id, seat: joinOf(files, "ann").seat };
    assert.ok(await getFile(proxy.origin, place, await putFile(proxy.origin, place, 3 * 2 ** 20)));

    // Ann, Bob and this socket are three; two more may come from here, the next may not, and from elsewhere it may.
    const upgrade = (headers: Record<string, string>, localAddress = "127.0.0.1") =>
      new WebSocket(`${proxy.origin.replace("https", "wss")}/room/${files.id}`, subprotocol, {
        agent: new Agent({ localAddress, rejectUnauthorized: false }),
        headers,
      });
    const more = [upgrade({}), upgrade({ "X-Forwarded-For": "203.0.113.9" })];
    await Promise.all(more.map((each) => once(each, "open")));
    const [refused] = await once(upgrade({ "X-Forwarded-For": "203.0.113.10" }), "error");
    assert.match(String(refused), /429/);
    const elsewhere = upgrade({}, "127.0.0.2");
    await once(elsewhere, "open");
    for (const each of [ann, elsewhere, ...more]) each.terminate();
    for (const guest of room.guests.values()) guest.crash();
    for (const each of diallers) each.stop();
  });
}
