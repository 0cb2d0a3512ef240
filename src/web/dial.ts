// The page's lines to the relay: over a WebSocket where one can be had, else through the fallback.

import { fallbackFirstMs, webSocketWithinMs } from "../protocol/limits.ts";
import type { Line, LineListener } from "../session/world.ts";
import { dialFallback } from "./dial-fallback.ts";
import { dialWebSocket } from "./dial-websocket.ts";

/** What carries a line. */
export type Way = "websocket" | "fallback";

/** Opens a line to the room `roomId`. `inUse` is told what carries it, once that is certain. */
export type Dial = (roomId: string, listener: LineListener, inUse?: (way: Way) => void) => Line;

/** What a dialler needs of the page. */
export interface Ways {
  readonly webSocket: (roomId: string, listener: LineListener) => Line;
  /** Calls `streaming` when the relay lets it in. */
  readonly fallback: (roomId: string, listener: LineListener, streaming: () => void) => Line;
  /** Monotonic, ms. */
  readonly now: () => number;
  /** Calls back once after `ms`; the result cancels it. */
  readonly after: (ms: number, callback: () => void) => () => void;
}

/**
 * A dialler, which remembers what has worked. A WebSocket that fails before it opens, or does not open in time, is
 * followed by the fallback in the same dial: browsers do not tell why it failed, but the fallback's status does. When
 * the fallback has worked, it goes first until `fallbackFirstMs` after the WebSocket failed; then both are tried again.
 */
export function createDial(ways: Ways): Dial {
  let failedAtMs = 0;
  let hasFallbackWorked = false;

  return (roomId, listener, inUse = () => {}) => {
    let cancelPatience = (): void => {};
    let line = hasFallbackWorked && ways.now() - failedAtMs < fallbackFirstMs ? fallback() : webSocket();

    function webSocket(): Line {
      let isOpen = false;
      const tried = ways.webSocket(roomId, {
        text: (text) => listener.text(text),
        frame: (frame) => listener.frame(frame),
        opened() {
          isOpen = true;
          hasFallbackWorked = false;
          cancelPatience();
          inUse("websocket");
          listener.opened();
        },
        closed(code) {
          if (isOpen) listener.closed(code);
          else fallBack();
        },
      });
      cancelPatience = ways.after(webSocketWithinMs, () => {
        tried.close();
        fallBack();
      });
      return tried;
    }

    function fallBack(): void {
      cancelPatience();
      failedAtMs = ways.now();
      line = fallback();
    }

    function fallback(): Line {
      return ways.fallback(roomId, listener, () => {
        hasFallbackWorked = true;
        inUse("fallback");
      });
    }

    return {
      text: (text) => line.text(text),
      frame: (frame) => line.frame(frame),
      close() {
        cancelPatience();
        line.close();
      },
    };
  };
}

/** The dialler of this tab. */
export const dial: Dial = createDial({
  webSocket: dialWebSocket,
  fallback: dialFallback,
  now: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
});
