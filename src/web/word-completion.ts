// Completes the words of a passphrase: three letters of a list word are enough to know it. It speaks up only while all
// words in front are on the list: whoever has a phrase of their own is left in peace.

import { completeWord, isListWord } from "../crypto/typo.ts";
import type { Completion } from "./completion.ts";

const letters = /^[a-z]$/i;

/** The list word that stands half written in front of the caret. */
export function completeListWord(text: string, caret: number): Completion | null {
  if (letters.test(text.charAt(caret))) return null;
  let from = caret;
  while (from > 0 && letters.test(text.charAt(from - 1))) from--;
  const word = completeWord(text.slice(from, caret).toLowerCase());
  const before = text
    .slice(0, from)
    .toLowerCase()
    .split(/[^a-z]+/);
  if (word === null || !before.every((each) => each === "" || isListWord(each))) return null;
  return { from, to: caret, suggestions: [{ insert: `${word} `, label: word, detail: "" }] };
}
