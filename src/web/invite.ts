// Links that carry a passphrase: `https://host/join#maple-river-…`. What stands behind # never leaves the browser.

/** A link to the room of `phrase` at `origin`. Spaces become dashes, which normalisation reads as spaces again. */
export function inviteLink(origin: string, phrase: string): string {
  return `${origin}/join#${phrase.split(" ").map(encodeURIComponent).join("-")}`;
}

/** What a page address says: the words behind #, a link that has lost them on its way, or neither. */
export type Invitation =
  | { readonly kind: "words"; readonly text: string }
  | { readonly kind: "lost" }
  | { readonly kind: "none" };

/** Reads the invitation in an address. */
export function readInvitation(address: URL): Invitation {
  const text = decode(address.hash.slice(1)).trim();
  if (text !== "") return { kind: "words", text };
  return { kind: address.pathname === "/join" ? "lost" : "none" };
}

/** A whole link, pasted where words were asked for, gives its words; any other text is given back as it is. */
export function wordsOf(pasted: string): string {
  const text = pasted.trim();
  if (!/^https?:\/\/\S+$/i.test(text) || !URL.canParse(text)) return pasted;
  const invitation = readInvitation(new URL(text));
  return invitation.kind === "words" ? invitation.text.replaceAll("-", " ") : pasted;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
