// What a person does with messages that are there: edits, deletes, reacts; and with the topic. It decides what is theirs
// to do and words it as bodies; sealing and sending is the session's.

import { remember } from "../protocol/bounded.ts";
import { maxCameBy } from "../protocol/limits.ts";
import { faultOfText, isTopic, type MessageBody } from "./body.ts";
import type { MessageEntry } from "./events.ts";
import type { Session } from "./world.ts";

export interface Acts extends Pick<Session, "mayChange" | "edit" | "remove" | "react" | "setTopic"> {
  /** An own message has its place in the log. */
  readonly ownIsBack: (body: MessageBody) => void;
}

interface Stage {
  /** The message on screen under an id. */
  readonly message: (id: string) => MessageEntry | null;
  /** Whether nothing more can be sent, now or later. */
  readonly isFull: () => boolean;
  /** Who speaks, when, and under which number. */
  readonly said: () => { readonly name: string; readonly at: number; readonly counter: number };
  readonly sayBody: (body: MessageBody) => void;
  /** Whether this is the number of a text that nobody can have yet. */
  readonly isFresh: (counter: number) => boolean;
  /** Words a text anew that nobody has yet. False: it is none, or somebody may have it. */
  readonly reword: (counter: number, text: string) => boolean;
  /** Takes a text back that nobody has yet. False: it is none, or somebody may have it. */
  readonly takeBack: (counter: number) => boolean;
}

export function createActs({ message, isFull, said, sayBody, isFresh, reword, takeBack }: Stage): Acts {
  /** The numbers of the edits of each own message, by the number of the message: they hold its words too. */
  const edits = new Map<number, readonly number[]>();
  /** The numbers of own messages that were deleted here. */
  const removed = new Map<number, null>();

  /** The number of a message that is ours to edit and delete; null when it is not, or is not there. */
  function ownCounter(id: string): number | null {
    return message(id)?.author.own === true ? Number(id.slice(id.lastIndexOf(".") + 1)) : null;
  }

  return {
    mayChange(id) {
      const of = ownCounter(id);
      return of !== null && (message(id)?.seq !== null || isFresh(of));
    },
    edit(id, text) {
      const of = ownCounter(id);
      if (of === null) return "gone";
      const fault = faultOfText(text);
      if (fault !== null) return fault;
      if (reword(of, text)) return null;
      if (isFull()) return "outbox-full";
      sayBody({ kind: "edit", ...said(), of, text });
      return null;
    },
    /** Edits are named too, so that the relay forgets their words and nobody misses their numbers. */
    remove(id) {
      const of = ownCounter(id);
      if (of === null) return false;
      if (takeBack(of)) return true;
      if (isFull()) return false;
      remember(removed, of, null, maxCameBy);
      for (const each of [of, ...(edits.get(of) ?? [])]) sayBody({ kind: "delete", ...said(), of: each });
      return true;
    },
    react(id, emoji, on) {
      if (!isFull()) sayBody({ kind: "react", ...said(), id, emoji, on });
    },
    setTopic(text) {
      if (!isTopic(text)) return "characters";
      if (!isFull()) sayBody({ kind: "topic", ...said(), text });
      return null;
    },
    ownIsBack(body) {
      if (body.kind !== "edit") return;
      // It was on its way when its message was deleted: its words go too.
      if (removed.has(body.of)) return sayBody({ kind: "delete", ...said(), of: body.counter });
      remember(edits, body.of, [...(edits.get(body.of) ?? []), body.counter], maxCameBy);
    },
  };
}
