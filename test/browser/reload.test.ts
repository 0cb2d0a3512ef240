// What survives a reload, in real browsers: what is typed, what is said and not sent, the seat; and what a copy of a tab
// must not take along.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test, type TestContext } from "node:test";
import type { Browser, Page } from "puppeteer-core";
import { stayedAfterMs } from "../../src/protocol/limits.ts";
import { inviteLink } from "../../src/session/invite.ts";
import { account } from "./account.ts";
import { browserNames, Guest, launch, newWords, quit } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { startStrippingProxy, type StrippingProxy } from "./strip.ts";
import { act } from "./talk.ts";

/** A tab that is hidden, as far as the page can tell. */
function hide(page: Page): Promise<void> {
  return page.evaluate(() => {
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
}

/** Loads the page anew, and answers with `answer` if the browser asks whether to go. Gives what it has asked. */
async function reload(page: Page): Promise<string[]> {
  const asked: string[] = [];
  page.once("dialog", (dialog) => {
    asked.push(dialog.type());
    void dialog.accept();
  });
  await page.reload();
  page.removeAllListeners("dialog");
  return asked;
}

for (const name of browserNames) {
  describe(`a tab in ${name}`, () => {
    let relay: RunningRelay;
    let proxy: StrippingProxy;
    let browser: Browser;
    let words = "";

    before(async () => {
      browser = await launch(name);
      relay = await startRelay();
      proxy = await startStrippingProxy(relay.port, relay.certs, () => "passed");
    });
    beforeEach(async () => {
      words = await newWords();
    });
    after(async () => {
      await quit(browser);
      proxy.stop();
      await relay.stop();
      relay.remove();
    });

    async function inRoom(t: TestContext, guest: string): Promise<Guest> {
      const opened = await Guest.open(browser, proxy.origin);
      t.after(() => opened.leave());
      await opened.enter(guest, words);
      return opened;
    }

    /** Nobody gets into a room, though the page is served. */
    async function cutOff(t: TestContext, guest: Guest): Promise<void> {
      proxy.shut();
      t.after(() => proxy.unshut());
      await guest.sees("Offline.");
    }

    const draftOf = (guest: Guest) => guest.page.$eval(".composer textarea", (field) => field.value);

    test("waits for the name of somebody who is away, and tries it again, unless another is being typed", async (t) => {
      const gone = await Guest.open(browser, proxy.origin);
      await gone.enter("Ann", words);
      await gone.leave();
      const ann = await Guest.open(browser, proxy.origin);
      t.after(() => ann.leave());
      await ann.fill("#name", "Ann");
      await ann.fill("#phrase", words);
      await ann.press("Enter the room");
      const waits = /the name is free again in (\d+) seconds, and is then tried again/;
      await ann.sees("the name is free again in");
      const seconds = Number(waits.exec(await ann.text())?.[1]);
      assert.ok(seconds > 0 && seconds <= 60, `${seconds} s`);
      await ann.page.evaluate((from) => {
        (document.querySelector(".decision") as HTMLElement).dataset["first"] = String(from);
      }, seconds);
      await ann.until("it counts", () => {
        const first = document.querySelector<HTMLElement>("[data-first]");
        const now = Number(/in (\d+) seconds/.exec(first?.textContent ?? "")?.[1]);
        return now < Number(first?.dataset["first"]);
      });
      const minuteLater = () =>
        ann.page.evaluate(() => {
          const { now } = Date;
          Date.now = () => now() + 60_000;
        });
      await minuteLater();
      // The relay's clock is not the page's: it asks to wait once more.
      await ann.until(
        "it has tried again",
        () => document.querySelector(".decision:not([data-first])") !== null,
      );
      await ann.sees("the name is free again in");
      await ann.fill(".decision input", "Anna");
      await minuteLater();
      await ann.until(
        "nothing is left to wait for",
        () => !document.body.innerText.includes("free again in"),
      );
      assert.equal(await ann.page.$eval(".decision input", (field) => field.value), "Anna");
      await ann.press("Use this name");
      await ann.connected();
      await ann.say("Hello from Anna");
      await ann.sees("Hello from Anna");
    });

    test("keeps over a reload what is typed and not yet said, and what it answers", async (t) => {
      const ann = await inRoom(t, "Ann");
      await ann.say("Who comes?");
      await ann.until("sent", () => document.querySelector(".own.sent") !== null);
      await act(ann, "Who comes?", "Reply");
      await ann.say("/search who");
      await ann.sees("1 of 1");
      await ann.fill(".composer textarea", "half\na\nsentence");
      assert.deepEqual(await reload(ann.page), []);
      await ann.connected();
      assert.equal(await draftOf(ann), "half\na\nsentence");
      await ann.until(
        "all lines",
        () => (document.querySelector<HTMLElement>(".composer textarea")?.clientHeight ?? 0) > 70,
      );
      await ann.sees("Replying to");
      await ann.click(".send");
      await ann.until("an answer", () => document.querySelector(".own.sent button.quote") !== null);
    });

    test("keeps over a reload what is said and not sent, and sends it once a proxy's Retry-After is over", async (t) => {
      const ann = await inRoom(t, "Ann");
      const bob = await inRoom(t, "Bob");
      await cutOff(t, ann);
      for (const text of ["one", "two"]) await ann.say(text);
      await ann.fill(".composer textarea", "three");
      await reload(ann.page);
      await ann.sees("Offline. 2 messages will be sent.");
      assert.deepEqual([await ann.messages(), await draftOf(ann)], [["one", "two"], "three"]);
      proxy.unshut();
      await bob.sees("two");
      await ann.connected();
      await ann.click(".send");
      await bob.sees("three");
      await account(t, [ann, bob], ["one", "two", "three"]);
    });

    test("keeps what is unsent where the storage is nearly full, and the browser asks before more is lost", async (t) => {
      const ann = await inRoom(t, "Ann");
      await cutOff(t, ann);
      for (const text of ["one", "two"]) await ann.say(text);
      await ann.fill(".composer textarea", "too long for this storage ".repeat(400));
      // As full as it gets, but for 4 KiB.
      await ann.page.evaluate(() => {
        let text = "x".repeat(2 ** 23);
        for (let step = 2 ** 22; step >= 1; step /= 2) {
          try {
            sessionStorage.setItem("other", text);
            text += "x".repeat(step);
          } catch {
            text = text.slice(0, -step);
          }
        }
        sessionStorage.setItem("other", text.slice(0, -4_096));
      });
      assert.deepEqual(await reload(ann.page), ["beforeunload"]);
      await ann.sees("Offline. 2 messages will be sent.");
      assert.deepEqual([await ann.messages(), await draftOf(ann)], [["one", "two"], ""]);
      await ann.page.evaluate(() => sessionStorage.removeItem("other"));
      proxy.unshut();
      await ann.until("sent", () => document.querySelectorAll(".own.sent").length === 2);
    });

    test("that does not come about leaves nothing in storage after a while", async (t) => {
      const ann = await inRoom(t, "Ann");
      await ann.page.bringToFront();
      await ann.until("nothing is stored", () => sessionStorage.length === 0);
      // As for a download: the page is asked, and stays.
      const stored = await ann.page.evaluate((soonMs) => {
        const wait = setTimeout;
        const sooner = (run: () => void, ms?: number) => wait(run, ms === soonMs ? 0 : ms);
        Object.assign(globalThis, { setTimeout: sooner });
        dispatchEvent(new Event("beforeunload", { cancelable: true }));
        return sessionStorage.length;
      }, stayedAfterMs);
      assert.equal(stored, 1, "the page may end without another word");
      await ann.until("nothing is stored", () => sessionStorage.length === 0);
    });

    test("that follows an invitation to another room sends what was unsent in the first behind it, over a reload too", async (t) => {
      const ann = await inRoom(t, "Ann");
      const bob = await inRoom(t, "Bob");
      await cutOff(t, ann);
      for (const text of ["one", "two"]) await ann.say(text);
      await ann.page.goto(inviteLink(proxy.origin, await newWords()));
      await ann.sees("The words came with your link.");
      await reload(ann.page);
      proxy.unshut();
      await bob.sees("two");
      await ann.connected();
      await account(t, [ann, bob], ["one", "two"]);
    });

    test("that is a copy leaves the first one its seat, and asks for another name", async (t) => {
      const ann = await inRoom(t, "Ann");
      const bob = await inRoom(t, "Bob");
      await ann.fill(".composer textarea", "half a sentence");
      await hide(ann.page);
      const context = ann.page.browserContext();
      await ann.page.evaluate(() => void open("/"));
      await ann.until("hidden", () => document.hidden);
      const other = await copyOf(ann.page);
      assert.equal((await context.pages()).length, 2);
      await other.bringToFront();
      // Not at each frame that is drawn: a tab that is not in front yet draws none.
      await other.waitForFunction(
        () => document.body.innerText.includes("This room is open in another tab, as Ann."),
        { polling: 100 },
      );
      await other.locator("#name").fill("Anna");
      await other.click("button.primary");
      await other.waitForFunction(() => document.querySelector('[data-state="live"]') !== null, {
        polling: 100,
      });
      assert.equal(await other.$eval(".composer textarea", (field) => field.value), "");
      await bob.sees("Anna came in.");
      await ann.say("still here");
      await bob.sees("still here");
      assert.ok(await ann.page.$('[data-state="live"]'));
    });

    test("that comes back from the browser's cache goes on, and starts anew when another page was there meanwhile", async (t) => {
      const ann = await inRoom(t, "Ann");
      await ann.fill(".composer textarea", "half a sentence");
      const sleepAndWake = (between: string | null) =>
        ann.page.evaluate((other) => {
          dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true }));
          if (other !== null) sessionStorage.setItem("secure-room", other);
          dispatchEvent(new PageTransitionEvent("pageshow", { persisted: true }));
          Object.assign(globalThis, { isSamePage: true });
        }, between);
      await sleepAndWake(null);
      await ann.until("out of storage", () => sessionStorage.length === 0);
      assert.ok(await ann.page.evaluate(() => "isSamePage" in globalThis));
      assert.equal(await draftOf(ann), "half a sentence");
      // What stands in storage now is not what this page has put.
      await sleepAndWake("{}");
      await ann.until("a new page", () => !("isSamePage" in globalThis));
    });

    test("that is left says what was not sent, before", async (t) => {
      const ann = await inRoom(t, "Ann");
      await cutOff(t, ann);
      for (const text of ["one", "two"]) await ann.say(text);
      await ann.press("Leave");
      await ann.sees("2 messages were not sent yet. If you leave now, they are lost.");
      await ann.press("Stay");
      assert.deepEqual(await ann.messages(), ["one", "two"]);
    });
  });
}

/** The page that this one has opened. */
async function copyOf(page: Page): Promise<Page> {
  for (;;) {
    const other = (await page.browserContext().pages()).find((each) => each !== page);
    if (other !== undefined) return other;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
