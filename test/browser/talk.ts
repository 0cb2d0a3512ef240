// What people do with messages, for the browser tests: through the menu of a message, by keyboard.

import type { Guest } from "./browsers.ts";

/** Puts the focus on the message with this text, as arrows would. */
export async function pointAt(guest: Guest, text: string): Promise<void> {
  await guest.sees(text);
  await guest.page.bringToFront();
  await guest.page.evaluate((wanted) => {
    const all = [...document.querySelectorAll<HTMLElement>(".log > li.message")];
    all.find((item) => item.querySelector(".text")?.textContent?.includes(wanted))?.focus();
  }, text);
}

/** Opens the menu of a message and presses the item with this label. */
export async function act(guest: Guest, text: string, label: string): Promise<void> {
  await pointAt(guest, text);
  await guest.page.keyboard.press("Enter");
  await guest.until("the menu", () => document.querySelector(".menu") !== null);
  await choose(guest, label);
}

/** Opens the room's menu and presses the item with this label. */
export async function fromMenu(guest: Guest, label: string): Promise<void> {
  await guest.press("Menu");
  await guest.until("the menu", () => document.querySelector(".menu") !== null);
  await choose(guest, label);
}

function choose(guest: Guest, label: string): Promise<void> {
  return guest.page.evaluate((wanted) => {
    const all = [...document.querySelectorAll<HTMLElement>(".menu button")];
    all.find((item) => item.textContent === wanted)?.click();
  }, label);
}
