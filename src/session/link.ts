// One line to the relay at a time, and whether it still answers. It knows time and bytes, not what they mean.

import { close } from "../protocol/close.ts";
import { encodeText } from "../protocol/control.ts";
import type { Bytes } from "../protocol/base64url.ts";
import { answerWithinMs, dialWithinMs, quietBeforePingMs } from "../protocol/limits.ts";
import type { Line, World } from "./world.ts";

/** What a link tells of its present line; of a line that was dropped it tells nothing more. */
export interface LinkListener {
  readonly opened: (line: Line) => void;
  readonly text: (line: Line, text: string) => void;
  readonly frame: (frame: Bytes) => void;
  /** The line is gone, by itself or because it gave no answer (1006). */
  readonly closed: (line: Line, code: number) => void;
}

export interface Link {
  /** The present line, or null. */
  readonly line: Line | null;
  /** Whether the join has gone out on it. */
  readonly joined: boolean;
  /** Drops the present line and opens one to the room `roomId`. */
  readonly dial: (roomId: string) => void;
  /** Lets go of the line, whatever state it is in. */
  readonly drop: () => void;
  /** The join is sent: from now on the line must not stay silent for long. */
  readonly keepAlive: () => void;
  /** Asks for a sign of life at once. */
  readonly ping: () => void;
  /** The line leads nowhere: it counts as closed (1006). */
  readonly giveUp: () => void;
  /** Wall clock, ms: when the present line was dialled or has last said something. */
  readonly quietSince: number;
}

/** Makes a link without a line. */
export function createLink(world: World, listener: LinkListener): Link {
  let line: Line | null = null;
  let joined = false;
  let quietSince = 0;
  let cancelWatch = (): void => {};

  function dial(roomId: string): void {
    drop();
    quietSince = world.now();
    const dialled = world.dial(roomId, {
      opened() {
        // What came on the last line may still be read before the join goes out; that has no time limit.
        cancelWatch();
        quietSince = world.now();
        listener.opened(dialled);
      },
      text(text) {
        heard();
        listener.text(dialled, text);
      },
      frame(frame) {
        heard();
        listener.frame(frame);
      },
      closed: (code) => listener.closed(dialled, code),
    });
    line = dialled;
    watch(dialWithinMs, giveUp);
  }

  function drop(): void {
    cancelWatch();
    joined = false;
    line?.close();
    line = null;
  }

  function heard(): void {
    quietSince = world.now();
    keepAlive();
  }

  function keepAlive(): void {
    joined = true;
    watch(quietBeforePingMs, ping);
  }

  function ping(): void {
    if (line === null || !joined) return;
    watch(answerWithinMs, giveUp);
    line.text(encodeText({ type: "ping" }));
  }

  function giveUp(): void {
    if (line !== null) listener.closed(line, close.abnormal);
  }

  function watch(ms: number, late: () => void): void {
    cancelWatch();
    cancelWatch = world.after(ms, late);
  }

  return {
    get line() {
      return line;
    },
    get joined() {
      return joined;
    },
    dial,
    drop,
    keepAlive,
    ping,
    giveUp,
    get quietSince() {
      return quietSince;
    },
  };
}
