// How far this tab has read the relay's log, over losses and reloads; and what a log that has moved on, or begun anew,
// means for it.

import type { Join, Joined } from "../protocol/control.ts";

/** A log, and the last number of it that was read. */
export interface Seen {
  readonly log: string;
  readonly seq: number;
}

export class Cursor {
  /** Null before the first `joined`. */
  #read: { readonly log: string; seq: number } | null = null;
  /** How far it had been before a reload. */
  #before: Seen | null;
  /** All that the log has lost to its limits lies below; it is known. */
  #first = 0;

  /** @param before how far it had been before a reload; null: nowhere */
  constructor(before: Seen | null) {
    this.#before = before;
  }

  /** Where a replay is to begin: a tab that was loaded anew has nothing on its screen, and wants all of it. */
  get where(): Pick<Join, "log" | "after"> {
    return this.#read === null ? {} : { log: this.#read.log, after: this.#read.seq };
  }

  /** What survives a reload: how far it has been told what came, and what did not. */
  get seen(): Seen | null {
    if (this.#read === null) return this.#before;
    const { log, seq } = this.#read;
    return { log, seq: Math.max(seq, this.#first - 1) };
  }

  /**
   * The relay's log is this one.
   * @returns whether it is another than this page has read, and whether it has lost what came since
   */
  joined({ log, first }: Joined): { readonly isNew: boolean; readonly isTrimmed: boolean } {
    const { seen } = this;
    const seq = seen?.log === log ? seen.seq : 0;
    const isNew = this.#read?.log !== log;
    this.#first = first;
    // Below `first` something may come still: one address's messages may be trimmed, and another's older ones kept.
    if (isNew) this.#read = { log, seq: 0 };
    return { isNew, isTrimmed: seen !== null && first > seq + 1 };
  }

  /** Moves on to a number of the log. False: it was read before, or nothing is read yet. */
  moveTo(seq: number): boolean {
    if (this.#read === null || seq <= this.#read.seq) return false;
    this.#read.seq = seq;
    return true;
  }

  /** What was read is not this room's any more. */
  forget(): void {
    this.#read = null;
    this.#before = null;
  }
}
