// The marks within a paragraph: **bold**, *italic* (also with low lines), ~~struck out~~, `code`, links and mentions.
// One pass from left to right. A mark that may open is kept in a stack; where its partner never comes it becomes text
// again, once. The same mark is open at most once, so the stack holds five and nothing is copied more than five times.

import { maxMarksPerText } from "../protocol/limits.ts";
import { isEdgeAt, isInkAt, isWordAt } from "./edges.ts";
import { readLink, schemeAt } from "./links.ts";
import type { Mentions } from "./mentions.ts";

type Styled = "strong" | "emphasis" | "strike";

export type Inline =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "code"; readonly text: string }
  /** `host` as in links.ts: not null where what is written hides where it leads. */
  | { readonly kind: "link"; readonly text: string; readonly href: string; readonly host: string | null }
  | { readonly kind: "mention"; readonly text: string; readonly own: boolean }
  | { readonly kind: Styled; readonly children: readonly Inline[] };

/** What a text has cost so far. */
export interface Meter {
  /** Characters looked at, those looked at twice counted twice. */
  steps: number;
  /** Marks that were read. */
  marks: number;
}

interface Frame {
  /** "" at the bottom of the stack. */
  readonly mark: string;
  readonly nodes: Inline[];
}

const kindOf: Readonly<Record<string, Styled>> = {
  "**": "strong",
  __: "strong",
  "*": "emphasis",
  _: "emphasis",
  "~~": "strike",
};
const escapable = "*_~`\\";

/** Reads the marks of one paragraph; `text` is not empty. */
export function inlinesOf(text: string, mentions: Mentions, meter: Meter): Inline[] {
  const stack: Frame[] = [{ mark: "", nodes: [] }];
  const lastBackticks = lastRuns(text);
  /** Where the text begins that has not been put anywhere. */
  let plainFrom = 0;
  let at = 0;

  function top(): Frame {
    // The bottom is never taken off.
    return stack.at(-1) ?? { mark: "", nodes: [] };
  }

  function flush(): void {
    if (at > plainFrom) addText(top().nodes, text.slice(plainFrom, at));
  }

  /** Puts a node in the place of what stands between here and `end`. */
  function put(node: Inline, end: number): void {
    flush();
    meter.marks++;
    top().nodes.push(node);
    plainFrom = at = end;
  }

  /** The marks from the top down to `index` have no partner: they are text. */
  function unwind(index: number): void {
    while (stack.length > index) {
      const { mark, nodes } = stack.pop() ?? top();
      const below = top().nodes;
      addText(below, mark);
      meter.steps += nodes.length;
      for (const node of nodes) addNode(below, node);
    }
  }

  function takeMarks(character: string): void {
    const run = runLength(text, at);
    const end = at + run;
    const closes = isInkAt(text, at - 1) && isEdgeAt(text, end);
    const opens = isInkAt(text, end) && isEdgeAt(text, at - 1);
    let rest = run > 3 || (character === "~" && run !== 2) ? 0 : run;
    meter.steps += run;
    while (rest > 0) {
      const partner = closes ? partnerOf(character, rest) : -1;
      if (partner < 0 && !opens) break;
      flush();
      rest -= partner < 0 ? push(character.repeat(Math.min(rest, 2))) : close(partner);
      plainFrom = at;
    }
    // What neither opened nor closed anything stays text.
    at = end;
  }

  /** Where in the stack the innermost mark is that such a run closes, or -1. */
  function partnerOf(character: string, most: number): number {
    return stack.findLastIndex(({ mark }) => mark.startsWith(character) && mark.length <= most);
  }

  function push(mark: string): number {
    const same = stack.findIndex((frame) => frame.mark === mark);
    if (same > 0) unwind(same);
    meter.marks++;
    stack.push({ mark, nodes: [] });
    at += mark.length;
    return mark.length;
  }

  function close(index: number): number {
    unwind(index + 1);
    const { mark, nodes } = stack.pop() ?? top();
    top().nodes.push({ kind: kindOf[mark] ?? "emphasis", children: nodes });
    at += mark.length;
    return mark.length;
  }

  function takeCode(): void {
    const run = runLength(text, at);
    meter.steps += run;
    const from = at + run;
    if ((lastBackticks.get(run) ?? -1) < from) {
      at = from;
      return;
    }
    // It is there; what lies between is code, whatever it looks like.
    let end = text.indexOf("`", from);
    for (let length = runLength(text, end); length !== run; length = runLength(text, end)) {
      end = text.indexOf("`", end + length);
    }
    meter.steps += end - from;
    put({ kind: "code", text: withoutPadding(text.slice(from, end)) }, end + run);
  }

  function takeEscape(): void {
    const next = text.charAt(at + 1);
    // ¯\_(ツ)_/¯ keeps its arm.
    if (next === "" || !escapable.includes(next) || text.charAt(at - 1) === "¯") {
      at++;
      return;
    }
    flush();
    plainFrom = at + 1;
    at += 2;
  }

  function takeMention(): void {
    const found = isWordAt(text, at - 1) ? null : mentions.match(text, at + 1);
    if (found === null) at++;
    else put({ kind: "mention", text: text.slice(at, found.end), own: found.own }, found.end);
  }

  function takeLink(): void {
    if (isWordAt(text, at - 1) || !schemeAt(text, at)) {
      at++;
      return;
    }
    const { link, end } = readLink(text, at);
    meter.steps += end - at;
    if (link === null) at = end;
    else put({ kind: "link", ...link }, end);
  }

  while (at < text.length && meter.marks < maxMarksPerText) {
    meter.steps++;
    const character = text.charAt(at);
    switch (character) {
      case "*":
      case "_":
      case "~":
        takeMarks(character);
        break;
      case "`":
        takeCode();
        break;
      case "\\":
        takeEscape();
        break;
      case "@":
        takeMention();
        break;
      case "h":
      case "H":
      case "m":
      case "M":
        takeLink();
        break;
      default:
        at++;
    }
  }
  at = text.length;
  flush();
  unwind(1);
  return top().nodes;
}

/** How often the character at `at` stands there in a row. */
function runLength(text: string, at: number): number {
  const character = text.charAt(at);
  let end = at;
  while (end < text.length && text.charAt(end) === character) end++;
  return end - at;
}

/** Of each length of a run of backticks, where the last one begins: code without an end is found at once. */
function lastRuns(text: string): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  for (let at = text.indexOf("`"); at >= 0;) {
    const run = runLength(text, at);
    last.set(run, at);
    at = text.indexOf("`", at + run);
  }
  return last;
}

/** One space at each end lets code begin or end with a backtick. */
function withoutPadding(code: string): string {
  const isPadded = code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "";
  return isPadded ? code.slice(1, -1) : code;
}

function addText(nodes: Inline[], text: string): void {
  if (text !== "") addNode(nodes, { kind: "text", text });
}

/** Texts side by side are one. */
function addNode(nodes: Inline[], node: Inline): void {
  const last = nodes.at(-1);
  if (node.kind !== "text" || last?.kind !== "text") nodes.push(node);
  else nodes[nodes.length - 1] = { kind: "text", text: last.text + node.text };
}
