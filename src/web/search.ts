// Looks through the messages that a tab holds, as they stand on the screen. It keeps each text folded as long as its
// entry lives, so that a search among thousands costs a look at each.

import type { Entry, MessageEntry } from "../session/events.ts";
import { textOf } from "../session/files.ts";
import { emoteOf } from "./emote.ts";
import { fold } from "./fold.ts";
import { plainText } from "./format.ts";
import { neutralise } from "./neutral.ts";

/** Entries are replaced, never changed: what was folded for one stays true. */
const folded = new WeakMap<MessageEntry, string>();

/** What is compared: folded, runs of white space one space. "" finds nothing. */
export function foldQuery(query: string): string {
  return fold(neutralise(query)).trim().replace(/\s+/g, " ");
}

/** The ids of the messages in which `wanted` (of `foldQuery`) stands, in the order of the screen. */
export function search(entries: readonly Entry[], wanted: string): string[] {
  if (wanted === "") return [];
  return entries.flatMap((entry) =>
    entry.kind === "message" && !entry.deleted && foldedText(entry).includes(wanted) ? [entry.id] : [],
  );
}

function foldedText(entry: MessageEntry): string {
  const text = textOf(entry);
  const known =
    folded.get(entry) ??
    foldQuery(
      entry.file === undefined ? plainText(neutralise(emoteOf(text) ?? text), (words) => words) : text,
    );
  folded.set(entry, known);
  return known;
}
