// For everybody: no violation that axe finds, in both themes; a whole visit by keyboard alone; fingers; names and texts
// that run from right to left; text at twice its size.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser, KeyInput } from "puppeteer-core";
import { generatePhrase } from "../../src/crypto/phrase.ts";
import { browserNames, Guest, launch, quit } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { act, fromMenu, pointAt } from "./talk.ts";
import { wear } from "./theme.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe has to say against the page as it stands, in both themes. */
async function violations(guest: Guest): Promise<string[]> {
  const found: string[] = [];
  await guest.page.bringToFront();
  if (!(await guest.page.evaluate(() => "axe" in globalThis))) await guest.page.evaluate(`${axe};`);
  for (const theme of ["light", "dark"]) {
    await guest.page.evaluate(wear, theme);
    const results = await guest.page.evaluate(async () => {
      const { axe } = globalThis as unknown as { axe: { run(options: object): Promise<AxeResults> } };
      // Of all rules that are run none asks for the text of the styles.
      const { violations } = await axe.run({ resultTypes: ["violations"], preload: { assets: ["media"] } });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join("; ")}`);
    });
    found.push(...results.map((each) => `${theme}: ${each}`));
  }
  await guest.page.evaluate(wear, "light");
  return found;
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

for (const name of browserNames) {
  describe(`for everybody, in ${name}`, () => {
    let relay: RunningRelay;
    let browser: Browser;
    let words = "";

    before(async () => {
      relay = await startRelay();
      browser = await launch(name);
    });
    beforeEach(async () => {
      words = await generatePhrase(random);
    });
    after(async () => {
      await quit(browser);
      await relay.stop();
      relay.remove();
    });

    test("axe finds nothing against the door, the room, its menus and its dialogs", async () => {
      const ann = await Guest.open(browser, relay.origin);
      const found: string[] = [];
      const look = async (where: string) => {
        found.push(...(await violations(ann)).map((each) => `${where}, ${each}`));
      };
      await ann.fill("#phrase", words);
      await ann.sees("All eight words fit together.");
      await look("the door");
      await ann.enter("Ann", words);
      await look("an empty room");
      const bob = await Guest.open(browser, relay.origin);
      await bob.enter("Bob", words);
      await ann.say("Look: **bold**, `code`, https://example.org\n```js\n1 + 1\n```\n> quoted");
      await act(bob, "Look", "👍");
      await act(bob, "Look", "Reply");
      await bob.say("@Ann seen");
      await ann.sees("seen");
      await ann.until("the reaction", () => document.querySelector(".reaction") !== null);
      await look("a room");
      await pointAt(ann, "Look");
      await ann.page.keyboard.press("Enter");
      await look("the menu of a message");
      await ann.page.evaluate(() => document.querySelector<HTMLElement>(".quick :last-child")?.click());
      await ann.until("the emoji", () => document.querySelector(".emoji-grid") !== null);
      await look("the emoji");
      await ann.page.keyboard.press("Escape");
      await ann.page.type(".composer textarea", "/");
      await ann.until("suggestions", () => document.querySelector("[role=option]") !== null);
      await look("suggestions");
      await ann.fill(".composer textarea", "/search bold");
      await ann.click(".send");
      await ann.sees("1 of 1");
      await look("a search");
      await ann.page.keyboard.press("Escape");
      const chooser = await ann.page.$("input[type=file]");
      await chooser?.uploadFile(fileURLToPath(import.meta.url));
      await ann.until("the tray", () => document.querySelector(".outgoing") !== null);
      await look("the tray");
      await ann.press("Send file");
      await ann.until("the file", () => document.querySelector(".message.sent .file-card") !== null);
      await ann.page.setViewport({ width: 390, height: 844 });
      await look("a phone");
      await ann.click(".people-button");
      await look("the people");
      // The first control in there changes something for everybody.
      assert.equal(await ann.page.evaluate(() => document.activeElement?.tagName), "DIALOG");
      await ann.page.keyboard.press("Escape");
      await ann.page.setViewport({ width: 1280, height: 800 });
      await act(ann, "Look", "Edit");
      await look("while editing");
      for (const each of ["Share", "Topic", "Change my name", "Settings", "How it works here", "Leave"]) {
        await fromMenu(ann, each === "How it works here" ? "Help" : each);
        await ann.until("a dialog", () => document.querySelector("dialog") !== null);
        await look(each);
        await ann.page.keyboard.press("Escape");
        await ann.until("no dialog", () => document.querySelector("dialog") === null);
      }
      await fromMenu(ann, "Another room");
      await look("the door beside a room");
      assert.deepEqual(found, []);
      await ann.leave();
      await bob.leave();
    });

    test("a whole visit needs no mouse: join, say, answer, react, edit, delete, menu, leave", async () => {
      const ann = await Guest.open(browser, relay.origin);
      const { keyboard } = ann.page;
      const press = async (...keys: KeyInput[]) => {
        for (const key of keys) await keyboard.press(key);
      };
      const focused = () => ann.page.evaluate(() => document.activeElement?.textContent ?? "");
      await ann.page.bringToFront();
      await ann.until("the name has the focus", () => document.activeElement?.id === "name");
      await keyboard.type("Ann");
      await press("Tab");
      await keyboard.type(words);
      await press("Enter");
      await ann.connected();
      await ann.until(
        "the composer has the focus",
        () => document.activeElement?.matches(".composer textarea") === true,
      );
      await keyboard.type("first");
      await press("Enter");
      await keyboard.type("second");
      await press("Enter");
      await ann.until("sent", () => document.querySelectorAll(".message:not(.sending)").length === 2);

      // Backwards out of the composer stand the messages.
      await keyboard.down("Shift");
      const isAtMessage = () =>
        ann.page.evaluate(() => document.activeElement?.matches(".log > li") === true);
      for (let steps = 0; steps < 5 && !(await isAtMessage()); steps++) await press("Tab");
      await keyboard.up("Shift");
      assert.match(await focused(), /second/);
      await press("ArrowUp");
      assert.match(await focused(), /first/);
      await press("Enter", "Enter");
      await ann.sees("Replying to");
      await keyboard.type("third");
      await press("Enter");
      await ann.until(
        "an answer",
        () => document.querySelector(".message:not(.sending) button.quote") !== null,
      );

      await pointAt(ann, "third");
      await press("Enter", "ArrowUp", "Enter");
      await ann.until("the emoji", () => document.querySelector(".emoji-grid") !== null);
      await press("ArrowDown", "ArrowRight", "Enter");
      await ann.until("a reaction", () => document.querySelector(".reaction") !== null);

      await pointAt(ann, "third");
      await press("Enter", "ArrowDown", "ArrowDown", "Enter");
      await keyboard.type(" time");
      await press("Enter");
      await ann.sees("third time");

      await pointAt(ann, "third time");
      await press("Enter", "End", "Enter");
      await ann.sees("Delete this message for everybody?");
      await press("Enter");
      await ann.sees("This message was deleted.");

      await ann.page.evaluate(() => document.querySelector<HTMLElement>(".menu-button")?.focus());
      await press("Enter", "End", "Enter");
      await ann.sees("Leave the room?");
      await press("Enter");
      await ann.sees("Start a new room");
      assert.deepEqual(ann.complaints, []);
      await ann.leave();
    });

    test("nothing in the bar lies upon something else, however wide the window and however large the text", async () => {
      const ann = await Guest.open(browser, relay.origin);
      await ann.enter("Ann", words);
      await ann.say("/topic A topic that is longer than a narrow bar has room for");
      await ann.until("the topic", () => document.querySelector(".topic.unset") === null);
      const crowded: string[] = [];
      for (const width of [320, 390, 540, 570, 640, 768, 900, 1280]) {
        await ann.page.setViewport({ width, height: 720 });
        for (const size of ["100%", "200%"]) {
          const overlaps = await ann.page.evaluate((fontSize) => {
            document.documentElement.style.fontSize = fontSize;
            const all = [...document.querySelectorAll(".bar button, .bar .status")];
            const boxes = all.map((each) => each.getBoundingClientRect()).filter((box) => box.width > 0);
            return boxes.filter((one, at) =>
              boxes
                .slice(at + 1)
                .some(
                  (other) =>
                    Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1 &&
                    Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1,
                ),
            ).length;
          }, size);
          if (overlaps > 0) crowded.push(`${overlaps} at ${width} px and ${size}`);
        }
      }
      assert.deepEqual(crowded, []);
      await ann.leave();
    });

    test("what runs from right to left stays in its place, and twice the text fits", async () => {
      const ann = await Guest.open(browser, relay.origin, { width: 640, height: 720 });
      await ann.enter("آن", words);
      await ann.say("مرحبا بكم");
      await ann.say("hello");
      await ann.sees("hello");
      const directions = await ann.page.$$eval(".message .text", (all) =>
        all.map((each) => getComputedStyle(each.querySelector("p") ?? each).direction),
      );
      assert.deepEqual(directions, ["rtl", "ltr"]);
      const [atRight = 0, atLeft = 0] = await ann.page.$$eval(".message .text p", (all) =>
        all.map((each) => {
          const words = document.createRange();
          words.selectNodeContents(each);
          return each.getBoundingClientRect().right - words.getBoundingClientRect().right;
        }),
      );
      assert.ok(atRight < 2 && atLeft > 100, `${atRight} and ${atLeft} px away from the right`);
      await ann.say("- مرحبا\n- hello\n\n> بكم");
      await ann.say("/me تلوح");
      await ann.sees("تلوح");
      const sides = await ann.page.$$eval(".message :is(ul, blockquote, .emote)", (all) =>
        all.map((each) => getComputedStyle(each).direction),
      );
      assert.deepEqual(sides, ["rtl", "rtl", "rtl"]);
      await ann.page.evaluate(() => {
        document.documentElement.style.fontSize = "200%";
      });
      const wide = () => ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await wide()) <= 0, "nothing has to be scrolled sideways");
      const small = await ann.page.evaluate(() => {
        document.documentElement.style.fontSize = "";
        const all = [...document.querySelectorAll(".bar button, .composer button, .composer textarea")];
        const boxes = all.map((each) => each.getBoundingClientRect()).filter(({ width }) => width > 0);
        return boxes.filter(({ width, height }) => Math.min(width, height) < 43.5).length;
      });
      assert.equal(small, 0, "a finger hits everything in the bar and the composer");
      assert.deepEqual(ann.complaints, []);
      await ann.leave();
    });
  });
}
