// A person's name in a room: what is a name, and when two names are one. Blinding it needs a key and is in keys.ts.

import { maxNameBytes, maxNameGraphemes } from "../protocol/limits.ts";
import { utf8 } from "./bytes.ts";
import { hasRefusedCharacters, nameSeparators, normalise } from "./normalise.ts";

export type CheckedName =
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "refused"; readonly why: "empty" | "characters" | "too-long" };

// Line and paragraph separators break a line; the embeddings, overrides and isolates reorder what stands around a name.
const lineOrDirectionControl = /[\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/u;
// Two names that look the same would be two names: folding takes out the ignorable characters, and nothing else that
// cannot be seen. Format characters, and private use, which draws whatever a font likes; then blanks, fillers, joiners
// and selectors that Unicode counts among letters, marks and symbols.
const unseen = /(?!\p{Default_Ignorable_Code_Point})\p{Cf}|\p{Co}/u;
const drawsNothing =
  /[\u2D7F\u{1107F}\u{13440}\u{16FE4}\u{1BC9D}\u2800\u303F\uFFFC\u{13441}\u{13442}\u{1D159}]/u;

/** What two spellings of one name have in common: `Ann`, `ANN` and ` ann ` are `ann`. For names that `checkName` lets pass. */
export function foldName(name: string): string {
  return normalise(name, nameSeparators);
}

/**
 * Trims a name and checks it: 1 to 32 graphemes, at most 128 bytes of UTF-8, no controls, nothing unassigned, and
 * nothing invisible that `foldName` would keep.
 * "empty" is also a name in which nothing can be seen. A name that passes passes again unchanged.
 */
export function checkName(text: string): CheckedName {
  const name = text.trim();
  // Before anything else looks at it: what is longer than this in UTF-16 is longer in UTF-8 too.
  if (name.length > maxNameBytes) return { kind: "refused", why: "too-long" };
  const refused = [lineOrDirectionControl, unseen, drawsNothing];
  if (hasRefusedCharacters(name) || refused.some((characters) => characters.test(name))) {
    return { kind: "refused", why: "characters" };
  }
  if (foldName(name) === "") return { kind: "refused", why: "empty" };
  if (utf8(name).length > maxNameBytes || countGraphemes(name) > maxNameGraphemes) {
    return { kind: "refused", why: "too-long" };
  }
  return { kind: "name", name };
}

function countGraphemes(text: string): number {
  // The root locale: how a name is cut must not depend on where the program runs.
  return [...new Intl.Segmenter("und", { granularity: "grapheme" }).segment(text)].length;
}
