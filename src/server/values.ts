// Reads and spells the values a person gives to flags: counts, sizes, ages, percents and rates.
// Pure; it knows no flag. Null always means "not one of these".

import type { Rate } from "../protocol/relay-limits.ts";
import { dayMs, giB, hourMs, kiB, miB, minuteMs, secondMs } from "../protocol/units.ts";

const sizeUnits: Readonly<Record<string, number>> = { "": 1, KiB: kiB, MiB: miB, GiB: giB };
const ageUnits: Readonly<Record<string, number>> = {
  "": secondMs,
  s: secondMs,
  m: minuteMs,
  h: hourMs,
  d: dayMs,
};

/** `12` → 12 */
export function readCount(text: string): number | null {
  if (!/^\d{1,15}$/.test(text)) return null;
  return Number(text);
}

/** `25MiB` or `26214400` → bytes */
export function readSize(text: string): number | null {
  return readWithUnit(text, /^(\d{1,15})(KiB|MiB|GiB|)$/, sizeUnits);
}

/** What `25MB`, `25m` or `25 mib` should have been, `25MiB`; null for what is no size at all. */
export function nearSize(text: string): string | null {
  const [, count = "", unit = ""] = /^(\d{1,15})\s?([kmg])i?b?$/i.exec(text) ?? [];
  return unit === "" ? null : `${count}${unit.toUpperCase()}iB`;
}

/** `90s`, `30m`, `24h`, `7d` or plain seconds → milliseconds */
export function readAge(text: string): number | null {
  return readWithUnit(text, /^(\d{1,10})([smhd]?)$/, ageUnits);
}

/** `12.5` or `12.5%` → hundredths */
export function readPercent(text: string): number | null {
  const match = /^(\d{1,3}(?:\.\d{1,3})?)%?$/.exec(text);
  return match === null ? null : Number(match[1]);
}

/**
 * `RATE` or `RATE:BURST` → a rate over the time of `usual`. Without a burst it has the proportion of `usual`, and at
 * least 1. `0` alone turns the rate off.
 */
export function readRate(
  text: string,
  usual: Rate,
  readAmount: (text: string) => number | null,
): Rate | null {
  const [countText = "", burstText, ...rest] = text.split(":");
  const count = readAmount(countText);
  if (count === null || rest.length > 0) return null;
  if (burstText === undefined) {
    const burst = count === 0 ? 0 : Math.max(1, Math.round((count * usual.burst) / usual.count));
    return { count, perMs: usual.perMs, burst };
  }
  const burst = readAmount(burstText);
  if (count === 0 || burst === null || burst === 0) return null;
  return { count, perMs: usual.perMs, burst };
}

/** Bytes as a person writes them: `25MiB` */
export function spellSize(bytes: number): string {
  const unit = ["GiB", "MiB", "KiB"].find((unit) => bytes > 0 && bytes % (sizeUnits[unit] ?? 1) === 0);
  return unit === undefined ? String(bytes) : `${bytes / (sizeUnits[unit] ?? 1)}${unit}`;
}

/** Milliseconds as a person writes them: `24h`, `90s` */
export function spellAge(ms: number): string {
  const unit = ["d", "h", "m"].find((unit) => ms > (ageUnits[unit] ?? 1) && ms % (ageUnits[unit] ?? 1) === 0);
  return unit === undefined ? `${ms / 1000}s` : `${ms / (ageUnits[unit] ?? 1)}${unit}`;
}

function readWithUnit(text: string, shape: RegExp, units: Readonly<Record<string, number>>): number | null {
  const match = shape.exec(text);
  const scale = units[match?.[2] ?? ""];
  if (match === null || scale === undefined) return null;
  const value = Number(match[1]) * scale;
  return Number.isSafeInteger(value) ? value : null;
}
