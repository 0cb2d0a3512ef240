// What a message looks like on screen, made of its body, and what a deletion and a reaction make of it. It knows no order
// and no other message.

import { maxReactionsPerMessage } from "../protocol/limits.ts";
import type { MessageBody, MessageId } from "./body.ts";
import type { Author, MessageEntry } from "./events.ts";
import type { SharedFile } from "./files.ts";

/** What stands on screen as a message of its own. */
export type ShownBody = Extract<MessageBody, { kind: "text" | "file" }>;

/** What a message is called on screens and in the archive: its author's key and its number. */
export function entryId(key: string, counter: number): string {
  return `${key}.${counter}`;
}

/**
 * The message that a body says.
 * @param messageId null until its echo has come
 * @param seq null until the relay has numbered it
 */
export function messageEntry(
  author: Author,
  body: ShownBody,
  messageId: MessageId | null,
  seq: number | null,
): MessageEntry {
  const isText = body.kind === "text";
  return {
    kind: "message",
    id: entryId(author.key, body.counter),
    messageId,
    author,
    at: body.at,
    text: isText ? body.text : "",
    ...(isText ? {} : { file: fileIn(body) }),
    ...(isText && body.re !== undefined ? { re: body.re } : {}),
    edited: null,
    deleted: false,
    delivery: seq === null ? "sending" : "sent",
    seq,
    seenBy: 0,
    reactions: new Map(),
  };
}

/** Whether a body stands on screen as a message of its own. */
export function isShown(body: MessageBody): body is ShownBody {
  return body.kind === "text" || body.kind === "file";
}

function fileIn({ file, secret, size, fileName, type }: SharedFile): SharedFile {
  return { file, secret, size, fileName, type };
}

/** The message with one reaction put on or taken off; one person counts once per emoji. */
export function withReaction(entry: MessageEntry, author: Author, emoji: string, on: boolean): MessageEntry {
  const reactions = new Map(entry.reactions);
  const others = (reactions.get(emoji) ?? []).filter((each) => each.key !== author.key);
  const now = on ? [...others, author] : others;
  if (now.length > 0) reactions.set(emoji, now);
  else reactions.delete(emoji);
  return reactions.size > maxReactionsPerMessage ? entry : { ...entry, reactions };
}

/** What a deletion leaves of a message: that there was one, whose, and when. */
export function deletedEntry(entry: MessageEntry): MessageEntry {
  return {
    ...entry,
    text: "",
    file: undefined,
    edited: null,
    deleted: true,
    delivery: "sent",
    reactions: new Map(),
  };
}
