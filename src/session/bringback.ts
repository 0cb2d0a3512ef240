// Carries into a relay's new log what it lacks (PROTOCOL.md section 3, "The log"): oldest first, a few frames at a time,
// so that what somebody else has brought meanwhile is not sent again. What was said meanwhile waits behind it, so that a
// newcomer reads the room in the order in which it was said.

import type { Bytes } from "../protocol/base64url.ts";
import { bringBackStalledMs, bringBackWindow, bringBackWithinMs } from "../protocol/limits.ts";
import type { Archive } from "./archive.ts";
import type { World } from "./world.ts";

export interface BringBack {
  /** True while something is missing and gets there: nothing new is sent. */
  readonly busy: boolean;
  /** The room is live: looks what is missing, and begins after a wait by chance, since others may be at it. */
  readonly begin: (chance: number) => void;
  /** A message has come by; perhaps it makes room for the next. */
  readonly cameBy: (id: string) => void;
  /** The line is gone: what was on its way may be lost. */
  readonly stop: () => void;
}

/**
 * @param room.has whether a message has come by in the present log, or is not to be carried any more
 * @param room.send passes a frame to the relay
 * @param room.done nothing is missing any more, or nothing gets there
 */
export function createBringBack(
  archive: Archive,
  after: World["after"],
  room: {
    readonly has: (id: string) => boolean;
    readonly send: (id: string, frame: Bytes) => void;
    readonly done: () => void;
  },
): BringBack {
  let state: "idle" | "waiting" | "carrying" = "idle";
  const awaited = new Set<string>();
  let cancel = (): void => {};

  function stop(): void {
    cancel();
    awaited.clear();
    state = "idle";
  }

  function begin(chance: number): void {
    stop();
    if (archive.nextMissing(room.has) === null) return;
    state = "waiting";
    cancel = after(chance * bringBackWithinMs, () => {
      state = "carrying";
      carry();
    });
  }

  /** What is lost on its way must not hold up for good what people say; the next line tries again. */
  function watch(): void {
    cancel();
    cancel = after(bringBackStalledMs, () => {
      stop();
      room.done();
    });
  }

  function cameBy(id: string): void {
    const wasAwaited = awaited.delete(id);
    if (state !== "carrying") return;
    if (wasAwaited) watch();
    carry();
  }

  function carry(): void {
    while (awaited.size < bringBackWindow) {
      const missing = archive.nextMissing((id) => room.has(id) || awaited.has(id));
      if (missing === null) break;
      if (awaited.size === 0) watch();
      awaited.add(missing.id);
      room.send(missing.id, missing.frame);
    }
    if (awaited.size > 0) return;
    stop();
    room.done();
  }

  return {
    get busy() {
      return state !== "idle";
    },
    begin,
    cameBy,
    stop,
  };
}
