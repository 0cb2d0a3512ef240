// Turns the tree of format.ts into nodes. Nothing that somebody wrote becomes anything but text, except the address of
// a link, which links.ts has judged.

import { copied } from "./dialogs.ts";
import { button, h } from "./dom.ts";
import { type Block, formatText, type ListItem } from "./format.ts";
import type { Inline } from "./format-inline.ts";
import type { Mentions } from "./mentions.ts";
import { neutralise } from "./neutral.ts";
import { wording } from "./language.ts";

/** How long a copy button says that it has copied, ms. */
const saidForMs = 1_500;

/** Draws what somebody wrote. */
export function drawText(text: string, mentions: Mentions): DocumentFragment {
  const drawn = new DocumentFragment();
  for (const block of formatText(neutralise(text), mentions)) {
    const element = drawBlock(block);
    // A list or a quote stands on the side where its first words begin; each line in it runs as its own words do.
    if (block.kind === "list" || block.kind === "quote") element.dir = "auto";
    drawn.append(element);
  }
  return drawn;
}

/** Draws what stands in one line, such as what somebody does: marks within it, no blocks. */
export function drawInlines(nodes: readonly Inline[]): (string | HTMLElement)[] {
  return nodes.flatMap(drawInline);
}

function drawBlock(block: Block): HTMLElement {
  switch (block.kind) {
    case "paragraph":
      return h("p", {}, ...drawInlines(block.children));
    case "code":
      return drawCode(block.language, block.text);
    case "quote":
      return h("blockquote", {}, ...block.children.map(drawBlock));
    case "list":
      return h(block.ordered ? "ol" : "ul", {}, ...block.items.map(drawItem));
  }
}

function drawItem({ number, children }: ListItem): HTMLElement {
  const attributes = number === null ? {} : { value: String(number) };
  return h("li", { attributes }, ...children.map(drawBlock));
}

function drawInline(node: Inline): (string | HTMLElement)[] {
  switch (node.kind) {
    case "text":
      return [node.text];
    case "code":
      return [h("code", {}, node.text)];
    case "link":
      return drawLink(node);
    case "mention":
      return [h("bdi", { class: node.own ? "mention own" : "mention" }, node.text)];
    case "strong":
      return [h("strong", {}, ...drawInlines(node.children))];
    case "emphasis":
      return [h("em", {}, ...drawInlines(node.children))];
    case "strike":
      return [h("s", {}, ...drawInlines(node.children))];
  }
}

/** Opened from here, a page learns neither where it was opened from nor gets a hold on this one. */
function drawLink({ text, href, host }: Extract<Inline, { kind: "link" }>): HTMLElement[] {
  const attributes = { href, target: "_blank", rel: "noopener noreferrer" };
  const link = h("a", { attributes }, h("bdi", {}, text));
  return host === null
    ? [link]
    : [link, h("span", { class: "host" }, ` (${wording.writing.linkLeadsTo(host)})`)];
}

function drawCode(language: string, text: string): HTMLElement {
  const copy = button("copy-code", wording.writing.copyCode, () => void sayCopied());
  // Code is written from left to right; a reader of any language can scroll it by keyboard.
  const code = h(
    "pre",
    { attributes: { tabindex: "0", dir: "ltr", "aria-label": wording.writing.codeBlock, role: "region" } },
    h("code", {}, text),
  );

  async function sayCopied(): Promise<void> {
    copy.textContent = (await copied(text)) ? wording.copied : wording.copyFailed;
    setTimeout(() => (copy.textContent = wording.writing.copyCode), saidForMs);
  }

  const head = h("div", { class: "code-head" }, h("span", {}, language || wording.writing.codeBlock), copy);
  return h("div", { class: "code-block" }, head, code);
}
