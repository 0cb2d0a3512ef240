// The open connections of one door, and how all of them are sent away.

import { farewellMs } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";

export interface Closable {
  /** Says goodbye with a close code of the protocol. */
  close(code: number, reason: string): void;
  /** Ends it without a word. */
  cut(): void;
  /** What its reader has not taken. */
  readonly queuedBytes: number;
}

/** Bytes that wait for readers: of all lines, and of the one that has most. */
export interface Queued {
  readonly bytes: number;
  readonly mostBytes: number;
}

/** Whoever puts a line in takes it out when it has ended. */
export class Lines<L extends Closable> {
  readonly #open = new Set<L>();
  #lastGone: (() => void) | null = null;

  get size(): number {
    return this.#open.size;
  }

  [Symbol.iterator](): Iterator<L> {
    return this.#open[Symbol.iterator]();
  }

  add(line: L): void {
    this.#open.add(line);
  }

  delete(line: L): void {
    this.#open.delete(line);
    if (this.#open.size === 0) this.#lastGone?.();
  }

  queue(): Queued {
    let bytes = 0;
    let mostBytes = 0;
    for (const { queuedBytes } of this.#open) {
      bytes += queuedBytes;
      mostBytes = Math.max(mostBytes, queuedBytes);
    }
    return { bytes, mostBytes };
  }

  /** Closes all lines with `code`, spread over `spreadMs`, then cuts those that are left. Resolves when none is. */
  async sendAway(clock: Clock, code: number, reason: string, spreadMs: number): Promise<void> {
    if (this.#open.size === 0) return;
    const stepMs = spreadMs / this.#open.size;
    const cancels = Array.from(this.#open, (line, index) =>
      clock.after(index * stepMs, () => line.close(code, reason)),
    );
    cancels.push(clock.after(spreadMs + farewellMs, () => this.#open.forEach((line) => line.cut())));
    await new Promise<void>((resolve) => {
      this.#lastGone = resolve;
    });
    for (const cancel of cancels) cancel();
  }
}

/** What several doors have waiting. */
export function addQueues(queues: readonly Queued[]): Queued {
  return {
    bytes: queues.reduce((sum, { bytes }) => sum + bytes, 0),
    mostBytes: Math.max(0, ...queues.map(({ mostBytes }) => mostBytes)),
  };
}
