// Whether what we say gets through. In a busy room the line is never silent, so that a way up that is dead shows only
// in this: no echo of our own comes back.

import { answerWithinMs } from "../protocol/limits.ts";
import type { World } from "./world.ts";

export interface Echoes {
  /** Something own has gone out: its echo is awaited. */
  readonly sent: () => void;
  /** An own echo has come; `more`: another is still awaited. */
  readonly came: (more: boolean) => void;
  readonly stop: () => void;
}

/**
 * Asks for a sign of life when no echo comes in time, and gives the line up when that brings none either. Two steps,
 * because a tab that was put to sleep finds its clock run out before it reads what has come meanwhile.
 */
export function createEchoes(
  after: World["after"],
  line: { readonly ping: () => void; readonly giveUp: () => void },
): Echoes {
  let cancel: (() => void) | null = null;

  function watch(): void {
    cancel = after(answerWithinMs, () => {
      cancel = after(answerWithinMs, () => {
        cancel = null;
        line.giveUp();
      });
      line.ping();
    });
  }

  function stop(): void {
    cancel?.();
    cancel = null;
  }

  return {
    sent() {
      if (cancel === null) watch();
    },
    came(more) {
      stop();
      if (more) watch();
    },
    stop,
  };
}
