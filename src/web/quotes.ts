// Which messages of a log quote which: the quote in an answer is drawn anew when what it answers comes, changes or goes.

import type { MessageId } from "../session/body.ts";
import type { MessageEntry } from "../session/events.ts";

export interface Quotes {
  /** The item of a message, when it is here. */
  itemOf(id: MessageId | undefined): HTMLLIElement | undefined;
  /** A message has come or has changed. */
  put(item: HTMLLIElement, entry: MessageEntry): void;
  /** A message has gone. */
  remove(item: HTMLLIElement, entry: MessageEntry): void;
}

/** @param redraw draws the quote in an item anew */
export function createQuotes(redraw: (item: HTMLLIElement) => void): Quotes {
  const items = new Map<MessageId, HTMLLIElement>();
  /** Whose quotes show a message, by the message's id. */
  const answers = new Map<MessageId, Set<HTMLLIElement>>();

  function redrawAnswersTo(id: MessageId): void {
    for (const item of answers.get(id) ?? []) redraw(item);
  }

  return {
    itemOf: (id) => (id === undefined ? undefined : items.get(id)),
    put(item, { re, messageId }) {
      if (re !== undefined) answers.set(re, (answers.get(re) ?? new Set()).add(item));
      if (messageId === null) return;
      items.set(messageId, item);
      redrawAnswersTo(messageId);
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
