// Links that carry a passphrase, PROTOCOL.md section 1: `https://HOST/join#maple-river-…`. What stands behind # never
// leaves the browser. Texts only; whether the words are good is for crypto/phrase.ts to say.

import { isListWord } from "../crypto/typo.ts";
import { phraseWords } from "../protocol/limits.ts";

/** A link to the room of `phrase` at `origin`: its words, percent-encoded, with a dash for each space. */
export function inviteLink(origin: string, phrase: string): string {
  return `${origin}/join#${phrase.split(" ").map(encodeURIComponent).join("-")}`;
}

/** What a page address says: the words behind #, a link that has lost them on its way, or neither. */
export type Invitation =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "lost" }
  | { readonly kind: "none" };

/** Reads the invitation in an address; the words have spaces between them, as one would type them. */
export function readInvitation(address: URL): Invitation {
  const text = decode(address.hash.slice(1)).replaceAll("-", " ").trim();
  if (text !== "") return { kind: "words", text };
  return { kind: address.pathname === "/join" ? "lost" : "none" };
}

/** What was put where words are asked for: the words of a link or of a list, a link without words, or any other text. */
export type Pasted =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "lost" }
  | { readonly kind: "typed"; readonly text: string };

const link = /https?:\/\/\S+/i;

/**
 * Takes apart what people paste: a link, alone or in a sentence around it, or the eight words with numbers or signs
 * between them. An address without words is "lost" whatever its path: it must not become a passphrase.
 */
export function wordsOf(pasted: string): Pasted {
  const [address] = link.exec(pasted) ?? [];
  if (address === undefined || !URL.canParse(address)) return listedWords(pasted);
  const invitation = readInvitation(new URL(address));
  if (invitation.kind === "words") return invitation;
  return pasted.trim() === address ? { kind: "lost" } : { kind: "typed", text: pasted };
}

function listedWords(pasted: string): Pasted {
  const pieces = pasted
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((piece) => piece !== "");
  const words = pieces.filter(isListWord);
  const numbers = pieces.filter((piece) => /^\d{1,2}$/.test(piece));
  const isList = words.length === phraseWords && words.length + numbers.length === pieces.length;
  return isList ? { kind: "words", text: words.join(" ") } : { kind: "typed", text: pasted };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
