// How the page calls somebody who looks elsewhere, with the browser's notifications, sounds and badges replaced by a record
// of what was asked of them.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { generatePhrase } from "../../src/crypto/phrase.ts";
import { browserNames, Guest, launch, quit } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { fromMenu } from "./talk.ts";

interface Calls {
  asked: number;
  answer: "granted" | "denied";
  readonly shown: string[];
  tones: number;
  badge: number;
  away: boolean;
  /** The last notification. */
  last: EventTarget | null;
}

/** Runs in the page before its own script. */
function recordCalls(): void {
  const calls: Calls = { asked: 0, answer: "denied", shown: [], tones: 0, badge: 0, away: false, last: null };
  const quiet = (): void => {};
  class Notification extends EventTarget {
    static permission = "default";
    readonly close = quiet;
    constructor(title: string, { body }: { body: string }) {
      super();
      calls.shown.push(`${title}: ${body}`);
      calls.last = this;
    }
    static requestPermission(): Promise<string> {
      calls.asked++;
      Notification.permission = calls.answer;
      return Promise.resolve(calls.answer);
    }
  }
  class AudioContext {
    readonly currentTime = 0;
    readonly destination = {};
    readonly resume = (): Promise<void> => Promise.resolve();
    readonly createGain = (): object => ({
      gain: { setValueAtTime: quiet, exponentialRampToValueAtTime: quiet },
      connect: quiet,
    });
    readonly createOscillator = (): object => ({
      frequency: {},
      connect: quiet,
      start: () => calls.tones++,
      stop: quiet,
    });
  }
  Object.assign(globalThis, { calls, Notification, AudioContext });
  Object.defineProperty(document, "hidden", { get: () => calls.away });
  Object.defineProperty(navigator, "setAppBadge", {
    value: (count: number) => {
      calls.badge = count;
      return Promise.resolve();
    },
  });
}

for (const name of browserNames) {
  describe(`who looks elsewhere, in ${name}`, () => {
    let relay: RunningRelay;
    let browser: Browser;

    before(async () => {
      relay = await startRelay();
      browser = await launch(name);
    });
    after(async () => {
      await quit(browser);
      await relay.stop();
      relay.remove();
    });

    /** Changes some of the record, and tells the page that it is looked at or not. */
    function set(guest: Guest, changed: Partial<Calls>): Promise<void> {
      return guest.page.evaluate((wanted) => {
        Object.assign((globalThis as unknown as { calls: Calls }).calls, wanted);
        document.dispatchEvent(new Event("visibilitychange"));
      }, changed);
    }

    function calls(guest: Guest): Promise<Calls> {
      return guest.page.evaluate(() => (globalThis as unknown as { calls: Calls }).calls);
    }

    async function turn(guest: Guest, label: string): Promise<void> {
      await set(guest, { away: false });
      await fromMenu(guest, "Settings");
      await guest.page.evaluate((wanted) => {
        const all = [...document.querySelectorAll("dialog label")];
        const found = all.find((each) => each.textContent?.startsWith(wanted));
        found?.querySelector("input")?.click();
      }, label);
    }

    test("a person is called as far as they have asked for it, without a word of what was said unless they want it", async () => {
      const words = await generatePhrase((length) => crypto.getRandomValues(new Uint8Array(length)));
      const ann = await Guest.open(browser, relay.origin);
      await ann.page.evaluateOnNewDocument(recordCalls);
      await ann.page.reload();
      await ann.enter("Ann", words);
      const bob = await Guest.open(browser, relay.origin);
      await bob.enter("Bob", words);
      await ann.sees("Bob came in.");
      /** What Ann is told of when Bob says something while she looks elsewhere. */
      const whenAway = async (text: string, away = true): Promise<Calls> => {
        await set(ann, { away });
        const before = await calls(ann);
        await bob.say(text);
        await ann.sees(text);
        const now = await calls(ann);
        return { ...now, shown: now.shown.slice(before.shown.length), tones: now.tones - before.tones };
      };

      const unasked = await whenAway("unasked");
      assert.deepEqual([unasked.asked, unasked.shown, unasked.tones], [0, [], 0], "nothing comes unasked");
      assert.equal(unasked.badge, 1);
      assert.equal(await ann.page.title(), "(1) Secure Room");
      const icon = () => ann.page.$eval('link[rel="icon"]', ({ href }) => href.slice(0, 10));
      assert.equal(await icon(), "data:image");

      await turn(ann, "Notify me");
      await ann.sees("Your browser does not allow it.");
      assert.equal((await calls(ann)).badge, 0, "what was seen is not counted");
      assert.notEqual(await icon(), "data:image");
      await ann.press("Done");
      assert.deepEqual((await whenAway("still not allowed")).shown, []);

      await set(ann, { answer: "granted" });
      await turn(ann, "Notify me");
      await ann.until("leave to notify", () => localStorage.length === 1);
      await ann.press("Done");
      assert.equal((await calls(ann)).asked, 2, "asked at each click, and at no other time");
      assert.deepEqual((await whenAway("something private")).shown, ["Secure Room: There is a new message."]);
      assert.deepEqual((await whenAway("in her sight", false)).shown, []);

      await turn(ann, "Show name and text");
      await ann.press("Done");
      assert.deepEqual((await whenAway("something open")).shown, ["Bob: something open"]);

      await turn(ann, "Only when somebody mentions me");
      await ann.press("Done");
      assert.deepEqual((await whenAway("to nobody")).shown, []);
      assert.deepEqual((await whenAway("@Ann, to you")).shown, ["Bob: @Ann, to you"]);

      await turn(ann, "Play a sound");
      assert.equal((await calls(ann)).tones, 2, "it is heard once when it is chosen");
      await ann.press("Done");
      assert.equal((await whenAway("not to her")).tones, 0);
      assert.equal((await whenAway("@Ann, again")).tones, 2);
      assert.equal((await whenAway("@Ann, in her sight", false)).tones, 0);

      for (const { complaints } of [ann, bob]) assert.deepEqual(complaints, []);
      const { shown, tones } = await calls(ann);
      await ann.page.setOfflineMode(true);
      await relay.stop("SIGKILL");
      await ann.sees("Offline.");
      relay = await startRelay({ port: relay.port, certs: relay.certs });
      await bob.connected();
      for (const text of ["@Ann, are you there?", "until later"]) await bob.say(text);
      await bob.until("sent", () => document.querySelectorAll(".sending").length === 0);
      await set(ann, { away: true });
      await ann.page.setOfflineMode(false);
      await ann.sees("Back. 2 new messages.");
      const back = await calls(ann);
      assert.deepEqual(back.shown.slice(shown.length), ["Bob: @Ann, are you there?"], "told of once");
      assert.deepEqual([back.tones - tones, back.badge], [2, 2]);
      assert.equal(await ann.page.title(), "(2) Secure Room");
      const firstNew = () =>
        ann.page.$$eval(".rule.unread ~ .text", (texts) => texts.map(({ textContent }) => textContent));
      assert.deepEqual(await firstNew(), ["@Ann, are you there?"]);

      await set(ann, { away: false });
      await ann.press("Leave");
      await ann.confirm();
      await ann.sees("Start a new room");
      await ann.page.evaluate(() => {
        (globalThis as unknown as { calls: Calls }).calls.last?.dispatchEvent(new Event("click"));
      });
      assert.ok((await ann.text()).includes("Start a new room"), "a room that was left is none to go to");
      await ann.enter("Ann", words);
      await ann.connected();

      await ann.page.goto("about:blank");
      await bob.say("while the tab was gone");
      await bob.until("sent", () => document.querySelectorAll(".sending").length === 0);
      await ann.page.goto(relay.origin);
      await ann.connected();
      await ann.sees("while the tab was gone");
      assert.deepEqual(await firstNew(), ["while the tab was gone"]);
      for (const guest of [ann, bob]) await guest.leave();
    });
  });
}
