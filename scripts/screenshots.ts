// Takes README's screenshots from the real page: `npm run screenshots`.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatePhrase } from "../src/crypto/phrase.ts";
import { Guest, launch, quit } from "../test/browser/browsers.ts";
import { startRelay } from "../test/browser/relay.ts";

const folder = fileURLToPath(new URL("../../.github/screenshots/", import.meta.url));
const sizes = { desktop: { width: 1200, height: 720 }, phone: { width: 390, height: 780 } };
const themes = ["light", "dark"] as const;
const talk: readonly (readonly ["ann" | "bob" | "cleo", string])[] = [
  ["ann", "Are we still on for tonight?"],
  ["bob", "Yes! The boat leaves at eight. Bring something warm, the wind is up."],
  ["cleo", "I’ll bring soup 🍲"],
  ["ann", "And nobody on that server knows about the soup."],
  ["bob", "Not even that we are called Bob."],
];

mkdirSync(folder, { recursive: true });
const relay = await startRelay();
const browser = await launch("chromium");
for (const [label, size] of Object.entries(sizes)) {
  for (const theme of themes) await takeRoom(label, size, theme);
}
await quit(browser);
await relay.stop();
relay.remove();

async function takeRoom(
  label: string,
  size: { width: number; height: number },
  theme: string,
): Promise<void> {
  const words = await generatePhrase((length) => crypto.getRandomValues(new Uint8Array(length)));
  const guests = { ann: await enter("Ann"), bob: await enter("Bob"), cleo: await enter("Cleo") };
  for (const [who, text] of talk) {
    await guests[who].say(text);
    await guests.ann.sees(text);
  }
  await guests.ann.sees("sent");
  await guests.ann.page.screenshot({ path: join(folder, `room-${label}-${theme}.png`) });
  for (const guest of Object.values(guests)) await guest.leave();

  async function enter(name: string): Promise<Guest> {
    const guest = await Guest.open(browser, relay.origin, size);
    await guest.page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
    await guest.fill("#name", name);
    await guest.fill("#phrase", words);
    if (name === "Ann") await guest.sees("All eight words fit together.");
    if (name === "Ann") await guest.page.screenshot({ path: join(folder, `join-${label}-${theme}.png`) });
    await guest.press("Enter the room");
    await guest.connected();
    return guest;
  }
}
