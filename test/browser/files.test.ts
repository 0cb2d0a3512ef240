// Files in real browsers: chosen, pasted and dropped, on their way, looked at, saved.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { browserNames, Guest, launch, newWords } from "./browsers.ts";
import { createPair } from "./pair.ts";
import { type RunningRelay, startRelay } from "./relay.ts";

const downloadWithinMs = 30_000;
const place = "52.5163 N 13.3777 E";

for (const name of browserNames) {
  describe(`files in ${name}`, () => {
    let relay: RunningRelay;
    let browser: Browser;
    let folder = "";
    const pair = createPair(inRoom);

    before(async () => {
      folder = mkdtempSync(join(tmpdir(), "secure-room-files-"));
      relay = await startRelay({ flags: ["--max-file", "2MiB"] });
      browser = await launch(name);
    });
    after(async () => {
      await browser.close();
      await relay.stop();
      relay.remove();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Somebody whose downloads go to a folder of their own. */
    async function inRoom(guest: string, phrase: string): Promise<Guest & { readonly downloads: string }> {
      const downloads = mkdtempSync(join(folder, "downloads-"));
      const opened = await Guest.open(browser, relay.origin, undefined, downloads);
      await opened.enter(guest, phrase);
      return Object.assign(opened, { downloads });
    }

    function assertQuiet(complaints: readonly string[]): void {
      // A broken or refused transfer is told in the console by the browser itself.
      assert.deepEqual(
        complaints.filter((each) => !each.includes("Failed to load resource")),
        [],
      );
    }

    /** A file on the disk of this machine. */
    function onDisk(fileName: string, content: Uint8Array | string): string {
      const path = join(mkdtempSync(join(folder, "disk-")), fileName);
      writeFileSync(path, content);
      return path;
    }

    async function choose(guest: Guest, ...paths: string[]): Promise<void> {
      await guest.page.bringToFront();
      const input = await guest.page.$('input[type="file"]');
      assert.ok(input);
      await input.uploadFile(...paths);
    }

    async function sendFile(guest: Guest, fileName: string, content: Uint8Array | string): Promise<void> {
      await choose(guest, onDisk(fileName, content));
      await guest.press("Send file");
    }

    /** Presses Download on the card of a file and waits for all of it on the disk. */
    async function downloaded(
      guest: Guest & { readonly downloads: string },
      fileName: string,
    ): Promise<Buffer> {
      await guest.press(`Download: ${fileName}`);
      const path = join(guest.downloads, fileName);
      let before = -1;
      for (const since = performance.now(); performance.now() - since < downloadWithinMs;) {
        const size = existsSync(path) ? readFileSync(path).length : -1;
        if (size > 0 && size === before) return readFileSync(path);
        before = size;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.fail(`${fileName} is not on the disk; on the page:\n${await guest.text()}`);
    }

    const cards = (guest: Guest) =>
      guest.page.$$eval(".file-card bdi", (all) => all.map((each) => each.textContent ?? ""));

    /** A JPEG of 3000 × 1500 pixels that says where it was taken, and to be turned by a quarter. */
    async function photo(guest: Guest): Promise<Buffer> {
      const base64 = await guest.page.evaluate(async () => {
        const canvas = new OffscreenCanvas(3000, 1500);
        const context = canvas.getContext("2d");
        if (context === null) throw new Error("no canvas");
        context.fillStyle = "teal";
        context.fillRect(0, 0, 1500, 1500);
        const bytes = new Uint8Array(
          await (await canvas.convertToBlob({ type: "image/jpeg" })).arrayBuffer(),
        );
        return btoa(String.fromCharCode(...bytes));
      });
      const jpeg = Buffer.from(base64, "base64");
      const orientation = [0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0];
      const tiff = Buffer.from([0x4d, 0x4d, 0, 42, 0, 0, 0, 8, 0, 1, ...orientation, 0, 0, 0, 0]);
      const exif = Buffer.concat([Buffer.from("Exif\0\0"), tiff, Buffer.from(place)]);
      const head = Buffer.from([0xff, 0xe1, 0, exif.length + 2]);
      return Buffer.concat([jpeg.subarray(0, 2), head, exif, jpeg.subarray(2)]);
    }

    test("a file that is chosen with the button reaches the others, and is saved byte for byte", async () => {
      const { ann, bob } = await pair.take();
      const content = randomBytes(200_000);
      await choose(ann, onDisk("report (final).bin", content));
      await ann.sees("report (final).bin");
      assert.deepEqual(await cards(bob), [], "nothing is sent before the person says so");
      await ann.press("Send file");
      await bob.sees("report (final).bin");
      await bob.sees("200 kB");
      await ann.until("an empty tray", () => document.querySelector<HTMLElement>(".tray")?.hidden === true);
      assert.ok((await downloaded(bob, "report (final).bin")).equals(content));
      assert.ok((await downloaded(ann, "report (final).bin")).equals(content));
      await bob.page.reload();
      await bob.connected();
      await bob.sees("report (final).bin");
      assertQuiet(await pair.giveBack());
    });

    test("files that are pasted and dropped go out in order, with the text", async () => {
      const { ann, bob } = await pair.take();
      const give = (how: "paste" | "drop", fileName: string) =>
        ann.page.evaluate(
          ([kind, called]) => {
            const data = new DataTransfer();
            data.items.add(new File([`content of ${called}`], called, { type: "text/plain" }));
            const isPaste = kind === "paste";
            const event = new Event(kind, { bubbles: true, cancelable: true });
            // Firefox leaves what a script puts into a ClipboardEvent out.
            const property = isPaste ? "clipboardData" : "dataTransfer";
            Object.defineProperty(event, property, { value: data });
            document.querySelector(isPaste ? ".composer textarea" : ".log")?.dispatchEvent(event);
            return event.defaultPrevented;
          },
          [how, fileName] as const,
        );
      assert.ok(await give("paste", "pasted.txt"));
      assert.ok(await give("drop", "dropped.txt"));
      await ann.sees("Send 2 files");
      await ann.say("/clear");
      const isThere = () => document.querySelector(".tray > button:not([hidden])") !== null;
      assert.ok(await ann.page.evaluate(isThere), "a command sends no files");
      await ann.page.focus(".composer textarea");
      await ann.page.keyboard.type("both of them");
      await ann.page.keyboard.press("Enter");
      await bob.sees("dropped.txt");
      await bob.sees("both of them");
      assert.deepEqual(await cards(bob), ["pasted.txt", "dropped.txt"]);
      assert.equal((await downloaded(bob, "dropped.txt")).toString(), "content of dropped.txt");
      assertQuiet(await pair.giveBack());
    });

    test("a picture loses place and size on its way, keeps its bearing, and is shown without being asked for", async () => {
      const { ann, bob } = await pair.take();
      const content = await photo(ann);
      assert.ok(content.includes(place));
      await sendFile(ann, "holiday.jpg", content);
      await bob.page.bringToFront();
      await bob.until(
        "the picture",
        () => (document.querySelector<HTMLImageElement>(".stage img")?.naturalWidth ?? 0) > 0,
      );
      const shown = await bob.page.$eval(".stage img", (each) => {
        if (!(each instanceof HTMLImageElement)) return [];
        return [each.alt, each.naturalWidth, each.naturalHeight, each.src.slice(0, 5)];
      });
      assert.deepEqual(shown, ["holiday.jpg", 1024, 2048, "blob:"]);
      const saved = await downloaded(bob, "holiday.jpg");
      assert.equal(saved.subarray(0, 3).toString("hex"), "ffd8ff");
      assert.ok(!saved.includes(place) && !saved.includes("Exif"));
      assertQuiet(await pair.giveBack());
    });

    test("the original of a picture is sent when it is asked for", async () => {
      const { ann, bob } = await pair.take();
      const content = await photo(ann);
      await choose(ann, onDisk("original.jpg", content));
      await ann.until(
        "the choice",
        () => document.querySelector<HTMLElement>(".outgoing label")?.hidden === false,
      );
      await ann.click(".outgoing input");
      await ann.press("Send file");
      await bob.sees("original.jpg");
      assert.ok((await downloaded(bob, "original.jpg")).equals(content));
      assertQuiet(await pair.giveBack());
    });

    test("a moving picture goes as it is, and the person is told", async () => {
      const { ann, bob } = await pair.take();
      const gif = Buffer.from("R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=", "base64");
      await choose(ann, onDisk("wave.gif", gif));
      await ann.sees("This goes as it is");
      await ann.press("Send file");
      await bob.sees("wave.gif");
      assert.ok((await downloaded(bob, "wave.gif")).equals(gif));
      assertQuiet(await pair.giveBack());
    });

    test("what can hold a script is never shown, whatever its name says", async () => {
      const { ann, bob } = await pair.take();
      const svg = `<svg xmlns="http://www.w3.org/2000/svg" onload="document.title='broken'"><script>document.title='broken'</script></svg>`;
      const html = `<!doctype html><script>document.title='broken'</script>`;
      for (const [fileName, content] of [
        ["drawing.png", svg],
        ["drawing.svg", svg],
        ["page.html", html],
        ["page.jpg", html],
        ["paper.pdf", "%PDF-1.7"],
        ["movie.mp4", html],
      ] as const) {
        await sendFile(ann, fileName, content);
        await bob.sees(fileName);
      }
      await bob.page.bringToFront();
      await bob.press("Play: movie.mp4");
      const told = () => document.body.innerText.split("This can only be downloaded.").length === 5;
      await bob.until("four refusals", told);
      for (const guest of [ann, bob]) {
        const inline = ".stage *, .file-card img, .file-card iframe, .file-card object, .file-card embed";
        assert.equal(await guest.page.$$eval(inline, (all) => all.length), 0);
        assert.notEqual(await guest.page.title(), "broken");
      }
      assert.equal((await downloaded(bob, "page.html")).toString(), html);
      assert.equal(bob.page.url(), `${relay.origin}/`);
      assertQuiet(await pair.giveBack());
    });

    test("a file above the relay's limit is refused with its size and the limit, before it is sent", async () => {
      const { ann } = await pair.take();
      await choose(ann, onDisk("film.bin", randomBytes(2_200_000)));
      await ann.sees("This file has 2.2 MB. The server takes at most 2.06 MB: send a smaller one.");
      await ann.press("Remove: film.bin");
      assert.equal(await ann.page.$eval(".tray", (each) => (each as HTMLElement).hidden), true);
      assertQuiet(await pair.giveBack());
    });

    test("a hostile file name is harmless where it is shown and where it is saved", async () => {
      const { ann, bob } = await pair.take();
      await ann.page.evaluate(() => {
        const data = new DataTransfer();
        data.items.add(new File(["text"], "../..\\<img src=x onerror=alert(1)>\u202Egpj.exe"));
        const event = new Event("drop", { bubbles: true, cancelable: true });
        Object.defineProperty(event, "dataTransfer", { value: data });
        document.querySelector(".log")?.dispatchEvent(event);
      });
      await ann.press("Send file");
      await bob.sees("gpj.exe");
      assert.deepEqual(await cards(bob), ["_.._ _img src=x onerror=alert(1)_gpj.exe".replace(" ", "")]);
      assert.equal(await bob.page.$$eval(".log img", (all) => all.length), 0);
      assertQuiet(await pair.giveBack());
    });

    test("an altered file is refused, and said so", async () => {
      const { ann, bob } = await pair.take();
      await sendFile(ann, "altered.bin", randomBytes(1_000));
      await bob.sees("altered.bin");
      await bob.page.setRequestInterception(true);
      bob.page.on("request", (request) => {
        const isFile = request.url().includes("/file/");
        void (isFile ? request.respond({ status: 200, body: randomBytes(1_040) }) : request.continue());
      });
      await bob.press("Download: altered.bin");
      await bob.sees("This file was altered or cut off on its way and is not shown.");
      await bob.page.setRequestInterception(false);
      bob.page.removeAllListeners("request");
      assertQuiet(await pair.giveBack());
    });

    test("a voice note is recorded, heard before it is sent, and played by the others", async () => {
      const { ann, bob } = await pair.take();
      await ann.press("Record a voice note");
      await ann.sees("0:01");
      await ann.press("Cancel");
      await ann.until(
        "the field in focus",
        () => document.activeElement?.matches(".composer textarea") === true,
      );
      assert.equal(await ann.page.$$eval(".outgoing", (all) => all.length), 0);
      await ann.press("Record a voice note");
      await ann.sees("0:01");
      await ann.press("Done");
      await ann.until("a preview", () => document.querySelector(".outgoing audio") !== null);
      await ann.press("Send file");
      await bob.sees("Voice note.");
      await bob.page.bringToFront();
      await bob.click(".file-card button");
      await bob.until("a player", () => (document.querySelector("audio")?.readyState ?? 0) > 0);
      // Firefox learns the length of what MediaRecorder wrote only by playing it.
      const isKnown = () => (document.querySelector("audio")?.duration ?? 0) < 60;
      if (name === "chromium") await bob.until("its length", isKnown);
      await bob.page.$eval("audio", (audio) => audio.play());
      await bob.until("sound", () => (document.querySelector("audio")?.currentTime ?? 0) > 0.2);
      assertQuiet(await pair.giveBack());
    });

    test("what was shown is let go of when the person leaves", async () => {
      const ann = await inRoom("Ann", await newWords());
      await ann.page.evaluate(() => {
        const urls = new Set<string>();
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (content) => {
          const url = createObjectURL(content);
          urls.add(url);
          return url;
        };
        URL.revokeObjectURL = (url) => {
          urls.delete(url);
          revokeObjectURL(url);
        };
        Object.assign(globalThis, { urls });
      });
      const alive = () => ann.page.evaluate(() => (globalThis as unknown as { urls: Set<string> }).urls.size);
      await sendFile(ann, "one.jpg", await photo(ann));
      await ann.until("the picture", () => document.querySelector(".message.sent .stage img") !== null);
      await choose(ann, onDisk("two.jpg", await photo(ann)));
      await ann.until("a preview", () => document.querySelector(".preview img") !== null);
      assert.equal(await alive(), 2);
      await ann.press("Leave");
      await ann.sees("1 message was not sent yet.");
      await ann.confirm();
      await ann.sees("Start a new room");
      assert.equal(await alive(), 0);
      await ann.leave();
      assertQuiet(ann.complaints);
    });
  });
}
