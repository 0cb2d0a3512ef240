// The word list as the page carries it: each word without the beginning that it shares with the one before it. With gzip
// behind it that saves a fifth of the list. A plugin of the build; the sources have the list in plain words.

import type { Plugin } from "esbuild";

/** How many letters are shared is spelt as a capital: A is none. */
const none = "A".charCodeAt(0);

/** Words of small letters, in their order. */
export function frontCode(words: readonly string[]): string {
  let before = "";
  let coded = "";
  for (const word of words) {
    let shared = 0;
    while (shared < word.length && word[shared] === before[shared]) shared++;
    coded += String.fromCharCode(none + shared) + word.slice(shared);
    before = word;
  }
  return coded;
}

/** A module that gives the same `words`. */
export function frontCodedModule(words: readonly string[]): string {
  return (
    `let before = "";\n` +
    `export const words = ${JSON.stringify(frontCode(words))}.match(/[A-Z][a-z]*/g).map((coded) =>\n` +
    `  (before = before.slice(0, coded.charCodeAt(0) - ${none}) + coded.slice(1)));\n`
  );
}

/** @param path ends in what stands for the list's module */
export function frontCoded(path: RegExp, words: readonly string[]): Plugin {
  return {
    name: "front-coded words",
    setup(build) {
      build.onLoad({ filter: path }, () => ({ contents: frontCodedModule(words), loader: "js" }));
    },
  };
}
