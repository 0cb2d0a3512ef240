// A text that begins with /me is what its author does: `/me waves` is shown as “Ann waves”, as in XMPP (XEP-0245).

const sign = "/me ";

/** What an author does, or null when the text is something said. */
export function emoteOf(text: string): string | null {
  return text.startsWith(sign) && text.length > sign.length ? text.slice(sign.length) : null;
}

/** A text as something said: where it would be read as what its author does, a blank goes first. */
export function asSaid(text: string): string {
  return emoteOf(text) === null ? text : ` ${text}`;
}

/** A text as it was meant to be said, without the blank of `asSaid`. */
export function saidIn(text: string): string {
  return text.startsWith(` ${sign}`) ? text.slice(1) : text;
}
