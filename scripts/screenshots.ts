// Takes README's screenshots from the real page: `npm run screenshots`.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatePhrase } from "../src/crypto/phrase.ts";
import { Guest, launch, quit } from "../test/browser/browsers.ts";
import { startRelay } from "../test/browser/relay.ts";
import { act } from "../test/browser/talk.ts";
import { wear } from "../test/browser/theme.ts";

const folder = fileURLToPath(new URL("../../.github/screenshots/", import.meta.url));
const sizes = { desktop: { width: 1200, height: 720 }, phone: { width: 390, height: 844 } };
const themes = ["light", "dark"] as const;
const talk: readonly (readonly [Name, string])[] = [
  ["Ann", "Are we still on for tonight?"],
  ["Bob", "Yes! The boat leaves at **eight**. Bring something warm, the wind is up."],
  ["Bob", "And a lamp."],
  ["Cleo", "I’ll bring soup 🍲"],
  ["Ann", "And nobody on that server knows about the soup."],
];
type Name = "Ann" | "Bob" | "Cleo";
type Size = { readonly width: number; readonly height: number };

mkdirSync(folder, { recursive: true });
const relay = await startRelay();
// It has emoji of its own; other browsers take the machine's, which may have none.
const browser = await launch("firefox");
for (const [label, size] of Object.entries(sizes)) {
  for (const theme of themes) await takeRoom(label, size, theme);
}
await quit(browser);
await relay.stop();
relay.remove();

async function takeRoom(label: string, size: Size, theme: string): Promise<void> {
  const words = await generatePhrase((length) => crypto.getRandomValues(new Uint8Array(length)));
  const guests = { Ann: await enter("Ann"), Bob: await enter("Bob"), Cleo: await enter("Cleo") };
  await guests.Bob.sees("Cleo came in.");
  await guests.Ann.page.bringToFront();
  await guests.Ann.page.evaluate(() => document.querySelector<HTMLElement>(".topic")?.click());
  await guests.Ann.fill("dialog input", "Boat, soup and a lamp");
  await guests.Ann.confirm();
  for (const [who, text] of talk) {
    await guests[who].say(text);
    await guests.Ann.sees(text.replaceAll("*", ""));
  }
  await act(guests.Bob, "soup 🍲", "❤️");
  await act(guests.Ann, "soup 🍲", "❤️");
  await act(guests.Cleo, "And a lamp.", "👍");
  await act(guests.Bob, "nobody on that server", "Reply");
  await guests.Bob.say("Not even that we are called Bob.");
  await guests.Ann.sees("Not even that we are called Bob.");
  await guests.Ann.until("the reactions", () => document.querySelectorAll(".reaction").length === 2);
  // Whoever comes in now has nothing marked as new, and reads the end.
  await guests.Ann.page.bringToFront();
  await guests.Ann.page.reload();
  await guests.Ann.connected();
  await guests.Ann.sees("called Bob");
  await guests.Ann.page.evaluate(wear, theme);
  await settled(guests.Ann);
  await guests.Ann.page.screenshot({ path: join(folder, `room-${label}-${theme}.png`) });
  for (const guest of Object.values(guests)) await guest.leave();

  async function enter(name: Name): Promise<Guest> {
    const guest = await Guest.open(browser, relay.origin, size);
    await guest.page.evaluate(wear, theme);
    await guest.fill("#name", name);
    await guest.fill("#phrase", words);
    if (name === "Ann") await guest.sees("All eight words fit together.");
    if (name === "Ann") await guest.page.screenshot({ path: join(folder, `join-${label}-${theme}.png`) });
    await guest.press("Enter the room");
    await guest.connected();
    return guest;
  }
}

/** What says for a moment how much has come is gone again, and the newest is in sight. */
function settled(guest: Guest): Promise<void> {
  return guest.until("a quiet room", () => {
    const log = document.querySelector(".scroll");
    const isAtEnd = log !== null && log.scrollHeight - log.scrollTop - log.clientHeight < 2;
    return isAtEnd && document.querySelector(".banner:not([hidden])") === null;
  });
}
