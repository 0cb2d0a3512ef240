// The language the page speaks: the browser's first one that there is a table for, or the one that somebody has chosen.

import { readPreference, writePreference } from "./preferences.ts";
import { wordingDe } from "./wording/de.ts";
import { type Wording, wordingEn } from "./wording/en.ts";

const tables = { en: wordingEn, de: wordingDe } as const satisfies Record<string, Wording>;

export type Language = keyof typeof tables;

/** What each language calls itself. */
export const languageNames: Readonly<Record<Language, string>> = { en: "English", de: "Deutsch" };

export let language: Language = pick(readPreference("language"), navigator.languages);
/** Every word the page says. A live binding: it is another table after `speak`. */
export let wording: Wording = tables[language];

/** Of the languages that the browser names, the first that the page speaks; a choice goes before them. */
export function pick(chosen: string | null, offered: readonly string[]): Language {
  for (const each of [chosen ?? "", ...offered]) {
    const [base = ""] = each.toLowerCase().split("-");
    if (isLanguage(base)) return base;
  }
  return "en";
}

/** Speaks `next` from now on, here and after a reload. What is drawn already has to be drawn anew. */
export function speak(next: Language): void {
  language = next;
  wording = tables[next];
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
