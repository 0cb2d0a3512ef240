// Finds where a link ends and where it really leads. It opens nothing and fetches nothing.

import { maxLinkLength } from "../protocol/limits.ts";

export interface Link {
  /** As it was written. */
  readonly text: string;
  readonly href: string;
  /** Where it leads, in ASCII, when what is written says it otherwise: foreign letters, a user in front, odd numbers. */
  readonly host: string | null;
}

const schemes = ["https://", "http://", "mailto:"];
const longestScheme = 8;
/** What a link cannot hold, or what people write behind one. Full-width signs end it: they are no part of addresses. */
const outside =
  /[\s\p{Cc}<>"`{}|\u2018-\u201f\u2039\u203a\u00ab\u00bb\u3000-\u303f\uff00-\uff0f\uff1a-\uff20]/u;
const trailing = new Set(".,;:!?'*_~)]…");

/** Whether a link may begin at `at`: the scheme stands there. */
export function schemeAt(text: string, at: number): boolean {
  const head = text.slice(at, at + longestScheme).toLowerCase();
  return schemes.some((scheme) => head.startsWith(scheme));
}

/**
 * Reads the link that begins at `at`, where `schemeAt` holds. `end` is where it ends or, when that is no link at all,
 * where the search may go on: either way nothing in between is looked at twice.
 */
export function readLink(text: string, at: number): { readonly link: Link | null; readonly end: number } {
  let end = at;
  let open = 0;
  for (; end < text.length; end++) {
    const character = text.charAt(end);
    if (outside.test(character)) break;
    if (character === "(") open++;
    if (character === ")") open--;
  }
  const wholeEnd = end;
  // A sentence goes on behind a link; a parenthesis that was opened inside the link belongs to it.
  while (end > at && trailing.has(text.charAt(end - 1))) {
    if (text.charAt(end - 1) === ")") {
      if (open >= 0) break;
      open++;
    }
    end--;
  }
  if (end - at > maxLinkLength) return { link: null, end: wholeEnd };
  const link = linkOf(text.slice(at, end));
  return link === null ? { link, end: wholeEnd } : { link, end };
}

function linkOf(text: string): Link | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  if (url.protocol === "mailto:") {
    return /^[^@\s]+@[^@\s]+$/.test(url.pathname) ? { text, href: url.href, host: null } : null;
  }
  const [written = ""] = text.slice(text.indexOf("//") + 2).split(/[/?#\\]/, 1);
  return { text, href: url.href, host: written.toLowerCase() === url.host ? null : url.host };
}
