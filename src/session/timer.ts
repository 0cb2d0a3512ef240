// The room's timer as this tab knows it, and the word about it to whoever comes. The frame that set it is in the log
// only for a while: a relay trims it, a restart may lose it, a relay without history never had it. So whoever is live
// tells newcomers, and a tab remembers it over a reload (PROTOCOL.md section 2, "timer"). It ends no message itself.

import { timerWordWithinMs } from "../protocol/limits.ts";
import type { World } from "./world.ts";

/** How the timer is known. What is known in a better way is not undone by a lesser one. */
const known = { not: 0, fromMemory: 1, fromWord: 2, fromLog: 3 } as const;

export interface RoomTimer {
  /** What the room has agreed on: messages disappear so many seconds after they were said; 0 is off. */
  readonly seconds: number;
  /** The same to be saved; null when nothing is known. */
  readonly saved: number | null;
  /** Somebody has set it, in the order of the log. True where that changes anything, and a screen should say so. */
  readonly fromLog: (seconds: number, at: number) => boolean;
  /** Somebody who was here before has told what it is; one who says so from before it was set last is not believed. */
  readonly fromWord: (seconds: number, at: number) => void;
  /** Part of the log has not come by: it may have been set there. */
  readonly doubt: () => void;
  /** Somebody has come, or this tab: tells what it is after a wait by chance, unless somebody else does so first. */
  readonly tellSoon: (chance: number) => void;
  readonly stop: () => void;
}

/**
 * @param saved what was known before a reload, or null
 * @param on.word sends the word; it may be lost
 * @param on.changed called with the seconds whenever they are others
 */
export function createRoomTimer(
  saved: number | null,
  { now, after }: Pick<World, "now" | "after">,
  on: { readonly word: (seconds: number) => void; readonly changed: (seconds: number) => void },
): RoomTimer {
  let seconds = saved ?? 0;
  let how: number = saved === null ? known.not : known.fromMemory;
  let lastInLog = 0;
  /** When what is known was said, ms since 1970: a word from before that is one that was said already. */
  let saidAt = 0;
  let cancel: (() => void) | null = null;

  function learn(next: number, at: number, from: number): void {
    how = from;
    // A clock that runs ahead must not silence the others.
    saidAt = Math.min(at, now());
    if (next === seconds) return;
    seconds = next;
    on.changed(seconds);
  }

  function stop(): void {
    cancel?.();
    cancel = null;
  }

  return {
    get seconds() {
      return seconds;
    },
    get saved() {
      return how === known.not ? null : seconds;
    },
    fromLog(next, at) {
      const isChange = next !== lastInLog || next !== seconds;
      lastInLog = next;
      learn(next, at, known.fromLog);
      return isChange;
    },
    fromWord(next, at) {
      if (how < known.fromLog && at >= saidAt) learn(next, at, known.fromWord);
      if (next === seconds) stop();
    },
    doubt() {
      how = Math.min(how, known.fromMemory);
    },
    tellSoon(chance) {
      if (how === known.not) return;
      cancel ??= after(chance * timerWordWithinMs, () => {
        cancel = null;
        on.word(seconds);
      });
    },
    stop,
  };
}
