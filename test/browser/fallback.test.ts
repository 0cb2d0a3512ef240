// People behind a proxy that strips the upgrade, in real browsers: they talk through the fallback.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { generatePhrase } from "../../src/crypto/phrase.ts";
import { browserNames, Guest, launch, quit } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { startStrippingProxy, type StrippingProxy } from "./strip.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

for (const name of browserNames) {
  describe(`in ${name}, without WebSockets`, () => {
    let relay: RunningRelay;
    let proxy: StrippingProxy;
    let browser: Browser;

    before(async () => {
      browser = await launch(name);
      relay = await startRelay();
      proxy = await startStrippingProxy(relay.port, relay.certs);
    });
    after(async () => {
      await quit(browser);
      proxy.stop();
      await relay.stop();
      relay.remove();
    });

    async function inRoom(guest: string, words: string, origin = proxy.origin): Promise<Guest> {
      const opened = await Guest.open(browser, origin);
      await opened.enter(guest, words);
      return opened;
    }

    test("people talk through the fallback, with somebody on a WebSocket, and over a reload", async () => {
      const words = await generatePhrase(random);
      const ann = await inRoom("Ann", words);
      const bob = await inRoom("Bob", words);
      const cyd = await inRoom("Cyd", words, relay.origin);
      assert.ok(proxy.upgrades >= 2);
      assert.deepEqual(proxy.posts.slice(0, 2), ["join", "join"]);
      await ann.say("from Ann");
      await bob.sees("from Ann");
      await bob.say("from Bob 🦊");
      await cyd.sees("from Bob 🦊");
      await cyd.say("from Cyd");
      await ann.sees("from Cyd");
      const long = "long ".repeat(3_000).trim();
      await ann.say(long);
      const said = ["from Ann", "from Bob 🦊", "from Cyd", long];
      for (const each of [ann, bob, cyd]) {
        await each.sees(long);
        assert.deepEqual(await each.messages(), said);
      }
      const upgrades = proxy.upgrades;
      await ann.page.reload();
      await ann.connected();
      assert.ok(proxy.upgrades > upgrades, "a reloaded tab tries a WebSocket again");
      await ann.sees("from Ann");
      await ann.say("back again");
      for (const each of [bob, cyd]) {
        await each.sees("back again");
        assert.deepEqual(await each.messages(), [...said, "back again"]);
        assert.ok(!(await each.text()).includes("Ann (2)"));
      }
      await bob.press("Leave");
      await bob.confirm();
      await cyd.sees("Bob left.");
      for (const each of [ann, bob, cyd]) await each.leave();
    });

    test("a taken name is a question there too", async () => {
      const words = await generatePhrase(random);
      const ann = await inRoom("Ann", words);
      const other = await Guest.open(browser, proxy.origin);
      await other.fill("#name", "ANN");
      await other.fill("#phrase", words);
      await other.press("Enter the room");
      await other.sees("Someone here is already called ANN.");
      await other.fill(".decision input", "Anna");
      await other.press("Use this name");
      await other.connected();
      await other.say("Hello from Anna");
      await ann.sees("Hello from Anna");
      for (const each of [ann, other]) await each.leave();
    });

    test("while the relay is away what is said waits, and goes out when it is back", async () => {
      const words = await generatePhrase(random);
      const own = await startRelay();
      const strip = await startStrippingProxy(own.port, own.certs);
      const ann = await inRoom("Ann", words, strip.origin);
      const bob = await inRoom("Bob", words, strip.origin);
      await own.stop();
      await ann.sees("The host has stopped the server.");
      await ann.say("said offline");
      await ann.sees("Offline. 1 message will be sent.");
      const again = await startRelay({ port: own.port, certs: own.certs });
      await bob.sees("said offline");
      assert.deepEqual(await bob.messages(), ["said offline"]);
      await ann.sees("sent");
      for (const each of [ann, bob]) await each.leave();
      strip.stop();
      await again.stop();
      again.remove();
    });
  });
}
