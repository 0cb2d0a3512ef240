// The room's messages in the order of its log, with edits, deletions and reactions applied, doubles dropped and gaps
// found; behind them the own ones that the relay has not numbered yet. It opens nothing and draws nothing: it takes
// opened bodies and tells what has changed.

import { remember } from "../protocol/bounded.ts";
import {
  maxArchiveFrames,
  maxCameBy,
  maxDeletionsPerKey,
  maxKnownKeys,
  maxTimelineEntries,
} from "../protocol/limits.ts";
import type { MessageBody, MessageId } from "./body.ts";
import { deletedEntry, entryId, isShown, messageEntry, type ShownBody, withReaction } from "./entries.ts";
import type { Author, Entry, MessageEntry, Notice, SessionEvent } from "./events.ts";
import { lastsOf } from "./expiry.ts";
import { GapLines } from "./gap-lines.ts";

type Tell = (event: SessionEvent) => void;
type EditBody = Extract<MessageBody, { kind: "edit" }>;

/** A kept message whose envelope opened and whose name fits its sender. */
export interface Received {
  readonly seq: number;
  readonly body: MessageBody;
  readonly messageId: MessageId;
  readonly author: Author;
}

/** Invariant: `#placed` is in log order and what it holds is on every screen of the room in that order. */
export class Timeline {
  readonly #tell: Tell;
  readonly #gaps: GapLines;
  /** Replaced, never changed in place: what was told stays true for who holds it. */
  readonly #byId = new Map<string, Entry>();
  readonly #idOfMessage = new Map<MessageId, string>();
  readonly #placed: string[] = [];
  readonly #sending: string[] = [];
  /** The messages that have come by in the present log. */
  readonly #cameBy = new Map<string, null>();
  /** The latest entry that has come by in it; where that has left the screen, the one it stood behind. */
  #newest: string | null = null;
  /** What its author has said otherwise under the same number. */
  readonly #twofold = new Map<string, null>();
  /** Of each key, what it has deleted: a copy that comes later shows nothing. */
  readonly #gone = new Map<string, Map<string, null>>();
  /** By what they change: edits that came before it, as when several people bring a room back at once. */
  readonly #early = new Map<string, EditBody>();
  /** Of each reader's key, the entry up to which it has seen the room. */
  readonly #seenUpTo = new Map<string, string>();
  /** The keys of those who have seen each own entry. */
  readonly #readers = new Map<string, Set<string>>();
  #lines = 0;

  constructor(tell: Tell) {
    this.#tell = tell;
    this.#gaps = new GapLines({
      newest: () => this.#placed.at(-1) ?? null,
      has: (id) => this.#byId.has(id),
      place: (entry, behind) => this.#place(entry, behind),
      replace: (entry) => this.#replace(entry),
      remove: (id) => this.#remove(id),
    });
  }

  /** Shows an own text or file at once, behind everything that is numbered. */
  say(author: Author, body: ShownBody): void {
    const entry = messageEntry(author, body, null, null);
    this.#sending.push(entry.id);
    this.#byId.set(entry.id, entry);
    this.#tell({ type: "entry", entry, before: null });
  }

  /**
   * Shows at once what this tab does to a message; its echo says the same again. A deletion stands as under way until
   * then: as long as others may still read the words, nobody is told that they are gone.
   */
  foresee(author: Author, body: MessageBody): void {
    if (body.kind === "react")
      this.#change(this.#idOfMessage.get(body.id), (entry) =>
        withReaction(entry, author, body.emoji, body.on),
      );
    if (body.kind !== "edit" && body.kind !== "delete") return;
    const edit = body.kind === "edit" ? { text: body.text, edited: body.counter } : {};
    this.#change(entryId(author.key, body.of), (entry) => ({ ...entry, ...edit, delivery: "sending" }));
  }

  /** Shows an own text that has not gone out in other words. */
  reword(id: string, text: string): void {
    const entry = this.message(id);
    if (entry !== null) this.#replace({ ...entry, text });
  }

  /** Takes an own message back that was not numbered. */
  unsay(id: string): void {
    this.#remove(id);
  }

  /** The message on screen under an id; null where there is none, or it is deleted. */
  message(id: string): MessageEntry | null {
    const entry = this.#byId.get(id);
    return entry?.kind === "message" && !entry.deleted ? entry : null;
  }

  /** Whether a message has come by in the present log. */
  cameBy(id: string): boolean {
    return this.#cameBy.has(id);
  }

  /** Whether a message of `key` was deleted, as far as is known. */
  isGone(key: string, id: string): boolean {
    return this.#gone.get(key)?.has(id) === true;
  }

  /** The relay has begun a new log: what is on screen stays, and takes the new log's order as it comes by again. */
  newLog(): void {
    this.#cameBy.clear();
    this.#newest = null;
  }

  /** Somebody has seen everything up to a message. Own ones that stand above it count one more reader. */
  seen(reader: Author, messageId: MessageId): void {
    const upTo = this.#placed.lastIndexOf(this.#idOfMessage.get(messageId) ?? "");
    // Where that has left the screen it begins at the top; nobody is counted twice.
    const before = this.#placed.lastIndexOf(this.#seenUpTo.get(reader.key) ?? "");
    if (reader.own || upTo <= before) return;
    remember(this.#seenUpTo, reader.key, this.#placed[upTo] ?? "", maxKnownKeys);
    for (const id of this.#placed.slice(before + 1, upTo + 1)) {
      const entry = this.#byId.get(id);
      if (entry?.kind !== "message" || !entry.author.own) continue;
      const readers = this.#readers.get(id) ?? new Set();
      if (readers.has(reader.key)) continue;
      this.#readers.set(id, readers.add(reader.key));
      this.#change(id, (own) => ({ ...own, seenBy: readers.size }));
    }
  }

  /** The newest message of somebody else that is on screen: what a receipt names. */
  newestOfOthers(): MessageId | null {
    const entry = this.#placed
      .map((id) => this.#byId.get(id))
      .findLast((each) => each?.kind === "message" && !each.author.own);
    return entry?.kind === "message" ? entry.messageId : null;
  }

  /** A message's time is over: it leaves the screen. */
  end(id: string): void {
    this.#fileIsOver(id);
    this.#remove(id);
  }

  /**
   * Takes the next message of the log. "double": it has come by in this log, or was on screen before the log began.
   * @param isChange false for a timer that is what it was before: it gets no line
   */
  receive({ seq, body, messageId, author }: Received, isChange = true): "news" | "double" {
    const id = entryId(author.key, body.counter);
    this.#compare(id, author, body);
    if (this.#cameBy.has(id)) return "double";
    remember(this.#cameBy, id, null, maxCameBy);
    const seen = this.#gaps.see(author, body.counter, body.kind === "timer" || lastsOf(body) !== null);
    if (seen === "seen" || this.#isNumbered(id)) {
      this.#reorder(id);
      this.#change(id, (entry) => (entry.seq === seq ? entry : { ...entry, seq }));
      return "double";
    }
    if (isChange) this.#apply({ seq, body, messageId, author }, id);
    return "news";
  }

  /**
   * Who says two things under one number shows one to those who are here, and may show the other to who comes later. After an
   * edit that is no longer known here, and all read the edit.
   */
  #compare(id: string, author: Author, body: MessageBody): void {
    const entry = this.message(id);
    if (entry === null || entry.edited !== null || author.own || !isShown(body) || this.#twofold.has(id))
      return;
    if (body.kind === "text" ? body.text === entry.text : body.file === entry.file?.file) return;
    remember(this.#twofold, id, null, maxTimelineEntries);
    this.notice("other-words", author);
  }

  #isNumbered(id: string): boolean {
    const entry = this.#byId.get(id);
    return entry?.kind === "message" && entry.seq !== null;
  }

  #apply({ seq, body, messageId, author }: Received, id: string): void {
    switch (body.kind) {
      case "text":
      case "file":
        if (this.isGone(author.key, id)) return this.#remove(id);
        this.#place(messageEntry(author, body, messageId, seq));
        this.#newest = id;
        this.#idOfMessage.set(messageId, id);
        this.#edit(id, this.#early.get(id));
        break;
      case "edit":
        this.#edit(entryId(author.key, body.of), body);
        break;
      case "delete":
        this.#delete(author.key, body.of);
        break;
      case "react":
        this.#change(this.#idOfMessage.get(body.id), (entry) =>
          withReaction(entry, author, body.emoji, body.on),
        );
        break;
      case "timer":
        this.#place({ kind: "timer", id, seconds: body.seconds, author });
        this.#newest = id;
        break;
      case "topic":
        this.#place({ kind: "topic", id, text: body.text, author });
        this.#newest = id;
        break;
      // What has nothing to show; unknown kinds are skipped in silence.
      case "void":
      case "unknown":
        break;
    }
  }

  /** Of several edits the one with the highest number wins, whichever comes first. */
  #edit(id: string, body: EditBody | undefined): void {
    if (body === undefined) return;
    if (!this.#byId.has(id) && body.counter > (this.#early.get(id)?.counter ?? 0)) {
      remember(this.#early, id, body, maxArchiveFrames);
    }
    this.#change(id, (entry) =>
      body.counter < (entry.edited ?? 0) || entry.file !== undefined
        ? entry
        : { ...entry, text: body.text, edited: body.counter, delivery: "sent" },
    );
  }

  #delete(key: string, counter: number): void {
    const id = entryId(key, counter);
    const gone = this.#gone.get(key) ?? new Map<string, null>();
    this.#gone.set(key, gone);
    remember(gone, id, null, maxDeletionsPerKey);
    this.#early.delete(id);
    this.#gaps.excuse(key, counter);
    this.#fileIsOver(id);
    this.#change(id, deletedEntry);
  }

  /** A kept frame that did not open: one line, without a reason. */
  unreadable(): void {
    this.#place({ kind: "unreadable", id: `line.${this.#lines++}` });
  }

  /** The relay no longer holds what came between the last connection and this one. */
  trimmed(): void {
    this.#place({ kind: "gap", id: `line.${this.#lines++}`, author: null, count: null });
  }

  /** The timer is what somebody had set before, because a new log has it so: a line of its own. */
  timerAgain(author: Author, seconds: number): void {
    this.#place({ kind: "timer", id: `line.${this.#lines++}`, seconds, author });
  }

  /** A line about the room itself. */
  notice(what: Notice, author: Author): void {
    this.#place({ kind: "notice", id: `line.${this.#lines++}`, what, author });
  }

  /** A replay begins: gaps wait until all of it has come. */
  replaying(): void {
    this.#gaps.replaying();
  }

  /** The replay is complete: from now on a missing number is a gap. */
  live(): void {
    this.#gaps.live();
  }

  /** On all screens what has come by in this log stands in its order; an entry that stands so already does not move. */
  #reorder(id: string): void {
    const at = this.#placed.lastIndexOf(id);
    if (at < 0) return;
    const newest = this.#newest === null ? -1 : this.#placed.lastIndexOf(this.#newest);
    const behind = this.#newest;
    this.#newest = id;
    const entry = this.#byId.get(id);
    if (at > newest || entry === undefined) return;
    this.#placed.splice(at, 1);
    this.#place(entry, behind);
  }

  /** Puts an entry behind another (null: in front of all), or behind all that is numbered. */
  #place(entry: Entry, behind: string | null | undefined = this.#placed.at(-1)): void {
    takeOut(this.#sending, entry.id);
    // What it stood behind may have left the screen at the top: then it is the first.
    const at = behind === null || behind === undefined ? 0 : this.#placed.lastIndexOf(behind) + 1;
    this.#placed.splice(at, 0, entry.id);
    this.#byId.set(entry.id, entry);
    this.#tell({ type: "entry", entry, before: this.#placed[at + 1] ?? this.#sending[0] ?? null });
    const [oldest] = this.#placed;
    if (this.#placed.length > maxTimelineEntries && oldest !== undefined) this.#remove(oldest);
  }

  /** Draws an entry anew where it stands. */
  #replace(entry: Entry): void {
    this.#byId.set(entry.id, entry);
    const at = this.#placed.lastIndexOf(entry.id);
    const behind = at < 0 ? undefined : this.#placed[at + 1];
    // Behind all that is numbered comes the first that is not; behind one that is not, the next of those.
    const waiting = this.#sending[this.#sending.indexOf(entry.id) + 1];
    this.#tell({ type: "entry", entry, before: behind ?? waiting ?? null });
  }

  /** Applies `change` to a numbered message; an unknown target or a deleted one stays as it is. */
  #change(id: string | undefined, change: (entry: MessageEntry) => MessageEntry): void {
    const entry = id === undefined ? undefined : this.#byId.get(id);
    if (entry?.kind !== "message" || entry.deleted || entry.seq === null) return;
    this.#replace(change(entry));
  }

  #fileIsOver(id: string): void {
    const entry = this.#byId.get(id);
    if (entry?.kind !== "message" || !entry.author.own || entry.file === undefined) return;
    this.#tell({ type: "file-over", file: entry.file.file });
  }

  #remove(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#readers.delete(id);
    if (this.#newest === id) this.#newest = this.#placed[this.#placed.lastIndexOf(id) - 1] ?? null;
    takeOut(this.#placed, id);
    takeOut(this.#sending, id);
    if (entry.kind === "message" && entry.messageId !== null) this.#idOfMessage.delete(entry.messageId);
    this.#tell({ type: "gone", id });
  }
}

function takeOut(ids: string[], id: string): void {
  const at = ids.indexOf(id);
  if (at >= 0) ids.splice(at, 1);
}
