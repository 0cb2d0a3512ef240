// The room's messages in the order of its log, with edits, deletions and reactions applied, doubles dropped and gaps
// found; behind them the own ones that the relay has not numbered yet. It opens nothing and draws nothing: it takes
// opened bodies and tells what has changed.

import { maxKnownKeys, maxReactionsPerMessage, maxTimelineEntries } from "../protocol/limits.ts";
import { remember } from "./bounded.ts";
import type { MessageBody, MessageId } from "./body.ts";
import { Counters, type Gap, missingIn } from "./counters.ts";
import type { Author, Entry, MessageEntry, Notice, SessionEvent } from "./events.ts";

type TextBody = Extract<MessageBody, { kind: "text" }>;
const nothingLeft = { text: "", edited: false, deleted: true, reactions: new Map() };

type Tell = (event: SessionEvent) => void;

/** A kept message whose envelope opened and whose name fits its sender. */
export interface Received {
  readonly body: MessageBody;
  readonly messageId: MessageId;
  readonly author: Author;
}

/** Invariant: `#placed` is in log order and what it holds is on every screen of the room in that order. */
export class Timeline {
  readonly #tell: Tell;
  readonly #counters = new Counters();
  /** Replaced, never changed in place: what was told stays true for who holds it. */
  readonly #byId = new Map<string, Entry>();
  readonly #idOfMessage = new Map<MessageId, string>();
  readonly #placed: string[] = [];
  readonly #sending: string[] = [];
  readonly #nameOf = new Map<string, string>();
  #judging = false;
  #lines = 0;

  constructor(tell: Tell) {
    this.#tell = tell;
  }

  /** The last number seen of `key`, or null: where a restored tab must go on counting. */
  lastCounter(key: string): number | null {
    return this.#counters.last(key);
  }

  /** Shows an own text at once, behind everything that is numbered. */
  say(author: Author, body: TextBody): void {
    const entry = messageEntry(author, body, null, "sending");
    this.#sending.push(entry.id);
    this.#byId.set(entry.id, entry);
    this.#tell({ type: "entry", entry, before: null });
  }

  /** Takes the next message of the log. False when it is a replay and was dropped. */
  receive({ body, messageId, author }: Received): boolean {
    if (this.#counters.see(author.key, body.counter) === "replay") return false;
    const id = entryId(author.key, body.counter);
    remember(this.#nameOf, author.key, author.name, maxKnownKeys);
    switch (body.kind) {
      case "text":
        this.#place(messageEntry(author, body, messageId, "sent"));
        this.#idOfMessage.set(messageId, id);
        break;
      case "edit":
        this.#change(entryId(author.key, body.of), (entry) => ({ ...entry, text: body.text, edited: true }));
        break;
      case "delete":
        this.#excuse(author.key, body.of);
        this.#change(entryId(author.key, body.of), (entry) => ({ ...entry, ...nothingLeft }));
        break;
      case "react":
        this.#change(this.#idOfMessage.get(body.id), (entry) =>
          withReaction(entry, author, body.emoji, body.on),
        );
        break;
      case "topic":
        this.#tell({ type: "topic", text: body.text });
        this.notice("topic", author.name);
        break;
      case "timer":
        this.notice(body.seconds > 0 ? "timer-on" : "timer-off", author.name);
        break;
      case "file":
      case "unknown":
        break;
    }
    this.#showGapInFrontOf(author.key, body.counter);
    return true;
  }

  /** A kept frame that did not open: one line, without a reason. */
  unreadable(): void {
    this.#place({ kind: "unreadable", id: `line.${this.#lines++}` });
  }

  /** The relay no longer holds what came between the last connection and this one. */
  trimmed(): void {
    this.#place({ kind: "gap", id: `line.${this.#lines++}`, name: null, count: null });
  }

  /** A line about the room itself. */
  notice(what: Notice, name: string): void {
    this.#place({ kind: "notice", id: `line.${this.#lines++}`, what, name });
  }

  /** A replay begins: gaps wait until all of it has come. */
  replaying(): void {
    this.#judging = false;
  }

  /** The replay is complete: from now on a missing number is a gap. */
  live(): void {
    this.#judging = true;
    for (const key of this.#counters.keysWithGaps()) {
      for (const gap of this.#counters.gaps(key)) this.#showGap(key, gap);
    }
  }

  #excuse(key: string, counter: number): void {
    const gap = this.#counters.excuse(key, counter);
    if (gap !== null && this.#judging) this.#showGap(key, gap);
  }

  #showGapInFrontOf(key: string, counter: number): void {
    const gap = this.#counters.gaps(key).at(-1);
    if (gap !== undefined && gap.to === counter - 1 && this.#judging) this.#showGap(key, gap);
  }

  /** Shows, redraws or removes the line of one gap. It stands in front of the message behind it. */
  #showGap(key: string, gap: Gap): void {
    const id = `gap.${key}.${gap.to}`;
    const count = missingIn(gap);
    const shown = this.#byId.get(id);
    if (count === 0) {
      this.#remove(id);
      return;
    }
    if (shown !== undefined && shown.kind === "gap" && shown.count === count) return;
    const name = this.#nameOf.get(key) ?? null;
    const entry: Entry = { kind: "gap", id, name, count };
    if (shown !== undefined) this.#replace(entry);
    else this.#place(entry, entryId(key, gap.to + 1));
  }

  /** Puts an entry in front of another, or behind all that is numbered. An own message leaves the sending ones. */
  #place(entry: Entry, inFrontOf?: string): void {
    const waiting = this.#sending.indexOf(entry.id);
    if (waiting >= 0) this.#sending.splice(waiting, 1);
    const found = inFrontOf === undefined ? -1 : this.#placed.lastIndexOf(inFrontOf);
    const at = found < 0 ? this.#placed.length : found;
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
    this.#tell({ type: "entry", entry, before: this.#placed[at + 1] ?? this.#sending[0] ?? null });
  }

  /** Applies `change` to a numbered message; an unknown target or a deleted one stays as it is. */
  #change(id: string | undefined, change: (entry: MessageEntry) => MessageEntry): void {
    const entry = id === undefined ? undefined : this.#byId.get(id);
    if (entry?.kind !== "message" || entry.deleted || entry.delivery === "sending") return;
    this.#replace(change(entry));
  }

  #remove(id: string): void {
    const entry = this.#byId.get(id);
    if (entry === undefined) return;
    this.#byId.delete(id);
    this.#placed.splice(this.#placed.indexOf(id), 1);
    if (entry.kind === "message" && entry.messageId !== null) this.#idOfMessage.delete(entry.messageId);
    this.#tell({ type: "gone", id });
  }
}

function entryId(key: string, counter: number): string {
  return `${key}.${counter}`;
}

function messageEntry(
  author: Author,
  body: TextBody,
  messageId: MessageId | null,
  delivery: MessageEntry["delivery"],
): MessageEntry {
  return {
    kind: "message",
    id: entryId(author.key, body.counter),
    messageId,
    author,
    at: body.at,
    text: body.text,
    ...(body.re === undefined ? {} : { re: body.re }),
    edited: false,
    deleted: false,
    delivery,
    reactions: new Map(),
  };
}

/** One person counts once per emoji. */
function withReaction(entry: MessageEntry, author: Author, emoji: string, on: boolean): MessageEntry {
  const reactions = new Map(entry.reactions);
  const others = (reactions.get(emoji) ?? []).filter((each) => each.key !== author.key);
  const now = on ? [...others, author] : others;
  if (now.length > 0) reactions.set(emoji, now);
  else reactions.delete(emoji);
  return reactions.size > maxReactionsPerMessage ? entry : { ...entry, reactions };
}
