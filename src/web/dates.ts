// Days and times as the reader's language writes them. Formatters are slow to make, so there is one of each.

import { language, wording } from "./language.ts";

const options = {
  clock: { timeStyle: "short" },
  full: { dateStyle: "full", timeStyle: "short" },
  day: { weekday: "long", day: "numeric", month: "long" },
  dayOfYear: { weekday: "long", day: "numeric", month: "long", year: "numeric" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

const made = new Map<string, Intl.DateTimeFormat>();

/** Writes a time, ms since 1970, in the reader's own time zone. */
export function spell(at: number, as: keyof typeof options): string {
  const key = `${language} ${as}`;
  let format = made.get(key);
  if (format === undefined) {
    // The browser's own variety of the language, where it has one: "en-GB" has other clocks than "en-US".
    const locale = navigator.languages.find((each) => each.startsWith(language)) ?? language;
    format = new Intl.DateTimeFormat(locale, options[as]);
    made.set(key, format);
  }
  return format.format(at);
}

/** The day of a time, as something to compare: two times of one day give the same. */
export function dayOf(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}

/** "Today", "Yesterday", or the day with its month, and its year where that is another. */
export function spellDay(at: number, now: number): string {
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === dayOf(now)) return wording.today;
  if (dayOf(at) === dayOf(yesterday.getTime())) return wording.yesterday;
  return spell(at, new Date(at).getFullYear() === new Date(now).getFullYear() ? "day" : "dayOfYear");
}
