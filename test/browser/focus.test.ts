// Where the keyboard stands: what comes and goes on the page must not take the focus away from what stays.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test, type TestContext } from "node:test";
import type { Browser } from "puppeteer-core";
import { browserNames, Guest, launch, newWords, quit } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { startStrippingProxy, type StrippingProxy } from "./strip.ts";
import { act, fromMenu, pointAt } from "./talk.ts";

/** What has the focus, by the classes around it and what it says. */
function focused(guest: Guest): Promise<string> {
  return guest.page.evaluate(() => {
    const { activeElement } = document;
    return `${activeElement?.className} ${activeElement?.firstChild?.textContent}`;
  });
}

async function focus(guest: Guest, selector: string): Promise<void> {
  await guest.page.bringToFront();
  await guest.page.$eval(selector, (element) => (element as HTMLElement).focus());
}

for (const name of browserNames) {
  describe(`the focus in ${name}`, () => {
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

    async function inRoom(t: TestContext, guest: string, where = words): Promise<Guest> {
      const opened = await Guest.open(browser, proxy.origin);
      t.after(() => opened.leave());
      await opened.enter(guest, where);
      return opened;
    }

    test("stays on a reaction that changes, and on its message when it goes", async (t) => {
      const [ann, bob] = [await inRoom(t, "Ann"), await inRoom(t, "Bob")];
      await bob.say("hello all");
      await act(ann, "hello all", "👍");
      await act(bob, "hello all", "👍");
      const counts = (count: string) =>
        ann.until(
          `${count} reactions`,
          (wanted) => document.querySelector(".reaction .count")?.textContent === wanted,
          count,
        );
      await counts("2");
      await focus(ann, ".reaction");
      await ann.page.keyboard.press("Enter");
      await counts("1");
      assert.equal(await focused(ann), "reaction 👍");
      await act(bob, "hello all", "👍");
      await ann.until("no reaction", () => document.querySelector(".reaction") === null);
      await ann.page.bringToFront();
      assert.match(await focused(ann), /^message/);
    });

    test("comes to the messages by Tab when the one it stood on has ended", async (t) => {
      const ann = await inRoom(t, "Ann");
      await ann.say("stays");
      await ann.say("/timer 6s");
      await ann.say("ends");
      await pointAt(ann, "ends");
      await ann.until("current", () => document.querySelector(".log > li[tabindex='0']") !== null);
      await focus(ann, ".composer textarea");
      await ann.until("ended", () => document.querySelector(".log")?.textContent?.includes("ends") === false);
      await ann.page.bringToFront();
      await ann.page.keyboard.down("Shift");
      for (let presses = 0; presses < 15; presses++) {
        await ann.page.keyboard.press("Tab");
        if (await ann.page.evaluate(() => document.activeElement?.closest(".scroll") !== null)) break;
      }
      await ann.page.keyboard.up("Shift");
      assert.ok(await ann.page.evaluate(() => document.activeElement?.closest(".scroll") !== null));
    });

    test("stays on the room that was chosen in the strip while another one has news", async (t) => {
      const ann = await inRoom(t, "Ann");
      const bob = await inRoom(t, "Bob");
      for (let more = 0; more < 2; more++) {
        await fromMenu(ann, "Another room");
        await ann.enter("Ann", await newWords());
      }
      await focus(ann, ".room-tab:nth-child(2)");
      await bob.say("news");
      await ann.until("news", () => document.querySelector(".room-tab .unseen") !== null);
      await ann.page.bringToFront();
      const isThere = () => document.activeElement === document.querySelector(".room-tab:nth-child(2)");
      assert.ok(await ann.page.evaluate(isThere));
    });

    test("stays on the button of the offline line, which another word does not replace", async (t) => {
      const ann = await inRoom(t, "Ann");
      await ann.say("said before");
      await ann.sees("said before");
      proxy.shut();
      t.after(() => proxy.unshut());
      await ann.sees("Offline.");
      await focus(ann, ".banner .chip");
      await ann.page.keyboard.press("Enter");
      // It has dialled in vain, and says so again.
      await ann.until("dials", () => document.querySelector('[data-state="lost"]') === null);
      await ann.until("lost", () => document.querySelector('[data-state="lost"]') !== null);
      assert.equal(await focused(ann), "chip Try now");
      await act(ann, "said before", "Copy text");
      await ann.until("a word", () => document.querySelector(".word:not([hidden])") !== null);
      const isSaid = () => document.querySelector<HTMLElement>(".banner:not(.word, [hidden])")?.textContent;
      assert.match((await ann.page.evaluate(isSaid)) ?? "", /^Offline\./);
    });

    test("does not fall to nowhere when what it stood on goes", async (t) => {
      const ann = await inRoom(t, "Ann");
      await ann.say(`\`\`\`\n${"line\n".repeat(60)}\`\`\``);
      await ann.say(`${"line\n".repeat(60)}the end`);
      await ann.sees("the end");
      const scroller = () => ann.page.$eval(".scroll", ({ scrollTop }) => scrollTop);
      await focus(ann, ".code-block pre");
      await ann.page.keyboard.press("ArrowDown");
      assert.equal(
        await ann.page.evaluate(() => document.activeElement?.tagName),
        "PRE",
        "it scrolls its code",
      );

      await ann.until("away from the end", () => {
        document.querySelector(".scroll")?.scrollTo(0, 0);
        return document.querySelector(".newest:not([hidden])") !== null;
      });
      await ann.page.mouse.click(20, 300);
      assert.match(await focused(ann), /^scroll /, "pressed beside the messages");
      assert.equal(await scroller(), 0);

      await focus(ann, ".newest");
      await ann.page.keyboard.press("Enter");
      await ann.until("the end", () => document.querySelector(".newest[hidden]") !== null);
      assert.match(await focused(ann), /^message/);
      // In the next frame.
      await ann.until("scrolled", () => (document.querySelector(".scroll")?.scrollTop ?? 0) > 0);

      for (const button of [".tray li button:last-of-type", ".tray > button"]) {
        const input = await ann.page.$('input[type="file"]');
        assert.ok(input);
        await input.uploadFile(import.meta.filename);
        await ann.until("a file", () => document.querySelector(".outgoing") !== null);
        await focus(ann, button);
        await ann.page.keyboard.press("Enter");
        await ann.until("an empty tray", () => document.querySelector(".outgoing") === null);
        assert.match(await focused(ann), /^ /, "in the composer");
      }
    });
  });
}
