// The rooms of a tab that was reloaded: those behind come back too, whatever happens on their way.

import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { after, before, describe, test, type TestContext } from "node:test";
import type { Browser, HTTPRequest } from "puppeteer-core";
import { claimWithinMs, comeBackEveryMs } from "../../src/protocol/limits.ts";
import { browserNames, Guest, launch, newWords, quit } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";
import { fromMenu } from "./talk.ts";

/** Runs in the page before its own script: what waits for so long waits until `waitsNoMore`. */
function hold(wantedMs: number): void {
  const held: (() => void)[] = [];
  const wait = setTimeout;
  const waitOrHold = (run: () => void, ms?: number) => {
    if (ms !== wantedMs) return wait(run, ms);
    held.push(run);
    return 0;
  };
  Object.assign(globalThis, { held, setTimeout: waitOrHold });
}

/** As if `comeBackEveryMs` were over. */
function waitsNoMore(guest: Guest): Promise<void> {
  return guest.until("it waits to be tried again", () => {
    const { held } = globalThis as unknown as { held: (() => void)[] };
    const [run] = held.splice(0);
    run?.();
    return run !== undefined;
  });
}

for (const name of browserNames) {
  describe(`rooms behind in ${name}`, () => {
    let relay: RunningRelay;
    let browser: Browser;

    before(async () => {
      browser = await launch(name);
      relay = await startRelay();
    });
    after(async () => {
      await quit(browser);
      await relay.stop();
      relay.remove();
    });

    /** Two rooms, with a draft in the one behind; then the page anew, whose second question for the salt `meets` something. */
    async function reloaded(
      t: TestContext,
      behind: string,
      meets: (request: HTTPRequest) => Promise<void>,
    ): Promise<Guest> {
      const ann = await Guest.open(browser, relay.origin);
      t.after(() => ann.leave());
      await ann.enter("Ann", behind);
      await ann.fill(".composer textarea", "a long draft");
      await fromMenu(ann, "Another room");
      await ann.enter("Ann", await newWords());
      await ann.page.evaluateOnNewDocument(hold, comeBackEveryMs);
      let asked = 0;
      await ann.page.setRequestInterception(true);
      ann.page.on("request", (request) => {
        const isMet = request.url().endsWith("/.well-known/secure-room") && ++asked === 2;
        void (isMet ? meets(request) : request.continue()).catch(() => {});
      });
      ann.page.on("dialog", (dialog) => void dialog.accept());
      await ann.page.reload();
      await ann.connected();
      return ann;
    }

    async function seesDraft(ann: Guest): Promise<void> {
      await ann.until("two rooms", () => document.querySelectorAll(".room-tab").length === 3);
      const draft = () => document.querySelector<HTMLTextAreaElement>(".composer textarea")?.value;
      for (const at of [1, 2]) {
        await ann.click(`.room-tab:nth-child(${at})`);
        if ((await ann.page.evaluate(draft)) === "a long draft") return;
      }
      assert.fail("the draft is gone");
    }

    test("one that cannot ask for the salt is tried again", async (t) => {
      const ann = await reloaded(t, await newWords(), (request) => request.abort());
      await waitsNoMore(ann);
      await seesDraft(ann);
    });

    test("one that was entered and left meanwhile does not come back by itself", async (t) => {
      const behind = await newWords();
      const ann = await reloaded(t, behind, (request) => request.abort());
      await fromMenu(ann, "Another room");
      await ann.enter("Ann", behind);
      await ann.press("Leave");
      await ann.confirm();
      await ann.until("one room", () => document.querySelectorAll(".room-tab").length === 2);
      await waitsNoMore(ann);
      await pause(1_500);
      assert.equal(await ann.page.$$eval(".room-tab", (tabs) => tabs.length), 2);
    });

    test("one that is entered by the door while it is on its way back is the same room", async (t) => {
      const behind = await newWords();
      let letGo = (): void => {};
      const held = new Promise<void>((resolve) => (letGo = resolve));
      const ann = await reloaded(t, behind, async (request) => {
        await held;
        await request.continue();
      });
      await fromMenu(ann, "Another room");
      await ann.fill("#name", "Ann");
      await ann.fill("#phrase", behind);
      await ann.press("Enter the room");
      // Longer than a page waits for another tab to let go of its key.
      await pause(claimWithinMs + 500);
      letGo();
      await ann.connected();
      await seesDraft(ann);
      assert.equal(await ann.page.$$eval(".room-tab", (tabs) => tabs.length), 3);
    });
  });
}
