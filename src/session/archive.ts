// The kept frames of the room that this tab holds, so that it can bring the room back when the relay has lost its log
// (PROTOCOL.md section 3, "The log"). They are sealed and signed by their authors; nothing is opened here.

import type { Bytes } from "../protocol/base64url.ts";
import { encodeFrame, type Frame, frameKind } from "../protocol/frame.ts";
import { maxArchiveBytes, maxArchiveFrames } from "../protocol/limits.ts";

/** Invariant: frames stand in the order of the newest log they came by in. */
export class Archive {
  readonly #frames = new Map<string, Frame>();
  #bytes = 0;

  /** Holds the frame of message `id`, as the newest; the oldest go when there are too many or too large ones. */
  keep(id: string, frame: Frame): void {
    this.forget(id);
    this.#frames.set(id, frame);
    this.#bytes += frame.ciphertext.length;
    for (const oldest of this.#frames.keys()) {
      if (this.#frames.size <= maxArchiveFrames && this.#bytes <= maxArchiveBytes) return;
      this.forget(oldest);
    }
  }

  /** Lets go of a message: its author deleted it, or its time is over. */
  forget(id: string): void {
    this.#bytes -= this.#frames.get(id)?.ciphertext.length ?? 0;
    this.#frames.delete(id);
  }

  /** The oldest message that `isThere` does not know, laid out to be carried; null when all are there. */
  nextMissing(isThere: (id: string) => boolean): { readonly id: string; readonly frame: Bytes } | null {
    for (const [id, frame] of this.#frames) {
      if (!isThere(id)) return { id, frame: encodeFrame({ ...frame, kind: frameKind.carried, seq: 0 }) };
    }
    return null;
  }
}
