// What a tab holds, as a file that other programs read: plain text, Markdown or JSON. It makes the text and saves
// nothing; download.ts does. In a readable file no message can pass for another's: only lines that begin in the first
// column name an author.

import type { Entry, MessageEntry } from "../session/events.ts";
import { textOf } from "../session/files.ts";
import { emoteOf } from "./emote.ts";
import { neutralise } from "./neutral.ts";
import { plainName, quote } from "./person.ts";
import { summaryOf } from "./summary.ts";

export type ExportFormat = "txt" | "md" | "json";

/** A file to be saved. */
export interface Exported {
  readonly name: string;
  /** Media type. */
  readonly type: string;
  readonly text: string;
}

/** What the export needs to know beside the entries. */
export interface ExportFacts {
  /** When it is made, ms since 1970. */
  readonly at: number;
  /** Spells a time for people: year to minute, sortable. */
  readonly spell: (at: number) => string;
  readonly topic: string;
  /** Words of the page's language. */
  readonly words: {
    readonly head: (at: string, messages: number) => string;
    readonly deleted: string;
    readonly edited: string;
  };
}

const types: Readonly<Record<ExportFormat, string>> = {
  txt: "text/plain;charset=utf-8",
  md: "text/markdown;charset=utf-8",
  json: "application/json",
};
/** What of a message is told in its answers. */
const quotedLetters = 80;
/** What within a line of Markdown would be taken for a mark. */
const markdownMarks = /[\\`*_{}[\]<>()#+!|~&$-]/g;
/** Code, which a message keeps as it is: between fences, the last of which may be missing, or within a line. */
const code =
  /^ {0,3}(?<fence>`{3,})(?=[^`\n]*\n)[^]*?(?:(\n {0,3}\k<fence>`*[ \t]*$)|(?![^]))|(?<!`)`[^`\n]+`(?!`)/;
/**
 * What a message must not say in Markdown: HTML, entities, links under other words, pictures, formulas, and whatever
 * begins a block of its own: what opens inside of one could end outside of it. Bold, italic and struck out stay, and a
 * bare address is what it is.
 */
const unwanted = /[\\`<[\]{$]|&(?=#?\w+;)|^[-+=#>:|]|^~(?=~~)|^[*_](?=[ \t*_]*$|[ \t])|(?<=^\d{1,9})[.)]/;
/** Blanks at the beginning of a line would make it code. */
const blanks = /\n|^[ \t]+(?=[^ \t\n])/;
const partsToSee = new RegExp(`(${code.source})|${unwanted.source}|${blanks.source}`, "gm");

/** The messages among the entries, in the order of the screen. Neither the passphrase nor a key of the room is in it. */
export function exportRoom(format: ExportFormat, entries: readonly Entry[], facts: ExportFacts): Exported {
  const messages = entries.filter((entry) => entry.kind === "message");
  const spell = { txt: asText, md: asMarkdown, json: asJson }[format];
  const name = `secure-room ${facts.spell(facts.at).replace(":", ".")}.${format}`;
  return { name, type: types[format], text: spell(messages, facts) };
}

function asText(messages: readonly MessageEntry[], facts: ExportFacts): string {
  const lines = messages.map((message) => {
    const { author, answer, mark, said } = shown(message, messages, facts);
    return `${facts.spell(message.at)}  ${author}${answer}: ${said.replaceAll("\n", "\n    ")}${mark}`;
  });
  return [...head(messages, facts), "", ...lines, ""].join("\n");
}

function asMarkdown(messages: readonly MessageEntry[], facts: ExportFacts): string {
  const [title = "", ...rest] = head(messages, facts);
  const parts = messages.map((message) => {
    const { author, answer, mark, said } = shown(message, messages, facts);
    const line = `**${escapeMarkdown(author)}** ${facts.spell(message.at)}${escapeMarkdown(answer)}${mark}`;
    return `${line}\n\n> ${harmlessMarkdown(said).replaceAll("\n", "\n> ")}\n`;
  });
  return [`# ${title}`, "", ...rest.flatMap((topic) => [harmlessMarkdown(topic), ""]), ...parts].join("\n");
}

function asJson(messages: readonly MessageEntry[], { at, topic }: ExportFacts): string {
  const all = messages.map((message) => ({
    id: message.messageId,
    at: new Date(message.at).toISOString(),
    author: plainName(message.author),
    key: message.author.key,
    text: textOf(message),
    ...(message.re === undefined ? {} : { re: message.re }),
    ...(message.edited === null ? {} : { edited: true }),
    ...(message.deleted ? { deleted: true } : {}),
    ...(message.delivery === "sending" ? { sending: true } : {}),
    ...(message.reactions.size === 0 ? {} : { reactions: reactionsOf(message) }),
  }));
  return `${JSON.stringify({ program: "secure-room", exported: new Date(at).toISOString(), topic, messages: all }, null, 2)}\n`;
}

function reactionsOf({ reactions }: MessageEntry): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries([...reactions].map(([emoji, authors]) => [emoji, authors.map(plainName)]));
}

function head(messages: readonly MessageEntry[], { at, spell, topic, words }: ExportFacts): string[] {
  const first = words.head(spell(at), messages.length);
  return topic === "" ? [first] : [first, quote(neutralise(topic))];
}

/** What is told of a message in words. Neither a name nor an answer can end early and go on as something said. */
interface Shown {
  readonly author: string;
  /** Whom it answers and what, behind an arrow; "" when it answers nothing that is here. */
  readonly answer: string;
  /** Whether it was edited, perhaps "". */
  readonly mark: string;
  readonly said: string;
}

function shown(message: MessageEntry, messages: readonly MessageEntry[], { words }: ExportFacts): Shown {
  const { author, deleted, edited, file, re } = message;
  const text = textOf(message);
  const deed = file === undefined ? emoteOf(text) : null;
  const said = file === undefined ? text : `📎 ${text}`;
  const answered = re === undefined ? undefined : messages.find(({ messageId }) => messageId === re);
  return {
    author: plainName(author),
    answer:
      answered === undefined || deleted
        ? ""
        : ` → ${plainName(answered.author)} ${quotedIn(answered, words)}`,
    mark: edited === null || deleted ? "" : ` (${words.edited})`,
    said: deleted ? `(${words.deleted})` : neutralise(deed === null ? said : `* ${deed}`),
  };
}

function quotedIn(answered: MessageEntry, words: ExportFacts["words"]): string {
  return answered.deleted ? `(${words.deleted})` : quote(summaryOf(answered, quotedLetters));
}

function escapeMarkdown(line: string): string {
  return line.replace(markdownMarks, "\\$&");
}

/** A text as Markdown that says no more than the text: its code and its bold, line by line. */
function harmlessMarkdown(text: string): string {
  return text.replace(partsToSee, (part: string, kept?: string, fence?: string, end = "") => {
    if (kept !== undefined)
      return fence === undefined ? kept : fenced(kept.slice(0, kept.length - end.length), fence);
    if (part === "\n") return "  \n";
    return part.trim() === "" ? "\u00a0".repeat(part.length) : `\\${part}`;
  });
}

/** Code behind its opening fence, between fences that nothing in it can end: programs differ in what ends one. */
function fenced(code: string, fence: string): string {
  const at = code.indexOf(fence);
  const behind = code.slice(at + fence.length);
  let around = fence;
  // Doubled: a step more each time would take a hostile text too long.
  while (behind.includes(around)) around += around;
  // Some programs run or draw code in certain languages: as the second word, its name means nothing to them.
  return `${code.slice(0, at)}${around}text ${behind}\n${around}`;
}
