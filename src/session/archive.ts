// The kept frames of the room that this tab holds, so that it can bring the room back when the relay has lost its log
// (PROTOCOL.md section 3, "The log"). They are sealed and signed by their authors; nothing is opened here.

import type { Bytes } from "../protocol/base64url.ts";
import { encodeFrame, type Frame, frameKind } from "../protocol/frame.ts";
import { maxArchiveBytes, maxArchiveFrames } from "../protocol/limits.ts";

interface Held extends Frame {
  /** When it came by last, in ms since 1970. */
  readonly atMs: number;
}

/**
 * Invariant: `#order` names every frame once. What has come by in the present log stands in its order, what has not where
 * it stood, as on screens: a log that breaks off before it has everything changes no order.
 */
export class Archive {
  readonly #frames = new Map<string, Held>();
  readonly #order: string[] = [];
  /** The latest that has come by in the present log. */
  #newest: string | null = null;
  #bytes = 0;

  /** The relay has begun a new log. */
  newLog(): void {
    this.#newest = null;
  }

  /** Holds the frame of message `id`, which has come by just now, `atMs`; the oldest go when there are too many or too large ones. */
  keep(id: string, frame: Frame, atMs: number): void {
    this.#place(id);
    this.#bytes += frame.ciphertext.length - (this.#frames.get(id)?.ciphertext.length ?? 0);
    this.#frames.set(id, { ...frame, atMs });
    while (this.#frames.size > maxArchiveFrames || this.#bytes > maxArchiveBytes) {
      const [oldest] = this.#order;
      if (oldest === undefined) return;
      this.forget(oldest);
    }
  }

  /** Lets go of a message: its author deleted it, or its time is over. */
  forget(id: string): void {
    const at = this.#order.indexOf(id);
    if (at < 0) return;
    this.#order.splice(at, 1);
    if (this.#newest === id) this.#newest = this.#order[at - 1] ?? null;
    this.#bytes -= this.#frames.get(id)?.ciphertext.length ?? 0;
    this.#frames.delete(id);
  }

  /** Lets go of what came by at `ms` or before: the operator had it deleted. */
  forgetUntil(ms: number): void {
    for (const [id, { atMs }] of this.#frames) if (atMs <= ms) this.forget(id);
  }

  /** Lets go of everything: it was sealed for a room that is no longer ours. */
  clear(): void {
    this.#frames.clear();
    this.#order.length = 0;
    this.#newest = null;
    this.#bytes = 0;
  }

  #place(id: string): void {
    const newestAt = this.#newest === null ? -1 : this.#order.lastIndexOf(this.#newest);
    const at = this.#order.lastIndexOf(id);
    this.#newest = id;
    if (at < 0) this.#order.push(id);
    if (at < 0 || at > newestAt) return;
    this.#order.splice(at, 1);
    this.#order.splice(newestAt, 0, id);
  }

  /** The oldest message that `isThere` does not know, laid out to be carried; null when all are there. */
  nextMissing(isThere: (id: string) => boolean): { readonly id: string; readonly frame: Bytes } | null {
    for (const id of this.#order) {
      const frame = this.#frames.get(id);
      if (frame !== undefined && !isThere(id))
        return { id, frame: encodeFrame({ ...frame, kind: frameKind.carried, seq: 0 }) };
    }
    return null;
  }
}
