// The passphrase before anything is derived from it, PROTOCOL.md section 1: its one spelling, a fresh one, whether a
// typed one can be right, how strong it is. Nothing here stretches or keeps it.

import { drawnWords, maxPhraseBytes, phraseWords } from "../protocol/limits.ts";
import { label, lv, readU32, utf8 } from "./bytes.ts";
import type { Random } from "./bytes.ts";
import { hasRefusedCharacters, normalise, phraseSeparators } from "./normalise.ts";
import { sha256 } from "./primitives.ts";
import { judgeWords } from "./strength.ts";
import type { Strength } from "./strength.ts";
import { isListWord, suggestWords } from "./typo.ts";
import { words as list } from "./words.ts";

declare const normalised: unique symbol;
/** A phrase in its one spelling: words with one space between them, lower case. Only this file makes one. */
export type Phrase = string & { readonly [normalised]: true };

export type NormalisedPhrase =
  | { readonly kind: "phrase"; readonly phrase: Phrase }
  | { readonly kind: "refused"; readonly why: "empty" | "characters" | "too-long" };

/** A word that is not on the list, in a phrase that otherwise looks generated. */
export interface MistypedWord {
  /** The place of its first word in the phrase, from 0. */
  readonly at: number;
  /** As typed. Two words with a space when together they make one of the list (`yo yo`). */
  readonly word: string;
  /** Best first, at most three, perhaps none. One with a space is two words that were written as one. */
  readonly suggestions: readonly string[];
}

/**
 * What a phrase looks like: as this program made it; eight list words of which one is not the right one; like a generated
 * one with words that are not on the list; list words, but too few or too many; or somebody's own.
 */
export type PhraseCheck =
  | { readonly kind: "generated" }
  | { readonly kind: "checksum" }
  | { readonly kind: "typo"; readonly words: readonly MistypedWord[] }
  | { readonly kind: "count"; readonly words: number }
  | { readonly kind: "own" };

/**
 * Brings what somebody typed, pasted or scanned into its one spelling. Lone surrogates, controls and unassigned code
 * points are "characters"; "too-long" is above 1,024 bytes of UTF-8.
 */
export function normalisePhrase(text: string): NormalisedPhrase {
  if (!text.isWellFormed()) return { kind: "refused", why: "characters" };
  const phrase = normalise(text, phraseSeparators);
  if (phrase === "") return { kind: "refused", why: "empty" };
  if (hasRefusedCharacters(phrase)) return { kind: "refused", why: "characters" };
  if (utf8(phrase).length > maxPhraseBytes) return { kind: "refused", why: "too-long" };
  return { kind: "phrase", phrase: phrase as Phrase };
}

/** A fresh phrase: seven words, each equally likely, and their checksum word. 72.4 bits. */
export async function generatePhrase(random: Random): Promise<Phrase> {
  const drawn = Array.from({ length: drawnWords }, () => drawWord(random));
  return [...drawn, await checksumWord(drawn)].join(" ") as Phrase;
}

/** What a phrase looks like, so that a slip is found before a second of stretching and not after. */
export async function checkPhrase(phrase: Phrase): Promise<PhraseCheck> {
  const typed = phrase.split(" ");
  if (typed.every(isListWord)) return checkListWords(typed);
  const pieces = joinCutWords(typed);
  const strange = pieces.filter(({ word }) => !isListWord(word));
  const near = pieces.length >= phraseWords - 1 && pieces.length <= phraseWords + 1;
  if (!near || strange.length * 2 >= pieces.length) return { kind: "own" };
  return {
    kind: "typo",
    words: strange.map(({ at, word }) => ({
      at,
      word,
      suggestions: word.includes(" ") ? [word.replace(" ", "")] : suggestWords(word),
    })),
  };
}

/** How strong a phrase is; the rule stands at `judgeWords`. */
export function judgePhrase(phrase: Phrase): Strength {
  return judgeWords(phrase.split(" "));
}

async function checkListWords(typed: readonly string[]): Promise<PhraseCheck> {
  if (typed.length !== phraseWords) {
    const near = typed.length >= phraseWords - 2 && typed.length <= phraseWords + 1;
    return near ? { kind: "count", words: typed.length } : { kind: "own" };
  }
  const right = await checksumWord(typed.slice(0, drawnWords));
  return { kind: typed[drawnWords] === right ? "generated" : "checksum" };
}

/** Takes two neighbours that are one list word cut in two, such as `yo yo`, for one piece. */
function joinCutWords(typed: readonly string[]): { readonly at: number; readonly word: string }[] {
  const pieces: { at: number; word: string }[] = [];
  for (let at = 0; at < typed.length; at++) {
    const [word = "", next = ""] = [typed[at], typed[at + 1]];
    const cut = isListWord(word + next) && !(isListWord(word) && (next === "" || isListWord(next)));
    pieces.push({ at, word: cut ? `${word} ${next}` : word });
    if (cut) at++;
  }
  return pieces;
}

/** Two bytes at a time; those above the last whole multiple of the list would favour its first words. */
function drawWord(random: Random): string {
  const fair = 2 ** 16 - (2 ** 16 % list.length);
  for (;;) {
    const [high = 0, low = 0] = random(2);
    const drawn = high * 256 + low;
    if (drawn < fair) return wordAt(drawn % list.length);
  }
}

async function checksumWord(drawn: readonly string[]): Promise<string> {
  const digest = await sha256(lv(label("checksum"), utf8(drawn.join(" "))));
  return wordAt(readU32(digest, 0) % list.length);
}

function wordAt(index: number): string {
  const word = list[index];
  if (word === undefined) throw new RangeError(`expected an index below ${list.length}, got ${index}`);
  return word;
}
