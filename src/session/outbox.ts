// What has been said and not yet come back as an echo. Nothing leaves it before the relay has numbered it, but for what was
// taken back before it went out.

import { fromBase64url, toBase64url, type Bytes } from "../protocol/base64url.ts";
import { maxOutbox } from "../protocol/limits.ts";
import { decodeBody, encodeBody, type MessageBody } from "./body.ts";

/** One message on its way. */
export interface Unsent {
  /** How long it lasts is decided when it is sealed. */
  body: MessageBody;
  /** The sealed frame, resent byte for byte: null until it is sealed, and again when room or name has changed. */
  frame: Bytes | null;
  /** The line it last went out on: each line carries it once. */
  sentOn: object | null;
  /** Said since this page was loaded, and never gone out: nobody else can have it. */
  isFresh: boolean;
}

/** How an `Unsent` is kept in storage. */
export interface SavedUnsent {
  readonly body: string;
  readonly frame: string | null;
}

/** The same message, perhaps sealed twice: under two names of its author, or anew because its time was over. */
function isSame(a: MessageBody, b: MessageBody): boolean {
  // Sorted: a body that was opened has its fields in the order of the decoder.
  const what = (body: MessageBody) =>
    JSON.stringify(Object.entries({ ...body, name: "", lasts: 0 }).toSorted(([x], [y]) => (x < y ? -1 : 1)));
  return what(a) === what(b);
}

/** What goes out under the number of something that has nothing more to say. */
export function nothingInstead({ name, at, counter }: MessageBody): MessageBody {
  return { kind: "void", name, at, counter };
}

/** Messages in the order of their counters. Invariant: each counter stands in it at most once. */
export class Outbox {
  readonly #entries = new Map<number, Unsent>();

  /** How much waits that says something. */
  get size(): number {
    return this.waiting().filter(({ body }) => body.kind !== "void").length;
  }

  /** What was taken back in front of others counts as well: its number is kept. */
  get full(): boolean {
    return this.#entries.size >= maxOutbox;
  }

  /** Adds a message that was just said. The caller gives rising counters and has looked at `full`. */
  add(body: MessageBody): void {
    this.#entries.set(body.counter, { body, frame: null, sentOn: null, isFresh: true });
  }

  /** Whether `entry` still waits. */
  holds(entry: Unsent): boolean {
    return this.#entries.get(entry.body.counter) === entry;
  }

  /** What waits under this number. */
  body(counter: number): MessageBody | null {
    return this.#entries.get(counter)?.body ?? null;
  }

  /** The text under this number, if nobody can have it. */
  freshText(counter: number): Unsent | null {
    const entry = this.#entries.get(counter);
    return entry?.isFresh === true && entry.body.kind === "text" ? entry : null;
  }

  /** Words a text anew that nobody can have. False: it is none, or somebody may have it. */
  reword(counter: number, text: string): boolean {
    const entry = this.freshText(counter);
    if (entry !== null) entry.body = { ...entry.body, kind: "text", text };
    return entry !== null;
  }

  /**
   * Takes back a text that nobody can have. Its number is left with nothing to say, or is free again where no later one is
   * in use.
   * @param next the number after the highest in use
   * @returns the number after the highest that is in use now; null: it is no text, or somebody may have it
   */
  takeBack(counter: number, next: number): number | null {
    const entry = this.freshText(counter);
    if (entry === null) return null;
    entry.body = nothingInstead(entry.body);
    let free = next;
    while (this.#isSpare(free - 1)) this.#entries.delete(--free);
    return free;
  }

  #isSpare(counter: number): boolean {
    const entry = this.#entries.get(counter);
    return entry?.isFresh === true && entry.body.kind === "void";
  }

  /**
   * The relay has numbered an own message: it is said. "clash": another one waits under its counter, because this tab
   * came back from a state older than what it had said; that one leaves the outbox and is to be said anew.
   */
  acknowledge(body: MessageBody): "said" | { readonly clash: MessageBody } {
    const waiting = this.#entries.get(body.counter)?.body;
    this.#entries.delete(body.counter);
    if (waiting === undefined || waiting.kind === "void" || isSame(waiting, body)) return "said";
    return { clash: waiting };
  }

  /** All that wait, oldest first. */
  waiting(): Unsent[] {
    return [...this.#entries.values()];
  }

  /** The numbers that what waits deletes. */
  deletions(): number[] {
    return this.waiting().flatMap(({ body }) => (body.kind === "delete" ? [body.of] : []));
  }

  /** The oldest that has not gone out on `line`. */
  nextFor(line: object): Unsent | null {
    for (const entry of this.#entries.values()) if (entry.sentOn !== line) return entry;
    return null;
  }

  /** Whether something that went out on `line` has no echo yet. */
  awaits(line: object): boolean {
    return this.waiting().some(({ sentOn }) => sentOn === line);
  }

  /** What the timer will be when what waits in front of `counter` has arrived, or null: nothing there changes it. */
  timerBefore(counter: number): number | null {
    const last = this.waiting().findLast(({ body }) => body.kind === "timer" && body.counter < counter);
    return last?.body.kind === "timer" ? last.body.seconds : null;
  }

  /** Room or name has changed: every frame is to be sealed anew, with the same counter. */
  unseal(): void {
    for (const entry of this.#entries.values()) entry.frame = null;
  }

  /** Spells the outbox for storage. */
  save(): SavedUnsent[] {
    return this.waiting().map(({ body, frame }) => ({
      body: toBase64url(encodeBody(body)),
      frame: frame === null ? null : toBase64url(frame),
    }));
  }

  /** Reads it back. What no longer decodes is left out: storage may be altered by anybody at the machine. */
  restore(saved: readonly SavedUnsent[]): void {
    for (const { body, frame } of saved.slice(0, maxOutbox)) {
      const bytes = fromBase64url(body);
      const decoded = bytes === null ? null : decodeBody("message", bytes);
      if (decoded === null) continue;
      const sealed = frame === null ? null : fromBase64url(frame);
      this.#entries.set(decoded.counter, { body: decoded, frame: sealed, sentOn: null, isFresh: false });
    }
  }
}
