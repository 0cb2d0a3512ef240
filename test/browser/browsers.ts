// Real browsers, and people in them who use the page as people do: by its labels and buttons.

import assert from "node:assert/strict";
import puppeteer, { type Browser, type BrowserContext, type Page } from "puppeteer-core";
import { type BrowserName, findBrowser } from "../../scripts/browsers.ts";

export const browserNames: readonly BrowserName[] = ["chromium", "firefox"];

/** What a page may take to show something, PBKDF2 on a busy machine included. */
const patienceMs = 60_000;

/** Starts a headless browser that accepts the relay's self-signed certificate, as a person does by clicking through. */
export function launch(name: BrowserName): Promise<Browser> {
  const executablePath =
    findBrowser(name) ?? assert.fail(`${name} is missing: run node build/scripts/browsers.js`);
  const shared = { executablePath, headless: true, acceptInsecureCerts: true } as const;
  if (name === "firefox") {
    const extraPrefsFirefox = {
      "network.dns.localDomains": "insecure.example",
      "intl.accept_languages": "en-US",
    };
    return puppeteer.launch({ ...shared, browser: "firefox", extraPrefsFirefox });
  }
  const args = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--lang=en-US",
    "--host-resolver-rules=MAP insecure.example 127.0.0.1",
    ...(process.getuid?.() === 0 ? ["--no-sandbox"] : []),
  ];
  return puppeteer.launch({ ...shared, browser: "chrome", args });
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

  static async open(browser: Browser, url: string, size = { width: 1280, height: 800 }): Promise<Guest> {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(patienceMs);
    await page.setViewport(size);
    const guest = new Guest(context, page);
    await page.goto(url);
    return guest;
  }

  /** Types a name, and the words unless a link has brought them, and goes in. */
  async enter(name: string, words?: string): Promise<void> {
    await this.page.locator("#name").fill(name);
    if (words !== undefined) await this.page.locator("#phrase").fill(words);
    await this.press("Enter the room");
    await this.connected();
  }

  async connected(): Promise<void> {
    await this.page.waitForSelector('[data-state="live"]');
  }

  async say(text: string): Promise<void> {
    const composer = this.page.locator(".composer textarea");
    await composer.fill(text);
    await this.page.locator(".send").click();
  }

  /** Waits until some text stands anywhere on the page. */
  async sees(text: string): Promise<void> {
    await this.page
      .waitForFunction((wanted) => document.body.innerText.includes(wanted), {}, text)
      .catch(async () => assert.fail(`never saw “${text}” but:\n${await this.text()}`));
  }

  /** Presses the button with this label. */
  async press(label: string): Promise<void> {
    await this.page
      .waitForFunction(
        (wanted) =>
          [...document.querySelectorAll("button")].some(
            (each) =>
              !each.disabled && !each.hidden && (each.textContent === wanted || each.ariaLabel === wanted),
          ),
        {},
        label,
      )
      .catch(async () => assert.fail(`no button “${label}” in:\n${await this.text()}`));
    await this.page.evaluate((wanted) => {
      const found = [...document.querySelectorAll("button")].find(
        (each) => !each.hidden && (each.textContent === wanted || each.ariaLabel === wanted),
      );
      found?.click();
    }, label);
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

  close(): Promise<void> {
    return this.#context.close();
  }
}
