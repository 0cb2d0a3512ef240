// Sizes as people read them, in the page's language.

import { language } from "./language.ts";

const units = ["byte", "kilobyte", "megabyte", "gigabyte"] as const;

/** 3 bytes, 230 kB, 24.5 MB: steps of a thousand, as file managers count. */
export function spellSize(bytes: number): string {
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const format = new Intl.NumberFormat(language, {
    style: "unit",
    unit: units[step] ?? "byte",
    unitDisplay: step === 0 ? "long" : "short",
    maximumSignificantDigits: 3,
  });
  return format.format(bytes / 1000 ** step);
}
