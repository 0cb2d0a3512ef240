// Writing: marks, completion, commands, answers, search and export, between two people in real browsers.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { generatePhrase } from "../../src/crypto/phrase.ts";
import { browserNames, Guest, launch } from "./browsers.ts";
import { createPair } from "./pair.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { fromMenu } from "./talk.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const fieldSelector = ".composer textarea";

for (const name of browserNames) {
  describe(`in ${name}`, () => {
    let relay: RunningRelay;
    let browser: Browser;
    const guests: Guest[] = [];
    const pair = createPair((guest, phrase) => Guest.comeIn(browser, relay.origin, guest, phrase));
    /** A test without the pair has a room of its own: a closed tab keeps its name for a minute. */
    let words = "";

    before(async () => {
      relay = await startRelay();
      browser = await launch(name);
    });
    beforeEach(async () => {
      words = await generatePhrase(random);
    });
    afterEach(async () => {
      const all = guests.splice(0);
      for (const guest of all) await guest.leave();
      assert.deepEqual(
        all.flatMap((guest) => guest.complaints),
        [],
      );
    });
    after(async () => {
      await browser.close();
      await relay.stop();
      relay.remove();
    });

    async function inRoom(guest: string, phrase = words): Promise<Guest> {
      const opened = await Guest.comeIn(browser, relay.origin, guest, phrase);
      guests.push(opened);
      return opened;
    }

    /** Types into the composer as a keyboard does. */
    async function type(guest: Guest, text: string): Promise<void> {
      await guest.page.bringToFront();
      await guest.page.focus(fieldSelector);
      await guest.page.keyboard.type(text);
    }

    function value(guest: Guest): Promise<string> {
      return guest.page.$eval(fieldSelector, (field) => field.value);
    }

    /** Sends a text with several lines; typed, each Enter would send one. */
    async function sayLines(guest: Guest, text: string): Promise<void> {
      await guest.page.$eval(fieldSelector, (field, lines) => (field.value = lines), text);
      await guest.click(".send");
    }

    /** The drawn text of the newest message, by the tags in it. */
    function lastDrawn(guest: Guest): Promise<string> {
      return guest.page.$$eval(".message .text", (all) => all.at(-1)?.innerHTML ?? "");
    }

    test("marks are drawn as what they mean, code with its language and a button", async () => {
      const { ann, bob } = await pair.take();
      await ann.say("**bold** *italic* ~~gone~~ `code` https://example.com/a_b_c @Bob");
      await bob.sees("bold italic gone code");
      const drawn = await lastDrawn(bob);
      assert.match(drawn, /<strong>bold<\/strong> <em>italic<\/em> <s>gone<\/s> <code>code<\/code>/);
      assert.match(
        drawn,
        /<a href="https:\/\/example.com\/a_b_c" target="_blank" rel="noopener noreferrer">/,
      );
      assert.match(drawn, /<bdi class="mention own">@Bob<\/bdi>/);
      await sayLines(ann, "> quoted\n- one\n- two\n```ts\nconst a = 1;\n```");
      await bob.sees("const a = 1;");
      assert.match(
        await lastDrawn(bob),
        /<blockquote dir="auto">.*<ul dir="auto">.*<li>.*<span>ts<\/span>.*Copy code.*<pre.*<code>const a = 1;/s,
      );
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("hostile texts stay text, and what deceives the eye is taken out of what is drawn", async () => {
      const { ann, bob } = await pair.take();
      await bob.say(
        `<b onclick="x()">b</b> [x](javascript:alert(1)) javascript:alert(1) \u202Etxet\u202C Z${"\u0301".repeat(200)}`,
      );
      await ann.sees("txet");
      assert.equal(await ann.page.$$eval(".message .text :is(a, b, img, script)", (all) => all.length), 0);
      const [shown = ""] = await ann.messages();
      assert.ok(!shown.includes("\u202E") && shown.split("\u0301").length < 10);
      await bob.say("**_~~".repeat(1_200));
      await bob.say("👩‍👩‍👧‍👦".repeat(600));
      await bob.say("https://аpple.example/");
      await ann.sees("leads to xn--pple-43d.example");
      assert.equal((await ann.messages()).length, 4);
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("emoji, names and commands are completed by keyboard alone", async () => {
      const { ann, words: theirs } = await pair.take();
      await inRoom("Bob Builder", theirs);
      await ann.sees("Bob Builder");
      await type(ann, "so :tad");
      assert.equal(
        await ann.page.$eval("[role=option][aria-selected=true]", (each) => each.textContent),
        "🎉 tada",
      );
      const active = await ann.page.$eval(fieldSelector, (field) =>
        field.getAttribute("aria-activedescendant"),
      );
      assert.equal(active, await ann.page.$eval("[role=option]", (each) => each.id));
      await ann.page.keyboard.press("Tab");
      assert.equal(await value(ann), "so 🎉");
      await ann.page.keyboard.type(" @bui");
      await ann.page.keyboard.press("Enter");
      assert.equal(await value(ann), "so 🎉 @Bob Builder ");
      await ann.page.keyboard.type(":eye");
      await ann.page.keyboard.press("ArrowDown");
      await ann.page.keyboard.press("Escape");
      assert.equal(await ann.page.$$eval("[role=option]", (all) => all.length), 0);
      assert.equal(await value(ann), "so 🎉 @Bob Builder :eye");
      await ann.page.keyboard.type("s: and done");
      await ann.page.keyboard.press("Enter");
      await ann.sees("so 🎉 @Bob Builder 👀 and done");
      await type(ann, "/lea");
      await ann.page.keyboard.press("Enter");
      assert.equal(await value(ann), "/leave ");
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("a suggestion is taken by a press as well", async () => {
      const { ann } = await pair.take();
      await type(ann, ":heart");
      await ann.click("[role=option]");
      assert.equal(await value(ann), "❤️");
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("Enter takes a word from an input method and sends nothing", async () => {
      const { ann } = await pair.take();
      await type(ann, "か");
      const sent = await ann.page.evaluate((selector) => {
        const field = document.querySelector(selector);
        let submits = 0;
        document.querySelector(".composer")?.addEventListener("submit", () => submits++);
        const press = (options: KeyboardEventInit) =>
          field?.dispatchEvent(
            new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...options }),
          );
        field?.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
        press({ isComposing: true });
        field?.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true, data: "か" }));
        // Safari: the composition is over by the time the key is told.
        press({ keyCode: 229 });
        return submits;
      }, fieldSelector);
      assert.equal(sent, 0);
      await ann.page.keyboard.press("Enter");
      await ann.sees("か");
      assert.deepEqual(await ann.messages(), ["か"]);
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("on a touch screen Enter makes a new line, and the button sends", async () => {
      const ann = await Guest.open(browser, relay.origin);
      guests.push(ann);
      await ann.page.evaluateOnNewDocument(() => {
        const ask = matchMedia.bind(window);
        window.matchMedia = (query) => ask(query === "(pointer: coarse)" ? "all" : query);
      });
      await ann.page.reload();
      await ann.enter("Ann", words);
      await type(ann, "a");
      await ann.page.keyboard.press("Enter");
      await ann.page.keyboard.type("b");
      assert.equal(await value(ann), "a\nb");
      await ann.click(".send");
      await ann.until("two lines", () => document.querySelector(".message .text")?.textContent === "a\nb");
    });

    test("a message is answered and edited, and what stood in the field before comes back", async () => {
      const { ann, bob } = await pair.take();
      await bob.say("Who comes?");
      await ann.say("not now");
      await ann.sees("Who comes?");
      await bob.sees("not now");
      await ann.until("sent", () => document.querySelector(".message.sending") === null);
      await type(ann, "");
      await ann.page.keyboard.press("ArrowUp");
      await ann.sees("Editing your message");
      await ann.page.keyboard.press("Escape");
      await ann.until("no edit", () => !document.body.innerText.includes("Editing your message"));
      await type(ann, "a draft");
      await ann.page.$$eval(".message", (all) =>
        all
          .find((each) => each.textContent?.includes("not now"))
          ?.dispatchEvent(
            new MouseEvent("contextmenu", { bubbles: true, cancelable: true, clientX: 99, clientY: 99 }),
          ),
      );
      await ann.press("Edit");
      await ann.fill(fieldSelector, "not today");
      await ann.click(".send");
      await bob.sees("not today");
      assert.equal(await value(ann), "a draft");
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("Shift and Enter make a new line", async () => {
      const { ann } = await pair.take();
      await type(ann, "a");
      await ann.page.keyboard.down("Shift");
      await ann.page.keyboard.press("Enter");
      await ann.page.keyboard.up("Shift");
      await ann.page.keyboard.type("b");
      await ann.page.keyboard.press("Enter");
      await ann.until("two lines", () => document.querySelector(".message .text")?.textContent === "a\nb");
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("what nobody would see is not sent, and //me is something said", async () => {
      const ann = await inRoom("Ann");
      await ann.say("\u200b \u2060");
      await ann.say("//me waves");
      await ann.sees("/me waves");
      assert.deepEqual(await ann.messages(), ["/me waves"]);
    });

    test("the arrow up takes one's last message back, and Escape lets it be", async () => {
      const { ann, bob } = await pair.take();
      await ann.say("teh cat");
      await bob.sees("teh cat");
      await ann.until("sent", () => document.querySelector(".message.sending") === null);
      await type(ann, "");
      await ann.page.keyboard.press("ArrowUp");
      assert.equal(await value(ann), "teh cat");
      await ann.page.keyboard.press("Escape");
      assert.equal(await value(ann), "");
      await ann.page.keyboard.press("ArrowUp");
      await ann.fill(fieldSelector, "");
      await ann.page.keyboard.press("Enter");
      await ann.sees("An empty edit is not saved.");
      await ann.fill(fieldSelector, "/the cat");
      await ann.page.keyboard.press("Enter");
      await bob.sees("/the cat");
      assert.deepEqual(await bob.messages(), ["/the cat"]);
      assert.equal(await value(ann), "");
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("commands do what they say, and a wrong one loses nothing", async () => {
      const { ann, bob } = await pair.take();
      await ann.say("/dance with me");
      await ann.sees("There is no command /dance.");
      assert.equal(await value(ann), "/dance with me");
      await ann.say("//dance");
      await bob.sees("/dance");
      await ann.say("/usr/bin is a path");
      await bob.sees("/usr/bin is a path");
      await ann.say("/topic Plans for Friday");
      await bob.sees("Plans for Friday");
      await ann.say("/timer 1h");
      await bob.sees("made messages disappear after 1 hour");
      for (const each of [ann, bob])
        assert.equal(await each.page.$eval(fieldSelector, (field) => field.placeholder), "Gone after 1 hour");
      await ann.say("/timer soon");
      await ann.sees("Write it like this: /timer");
      await ann.say("/clear");
      await ann.until("an empty screen", () => document.querySelector(".message") === null);
      assert.equal((await bob.messages()).length, 2);
      await ann.say("/nick Anna");
      await bob.sees("Anna came in.");
      await ann.connected();
      await ann.say("/help");
      await ann.sees("Make messages disappear");
      await ann.press("/me TEXT");
      await ann.page.keyboard.type("waves");
      await ann.page.keyboard.press("Enter");
      await bob.sees("Anna waves");
      await ann.say("/leave");
      await ann.sees("Leave the room?");
      // One is called Anna now, and a dialog is open.
      assert.deepEqual(await pair.leave(), []);
    });

    test("what was said is found without accents, from the newest on, and Escape goes back to writing", async () => {
      const { ann } = await pair.take();
      for (const text of ["Grüße aus Köln", "nothing", "**Koln** again"]) {
        await ann.say(text);
        await ann.sees(text.replaceAll("*", ""));
      }
      await ann.say("/search koln");
      await ann.sees("1 of 2");
      assert.equal(await ann.page.$eval(".found .text", (each) => each.textContent), "Koln again");
      await ann.page.keyboard.press("Enter");
      await ann.sees("2 of 2");
      assert.equal(await ann.page.$eval(".found .text", (each) => each.textContent), "Grüße aus Köln");
      await ann.page.keyboard.press("Enter");
      await ann.sees("1 of 2");
      await ann.fill(".search input", "nowhere");
      await ann.sees("Nothing found");
      await ann.page.keyboard.press("Escape");
      assert.equal(await ann.page.$eval(fieldSelector, (field) => field === document.activeElement), true);
      assert.equal(await ann.page.$$eval(".found", (all) => all.length), 0);
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("what is found far up stands in sight, whatever the heights of what is passed on the way", async () => {
      const ann = await inRoom("Ann");
      await ann.page.setViewport({ width: 360, height: 740 });
      await ann.page.$eval(fieldSelector, (field) => {
        for (let at = 0; at < 200; at++) {
          field.value = `${at % 20 === 5 ? "needle " : ""}${"lorem ipsum dolor ".repeat((at * 7) % 23)}${at}.`;
          field.form?.requestSubmit();
        }
      });
      await ann.sees("199.");
      await ann.say("/search needle");
      for (let at = 1; at <= 10; at++) {
        await ann.sees(`${at} of 10`);
        await ann.until("in sight", () => {
          const found = document.querySelector(".found")?.getBoundingClientRect();
          const log = document.querySelector(".scroll")?.getBoundingClientRect();
          return found !== undefined && log !== undefined && found.top < log.bottom && found.bottom > log.top;
        });
        await ann.page.keyboard.press("Enter");
      }
    });

    test("what the tab holds is saved as a file", async () => {
      const ann = await inRoom("Ann");
      await sayLines(ann, "one\ntwo");
      await ann.sees("two");
      // Where a browser puts a download is its own affair: what it is given is looked at here.
      await ann.page.evaluate(() => {
        const blobs: Blob[] = [];
        const names: string[] = [];
        const make = URL.createObjectURL.bind(URL);
        URL.createObjectURL = (blob) => {
          if (blob instanceof Blob) blobs.push(blob);
          return make(blob);
        };
        document.addEventListener("click", (event) => {
          if (!(event.target instanceof HTMLAnchorElement)) return;
          names.push(event.target.download);
          event.preventDefault();
        });
        Object.assign(globalThis, { blobs, names });
      });
      const saved = (at: number) =>
        ann.page.evaluate(async (which) => {
          const { blobs, names } = globalThis as unknown as { blobs: Blob[]; names: string[] };
          return { name: names[which] ?? "", text: (await blobs[which]?.text()) ?? "" };
        }, at);
      await ann.say("/export txt");
      const plain = await saved(0);
      assert.match(plain.name, /^secure-room \d{4}-\d\d-\d\d \d\d\.\d\d\.txt$/);
      assert.match(plain.text, /^\d{4}-\d\d-\d\d \d\d:\d\d {2}Ann: one\n {4}two$/m);
      await fromMenu(ann, "Save as …");
      await ann.press(".json");
      const json = await saved(1);
      assert.match(json.name, /\.json$/);
      assert.ok(json.text.includes('"one\\ntwo"'));
    });

    test("words of a passphrase are completed after three letters, and Enter enters, at the second press where they do not fit", async () => {
      const ann = await Guest.open(browser, relay.origin);
      guests.push(ann);
      await ann.fill("#name", "Ann");
      await ann.page.focus("#phrase");
      for (const word of words.split(" ")) {
        await ann.page.keyboard.type(word.slice(0, 3));
        if (word.length > 3) await ann.page.keyboard.press("Tab");
        else await ann.page.keyboard.type(" ");
      }
      assert.equal(
        await ann.page.$eval("#phrase", (field) => (field as HTMLTextAreaElement).value.trim()),
        words,
      );
      assert.equal(await ann.page.$eval("#phrase", (field) => field.getAttribute("autocomplete")), "off");
      await ann.sees("All eight words fit together.");
      await ann.fill("#phrase", "macaroni ribbon aardvark yoyo drainpipe umbrella kabob yoyo");
      await ann.page.keyboard.press("Enter");
      await ann.sees("Enter with these words anyway");
      assert.ok(!(await ann.text()).includes("came with your link"), "they were typed");
      await ann.page.focus("#phrase");
      await ann.page.keyboard.press("Enter");
      await ann.connected();
    });

    test("near the limit the letters are counted, and what is too long stays in the field", async () => {
      const { ann } = await pair.take();
      await ann.fill(fieldSelector, "a".repeat(16_000));
      await ann.sees("384 letters left");
      await ann.fill(fieldSelector, "ä".repeat(8_200));
      await ann.sees("16 letters too many.");
      await ann.click(".send");
      await ann.sees("This message is too long");
      assert.equal((await value(ann)).length, 8_200);
      assert.deepEqual(await pair.giveBack(), []);
    });
  });
}
