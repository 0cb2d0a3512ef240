// Hands a text or any content to the browser as a file to be saved.

import type { Exported } from "./export.ts";
import { h } from "./dom.ts";

/** Long enough for any browser to have begun to read it, ms. */
const keptForMs = 60_000;

/** Saves a file, or lets the person say where, as the browser is set up. */
export function download({ name, type, text }: Exported): void {
  save(new Blob([text], { type }), name);
}

/** Saves content under `name`; its type decides whether a browser opens it in place. */
export function save(content: Blob, name: string): void {
  const url = URL.createObjectURL(content);
  const link = h("a", { attributes: { href: url, download: name, hidden: "" } });
  // Firefox follows only what is in the page.
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), keptForMs);
}

/** `2026-02-03 14:05`, by the clock of this machine. */
export function spellLocal(at: number): string {
  const date = new Date(at);
  const two = (part: number) => String(part).padStart(2, "0");
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-");
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
