// What a message says, in one line and without marks: above an answer to it, and where somebody is called to it.

import type { MessageEntry } from "../session/events.ts";
import { textOf } from "../session/files.ts";
import { emoteOf } from "./emote.ts";
import { plainText } from "./format.ts";
import { wording } from "./language.ts";
import { neutralise } from "./neutral.ts";

/** The text of a message, or the name of its file, as one line of at most `most` code points and perhaps "…". */
export function summaryOf(message: Pick<MessageEntry, "text" | "file">, most: number): string {
  const said = textOf(message);
  const plain = message.file === undefined ? plainText(emoteOf(said) ?? said, wording.quoted) : said;
  // Neutral only now: what a mark stood between comes together without it.
  const letters = Array.from(neutralise(plain).replaceAll(/\s+/g, " ").trim());
  return letters.slice(0, most).join("") + (letters.length > most ? "…" : "");
}
