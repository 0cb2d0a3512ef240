// What stands on the page and what one does with it, between two people in real browsers. One pair is opened for many
// checks: opening it takes longest.

import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { browserNames, Guest, launch, newWords, quit } from "./browsers.ts";
import { createPair } from "./pair.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { act, fromMenu, pointAt } from "./talk.ts";

for (const name of browserNames) {
  describe(`the page in ${name}`, () => {
    let relay: RunningRelay;
    let browser: Browser;
    let words = "";
    const guests: Guest[] = [];
    const pair = createPair((guest, phrase) => Guest.comeIn(browser, relay.origin, guest, phrase));

    before(async () => {
      relay = await startRelay({ flags: ["--contact", "Ann Smith, ann@example.org"] });
      browser = await launch(name);
    });
    beforeEach(async () => {
      words = await newWords();
    });
    after(async () => {
      await quit(browser);
      await relay.stop();
      relay.remove();
    });

    async function open(size?: { width: number; height: number }): Promise<Guest> {
      const guest = await Guest.open(browser, relay.origin, size);
      guests.push(guest);
      return guest;
    }

    async function annAndBob(): Promise<{ ann: Guest; bob: Guest }> {
      const ann = await open();
      await ann.enter("Ann", words);
      const bob = await open();
      await bob.enter("Bob", words);
      await ann.sees("Bob came in.");
      return { ann, bob };
    }

    /** Everybody goes home, and no page has complained about anything. */
    async function allGoHome(): Promise<void> {
      const all = guests.splice(0);
      for (const guest of all) await guest.leave();
      assert.deepEqual(
        all.flatMap((guest) => guest.complaints),
        [],
      );
    }

    test("the door leads to what the server keeps and who runs it, in the language of the page", async () => {
      const guest = await open({ width: 390, height: 844 });
      await guest.until("the door", () => document.querySelector(".privacy") !== null);
      await guest.page.select(".language", "de");
      await guest.sees("Datenschutz");
      const link = await guest.page.$eval("a.privacy", ({ href, target, clientHeight }) => {
        return { href, target, clientHeight };
      });
      // In a tab of its own, where nothing that was typed is lost; and for a finger.
      assert.deepEqual([link.target, link.clientHeight >= 44], ["_blank", true]);
      await guest.page.goto(link.href);
      await guest.sees("Was dieser Server aufbewahrt");
      await guest.sees("Ann Smith, ann@example.org");
      await allGoHome();
    });

    test("two people answer, react, edit and delete, and see each other's doing", async () => {
      const { ann, bob, words: theirs } = await pair.take();
      await ann.say("Shall we swim?");
      await ann.say("Or sail?");
      await act(bob, "Shall we swim?", "Reply");
      await bob.sees("Replying to");
      await bob.say("Swim!");
      await ann.until("the quote", () => document.querySelector("button.quote") !== null);
      assert.equal(await ann.page.$eval("button.quote", (each) => each.textContent), "AnnShall we swim?");
      assert.equal(
        await ann.page.$$eval(".head", (all) => all.length),
        2,
        "two in a row stand under one name",
      );

      await act(bob, "Or sail?", "❤️");
      await ann.until("the reaction", () => document.querySelector(".reaction") !== null);
      assert.equal(await ann.page.$eval(".reaction", (each) => each.ariaLabel), "❤️ 1: Bob");
      await ann.click(".reaction");
      await bob.until("two hearts", () => document.querySelector(".count")?.textContent === "2");
      await bob.click(".reaction");
      await ann.until("one heart", () => document.querySelector(".count")?.textContent === "1");

      await act(ann, "Shall we swim?", "Edit");
      await ann.fill(".composer textarea", "Shall we dive?");
      await ann.click(".send");
      await bob.sees("Shall we dive?");
      await bob.sees("edited");
      await bob.until("the quote follows", () =>
        (document.querySelector("button.quote")?.textContent ?? "").includes("dive"),
      );
      await pointAt(bob, "Shall we dive?");
      await bob.page.keyboard.press("Enter");
      await bob.until("the menu", () => document.querySelector(".menu") !== null);
      const offered = await bob.page.$$eval(".menu-item", (all) => all.map((each) => each.textContent));
      assert.deepEqual(
        offered,
        ["Reply", "Copy text"],
        "what is somebody else's cannot be edited or deleted",
      );
      await bob.page.keyboard.press("Escape");

      await act(ann, "Shall we dive?", "Delete");
      await ann.sees("Delete this message for everybody?");
      await ann.confirm();
      await bob.sees("This message was deleted.");
      await bob.until("the quote is empty too", () => !document.body.innerText.includes("dive"));
      const late = await open();
      await late.enter("Cleo", theirs);
      await late.sees("Swim!");
      await late.until("the log has forgotten it", () => !document.body.innerText.includes("dive"));
      assert.ok(!(await late.text()).includes("missing"));
      await allGoHome();
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("a topic, who writes, what is new while nobody looks, and the way down to it", async () => {
      const { ann, bob } = await pair.take();
      await ann.page.bringToFront();
      await ann.click(".topic");
      await ann.fill("dialog input", "Boats");
      await ann.confirm();
      await bob.until("the topic", () => document.querySelector(".topic")?.textContent === "Boats");
      await bob.sees("Ann set the topic: Boats");

      await bob.page.bringToFront();
      await bob.page.type(".composer textarea", "I wr");
      await ann.until(
        "who writes",
        () => document.querySelector(".typing")?.textContent === "Bob is typing …",
      );
      await bob.say(`I wrote\n${"line\n".repeat(60)}the end`);
      await ann.until("nobody writes", () => document.querySelector(".typing")?.textContent === "");
      await ann.until("today", () => document.querySelector(".rule.day")?.textContent === "Today");

      await ann.page.bringToFront();
      // More than once: the page that comes to the front goes to its end first, some frames later.
      await ann.until("away from the end", () => {
        const isAway = document.querySelector(".newest:not([hidden])") !== null;
        if (!isAway) document.querySelector(".scroll")?.scrollTo(0, 0);
        return isAway;
      });
      await bob.say("one");
      await bob.say("two");
      await ann.until("two are new", () => document.querySelector(".newest")?.textContent === "2 new");
      await ann.until("a line at the first", () => {
        const item = document.querySelector(".rule.unread")?.parentElement;
        return item?.querySelector(".text")?.textContent === "one";
      });
      await ann.page.bringToFront();
      await ann.click(".newest");
      await ann.until("the end", () => document.querySelector(".newest[hidden]") !== null);
      await ann.until("in sight", () => {
        const log = document.querySelector(".scroll");
        return log !== null && log.scrollHeight - log.scrollTop - log.clientHeight < 2;
      });
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("in a page left open overnight, what was today is yesterday", async () => {
      const { ann, bob } = await pair.take();
      await ann.say("good night");
      await bob.sees("good night");
      for (const { page } of [ann, bob])
        await page.evaluate(() => {
          const now = Date.now.bind(Date);
          Date.now = () => now() + 86_400_000;
        });
      await bob.say("good morning");
      await ann.sees("good morning");
      const days = await ann.page.$$eval(".rule.day", (all) => all.map((each) => each.textContent));
      assert.deepEqual(days, ["Yesterday", "Today"]);
      // Their clocks are a day ahead.
      assert.deepEqual(await pair.leave(), []);
    });

    test("several rooms stand beside each other, count what is unseen, and are all back after a reload", async () => {
      const { ann, bob } = await annAndBob();
      await fromMenu(ann, "Another room");
      const others = await newWords();
      await ann.enter("Ann", others);
      await ann.until("two rooms", () => document.querySelectorAll(".room-tab bdi").length === 2);
      await ann.say("alone in here");
      await ann.sees("alone in here");
      await bob.say("are you there?");
      await ann.until("unseen", () => document.querySelector(".unseen")?.textContent === "1");
      assert.equal(await ann.page.title(), "(1) Secure Room");
      await ann.page.bringToFront();
      await ann.page.evaluate(() => document.querySelector<HTMLElement>(".room-tab")?.click());
      await ann.sees("are you there?");
      await ann.until("seen", () => document.title === "Secure Room");
      const heads = () =>
        ann.page.$$eval(".scroll li:has(.text)", (all) =>
          all.map(
            (item) =>
              `${item.querySelector(".head .name")?.textContent} ${item.querySelector(".rule.unread") !== null}`,
          ),
        );
      assert.deepEqual(await heads(), ["Bob true"], "what came behind has its author, and is new");
      await ann.say("/search there");
      await ann.sees("1 of 1");
      const goTo = (at: string) =>
        ann.page.$eval(`.room-tab:nth-child(${at})`, (tab) => (tab as HTMLElement).click());
      await goTo("2");
      await ann.say("/search alone");
      await ann.sees("1 of 1");
      await goTo("1");
      await ann.until("what was found is marked where one looks again", () => {
        const [range] = CSS.highlights.get("found") ?? [];
        return range?.startContainer?.nodeValue === "are you there?" && range.startContainer.isConnected;
      });
      await ann.page.reload();
      await ann.until("two rooms again", () => document.querySelectorAll(".room-tab bdi").length === 2);
      await ann.sees("are you there?");
      assert.deepEqual(await heads(), ["Bob false"], "so has what came back behind another");
      await ann.say("back");
      await bob.sees("back");
      await ann.press("Leave");
      await ann.confirm();
      await ann.sees("alone in here");
      await bob.sees("Ann left.");
      await allGoHome();
    });

    test("the browser remembers what it is asked to, says so, and forgets it again", async () => {
      const ann = await open();
      await ann.enter("Ann", words);
      assert.equal(await ann.page.evaluate(() => localStorage.length), 0, "nothing is kept unasked");
      await fromMenu(ann, "Settings");
      const check = (label: string) =>
        ann.page.evaluate((wanted) => {
          const all = [...document.querySelectorAll("dialog label")];
          all
            .find((each) => each.textContent?.startsWith(wanted))
            ?.querySelector("input")
            ?.click();
        }, label);
      await check("Remember my name");
      await check("Remember this room");
      const kept = () => ann.page.evaluate(() => JSON.stringify(localStorage));
      assert.ok(!(await kept()).includes(words.split(" ")[0] ?? ""), "no word of the passphrase is kept");
      await check("Keep the passphrase too");
      await ann.press("Done");
      await ann.press("Leave");
      await ann.confirm();
      await ann.sees("Recent rooms");
      assert.equal(await ann.page.$eval("#name", (field) => (field as HTMLInputElement).value), "Ann");
      await ann.click(".recent-room");
      await ann.connected();
      await ann.press("Leave");
      await ann.confirm();
      await ann.sees("Recent rooms");
      await ann.click(".recent .tool");
      await ann.until("forgotten", () => !document.body.innerText.includes("Recent rooms"));
      assert.ok(!(await kept()).includes(words.split(" ")[0] ?? ""));
      await allGoHome();
    });

    test("the page speaks German to who chooses it, keeps what was typed, and goes on speaking it", async () => {
      const ann = await open();
      await ann.fill("#name", "Änne");
      await ann.fill("#phrase", words.split(" ").slice(0, 3).join(" "));
      await ann.page.select(".language", "de");
      await ann.sees("Raum betreten");
      await ann.sees("3 Wörter: mit einer Grafikkarte erraten");
      assert.ok(!(await ann.text()).includes("Dein Link"), "there was none");
      assert.equal(await ann.page.$eval("#name", (field) => (field as HTMLInputElement).value), "Änne");
      assert.equal(await ann.page.evaluate(() => document.documentElement.lang), "de");
      await ann.page.reload();
      await ann.fill("#name", "Änne");
      await ann.fill("#phrase", words);
      await ann.press("Raum betreten");
      await ann.sees("Du bist allein hier.");
      await ann.say("Hallo");
      await ann.sees("gesendet");
      const shown = await ann.text();
      for (const word of ["Message", "Share", "Leave", "sent", "Today"])
        assert.ok(!new RegExp(`\\b${word}\\b`).test(shown), `“${word}” in ${shown}`);
      await allGoHome();
    });

    test("the page is kept on request, opens without its server, and is thrown away again", async () => {
      const own = await startRelay();
      const ann = await Guest.open(browser, own.origin);
      await ann.enter("Ann", words);
      await fromMenu(ann, "Settings");
      const turn = () =>
        ann.page.evaluate(() => {
          const all = [...document.querySelectorAll("dialog label")];
          all
            .find((each) => each.textContent?.includes("Keep the page"))
            ?.querySelector("input")
            ?.click();
        });
      await turn();
      await ann.until("a worker or a sentence", async () => {
        const kept = (await navigator.serviceWorker.getRegistration())?.active?.state === "activated";
        return kept || document.body.innerText.includes("a certificate it does not know");
      });
      // A browser that keeps no pages behind a certificate that was clicked through has said so.
      const isKept = await ann.page.evaluate(async () => (await caches.keys()).length > 0);
      if (isKept) {
        await ann.press("Done");
        await ann.press("Leave");
        await ann.confirm();
        await own.stop();
        await ann.page.reload();
        await ann.sees("Start a new room");
        await ann.page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.unregister());
      }
      console.log(`# ${name}: the page is ${isKept ? "" : "not "}kept`);
      await ann.leave();
      await own.stop();
      own.remove();
    });
  });
}
