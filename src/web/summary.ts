// What a message says, in one line and without marks: for whom it answers, and for whom it is news.

import { textOf } from "../session/files.ts";
import type { MessageEntry } from "../session/events.ts";
import { emoteOf } from "./emote.ts";
import { plainText } from "./format.ts";
import { neutralise } from "./neutral.ts";

/** What is left of a character of two UTF-16 units that was cut in the middle. */
const halfCharacter = /[\ud800-\udbff]$/u;

/** The text of a message, or the name of its file, as one line of at most `most` UTF-16 units and perhaps "…". */
export function summaryOf(message: Pick<MessageEntry, "text" | "file">, most: number): string {
  const said = neutralise(textOf(message));
  const plain = message.file === undefined ? plainText(emoteOf(said) ?? said) || said : said;
  const line = plain.replaceAll(/\s+/g, " ").trim();
  return line.length > most ? `${line.slice(0, most).replace(halfCharacter, "")}…` : line;
}
