// What a draft is for: an answer, or to be said by itself; and the edit that sets it aside until it is over. It knows no
// page: it is given the text that stands in the field, and gives the one that is to stand there.

import type { MessageId } from "../session/body.ts";
import type { MessageEntry } from "../session/events.ts";
import type { SavedRoom } from "./storage.ts";

/** A text that is not said yet, and what it answers. */
export type Draft = Pick<SavedRoom, "draft" | "re">;

export interface Aim {
  /** What the draft answers; while somebody edits, what the text set aside answers. */
  readonly answered: MessageEntry | null;
  readonly edited: MessageEntry | null;
  /** The draft answers this message, or none any more. An edit ends; what was typed in it joins the draft. */
  answer(entry: MessageEntry | null, text: string): string;
  /**
   * Begins an edit, or ends one with null: then it gives the text that was set aside. What was typed in an edit that
   * another one ends joins that text.
   */
  edit(entry: MessageEntry | null, text: string): string;
  /** What was kept is the draft again. What it answers comes later: `heard`. */
  restore(draft: Draft, text: string): string;
  /** What is kept, with a correction that was not saved: as a draft it is not lost. */
  keep(text: string): Draft;
  /** Puts the beginning of a command in front of the draft. */
  begin(command: string, text: string): string;
  /** Whether it is the message that a restored draft answers. */
  heard(entry: MessageEntry): boolean;
  /** A message is gone, by its id: it can be neither answered nor edited. All that was typed stays. */
  gone(id: string, text: string): string;
}

/** Makes an aim at nothing. */
export function createAim(): Aim {
  let answered: MessageEntry | null = null;
  /** What a restored draft answers, until it has come. */
  let awaited: MessageId | null = null;
  let edited: MessageEntry | null = null;
  let setAside = "";

  function edit(entry: MessageEntry | null, text: string): string {
    if (edited === null) setAside = text;
    else if (entry !== null) keepTyped(text);
    edited = entry;
    return entry === null ? setAside : entry.text;
  }

  function keepTyped(text: string): void {
    if (edited !== null && text !== edited.text) setAside = join(setAside, text);
  }

  return {
    get answered() {
      return answered;
    },
    get edited() {
      return edited;
    },
    answer(entry, text) {
      answered = entry;
      awaited = null;
      keepTyped(text);
      return edited === null ? text : edit(null, text);
    },
    edit,
    restore({ draft, re }, text) {
      awaited = re ?? null;
      if (edited === null) return draft;
      setAside = draft;
      return text;
    },
    keep(text) {
      const draft = edited === null ? text : join(setAside, text === edited.text ? "" : text);
      const re = answered?.messageId ?? awaited;
      return re === null ? { draft } : { draft, re };
    },
    begin(command, text) {
      if (edited === null) return command + text;
      setAside = command + setAside;
      return text;
    },
    heard(entry) {
      if (awaited === null || entry.messageId !== awaited) return false;
      answered = entry;
      awaited = null;
      return true;
    },
    gone(id, text) {
      if (answered?.id === id) answered = null;
      if (edited?.id !== id) return text;
      setAside = join(setAside, text);
      return edit(null, text);
    },
  };
}

/** Both are the person's own words. */
function join(...texts: readonly string[]): string {
  return texts.filter((text) => text !== "").join("\n");
}
