// The whole, as people have it: the program in one process, real browsers, the self-signed certificate.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, beforeEach, describe, test } from "node:test";
import type { Browser } from "puppeteer-core";
import { generatePhrase } from "../../src/crypto/phrase.ts";
import { browserNames, Guest, launch, quit } from "./browsers.ts";
import { findInMemory, startCapture } from "./capture.ts";
import { createPair } from "./pair.ts";
import { type RunningRelay, startRelay } from "./relay.ts";

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length));
const linkTo = (origin: string, phrase: string) => `${origin}/join#${phrase.replaceAll(" ", "-")}`;

for (const name of browserNames) {
  describe(`in ${name}`, () => {
    let relay: RunningRelay;
    let browser: Browser;
    const guests: Guest[] = [];
    /** Each test has a room of its own: a closed tab keeps its name for a minute. */
    let words = "";

    beforeEach(async () => {
      words = await generatePhrase(random);
    });
    before(async () => {
      browser = await launch(name);
      relay = await startRelay();
    });
    after(async () => {
      await quit(browser);
      await relay.stop();
      relay.remove();
    });

    async function open(url = relay.origin, size?: { width: number; height: number }): Promise<Guest> {
      const guest = await Guest.open(browser, url, size);
      guests.push(guest);
      return guest;
    }

    /** For what two people are enough; one of them with a name that tries to be more than that. */
    const pair = createPair((guest, phrase) =>
      Guest.comeIn(browser, relay.origin, guest === "Bob" ? "<b onmouseover=alert(1)>Bob" : guest, phrase),
    );

    async function inRoom(guest: string, phrase = words): Promise<Guest> {
      const opened = await open();
      await opened.enter(guest, phrase);
      return opened;
    }

    /** A second tab with all that the first one keeps over a reload. */
    async function duplicate(guest: Guest): Promise<Guest> {
      const saved = await guest.page.evaluate(() => {
        dispatchEvent(new Event("pagehide"));
        return sessionStorage.getItem("secure-room") ?? "";
      });
      const copy = await open();
      await copy.page.evaluate((text) => sessionStorage.setItem("secure-room", text), saved);
      await copy.page.reload();
      await copy.connected();
      return copy;
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

    test("two people with the same words talk both ways, a third with other words sees nothing", async () => {
      const { ann, bob } = await pair.take();
      const eve = await inRoom("Eve");
      await ann.say("Hello Bob");
      await bob.sees("Hello Bob");
      await bob.say("Hello Ann");
      await ann.sees("Hello Ann");
      assert.deepEqual(await ann.messages(), ["Hello Bob", "Hello Ann"]);
      assert.deepEqual(await bob.messages(), ["Hello Bob", "Hello Ann"]);
      assert.equal(await ann.code(), await bob.code());
      assert.notEqual(await ann.code(), await eve.code());
      await eve.say("Anybody?");
      await eve.sees("Anybody?");
      assert.deepEqual(await eve.messages(), ["Anybody?"]);
      assert.ok(!(await ann.text()).includes("Anybody?"));
      assert.deepEqual(await pair.giveBack(), []);
      await allGoHome();
    });

    test("a new room needs nothing but a name, and its link lets the next one in", async () => {
      const ann = await open();
      await ann.press("Start a new room");
      await ann.sees("All eight words fit together.");
      await ann.enter("Ann");
      await ann.sees("You are the only one here.");
      await ann.press("Share");
      const link = await ann.page.$eval("dialog input", (field) => field.value);
      const spoken = await ann.page.$$eval(".words li", (all) => all.map((each) => each.textContent ?? ""));
      assert.equal(link, linkTo(relay.origin, spoken.join(" ")));
      await ann.press("Done");
      const bob = await open(link);
      assert.equal(await bob.page.evaluate(() => location.href), `${relay.origin}/`);
      await bob.sees("The words came with your link.");
      await bob.enter("Bob");
      await ann.sees("Bob came in.");
      await allGoHome();
    });

    test("what people write stays text", async () => {
      const { ann, bob } = await pair.take();
      const hostile = `<img src=x onerror="document.title='broken'"><script>document.title='broken'</script>&amp;`;
      await bob.say(hostile);
      await ann.sees("onerror");
      assert.deepEqual(await ann.messages(), [hostile]);
      assert.equal(
        await ann.page.$$eval(".message img, .message script, .message b", (all) => all.length),
        0,
      );
      assert.notEqual(await ann.page.title(), "broken");
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("a slip in a word is found before anything is derived, and one press mends it", async () => {
      const ann = await open();
      await ann.fill("#name", "Ann");
      await ann.fill("#phrase", `jambore ${words.replace(/^\S+ /, "")}`);
      await ann.press("Enter the room");
      await ann.sees("“jambore” is not on the word list.");
      await ann.press("Use “jamboree”");
      await ann.sees("These eight words do not fit together");
      await ann.fill("#phrase", words);
      await ann.sees("All eight words fit together.");
      await ann.fill("#phrase", words.replace(/^\S+ /, ""));
      await ann.sees("7 words, but a passphrase made here has eight.");
      await ann.fill("#phrase", "123456");
      await ann.sees("Easy to guess");
      await allGoHome();
    });

    test("what is missing is said beside its field", async () => {
      const ann = await open();
      await ann.press("Enter the room");
      const beside = (field: string) =>
        ann.page.$eval(field, (input) =>
          (input.getAttribute("aria-describedby") ?? "")
            .split(" ")
            .map((id) => document.getElementById(id)?.textContent ?? "")
            .join(""),
        );
      await ann.sees("Type a name for the others to see.");
      assert.equal(await beside("#name"), "Type a name for the others to see.");
      assert.equal(await beside("#phrase"), "Type the words you were given, or start a new room.");
      await allGoHome();
    });

    test("a link that lost its words says so, and a pasted link is taken apart", async () => {
      const ann = await open(`${relay.origin}/join`);
      await ann.sees("Your link has lost its words");
      await ann.enter("Ann", linkTo(relay.origin, words));
      const bob = await inRoom("Bob");
      assert.equal(await ann.code(), await bob.code());
      await allGoHome();
    });

    test("a taken name is a question, and another name goes in", async () => {
      await inRoom("Ann");
      const other = await open();
      await other.fill("#name", "ANN");
      await other.fill("#phrase", words);
      await other.press("Enter the room");
      await other.sees("Someone here is already called ANN.");
      await other.fill(".decision input", "Anna");
      await other.press("Use this name");
      await other.connected();
      await allGoHome();
    });

    test("a reload keeps the person, the name and what was said", async () => {
      const { ann, bob } = await pair.take();
      // What is not stored while somebody looks cannot come along when the tab is duplicated.
      await ann.page.bringToFront();
      await ann.until("nothing is stored", () => sessionStorage.length === 0);
      await ann.say("said first");
      await bob.sees("said first");
      await ann.page.reload();
      await ann.connected();
      await ann.sees("said first");
      await ann.say("said behind the reload");
      await bob.sees("said behind the reload");
      assert.deepEqual(await bob.messages(), ["said first", "said behind the reload"]);
      assert.ok(!(await bob.text()).includes("Ann (2)"));
      assert.ok(!(await bob.text()).includes("Ann left."));
      assert.deepEqual(await pair.giveBack(), []);
    });

    test("a second tab with the same seat takes over, and the first comes back only as a new arrival", async () => {
      const ann = await inRoom("Ann");
      const copy = await duplicate(ann);
      await ann.sees("This room was opened in another tab.");
      await ann.press("Come in again");
      await ann.sees("Someone here is already called Ann.");
      await ann.fill(".decision input", "Anna");
      await ann.press("Use this name");
      await ann.connected();
      await copy.sees("Anna came in.");
      await ann.say("still two of us");
      await copy.sees("still two of us");
      await allGoHome();
    });

    test("a tab that lost its seat keeps nothing over a reload", async () => {
      const ann = await inRoom("Ann");
      const copy = await duplicate(ann);
      await ann.sees("This room was opened in another tab.");
      await ann.page.reload();
      await ann.sees("Start a new room");
      assert.equal(await copy.page.$eval(".status", (each) => each.textContent), "Connected");
      await allGoHome();
    });

    test("a name cannot finish a sentence of the page", async () => {
      const { ann, words: theirs } = await pair.take();
      await inRoom("Bob left. Eve", theirs);
      await ann.sees("came in.");
      const line = await ann.page.$eval(".notice", (each) => each.querySelector("bdi")?.textContent ?? "");
      assert.equal(line, "Bob left. Eve");
      assert.deepEqual(await pair.giveBack(), []);
      await allGoHome();
    });

    test("somebody who leaves is told of, and is back at the door without the words", async () => {
      const { ann, bob } = await pair.take();
      await bob.press("Leave");
      await bob.sees("Leave the room?");
      await bob.confirm();
      await bob.sees("Start a new room");
      assert.equal(await bob.page.$eval("#phrase", (field) => (field as HTMLTextAreaElement).value), "");
      await ann.sees("Bob left.");
      assert.deepEqual(await pair.leave(), []);
    });

    test("the keys are made in sight, and the page goes on drawing meanwhile", async () => {
      const ann = await open();
      await ann.fill("#name", "Ann");
      await ann.fill("#phrase", words);
      await ann.page.evaluate(() => {
        const seen = { frames: 0, texts: new Set<string>() };
        Object.assign(globalThis, { seen });
        const look = () => {
          const text = document.querySelector(".working p")?.textContent ?? "";
          if (text.includes("Making the keys")) seen.frames++;
          seen.texts.add(text);
          requestAnimationFrame(look);
        };
        look();
      });
      await ann.press("Enter the room");
      await ann.connected();
      const { frames, texts } = await ann.page.evaluate(() => {
        const { seen } = globalThis as unknown as { seen: { frames: number; texts: Set<string> } };
        return { frames: seen.frames, texts: [...seen.texts] };
      });
      const percents = texts.filter((text) => /^Making the keys… \d+ %$/.test(text));
      assert.ok(percents.length >= 2, `progress told: ${JSON.stringify(texts)}`);
      assert.ok(frames > percents.length, `${frames} frames drawn while the keys were made`);
      await allGoHome();
    });

    test("the page fits 360 pixels without scrolling sideways, at the door and in the room", async () => {
      const ann = await open(relay.origin, { width: 360, height: 640 });
      const overflow = () => ann.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok((await overflow()) <= 0);
      await ann.enter("Ann", words);
      await ann.say(`${"long".repeat(100)} ${"words and ".repeat(50)}`);
      await ann.sees("long");
      assert.ok((await overflow()) <= 0);
      await ann.press("Share");
      assert.ok((await overflow()) <= 0);
      const dialog = await ann.page.$eval("dialog", (each) => each.scrollWidth - each.clientWidth);
      assert.ok(dialog <= 0);
      await ann.press("Done");
      await allGoHome();
    });

    test("without https the page says what to open instead", async () => {
      const response = await fetchPage(relay);
      const plain = createServer((request, answer) => {
        const file = response.get(request.url ?? "/");
        answer.writeHead(file === undefined ? 404 : 200, { "Content-Type": file?.type ?? "text/plain" });
        answer.end(file?.body);
      });
      await new Promise<void>((resolve) => plain.listen(0, "127.0.0.1", resolve));
      const { port } = plain.address() as AddressInfo;
      const ann = await open(`http://insecure.example:${port}/`);
      await ann.sees(`Open https://insecure.example:${port}/ instead.`);
      await ann.leave();
      guests.length = 0;
      plain.closeAllConnections();
      plain.close();
    });
  });

  describe(`in ${name}, on a relay of its own`, () => {
    let browser: Browser;
    let words = "";

    beforeEach(async () => {
      words = await generatePhrase(random);
    });
    before(async () => {
      browser = await launch(name);
    });
    after(() => quit(browser));

    test("a full room is said, and trying again goes in when somebody has left", async () => {
      const relay = await startRelay({ flags: ["--max-members", "1"] });
      const ann = await Guest.open(browser, relay.origin);
      await ann.enter("Ann", words);
      const bob = await Guest.open(browser, relay.origin);
      await bob.fill("#name", "Bob");
      await bob.fill("#phrase", words);
      await bob.press("Enter the room");
      await bob.sees("The room is full.");
      await ann.press("Leave");
      await ann.confirm();
      await ann.sees("Start a new room");
      await bob.press("Try again");
      // The relay may not have heard yet that Ann has left.
      await bob.until("in the room, trying once more", () => {
        document.querySelector<HTMLElement>(":not([hidden]) > .decision .primary")?.click();
        return document.querySelector('[data-state="live"]') !== null;
      });
      await relay.stop();
      relay.remove();
    });

    test("while the relay is away what is said waits, and goes out when it is back", async () => {
      const relay = await startRelay();
      const ann = await Guest.comeIn(browser, relay.origin, "Ann", words);
      const bob = await Guest.comeIn(browser, relay.origin, "Bob", words);
      await relay.stop();
      await ann.sees("The host has stopped the server.");
      await ann.say("said offline");
      await ann.sees("Offline. 1 message will be sent.");
      const again = await startRelay({ port: relay.port, certs: relay.certs });
      await bob.sees("said offline");
      assert.deepEqual(await bob.messages(), ["said offline"]);
      await ann.until("sent", () => document.querySelector(".delivery")?.textContent === "sent");
      await again.stop();
      again.remove();
    });

    test("a capture of everything the relay held and sent shows no text, name or passphrase", async (t) => {
      if (process.platform !== "linux") return t.skip("reads the relay's memory from /proc");
      const relay = await startRelay();
      const capture = await startCapture(relay.port, relay.certs);
      const secret = `the heron flies at ${name}`;
      const secretNames = ["Annabelle Quillfeather", "Bartholomew Inkwell"] as const;
      const ann = await Guest.open(browser, linkTo(capture.origin, words));
      await ann.enter(secretNames[0]);
      const bob = await Guest.open(browser, capture.origin);
      await bob.enter(secretNames[1], words);
      await ann.say(secret);
      await bob.sees(secret);
      await bob.page.reload();
      await bob.connected();
      await bob.sees(secret);
      // Single words are no secret: the list of all words is in the program, for the host's invitation.
      const secrets = [secret, ...secretNames, words, words.replaceAll(" ", "-")];
      const sent = capture.bytes();
      const [, roomId = assert.fail("no room was joined")] =
        /\/room\/([\w-]{22})/.exec(sent.toString("latin1")) ?? [];
      // The search finds what is there: otherwise it would prove nothing.
      assert.ok(sent.includes('"type":"join"'), "the capture reads what clients send");
      assert.ok(sent.includes('"type":"joined"'), "the capture reads what the relay sends");
      assert.deepEqual(findInMemory(relay.process.pid ?? assert.fail(), [roomId]), [roomId]);
      for (const each of secrets) {
        assert.ok(!sent.includes(each, 0, "utf8"), `sent in the clear: ${each}`);
        assert.ok(!sent.includes(each, 0, "utf16le"), `sent in the clear: ${each}`);
      }
      assert.deepEqual(findInMemory(relay.process.pid ?? assert.fail(), secrets), []);
      assert.ok(!secrets.some((each) => relay.output().includes(each)));
      await ann.leave();
      await bob.leave();
      capture.stop();
      await relay.stop();
      relay.remove();
    });
  });
}

// It drives both, so the run of the first is enough.
const pairs = browserNames.includes("chromium") ? [["chromium", "firefox"] as const] : [];
for (const pair of pairs)
  test("Chromium and Firefox talk to each other", async (t) => {
    const words = await generatePhrase(random);
    const browsers = await Promise.all(pair.map((name) => launch(name)));
    t.after(() => Promise.all(browsers.map(quit)));
    const relay = await startRelay();
    const [chromium = assert.fail(), firefox = assert.fail()] = browsers;
    const ann = await Guest.comeIn(chromium, relay.origin, "Ann", words);
    const bob = await Guest.open(firefox, linkTo(relay.origin, words));
    await bob.enter("Bob");
    await ann.say("Hello, Firefox 🦊");
    await bob.sees("Hello, Firefox 🦊");
    await bob.say("Hello, Chromium");
    await ann.sees("Hello, Chromium");
    assert.equal(await ann.code(), await bob.code());
    await relay.stop();
    relay.remove();
  });

/** The page's files by path, as any web server would have them. */
async function fetchPage(relay: RunningRelay): Promise<Map<string, { type: string; body: Buffer }>> {
  const { Agent, get } = await import("node:https");
  const agent = new Agent({ rejectUnauthorized: false });
  const load = (path: string) =>
    new Promise<{ type: string; body: Buffer }>((resolve, reject) => {
      get(relay.origin + path, { agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on("data", (chunk: Buffer) => chunks.push(chunk));
        response.on("end", () => {
          resolve({ type: response.headers["content-type"] ?? "", body: Buffer.concat(chunks) });
        });
      }).on("error", reject);
    });
  const { body } = await load("/.well-known/secure-room");
  const { files } = JSON.parse(body.toString()) as { files: Record<string, string> };
  const paths = Object.keys(files);
  const loaded = new Map(await Promise.all(paths.map(async (path) => [path, await load(path)] as const)));
  agent.destroy();
  return loaded;
}
