// What makes two spellings of a phrase or a name the same, PROTOCOL.md section 1, step 1. Phrase and name differ only
// in what counts as a space.

/** What a phrase writes between its words: white space, every dash and low line, minus, light punctuation, quotes. */
export const phraseSeparators = /[\p{White_Space}\p{Pd}\p{Pc}\u2212,.;:'"‘’“”]+/gu;

/** What a name writes between its words. */
export const nameSeparators = /\p{White_Space}+/gu;

const ignorable = /\p{Default_Ignorable_Code_Point}/gu;
const surrogateControlOrUnassigned = /[\p{Cs}\p{Cc}\p{Cn}]/u;

/**
 * NFKC, lower case, without invisible characters, NFKC again, every run of `separators` one space, trimmed.
 * Lower case is locale-free: a Turkish I is the same on every machine.
 */
export function normalise(text: string, separators: RegExp): string {
  const folded = text.normalize("NFKC").toLowerCase().replace(ignorable, "").normalize("NFKC");
  const spaced = folded.replace(separators, " ");
  // At most one space stands at either end by now.
  return spaced.slice(spaced.startsWith(" ") ? 1 : 0, spaced.endsWith(" ") ? -1 : undefined);
}

/**
 * Whether a text holds what nobody can type again elsewhere: a lone surrogate, a control character, or a code point
 * that this machine's Unicode does not know and so could not normalise as a newer one will.
 */
export function hasRefusedCharacters(text: string): boolean {
  return surrogateControlOrUnassigned.test(text);
}
