// From a text to a tree of what its marks mean: paragraphs, quotes, lists and code by their lines, and within them bold,
// italic, struck out, code, links and mentions (format-inline.ts). It knows no page; draw-text.ts turns the tree into
// nodes. Each line is looked at once per level, and levels are bounded, so a text costs in proportion to its length.

import { maxBlockDepth, maxMarksPerText } from "../protocol/limits.ts";
import { type Inline, inlinesOf, type Meter } from "./format-inline.ts";
import { type Mentions, noMentions } from "./mentions.ts";

export type Block =
  | { readonly kind: "paragraph"; readonly children: readonly Inline[] }
  /** `language` as its author wrote it behind the fence, perhaps "". */
  | { readonly kind: "code"; readonly language: string; readonly text: string }
  | { readonly kind: "quote"; readonly children: readonly Block[] }
  | { readonly kind: "list"; readonly ordered: boolean; readonly items: readonly ListItem[] };

export interface ListItem {
  /** The number its author gave it; null in a list without numbers. */
  readonly number: number | null;
  readonly children: readonly Block[];
}

interface Scan {
  readonly mentions: Mentions;
  readonly meter: Meter;
  readonly depth: number;
}

interface Marker {
  /** Characters up to the content. */
  readonly width: number;
  readonly number: number | null;
}

/** A line that begins code, perhaps in a language, or ends it where nothing stands behind the fence. */
const fence = /^ {0,3}```\s*(?:([^`\s]{1,32})\s*)?$/;
const maxNumberDigits = 4;

/**
 * Reads the marks of a text.
 * @param mentions who can be mentioned in the room
 * @param meter counts what the text costs; tests hold it against the length
 */
export function formatText(
  text: string,
  mentions = noMentions,
  meter: Meter = { steps: 0, marks: 0 },
): Block[] {
  return blocksOf(text.split("\n"), { mentions, meter, depth: 0 });
}

/**
 * What a text says without its marks, in lines; numbers of lists stay.
 * @param quoted puts what is quoted in quotation marks
 */
export function plainText(text: string, quoted: (words: string) => string): string {
  const plain = (node: Block | Inline): string => {
    if ("text" in node) return node.text;
    if (node.kind === "quote") return quoted(linesOf(node.children));
    if (node.kind !== "list") return node.children.map(plain).join("");
    return node.items
      .map(({ number, children }) => (number === null ? "" : `${number}. `) + linesOf(children))
      .join("\n");
  };
  const linesOf = (blocks: readonly Block[]): string => blocks.map(plain).join("\n");
  return linesOf(formatText(text));
}

/** Whether a text mentions the person before the page, as `formatText` would mark it. */
export function mentionsOneself(text: string, mentions: Mentions): boolean {
  const isOwn = (node: Block | Inline): boolean => {
    if (node.kind === "mention") return node.own;
    if (node.kind === "list") return node.items.some(({ children }) => children.some(isOwn));
    return "children" in node && node.children.some(isOwn);
  };
  return text.includes("@") && formatText(text, mentions).some(isOwn);
}

function blocksOf(lines: readonly string[], scan: Scan): Block[] {
  const blocks: Block[] = [];
  const lastFence = lines.findLastIndex(endsCode);
  let plain: string[] = [];
  const add = (block: Block): void => {
    flush();
    scan.meter.marks++;
    blocks.push(block);
  };
  const flush = (): void => {
    const text = withoutBlankEdges(plain).join("\n");
    plain = [];
    if (text !== "") blocks.push({ kind: "paragraph", children: inlinesOf(text, scan.mentions, scan.meter) });
  };

  for (let at = 0; at < lines.length;) {
    const line = lines[at] ?? "";
    scan.meter.steps += line.length + 1;
    const isFull = scan.meter.marks >= maxMarksPerText;
    const language = at < lastFence && !isFull ? languageOf(line) : null;
    if (language !== null) {
      let end = at + 1;
      while (!endsCode(lines[end] ?? "")) end++;
      const indent = line.indexOf("`");
      const text = lines.slice(at + 1, end).map((each) => dedented(each, indent));
      add({ kind: "code", language, text: text.join("\n") });
      at = end + 1;
      continue;
    }
    const next = scan.depth < maxBlockDepth && !isFull ? container(lines, at, scan, add) : at;
    if (next === at) plain.push(line);
    at = Math.max(next, at + 1);
  }
  flush();
  return blocks;
}

/** Adds the quote or list that begins at line `at`; gives the line behind it, or `at` when there is none. */
function container(lines: readonly string[], at: number, scan: Scan, add: (block: Block) => void): number {
  const inner = { ...scan, depth: scan.depth + 1 };
  if (isQuoted(lines[at])) {
    let end = at;
    while (isQuoted(lines[end])) end++;
    add({
      kind: "quote",
      children: blocksOf(
        lines.slice(at, end).map((line) => line.slice(2)),
        inner,
      ),
    });
    return end;
  }
  const first = markerOf(lines[at]);
  if (first === null) return at;
  const ordered = first.number !== null;
  const items: ListItem[] = [];
  let end = at;
  let marker: Marker | null = first;
  // The first one has its place, whatever came before it.
  while (marker !== null && (marker.number !== null) === ordered) {
    const { width, number } = marker;
    scan.meter.marks++;
    const own = [(lines[end] ?? "").slice(width)];
    for (end++; isIndented(lines[end]); end++) own.push(dedented(lines[end] ?? "", width));
    items.push({ number, children: blocksOf(own, inner) });
    marker = scan.meter.marks < maxMarksPerText ? markerOf(lines[end]) : null;
  }
  add({ kind: "list", ordered, items });
  return end;
}

function isQuoted(line = ""): boolean {
  return line.startsWith("> ") || line === ">";
}

/** `- `, `* ` or a number with a point or parenthesis, and something behind it. */
function markerOf(line = ""): Marker | null {
  const head = line.charAt(0);
  if ((head === "-" || head === "*" || head === "•") && isContent(line, 1)) return { width: 2, number: null };
  let digits = 0;
  while (digits <= maxNumberDigits && isDigit(line.charAt(digits))) digits++;
  const stop = line.charAt(digits);
  if (digits === 0 || digits > maxNumberDigits || (stop !== "." && stop !== ")")) return null;
  if (!isContent(line, digits + 1)) return null;
  return { width: digits + 2, number: Number(line.slice(0, digits)) };
}

function isContent(line: string, at: number): boolean {
  return line.charAt(at) === " " && line.length > at + 1 && line.charAt(at + 1) !== " ";
}

function isDigit(character: string): boolean {
  return character >= "0" && character <= "9";
}

/** A line that goes on with the item above it. */
function isIndented(line = ""): boolean {
  return line.startsWith("  ") && line.trim() !== "";
}

function dedented(line: string, width: number): string {
  let at = 0;
  while (at < width && line.charAt(at) === " ") at++;
  return line.slice(at);
}

/** Whether a line is a closing fence. */
function endsCode(line: string): boolean {
  return languageOf(line) === "";
}

/** The language behind a fence, perhaps ""; null when the line is none. */
function languageOf(line: string): string | null {
  const found = fence.exec(line);
  return found === null ? null : (found[1] ?? "");
}

function withoutBlankEdges(lines: readonly string[]): readonly string[] {
  const isFull = (line: string) => line.trim() !== "";
  const first = lines.findIndex(isFull);
  return first < 0 ? [] : lines.slice(first, lines.findLastIndex(isFull) + 1);
}
