// Files on their way over a slow line, in real browsers: cancelled, cut, brought back.

import { randomBytes } from "node:crypto";
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { generatePhrase } from "../../src/crypto/phrase.ts";
import { browserNames, Guest, launch } from "./browsers.ts";
import { type RunningRelay, startRelay } from "./relay.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));

for (const name of browserNames) {
  describe(`files in ${name}, on a slow line`, () => {
    let relay: RunningRelay;
    let browser: Browser;
    let words = "";
    const flags = ["--byte-rate", "64KiB:64KiB"];
    let folder = "";

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "secure-room-files-"));
      browser = await launch(name);
    });
    beforeEach(async () => {
      words = await generatePhrase(random);
      relay = await startRelay({ flags });
    });
    after(async () => {
      await browser.close();
      rmSync(folder, { recursive: true, force: true });
    });

    async function inRoom(guest: string): Promise<Guest> {
      const opened = await Guest.open(browser, relay.origin);
      await opened.enter(guest, words);
      return opened;
    }

    async function begin(guest: Guest, fileName: string, byteLength: number): Promise<void> {
      const path = join(folder, fileName);
      writeFileSync(path, randomBytes(byteLength));
      const input = await guest.page.$('input[type="file"]');
      await input?.uploadFile(path);
      await guest.press("Send file");
      await guest.until("progress", () => {
        const bar = document.querySelector<HTMLProgressElement>(".outgoing progress");
        return bar !== null && !bar.hidden && bar.value > 0;
      });
    }

    const isTrayEmpty = () => document.querySelector(".outgoing") === null;

    test("an upload that is cancelled never reaches the room, and what is said meanwhile does", async () => {
      const ann = await inRoom("Ann");
      const bob = await inRoom("Bob");
      await begin(ann, "never.bin", 3_000_000);
      await ann.say("said meanwhile");
      await bob.sees("said meanwhile");
      await ann.press("Cancel: never.bin");
      await ann.until("an empty tray", isTrayEmpty);
      await ann.say("said after it");
      await bob.sees("said after it");
      assert.ok(!(await bob.text()).includes("never.bin"));
      for (const each of [ann, bob]) await each.leave();
      await relay.stop();
      relay.remove();
    });

    test("an upload that is cut goes on by itself when the relay is back", async () => {
      const ann = await inRoom("Ann");
      const bob = await inRoom("Bob");
      await begin(ann, "whole.bin", 300_000);
      await relay.stop("SIGKILL");
      await ann.sees("Waiting for the connection. Goes on by itself");
      relay = await startRelay({ port: relay.port, certs: relay.certs, flags });
      await bob.sees("whole.bin");
      await ann.until("an empty tray", isTrayEmpty);
      assert.equal(await bob.page.$$eval(".file-card", (all) => all.length), 1);
      for (const each of [ann, bob]) await each.leave();
      await relay.stop();
      relay.remove();
    });

    test("a file outlives a restart of the relay while its sender is there, and is said to be gone when not", async () => {
      const ann = await inRoom("Ann");
      const bob = await inRoom("Bob");
      await begin(ann, "kept.bin", 100_000);
      await bob.sees("kept.bin");
      const restart = async () => {
        await relay.stop("SIGKILL");
        relay = await startRelay({ port: relay.port, certs: relay.certs, flags });
      };
      await restart();
      for (const each of [ann, bob]) await each.connected();
      const cleo = await inRoom("Cleo");
      await cleo.sees("kept.bin");
      const settled = () => document.querySelector(".file-card p")?.textContent ?? "";
      const isThere = async () => {
        await cleo.press("Download: kept.bin");
        await cleo.until(
          "an end",
          () => document.querySelector<HTMLElement>(".file-card progress")?.hidden === true,
        );
        return (await cleo.page.evaluate(settled)) === "";
      };
      while (!(await isThere())) await new Promise((resolve) => setTimeout(resolve, 200));
      await ann.leave();
      await restart();
      await cleo.connected();
      assert.equal(await isThere(), false);
      await cleo.sees("This file is no longer on the server");
      for (const each of [bob, cleo]) await each.leave();
      await relay.stop();
      relay.remove();
    });

    test("a file that the operator had deleted is not sent again by whoever comes back", async () => {
      const ann = await inRoom("Ann");
      const puts: string[] = [];
      await begin(ann, "deleted.bin", 100_000);
      await ann.until("an empty tray", isTrayEmpty);
      // What is still on its way when the relay forgets everything was said after that.
      await ann.until("sent", () => document.querySelector(".message.sent") !== null);
      ann.page.on("request", (asked) => {
        if (/\/file\//.test(asked.url())) puts.push(asked.method());
      });
      assert.ok(relay.process.kill("SIGUSR2"));
      while (!relay.output().includes('"cleared"')) await once(relay.process.stderr ?? assert.fail(), "data");
      await relay.stop("SIGTERM");
      relay = await startRelay({ port: relay.port, certs: relay.certs, flags });
      await ann.connected();
      const bob = await inRoom("Bob");
      await bob.say("said later");
      await ann.sees("said later");
      assert.deepEqual(puts, []);
      assert.ok(!(await bob.text()).includes("deleted.bin"));
      for (const each of [ann, bob]) await each.leave();
      await relay.stop();
      relay.remove();
    });
  });
}
