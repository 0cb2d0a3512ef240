// How hard a phrase is to guess, in bits. For words of the list it is arithmetic; for a phrase of somebody's own it is
// a crude bound that leans to the low side, because who trusts a flattering number loses the room.

import { drawnWords, phraseWords } from "../protocol/limits.ts";
import { isListWord } from "./typo.ts";
import { words as list } from "./words.ts";

export interface Strength {
  readonly words: number;
  /** log2 of the guesses that cover it. */
  readonly bits: number;
}

const listWordBits = Math.log2(list.length);

/** A bound for somebody's own phrase says no more than this: nobody's own phrase is known to be better. */
const mostBits = 64;
const commonBits = 4;
const tailBits = 4;
const patternBits = 3;
const yearBits = 6;
const repeatBits = 1;
const switchBits = 1;
const letterBits = 1.5;
const wordBits = 11;
const digitBits = 2;
const ideographBits = 4;
const otherBits = 3;

/**
 * Judges the words of a normalised phrase.
 *
 * All on the list: log2(1,296) = 10.34 bits for each different word, 1 for one said again; eight of them are 7 × 10.34 =
 * 72.4, the checksum adds nothing (up to two chance repeats are part of such a draw).
 *
 * Otherwise the sum over different words, at most 64: a very common password or saying 4 bits (8 with something before or
 * behind it), a keyboard row, an alphabet or a repeated piece 3, a year 6, a digit 2, letters 1.5 each but at most 11 for
 * a word (and 1 for each letter above twelve), an ideograph 4, another sign 3, a change between these kinds 1, no run
 * more than 3 for each different character in it, a word said again 1. A random string is worth more than that.
 */
export function judgeWords(words: readonly string[]): Strength {
  const different = new Set(words);
  const repeats = (words.length - different.size) * repeatBits;
  if (words.every(isListWord)) {
    const drawn = words.length === phraseWords && different.size >= phraseWords - 2;
    const bits = drawn ? drawnWords * listWordBits : different.size * listWordBits + repeats;
    return { words: words.length, bits };
  }
  const whole = common.has(words.join("")) ? commonBits : mostBits;
  let sum = repeats;
  for (const word of different) sum += judgeWord(word);
  return { words: words.length, bits: Math.min(sum, whole, mostBits) };
}

function judgeWord(word: string): number {
  if (common.has(word) || common.has(undisguise(word))) return commonBits;
  const core = word.replace(/^\P{L}+/u, "").replace(/(?<=\p{L})\P{L}+$/u, "");
  if (common.has(core) || common.has(undisguise(core))) return commonBits + tailBits;
  if (isPattern(word)) return patternBits;
  const runs = word.match(/\p{L}+|\p{N}+|[^\p{L}\p{N}]+/gu) ?? [];
  return runs.reduce((sum, run) => sum + judgeRun(run), (runs.length - 1) * switchBits);
}

/** Bits of a run of letters, of digits, or of neither. */
function judgeRun(run: string): number {
  if (isPattern(run)) return patternBits;
  const characters = Array.from(run);
  const most = new Set(characters).size * patternBits;
  if (/^(?:19|20)\d\d$/.test(run)) return yearBits;
  if (/^\p{N}/u.test(run)) return Math.min(characters.length * digitBits, most);
  if (!/^\p{L}/u.test(run)) return Math.min(characters.length * otherBits, most);
  const ideographs = characters.filter((character) => /\p{Ideographic}/u.test(character)).length;
  const letters = characters.length - ideographs;
  const spelled = Math.min(letters * letterBits, wordBits) + Math.max(0, letters - 12);
  return Math.min(spelled + ideographs * ideographBits, most + ideographs);
}

/** `aaaa`, `abcabc`, `qwertz`, `7654`: one piece again and again, or a walk along a row. */
function isPattern(text: string): boolean {
  if (/^(.{1,4})\1+$/u.test(text)) return true;
  if (text.length < 3) return false;
  for (let at = 0; at + 3 <= text.length; at++) {
    const step = text.slice(at, at + 3);
    if (!rows.some((row) => row.includes(step))) return false;
  }
  return true;
}

/** `p4ssw0rd` is `password` to every guesser. */
function undisguise(word: string): string {
  return word.replace(/[013457@$!]/g, (sign) => disguises[sign] ?? sign);
}

const disguises: Readonly<Record<string, string>> = {
  "0": "o",
  "1": "i",
  "3": "e",
  "4": "a",
  "5": "s",
  "7": "t",
  "@": "a",
  $: "s",
  "!": "i",
};

const forward = [
  "qwertyuiop",
  "qwertzuiop",
  "azertyuiop",
  "asdfghjkl",
  "qsdfghjklm",
  "zxcvbnm",
  "yxcvbnm",
  "wxcvbn",
  "abcdefghijklmnopqrstuvwxyz",
  "01234567890",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
];
const rows = [...forward, ...forward.map((row) => Array.from(row).toReversed().join(""))];

/** Without spaces, so that `let me in` is found too. */
const common: ReadonlySet<string> = new Set(
  (
    "password passwort passphrase passwd pass secret geheim letmein welcome willkommen hallo hello admin root login master " +
    "test guest user changeme default iloveyou ichliebedich monkey dragon football baseball soccer hockey sunshine " +
    "princess shadow superman batman starwars pokemon michael jordan jennifer ashley charlie daniel thomas maria summer " +
    "winter spring autumn sommer flower freedom whatever trustno qwerty qwertz azerty asdf abc love family friends chat room " +
    "secureroom myroom ourroom ourchat opensesame correcthorsebatterystaple tobeornottobe maytheforcebewithyou " +
    "onceuponatime thequickbrownfoxjumpsoverthelazydog thequickbrownfox loremipsum loremipsumdolorsitamet " +
    "livelaughlove winteriscoming iamyourfather allyourbasearebelongtous helloworld happybirthday merrychristmas"
  ).split(" "),
);
