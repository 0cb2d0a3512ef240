// What a tab holds, as a file that other programs read: plain text, Markdown or JSON. It makes the text and saves
// nothing; download.ts does. In a readable file no message can pass for another's: only lines that begin in the first
// column name an author.

import type { Author, Entry, MessageEntry } from "../session/events.ts";
import { textOf } from "../session/files.ts";
import { emoteOf } from "./emote.ts";
import { neutralise } from "./neutral.ts";

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
/** What a line of Markdown must not begin with, and what within one would be taken for a mark. */
const markdownMarks = /[\\`*_{}[\]<>()#+!|~&-]/g;

/** The messages among the entries, in the order of the screen. Neither the passphrase nor a key of the room is in it. */
export function exportRoom(format: ExportFormat, entries: readonly Entry[], facts: ExportFacts): Exported {
  const messages = entries.filter((entry) => entry.kind === "message");
  const spell = { txt: asText, md: asMarkdown, json: asJson }[format];
  const name = `secure-room ${facts.spell(facts.at).replace(":", ".")}.${format}`;
  return { name, type: types[format], text: spell(messages, facts) };
}

function asText(messages: readonly MessageEntry[], facts: ExportFacts): string {
  const lines = messages.map((message) => {
    const { what, isEmote } = shown(message, facts);
    const author = nameOf(message.author);
    return `${facts.spell(message.at)}  ${isEmote ? `* ${author} ` : `${author}: `}${what.replaceAll("\n", "\n    ")}`;
  });
  return [...head(messages, facts), "", ...lines, ""].join("\n");
}

function asMarkdown(messages: readonly MessageEntry[], facts: ExportFacts): string {
  const [title = "", ...rest] = head(messages, facts).map(escapeMarkdown);
  const parts = messages.map((message) => {
    const { what, isEmote } = shown(message, facts);
    const author = `**${escapeMarkdown(nameOf(message.author))}** ${facts.spell(message.at)}`;
    // A message is Markdown of its own; as a quote it stays within itself, open fences included. HTML it must not be.
    const marked = isEmote ? `*${escapeMarkdown(what)}*` : what.replaceAll("<", "\\<");
    return `${author}\n\n> ${marked.replaceAll("\n", "\n> ")}\n`;
  });
  return [`# ${title}`, "", ...rest, ...(rest.length > 0 ? [""] : []), ...parts].join("\n");
}

function asJson(messages: readonly MessageEntry[], { at, topic }: ExportFacts): string {
  const all = messages.map((message) => ({
    id: message.messageId,
    at: new Date(message.at).toISOString(),
    author: message.author.name,
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
  return Object.fromEntries(
    [...reactions].map(([emoji, authors]) => [emoji, authors.map(({ name }) => name)]),
  );
}

function head(messages: readonly MessageEntry[], { at, spell, topic, words }: ExportFacts): string[] {
  const first = words.head(spell(at), messages.length);
  return topic === "" ? [first] : [first, neutralise(topic)];
}

function shown(
  { text, deleted, edited }: MessageEntry,
  { words }: ExportFacts,
): { readonly what: string; readonly isEmote: boolean } {
  if (deleted) return { what: `(${words.deleted})`, isEmote: false };
  const emote = emoteOf(text);
  const mark = edited === null ? "" : ` (${words.edited})`;
  return { what: neutralise(emote ?? text) + mark, isEmote: emote !== null };
}

/** A second key under a name is told apart here too. */
function nameOf({ name, ordinal }: Author): string {
  return ordinal > 1 ? `${neutralise(name)} (${ordinal})` : neutralise(name);
}

function escapeMarkdown(text: string): string {
  return text.replace(markdownMarks, "\\$&");
}
