// What a phone needs of the page, and what it hands over to the rest of the phone: the link as a picture, to the clipboard
// and to the share sheet.

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { encode } from "uqr";
import { generatePhrase } from "../../src/crypto/phrase.ts";
import { browserNames, Guest, launch, quit } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { act } from "./talk.ts";

const phone = { width: 390, height: 844 };

/** Runs in the page before its own script: what is given away is kept, to be looked at. */
function keepWhatIsGiven(): void {
  const given: string[] = [];
  const take = (text: string): Promise<void> => {
    given.push(text);
    return Promise.resolve();
  };
  Object.assign(globalThis, { given });
  Object.defineProperty(navigator, "share", { value: ({ url }: { url: string }) => take(`sheet ${url}`) });
  Object.defineProperty(navigator, "clipboard", {
    value: { writeText: (text: string) => take(`clipboard ${text}`) },
  });
}

for (const name of browserNames) {
  describe(`on a phone, in ${name}`, () => {
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

    async function inRoom(): Promise<{ ann: Guest; words: string; asked: string[] }> {
      const words = await generatePhrase((length) => crypto.getRandomValues(new Uint8Array(length)));
      const ann = await Guest.open(browser, relay.origin, phone);
      const asked: string[] = [];
      ann.page.on("request", (request) => asked.push(request.url()));
      await ann.page.evaluateOnNewDocument(keepWhatIsGiven);
      await ann.page.reload();
      await ann.enter("Ann", words);
      return { ann, words, asked };
    }

    function given(guest: Guest): Promise<string[]> {
      return guest.page.evaluate(() => (globalThis as unknown as { given: string[] }).given);
    }

    async function goHome(guest: Guest): Promise<void> {
      assert.deepEqual(guest.complaints, []);
      await guest.leave();
    }

    test("the link is the same as a picture, in the clipboard and in the share sheet, and no other origin hears of it", async () => {
      const { ann, words, asked } = await inRoom();
      await ann.press("Share");
      const link = await ann.page.$eval("dialog input", (field) => field.value);
      assert.equal(link, `${relay.origin}/join#${words.replaceAll(" ", "-")}`);
      await ann.until("a QR code", () => document.querySelector("svg.qr") !== null);
      const drawn = await ann.page.$eval("svg.qr path", (path) => path.getAttribute("d"));
      const rows = encode(link, { border: 4 }).data;
      const squares = rows.flatMap((row, y) =>
        row.flatMap((dark, x) => (dark ? [`M${x} ${y}h1v1h-1z`] : [])),
      );
      assert.equal(drawn, squares.join(""));
      for (const label of ["Copy link", "Send…", "Copy words"]) await ann.press(label);
      assert.deepEqual(await given(ann), [`clipboard ${link}`, `sheet ${link}`, `clipboard ${words}`]);
      const isInReach = await ann.page.evaluate(() => {
        const sheet = document.querySelector("dialog");
        if (sheet === null) return false;
        sheet.scrollTop = 0;
        const foot = document.querySelector(".foot button")?.getBoundingClientRect();
        const isLong = sheet.scrollHeight > sheet.clientHeight;
        return isLong && foot !== undefined && foot.top > 0 && foot.bottom <= innerHeight;
      });
      assert.ok(isInReach, "Done is in reach of a sheet that is longer than the screen");
      await ann.press("Done");
      await ann.say("**kept**");
      await ann.until("sent", () => document.querySelector(".message.sent") !== null);
      await act(ann, "kept", "Copy text");
      await ann.sees("Copied");
      assert.equal((await given(ann)).at(-1), "clipboard **kept**");
      const origins = new Set(asked.map((url) => new URL(url).host));
      assert.deepEqual([...origins], [new URL(relay.origin).host]);
      await goHome(ann);
    });

    test("the composer stays above a keyboard that lies over the page, and no field is so small that a phone zooms in", async () => {
      const { ann } = await inRoom();
      const bottom = () =>
        ann.page.$eval(".composer", (each) => Math.round(each.getBoundingClientRect().bottom));
      assert.equal(await bottom(), phone.height);
      const cover = (height: number) =>
        ann.page.evaluate((seen) => {
          Object.defineProperty(visualViewport, "height", { value: seen, configurable: true });
          visualViewport?.dispatchEvent(new Event("resize"));
        }, height);
      await cover(500);
      assert.equal(await bottom(), 500);
      await cover(phone.height);
      assert.equal(await bottom(), phone.height);
      const smallest = await ann.page.evaluate(() => {
        document.documentElement.style.fontSize = "12px";
        const fields = [...document.querySelectorAll("input, textarea, select")];
        return Math.min(...fields.map((each) => Number.parseFloat(getComputedStyle(each).fontSize)));
      });
      assert.ok(smallest >= 16, `${smallest} px`);
      await goHome(ann);
    });

    test("nothing moves for longer than 150 ms, and nothing at all for who wants it so", async () => {
      const { ann } = await inRoom();
      await ann.press("Menu");
      const longest = () =>
        ann.page.evaluate(() => {
          const seconds = [...document.querySelectorAll("*")].flatMap((each) => {
            const { transitionDuration, animationDuration } = getComputedStyle(each);
            return `${transitionDuration}, ${animationDuration}`.split(", ").map(Number.parseFloat);
          });
          return Math.max(...seconds.filter((each) => !Number.isNaN(each)));
        });
      const usual = await longest();
      assert.ok(usual > 0 && usual <= 0.15, `${usual} s`);
      await ann.page.evaluate(() => {
        for (const { cssRules } of document.styleSheets)
          for (const rule of cssRules)
            if (rule instanceof CSSMediaRule && rule.conditionText.includes("reduced-motion"))
              rule.media.mediaText = "all";
      });
      assert.equal(await longest(), 0);
      await goHome(ann);
    });

    test("messages of one author stand under one name for five minutes", async () => {
      const { ann } = await inRoom();
      const later = (ms: number) =>
        ann.page.evaluate((by) => {
          const now = Date.now.bind(Date);
          Date.now = () => now() + by;
        }, ms);
      for (const [text, waitMs] of [
        ["first", 0],
        ["soon", 200_000],
        ["late", 101_000],
      ] as const) {
        await later(waitMs);
        await ann.say(text);
        await ann.sees(text);
      }
      const named = await ann.page.$$eval(".message", (all) =>
        all
          .filter((each) => each.querySelector(".head") !== null)
          .map((each) => each.querySelector(".text")?.textContent),
      );
      assert.deepEqual(named, ["first", "late"]);
      const soon = await ann.page.$eval(".follows", (each) => each.textContent);
      assert.match(soon, /^Ann, \d?\d:\d\d [AP]Msoon/, "its time and author are there to be heard");
      await goHome(ann);
    });
  });
}
