// How a person is shown: the name, apart from its surroundings, and a mark made from the signing key, a shape in a
// colour. Either alone tells most people apart; nobody has to see colours.

import { fromBase64url } from "../protocol/base64url.ts";
import type { Author } from "../session/events.ts";
import { drawing, h } from "./dom.ts";
import { wording } from "./language.ts";
import { neutralise } from "./neutral.ts";

/** Silhouettes in a view box of 24 that are told apart at 16 pixels, each with the height of its middle. */
const silhouettes: readonly (readonly [middle: number, path: string])[] = [
  [12, "M12 2a10 10 0 0 1 0 20 10 10 0 0 1 0-20z"],
  [12, "M3 3h18v18H3z"],
  [12, "M12 .5 23.5 12 12 23.5.5 12z"],
  [14.5, "M12 1.5 23.5 21.5H.5z"],
  [9.5, "M12 22.5.5 2.5h23z"],
  [12, "M6.5 2.5h11L23 12l-5.5 9.5h-11L1 12z"],
  [12, "M8 1.5h8V8h6.5v8H16v6.5H8V16H1.5V8H8z"],
  [12.5, "M12 .8l3.4 7.3 8 1-5.9 5.5 1.5 7.9-7-3.9-7 3.9 1.5-7.9L.6 9.1l8-1z"],
  [12, "M12 4.2A5.6 5.6 0 0 1 19.8 12 5.6 5.6 0 0 1 12 19.8 5.6 5.6 0 0 1 4.2 12 5.6 5.6 0 0 1 12 4.2z"],
  [12, "M6.5 1.5 12 7l5.5-5.5 5 5L17 12l5.5 5.5-5 5L12 17l-5.5 5.5-5-5L7 12 1.5 6.5z"],
  [13, "M12 2a10 10 0 0 1 10 10v10H2V12A10 10 0 0 1 12 2z"],
  [12, "M12 2h10v10a10 10 0 1 1-10-10z"],
];
/** What is cut out of the middle: nothing, a dot, a bar. */
const cutouts: readonly ((middle: number) => string)[] = [
  () => "",
  (y) => `M12 ${y - 3.2}a3.2 3.2 0 0 0 0 6.4 3.2 3.2 0 0 0 0-6.4z`,
  (y) => `M7.5 ${y - 1.5}h9v3h-9z`,
];
const hues = 8;
/** What a name must not hold to stand in a line as it is: signs that look like the line's own. Commas and colons do. */
const unlikeNames =
  /[^\p{L}\p{M}\p{N}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{RI}\u200d .'’_-]|[\u02d0\u02d1]/u;
const quotationMarks = /["\p{Pi}\p{Pf}\u201a\u201e]/gu;

/** Which mark a key has: numbers made from its first three bytes, which are as good as random. */
export function markOf(key: string): {
  readonly shape: number;
  readonly cutout: number;
  readonly hue: number;
} {
  const [first = 0, second = 0, third = 0] = fromBase64url(key) ?? [];
  return { shape: first % silhouettes.length, cutout: second % cutouts.length, hue: third % hues };
}

/** The mark of an author, for eyes only: the name beside it says who it is. */
export function avatarOf({ key }: Author): SVGSVGElement {
  const { shape, cutout, hue } = markOf(key);
  const [middle, path] = silhouettes[shape] ?? [12, ""];
  return drawing(`avatar hue-${hue}`, 24, path + (cutouts[cutout]?.(middle) ?? ""));
}

/** The name of an author, apart from its surroundings in writing direction; a second key under it is numbered. */
export function nameOf({ name, ordinal }: Author): HTMLElement {
  const number = ordinal > 1 ? h("span", { class: "ordinal" }, String(ordinal)) : null;
  if (number !== null) number.title = wording.ordinal;
  return h("span", { class: "name" }, h("bdi", {}, neutralise(name)), number);
}

/**
 * The name of an author where nothing but text can stand, numbered as in `nameOf`. One that could be read as more than
 * a name, such as `Carl, Dora` or `Ann: I quit`, stands in quotation marks.
 */
export function plainName({ name, ordinal }: Author): string {
  const neutral = neutralise(name);
  const plain = unlikeNames.test(neutral) ? quote(neutral) : neutral;
  return ordinal > 1 ? `${plain} (${ordinal})` : plain;
}

/** Somebody's words in quotation marks, which they cannot end themselves. */
export function quote(words: string): string {
  return wording.quoted(words.replaceAll(quotationMarks, "'"));
}

/** A sentence of ours; each {name} in it stands apart from the rest, so that no name can finish the sentence. */
export function sentence(text: string, authors: readonly Author[]): (string | HTMLElement)[] {
  const parts = text.split("{name}");
  return parts.flatMap((part, index) => {
    const author = index < parts.length - 1 ? authors[index] : undefined;
    return author === undefined ? [part] : [part, nameOf(author)];
  });
}
