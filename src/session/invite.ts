// Links that carry a passphrase, PROTOCOL.md section 1: `https://HOST/join#maple-river-…`. What stands behind # never
// leaves the browser. Texts only; whether the words are good is for crypto/phrase.ts to say.

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

/** What was put where words are asked for: the words of a whole link, a link without words, or any other text. */
export type Pasted =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "lost" }
  | { readonly kind: "typed"; readonly text: string };

/** Takes a pasted link apart. An address without words is "lost" whatever its path: it must not become a passphrase. */
export function wordsOf(pasted: string): Pasted {
  const text = pasted.trim();
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return { kind: "typed", text: pasted };
  const invitation = readInvitation(new URL(text));
  return invitation.kind === "words" ? invitation : { kind: "lost" };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
