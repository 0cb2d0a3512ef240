// Nothing said is lost, in real browsers: offline, asleep, away for a while; and what a room agrees on.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { generatePhrase } from "../../src/crypto/phrase.ts";
import { account } from "./account.ts";
import { browserNames, Guest, launch, quit } from "./browsers.ts";
import { createPair } from "./pair.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { act, pointAt } from "./talk.ts";
import { startStrippingProxy, type StrippingProxy } from "./strip.ts";

const ways = ["WebSocket", "fallback"] as const;
type Way = (typeof ways)[number];

/** Where the page is opened: at the relay, or behind a proxy that lets no WebSocket through. */
async function openWay(way: Way, relay: RunningRelay): Promise<Pick<StrippingProxy, "origin" | "stop">> {
  if (way === "fallback") return startStrippingProxy(relay.port, relay.certs);
  return { origin: relay.origin, stop() {} };
}

for (const [name, way] of browserNames.flatMap((each) => ways.map((way) => [each, way] as const))) {
  describe(`nothing is lost in ${name} over ${way}`, () => {
    let relay: RunningRelay;
    let door: Pick<StrippingProxy, "origin" | "stop">;
    let browser: Browser;
    let words = "";
    const pair = createPair(inRoom);

    before(async () => {
      browser = await launch(name);
      relay = await startRelay();
      door = await openWay(way, relay);
    });
    beforeEach(async () => {
      words = await generatePhrase((length) => crypto.getRandomValues(new Uint8Array(length)));
    });
    after(async () => {
      await quit(browser);
      door.stop();
      await relay.stop();
      relay.remove();
    });

    async function inRoom(guest: string, phrase = words): Promise<Guest> {
      const opened = await Guest.comeIn(browser, door.origin, guest, phrase);
      const inUse = await opened.page.$eval(".way", (each) => each.textContent);
      assert.equal(inUse, way);
      return opened;
    }

    test("a browser that goes offline keeps what is typed, and both sides are whole when it is back", async (t) => {
      const { ann, bob } = await pair.take();
      await ann.say("said bevore");
      await bob.sees("said bevore");
      await ann.page.setOfflineMode(true);
      // A browser in offline mode keeps open sockets; a sleeping machine does not.
      await relay.stop("SIGKILL");
      await ann.sees("Offline.");
      await ann.say("typed offline 1");
      await ann.say("typed by mistake");
      await ann.say("typed ofline 2");
      await ann.sees("Offline. 3 messages will be sent.");
      await pointAt(ann, "typed by mistake");
      await ann.page.keyboard.press("Enter");
      await ann.until("a menu", () => document.querySelector(".menu")?.textContent === "Copy textEditDelete");
      await ann.page.keyboard.press("Escape");
      await ann.say("typed in haste");
      for (const [text, left] of [
        ["typed by mistake", 3],
        ["typed in haste", 2],
      ] as const) {
        await act(ann, text, "Delete");
        await ann.sees("Take this message back?");
        await ann.confirm();
        await ann.sees(`Offline. ${left} messages will be sent.`);
      }
      const newest = await ann.page.$$eval(".newest-own .text", (all) => all.map((each) => each.textContent));
      assert.deepEqual(newest, ["typed ofline 2"]);
      await act(ann, "typed ofline 2", "Edit");
      await ann.fill(".composer textarea", "typed offline 2");
      await ann.click(".send");
      await ann.sees("typed offline 2");
      await act(ann, "said bevore", "Edit");
      await ann.fill(".composer textarea", "said before");
      await ann.click(".send");
      await ann.sees("Offline. 3 messages will be sent.");
      relay = await startRelay({ port: relay.port, certs: relay.certs });
      await bob.connected();
      await bob.say("said meanwhile");
      await bob.until("sent", () => document.querySelector(".delivery")?.textContent === "sent");
      assert.deepEqual(await ann.messages(), ["said before", "typed offline 1", "typed offline 2"]);
      await ann.page.setOfflineMode(false);
      await ann.sees("Back. 1 new message.");
      await bob.sees("typed offline 2");
      await bob.sees("said before");
      await account(t, [ann, bob], ["said before", "said meanwhile", "typed offline 1", "typed offline 2"]);
      assert.doesNotMatch(await bob.text(), /missing|by mistake|in haste|ofline/);
      await pair.giveBack();
    });

    test("a room outlives a relay that is killed, as long as one tab is open", async (t) => {
      const ann = await inRoom("Ann");
      const bob = await inRoom("Bob");
      await ann.say("before the kill");
      await bob.sees("before the kill");
      await bob.leave();
      await relay.stop("SIGKILL");
      await ann.sees("Offline.");
      relay = await startRelay({ port: relay.port, certs: relay.certs });
      await ann.sees("Back.");
      const cleo = await inRoom("Cleo");
      await cleo.sees("before the kill");
      await account(t, [ann, cleo], ["before the kill"]);
      await ann.leave();
      await cleo.leave();
    });

    test("a latecomer is told how much was said before", async (t) => {
      const ann = await inRoom("Ann");
      for (const text of ["one", "two", "three"]) await ann.say(text);
      await ann.until("sent", () => document.querySelectorAll(".own.sent").length === 3);
      const bob = await inRoom("Bob");
      await bob.sees("3 earlier messages");
      await account(t, [ann, bob], ["one", "two", "three"]);
      await ann.leave();
      await bob.leave();
    });

    test("who tells what is seen sees what others have seen, and nobody else", async () => {
      const { ann, bob } = await pair.take();
      await ann.say("hello");
      await bob.sees("hello");
      for (const guest of [ann, bob]) {
        await guest.page.bringToFront();
        await guest.click(".setting.check");
      }
      await ann.sees("seen by 1");
      for (const guest of [ann, bob]) await guest.click(".setting.check");
      await pair.giveBack();
    });

    test("disappearing messages are switched on for everybody, and the room is told", async () => {
      const { ann, bob } = await pair.take();
      await ann.page.bringToFront();
      await ann.page.focus(".setting select");
      for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp"] as const)
        await ann.page.keyboard.press(key);
      await ann.press("Set for everybody");
      await bob.sees("made messages disappear after 5 minutes");
      const notices = await bob.page.$$eval(".notice", (all) => all.map(({ textContent }) => textContent));
      assert.equal(notices.join().split("made messages").length, 2, "no step on the way was set");
      assert.equal(
        await ann.page.$eval(".setting select", (field) => field === document.activeElement),
        true,
      );
      assert.equal(await bob.page.$eval(".setting select", (field) => field.value), "300");
      await pair.leave();
    });
  });
}

// Only Chromium can be told to freeze a tab.
for (const way of browserNames.includes("chromium") ? ways : []) {
  test(`a frozen tab has everything when it thaws, over ${way}`, async (t) => {
    const browser = await launch("chromium");
    t.after(() => quit(browser));
    const relay = await startRelay();
    const door = await openWay(way, relay);
    const words = await generatePhrase((length) => crypto.getRandomValues(new Uint8Array(length)));
    const ann = await Guest.open(browser, door.origin);
    await ann.enter("Ann", words);
    const bob = await Guest.open(browser, door.origin);
    await bob.enter("Bob", words);
    const lifecycle = await ann.page.createCDPSession();
    await lifecycle.send("Page.setWebLifecycleState", { state: "frozen" });
    const said = Array.from({ length: 20 }, (_, index) => `while you slept ${index}`);
    for (const text of said) await bob.say(text);
    await bob.until("all sent", () => document.querySelectorAll(".own.sent").length === 20);
    await lifecycle.send("Page.setWebLifecycleState", { state: "active" });
    // To freeze it has hidden it: a window that comes out of the icons is looked at again, and the page hears of it.
    const { windowId } = await lifecycle.send("Browser.getWindowForTarget");
    for (const windowState of ["minimized", "normal"] as const)
      await lifecycle.send("Browser.setWindowBounds", { windowId, bounds: { windowState } });
    await ann.until("in sight", () => !document.hidden);
    await ann.sees("while you slept 19");
    await account(t, [ann, bob], said);
    door.stop();
    await relay.stop();
    relay.remove();
  });
}
