// Which messages of a log quote which: the quote in an answer is drawn anew when what it answers comes, changes or goes.

import type { MessageId } from "../session/body.ts";
import type { Entry, MessageEntry } from "../session/events.ts";

/** `Item` is where a message is drawn. */
export interface Quotes<Item> {
  /** The item of a message, when it is here. */
  itemOf(id: MessageId | undefined): Item | undefined;
  /** A message has come, or has changed from what is `known`. */
  put(item: Item, entry: MessageEntry, known: Entry | undefined): void;
  /** A message has gone. */
  remove(item: Item, entry: MessageEntry): void;
}

/** @param redraw draws the quote in an item anew */
export function createQuotes<Item>(redraw: (item: Item) => void): Quotes<Item> {
  const items = new Map<MessageId, Item>();
  /** Whose quotes show a message, by the message's id. */
  const answers = new Map<MessageId, Set<Item>>();

  function redrawAnswersTo(id: MessageId): void {
    for (const item of answers.get(id) ?? []) redraw(item);
  }

  return {
    itemOf: (id) => (id === undefined ? undefined : items.get(id)),
    put(item, entry, known) {
      const { re, messageId } = entry;
      if (re !== undefined) answers.set(re, (answers.get(re) ?? new Set()).add(item));
      if (messageId === null) return;
      items.set(messageId, item);
      if (known?.kind !== "message" || isQuotedOtherwise(known, entry)) redrawAnswersTo(messageId);
    },
    remove(item, { re, messageId }) {
      if (re !== undefined) {
        answers.get(re)?.delete(item);
        if (answers.get(re)?.size === 0) answers.delete(re);
      }
      if (messageId === null) return;
      items.delete(messageId);
      redrawAnswersTo(messageId);
    },
  };
}

/** A reaction or a reader more changes nothing in a quote, and there may be many quotes of one message. */
function isQuotedOtherwise(known: MessageEntry, entry: MessageEntry): boolean {
  return (["messageId", "text", "file", "deleted", "author"] as const).some(
    (part) => known[part] !== entry[part],
  );
}
