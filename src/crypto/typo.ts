// The word list as a dictionary: what is on it, and what a mistyped word was meant to be.
// It looks at single words; what a phrase is made of is in phrase.ts.

import { words } from "./words.ts";

const prefixLength = 3;
const maxSuggestions = 3;
const onList: ReadonlySet<string> = new Set(words);
const lettersOf: ReadonlyMap<string, number> = new Map(words.map((word) => [word, letters(word)]));
const byPrefix: ReadonlyMap<string, string> = new Map(
  words.map((word) => [word.slice(0, prefixLength), word]),
);

/** Whether a lower-case word is on the list. */
export function isListWord(word: string): boolean {
  return onList.has(word);
}

/** Whether lower-case letters begin a word of the list, or are one. */
export function beginsListWord(letters: string): boolean {
  return words.some((word) => word.startsWith(letters));
}

/** The list word that begins with these lower-case letters, at least three; null when there is none, or it is whole. */
export function completeWord(letters: string): string | null {
  const word = letters.length < prefixLength ? undefined : byPrefix.get(letters.slice(0, prefixLength));
  return word?.startsWith(letters) === true && word !== letters ? word : null;
}

/**
 * What a word that is not on the list was meant to be, best first, at most three, perhaps none: list words one slip away
 * (a letter missing, added, changed, or two swapped), the word with the same first three letters, list words two slips
 * away. Two list words written as one are suggested with a space between them.
 */
export function suggestWords(word: string): string[] {
  const maxSlips = word.length <= 4 ? 1 : 2;
  const meant = word.length < prefixLength ? undefined : byPrefix.get(word.slice(0, prefixLength));
  const typed = letters(word);
  const found: { readonly text: string; readonly rank: number }[] = [];
  for (const [text, its] of lettersOf) {
    // One slip takes at most one letter out of a word and brings one in. This spares nine comparisons of ten.
    const near = countBits(typed ^ its) <= 2 * maxSlips;
    const slips = near ? countSlips(word, text, maxSlips) : Infinity;
    // Of two words as many slips away the one that begins alike comes first, and it comes even from afar.
    if (text === meant) found.push({ text, rank: Math.min(slips, 2) - 0.5 });
    if (text !== meant && slips <= maxSlips) found.push({ text, rank: slips });
  }
  const pair = cutInTwo(word);
  if (pair !== null) found.push({ text: pair, rank: 0 });
  return found
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, maxSuggestions)
    .map(({ text }) => text);
}

function cutInTwo(word: string): string | null {
  for (let at = prefixLength; at <= word.length - prefixLength; at++) {
    const [first, second] = [word.slice(0, at), word.slice(at)];
    if (isListWord(first) && isListWord(second)) return `${first} ${second}`;
  }
  return null;
}

/** The letters of a word as a set of 32 bits. */
function letters(word: string): number {
  let set = 0;
  for (let at = 0; at < word.length; at++) set |= 1 << (word.charCodeAt(at) & 31);
  return set;
}

function countBits(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count++;
  return count;
}

/** Edit distance with swaps of neighbours (optimal string alignment); Infinity as soon as it must be above `most`. */
function countSlips(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return Infinity;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    let best = i;
    for (let j = 1; j <= b.length; j++) {
      const differs = a[i - 1] === b[j - 1] ? 0 : 1;
      let slips = Math.min(
        (last[j] ?? Infinity) + 1,
        (row[j - 1] ?? Infinity) + 1,
        (last[j - 1] ?? Infinity) + differs,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        slips = Math.min(slips, (beforeLast[j - 2] ?? Infinity) + 1);
      }
      row.push(slips);
      best = Math.min(best, slips);
    }
    // No later row can be better: a step and a swap both cost one more than a row that was already too far.
    if (best > most) return Infinity;
    [beforeLast, last] = [last, row];
  }
  return last[b.length] ?? Infinity;
}
