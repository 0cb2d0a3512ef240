// Real browsers, and people in them who use the page as people do: by its labels and buttons.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Browser, type BrowserContext, launch as launchBrowser, type Page } from "puppeteer-core";
import { type BrowserName, findBrowser } from "../../scripts/browsers.ts";
import { generatePhrase, type Phrase } from "../../src/crypto/phrase.ts";
import { within } from "../deadline.ts";

const all: readonly BrowserName[] = ["chromium", "firefox"];
/** Those that this process drives: all, or the one that TEST_BROWSER names. */
export const browserNames = all.filter((name) => (process.env["TEST_BROWSER"] ?? name) === name);

/** What a page may take to show something, PBKDF2 on a busy machine included. */
const patienceMs = 60_000;

/** What a browser may take to start, on a machine that has just installed it, and to end. */
const startWithinMs = 60_000;
const endWithinMs = 15_000;

/**
 * Starts a headless browser that accepts the relay's self-signed certificate, as a person does by clicking through.
 * One that does not start gets a second chance: on a fresh machine the first start of all may hang.
 * @param trusted the home of a browser that accepts no such thing, from `trust`; null is one that does
 */
export async function launch(name: BrowserName, trusted: string | null = null): Promise<Browser> {
  const browser = await attempt(name, trusted).catch((error: unknown) => {
    console.log(`# once more: ${String(error)}`);
    return attempt(name, trusted);
  });
  console.log(`# ${name}: ${await browser.version()}`);
  return browser;
}

/** Where both browsers keep what they trust, in a home made by `trust`. */
const trustFolders: Readonly<Record<BrowserName, string>> = { chromium: ".pki/nssdb", firefox: "profile" };

/** Makes the folder `home` one whose browsers trust an authority: its certificate is the PEM file `authority`. */
export function trust(home: string, authority: string): void {
  for (const folder of Object.values(trustFolders)) {
    const path = join(home, folder);
    mkdirSync(path, { recursive: true });
    execFileSync("certutil", ["-d", `sql:${path}`, "-N", "--empty-password"]);
    execFileSync("certutil", ["-d", `sql:${path}`, "-A", "-t", "C,,", "-n", "authority", "-i", authority]);
  }
}

async function attempt(name: BrowserName, trusted: string | null): Promise<Browser> {
  const giveUp = new AbortController();
  try {
    return await within(startWithinMs, `${name} starts`, start(name, giveUp.signal, trusted));
  } catch (error) {
    giveUp.abort();
    throw error;
  }
}

/** Closes a browser, and kills one that does not close by itself. */
export async function quit(browser: Browser): Promise<void> {
  const child = browser.process();
  try {
    await within(endWithinMs, "the browser closes", browser.close());
  } catch (error) {
    // Its whole process group: puppeteer starts browsers as leaders of their own.
    if (child?.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    console.log(`# ${String(error)}; killed`);
  }
}

function start(name: BrowserName, signal: AbortSignal, trusted: string | null): Promise<Browser> {
  const executablePath =
    findBrowser(name) ?? assert.fail(`${name} is missing: run node build/scripts/browsers.js`);
  const shared = {
    executablePath,
    headless: true,
    acceptInsecureCerts: trusted === null,
    protocolTimeout: patienceMs,
    signal,
    ...(trusted === null ? {} : { env: { ...process.env, HOME: trusted } }),
  } as const;
  if (name === "firefox") {
    const extraPrefsFirefox = {
      "network.dns.localDomains": "insecure.example",
      "intl.accept_languages": "en-US",
      // A microphone that beeps, and nobody who has to allow it.
      "media.navigator.streams.fake": true,
      "media.navigator.permission.disabled": true,
      // A test presses play by script, in a window that may lie behind another.
      "media.autoplay.default": 0,
      "media.block-autoplay-until-in-foreground": false,
    };
    const profile = trusted === null ? {} : { userDataDir: join(trusted, trustFolders.firefox) };
    return launchBrowser({ ...shared, ...profile, browser: "firefox", extraPrefsFirefox });
  }
  const args = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--lang=en-US",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--host-resolver-rules=MAP insecure.example 127.0.0.1",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
  return launchBrowser({ ...shared, browser: "chrome", args });
}

/** Eight words that nobody has used. */
export function newWords(): Promise<Phrase> {
  return generatePhrase((length) => crypto.getRandomValues(new Uint8Array(length)));
}

/** One person with a tab of their own: no storage is shared with anybody else in the same browser. */
export class Guest {
  readonly page: Page;
  readonly #context: BrowserContext;
  /** What the page complained about: errors, refused sources, failed scripts. */
  readonly complaints: string[] = [];

  private constructor(context: BrowserContext, page: Page) {
    this.#context = context;
    this.page = page;
    page.on("pageerror", (error) => this.complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  /** @param downloads the folder that downloads go to */
  static async open(
    browser: Browser,
    url: string,
    size = { width: 1280, height: 800 },
    downloads?: string,
  ): Promise<Guest> {
    const context = await browser.createBrowserContext(
      downloads === undefined ? {} : { downloadBehavior: { policy: "allow", downloadPath: downloads } },
    );
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.setViewport(size);
    const guest = new Guest(context, page);
    await page.goto(url);
    return guest;
  }

  /** Opens the page and goes in. */
  static async comeIn(browser: Browser, url: string, name: string, words: string): Promise<Guest> {
    const guest = await Guest.open(browser, url);
    await guest.enter(name, words);
    return guest;
  }

  /** Types a name, and the words unless a link has brought them, and goes in. */
  async enter(name: string, words?: string): Promise<void> {
    await this.fill("#name", name);
    if (words !== undefined) await this.fill("#phrase", words);
    await this.press("Enter the room");
    await this.connected();
  }

  connected(): Promise<void> {
    return this.until("in the room", () => document.querySelector('[data-state="live"]') !== null);
  }

  async say(text: string): Promise<void> {
    await this.fill(".composer textarea", text);
    await this.click(".send");
  }

  /** Clicks what `selector` finds first, with the mouse; what the page replaced before the mouse was there is looked for again. */
  click(selector: string): Promise<void> {
    return this.#tryUntil(`${selector} to click`, () => this.page.click(selector).then(() => true));
  }

  /** Says yes in the dialog that is open: one that was just closed still stands in the document for a moment. */
  confirm(): Promise<void> {
    return this.click("dialog[open] .primary");
  }

  /** Puts `text` into a field in place of what it holds, as pasting it would: at once, and with all that the page hears of it. */
  async fill(selector: string, text: string): Promise<void> {
    await this.page.bringToFront();
    const fill = (wanted: string) => {
      const [where, what] = JSON.parse(wanted) as [string, string];
      const field = document.querySelector<HTMLInputElement | HTMLTextAreaElement>(where);
      if (field === null || field.disabled || field.getClientRects().length === 0) return false;
      field.focus();
      field.select();
      document.execCommand(what === "" ? "delete" : "insertText", false, what);
      return field.value === what;
    };
    await this.until(`${selector} to write in`, fill, JSON.stringify([selector, text]));
  }

  /** Waits until some text stands anywhere on the page; what is scrolled out of sight has no innerText in Firefox. */
  sees(text: string): Promise<void> {
    const isThere = (wanted: string) =>
      document.body.innerText.includes(wanted) ||
      document.querySelector(".log")?.textContent?.includes(wanted) === true;
    return this.until(`“${text}”`, isThere, text);
  }

  /** Presses the button with this label, as soon as there is one that can be pressed. */
  async press(label: string): Promise<void> {
    await this.page.bringToFront();
    const press = (wanted: string) => {
      const labelled = [...document.querySelectorAll("button")].filter(
        (each) =>
          !each.disabled && !each.hidden && (each.textContent === wanted || each.ariaLabel === wanted),
      );
      // One that is drawn goes before one of the same label in a part that is not, such as a dialog's before a tray's.
      const chosen = labelled.find((each) => each.getClientRects().length > 0) ?? labelled[0];
      chosen?.click();
      return chosen !== undefined;
    };
    await this.until(`a button “${label}”`, press, label);
  }

  /** Asks the page again and again, from here: a page in the background has slow timers and draws nothing. */
  until(what: string, condition: (wanted: string) => boolean | Promise<boolean>, wanted = ""): Promise<void> {
    return this.#tryUntil(what, () => this.page.evaluate(condition, wanted));
  }

  async #tryUntil(what: string, attempt: () => Promise<boolean>): Promise<void> {
    const giveUpAt = performance.now() + patienceMs;
    let fault = "";
    const note = (error: unknown): false => {
      fault = ` (${String(error)})`;
      return false;
    };
    while (!(await attempt().catch(note))) {
      if (performance.now() > giveUpAt)
        assert.fail(`never came: ${what}${fault}; on the page:\n${await this.text()}`);
      await delay(50);
    }
  }

  text(): Promise<string> {
    return this.page.evaluate(() => document.body.innerText);
  }

  /** The texts of all messages, from top to bottom. */
  messages(): Promise<string[]> {
    return this.page.$$eval(".message .text", (texts) => texts.map((each) => each.textContent ?? ""));
  }

  code(): Promise<string> {
    return this.page.$eval(".code", (each) => each.textContent ?? "");
  }

  /** Closes the tab, so that nothing of this person stays open. */
  leave(): Promise<void> {
    return this.#context.close();
  }
}
