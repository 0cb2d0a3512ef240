// What a message says, in one line and without marks: above an answer to it, and where somebody is called to it.

import type { MessageEntry } from "../session/events.ts";
import { textOf } from "../session/files.ts";
import { emoteOf } from "./emote.ts";
import { plainText } from "./format.ts";
import { wording } from "./language.ts";
import { neutralise } from "./neutral.ts";

/** So much is read for each letter that is shown: marks and addresses take room, a text goes on for long behind them. */
const unitsPerLetter = 16;

/** The text of a message, or the name of its file, as one line of at most `most` code points and perhaps "…". */
export function summaryOf(message: Pick<MessageEntry, "text" | "file">, most: number): string {
  const said = textOf(message);
  const { start, isCut } = startOf(emoteOf(said) ?? said, most * unitsPerLetter);
  const plain =
    message.file !== undefined ? said : isCut ? plainStart(start) : plainText(start, wording.quoted);
  // Neutral only now: what a mark stood between comes together without it.
  const letters = Array.from(neutralise(plain).replaceAll(/\s+/g, " ").trim());
  return letters.slice(0, most).join("") + (letters.length > most || isCut ? "…" : "");
}

/** Code that was cut off is code still; where there is none, the fence that ends it stands there as text. */
function plainStart(start: string): string {
  return plainText(`${start}\n\`\`\``, wording.quoted).replace(/```$/, "");
}

/** The first `most` units of a text, or a few less: nothing that is one character to people is cut in two. */
function startOf(text: string, most: number): { readonly start: string; readonly isCut: boolean } {
  if (text.length <= most) return { start: text, isCut: false };
  const graphemes = new Intl.Segmenter("und");
  const beginsAt = graphemes.segment(text.slice(0, most + 1)).containing(most)?.index ?? 0;
  // A tower of marks is one character, however long.
  return { start: text.slice(0, beginsAt === 0 ? most : beginsAt), isCut: true };
}
