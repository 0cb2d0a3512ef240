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
  /** As in `Expiry`, of an own message. */
  readonly keepSeconds: (counter: number) => number | null;
}

/** @param deletions the numbers of own messages whose deletion waits since before a reload */
export function createActs(
  deletions: readonly number[],
  { message, isFull, said, sayBody, isFresh, reword, takeBack, keepSeconds }: Stage,
): Acts {
  /** The numbers of the edits of each own message, by the number of the message: they hold its words too. */
  const edits = new Map<number, ReadonlySet<number>>();
  /** The numbers of own messages that were deleted here, and of edits that went with them. */
  const removed = new Map<number, null>(deletions.map((of) => [of, null]));

  /** The number of a message that is ours to edit and delete; null when it is not, or is not there. */
  function ownCounter(id: string): number | null {
    return message(id)?.author.own === true ? Number(id.slice(id.lastIndexOf(".") + 1)) : null;
  }

  function erase(of: number): void {
    remember(removed, of, null, maxCameBy);
    sayBody({ kind: "delete", ...said(), of });
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
      // Decided while the message is there: when the edit goes out it may have ended, or be on no screen of this page.
      const lasts = keepSeconds(of) ?? 1;
      sayBody({ kind: "edit", ...said(), of, text, ...(lasts > 0 ? { lasts } : {}) });
      return null;
    },
    /** Edits are named too, so that the relay forgets their words and nobody misses their numbers. */
    remove(id) {
      const of = ownCounter(id);
      if (of === null) return false;
      if (takeBack(of)) return true;
      if (isFull()) return false;
      for (const each of [of, ...(edits.get(of) ?? [])]) erase(each);
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
      if (body.kind !== "edit" || removed.has(body.counter)) return;
      // It was on its way when its message was deleted: its words go too.
      if (removed.has(body.of)) return erase(body.counter);
      remember(edits, body.of, new Set(edits.get(body.of)).add(body.counter), maxCameBy);
    },
  };
}
