// The way to /privacy, where the relay says what it keeps and who runs it.

import { h } from "./dom.ts";
import { language, wording } from "./language.ts";

/** In a tab of its own: what was typed here, or came with the link, must not be lost. */
export function privacyLink(): HTMLAnchorElement {
  const attributes = { href: `/privacy?lang=${language}`, target: "_blank", rel: "noopener noreferrer" };
  return h("a", { class: "privacy quiet", attributes }, wording.privacy);
}
