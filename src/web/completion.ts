// What somebody may be about to write: an emoji behind a colon, a name behind an @, a command behind a slash. It looks
// at a text and at where the caret stands; suggestions.ts shows what it finds.

import { isWordAt } from "./edges.ts";
import { emojis } from "./emoji.ts";
import { fold } from "./fold.ts";

export interface Suggestion {
  /** What takes the place of what was typed. */
  readonly insert: string;
  readonly label: string;
  /** More about it, perhaps "". */
  readonly detail: string;
}

/** What was typed stands from `from` to `to`; `suggestions` holds at least one. */
export interface Completion {
  readonly from: number;
  readonly to: number;
  readonly suggestions: readonly Suggestion[];
}

/** What can be suggested beside emoji. */
export interface Sources {
  readonly names: () => readonly string[];
  readonly commands: readonly { readonly name: string; readonly usage: string; readonly summary: string }[];
}

const maxSuggestions = 8;
/** Fewer letters behind a colon are a face, :D, or a time. */
const minShortcodeLetters = 2;
const maxTokenLength = 40;
/** Nothing, a blank, what opens or parts, or a script without spaces, emoji among it. */
const beforeShortcode = /^$|[\s([{<"'“‘„«‹¿¡*~|–—\u2e80-\uffff-]/;
const shortcodeLetters = /^[a-z0-9_+-]*$/i;

/** What can be suggested where the caret stands, best first; null when there is nothing. */
export function completionAt(text: string, caret: number, sources: Sources): Completion | null {
  const found = commandAt(text, caret, sources) ?? shortcodeAt(text, caret) ?? nameAt(text, caret, sources);
  return found === null || found.suggestions.length === 0 ? null : found;
}

/** The emoji of a shortcode that was closed with the colon in front of the caret. */
export function closedShortcode(
  text: string,
  caret: number,
): (Omit<Completion, "suggestions"> & { readonly insert: string }) | null {
  if (text.charAt(caret - 1) !== ":") return null;
  const from = triggerBefore(text, caret - 1, ":");
  const name = text.slice(from + 1, caret - 1).toLowerCase();
  const found = from < 0 ? undefined : emojis.find(({ names }) => names.includes(name));
  return found === undefined ? null : { from, to: caret, insert: found.emoji };
}

function commandAt(text: string, caret: number, { commands }: Sources): Completion | null {
  const typed = text.slice(1, caret).toLowerCase();
  if (!text.startsWith("/") || caret < 1 || !/^[a-z]*$/.test(typed)) return null;
  // A whole command is run by Enter, not completed.
  if (commands.some(({ name }) => name === typed)) return null;
  const suggestions = commands
    .filter(({ name }) => name.startsWith(typed))
    .map(({ name, usage, summary }) => ({
      insert: `/${name} `,
      label: `/${name} ${usage}`.trimEnd(),
      detail: summary,
    }));
  return { from: 0, to: caret, suggestions };
}

function shortcodeAt(text: string, caret: number): Completion | null {
  const from = triggerBefore(text, caret, ":");
  const typed = text.slice(from + 1, caret).toLowerCase();
  if (from < 0 || typed.length < minShortcodeLetters || !shortcodeLetters.test(typed)) return null;
  const ranked = emojis.flatMap(({ names, emoji }) => {
    const ranks = names.map((name) => rankOf(name, typed, "_"));
    const best = Math.min(...ranks);
    const name = names[ranks.indexOf(best)] ?? "";
    // Of names that fit alike the shorter one is nearer to being whole.
    return best === Infinity
      ? []
      : [{ rank: best + name.length / maxTokenLength, insert: emoji, label: `${emoji} ${name}`, detail: "" }];
  });
  return { from, to: caret, suggestions: bestOf(ranked) };
}

function nameAt(text: string, caret: number, { names }: Sources): Completion | null {
  const from = triggerBefore(text, caret, "@");
  if (from < 0) return null;
  const typed = fold(text.slice(from + 1, caret));
  // A whole name with a space behind it is meant as it stands, even where another one begins like it.
  if (/\s$/.test(typed) && names().some((name) => fold(name) === typed.trimEnd())) return null;
  const ranked = names().flatMap((name) => {
    const rank = rankOf(fold(name), typed, " ");
    return rank === Infinity ? [] : [{ rank, insert: `@${name} `, label: name, detail: "" }];
  });
  return { from, to: caret, suggestions: bestOf(ranked) };
}

/** Where the sign stands that began the word in front of the caret, or -1. A name may have spaces, never a new line. */
function triggerBefore(text: string, caret: number, sign: ":" | "@"): number {
  const at = caret < 1 ? -1 : text.lastIndexOf(sign, caret - 1);
  if (at < 0 || caret - at > maxTokenLength || isWordAt(text, at - 1)) return -1;
  // Behind another colon, a bracket that closes, a point: that is how code is written, and no emoji.
  if (sign === ":" && !beforeShortcode.test(text.charAt(at - 1))) return -1;
  return text.slice(at, caret).includes("\n") || isInCode(text.slice(0, at)) ? -1 : at;
}

/** Whether somebody who has written so much is in the middle of code, between fences or within a line. */
function isInCode(before: string): boolean {
  const isOdd = (marks: RegExp, text: string): boolean => (text.match(marks) ?? []).length % 2 === 1;
  return isOdd(/^ {0,3}```/gm, before) || isOdd(/`+/g, before.slice(before.lastIndexOf("\n") + 1));
}

/** 0 for the whole, 1 for its beginning, 2 for the beginning of one of its words, Infinity for none. */
function rankOf(name: string, typed: string, between: string): number {
  if (name === typed) return 0;
  if (name.startsWith(typed)) return 1;
  return name.includes(between + typed) ? 2 : Infinity;
}

function bestOf(ranked: readonly (Suggestion & { readonly rank: number })[]): Suggestion[] {
  return ranked.toSorted((a, b) => a.rank - b.rank).slice(0, maxSuggestions);
}
