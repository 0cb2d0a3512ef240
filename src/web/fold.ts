// What two spellings have in common for somebody who looks for them: capitals, accents and wide forms do not count.

const ascii = /^[\0-\x7f]*$/;
const marks = /\p{M}/gu;
const known = new Map<string, string>();
/** Characters remembered; a room of many scripts has some thousands. */
const maxKnown = 4_096;

/** `Äpfel`, `apfel` and `ＡＰＦＥＬ` are `apfel`; `Straße` is `strasse`. */
export function fold(text: string): string {
  if (ascii.test(text)) return text.toLowerCase();
  let folded = "";
  for (const character of text) folded += foldOne(character);
  return folded;
}

/** Where `wanted`, folded and not empty, stands in a text: from and to, in the text as it is, from left to right. */
export function findFolded(text: string, wanted: string): (readonly [from: number, to: number])[] {
  if (wanted === "") return [];
  const { folded, from } = withPlaces(text);
  const found: (readonly [number, number])[] = [];
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, at + wanted.length)) {
    // A character that folds to several is found whole; marks behind one belong to it.
    found.push([from[at] ?? 0, from[at + wanted.length] ?? text.length]);
  }
  return found.filter(([start, end]) => end > start);
}

/** The folded text, and for each of its units where the character it comes from begins. */
function withPlaces(text: string): { readonly folded: string; readonly from: readonly number[] } {
  let folded = "";
  let at = 0;
  const from: number[] = [];
  for (const character of text) {
    const its = foldOne(character);
    for (let unit = 0; unit < its.length; unit++) from.push(at);
    folded += its;
    at += character.length;
  }
  return { folded, from };
}

function foldOne(character: string): string {
  const before = known.get(character);
  if (before !== undefined) return before;
  // By way of the capitals, so that ß is ss and a sigma is a sigma.
  const folded = character.normalize("NFKD").replace(marks, "").toUpperCase().toLowerCase();
  if (known.size >= maxKnown) known.clear();
  known.set(character, folded);
  return folded;
}
