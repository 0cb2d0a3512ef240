// The language the page speaks: the browser's first one that there is a table for, or the one that somebody has chosen.

import { readPreference, writePreference } from "./preferences.ts";
import type { Wording } from "./wording/en.ts";

/** Each is a file of its own: nobody loads words that they do not read. */
const tables = {
  en: async () => (await import("./wording/en.ts")).wordingEn,
  de: async () => (await import("./wording/de.ts")).wordingDe,
} as const satisfies Record<string, () => Promise<Wording>>;

export type Language = keyof typeof tables;

/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

export let language: Language = pick(readPreference("language"), globalThis.navigator?.languages ?? []);
/** Every word the page says. A live binding: it is another table after `speak`. */
export let wording: Wording = await tables[language]();

/** Of the languages that the browser names, the first that the page speaks; a choice goes before them. */
export function pick(chosen: string | null, offered: readonly string[]): Language {
  for (const each of [chosen ?? "", ...offered]) {
    const [base = ""] = each.toLowerCase().split("-");
    if (isLanguage(base)) return base;
  }
  return "en";
}

/** Speaks `next` from now on, here and after a reload. What is drawn already has to be drawn anew. */
export async function speak(next: Language): Promise<void> {
  wording = await tables[next]();
  language = next;
  writePreference("language", next);
  markDocument();
}

/** Tells the browser, and with it whoever reads the page aloud, which language this is. */
export function markDocument(): void {
  document.documentElement.lang = language;
}

function isLanguage(text: string): text is Language {
  return Object.hasOwn(tables, text);
}
