import assert from "node:assert/strict";
import { test } from "node:test";

import { fallbackFirstMs, webSocketWithinMs } from "../../src/protocol/limits.ts";
import type { Line, LineListener } from "../../src/session/world.ts";
import { createDial, type Way } from "../../src/web/dial.ts";
import { fakeClock } from "../server/support.ts";

/** One line that was tried, of either sort. */
interface Tried {
  readonly way: Way;
  readonly listener: LineListener;
  readonly streaming: () => void;
  readonly said: string[];
  isClosed: boolean;
}

/** A dialler whose lines do what the test says, and what a session hears of one dial after the other. */
function stage() {
  const clock = fakeClock();
  const tried: Tried[] = [];
  const open = (way: Way, listener: LineListener, streaming = () => {}): Line => {
    const one: Tried = { way, listener, streaming, said: [], isClosed: false };
    tried.push(one);
    return {
      text: (text) => one.said.push(text),
      frame: (frame) => one.said.push(`frame of ${frame.length}`),
      close: () => (one.isClosed = true),
    };
  };
  const dial = createDial({
    webSocket: (_roomId, listener) => open("websocket", listener),
    fallback: (_roomId, listener, streaming) => open("fallback", listener, streaming),
    now: () => clock.now(),
    after: (ms, run) => clock.after(ms, run),
  });
  const heard: string[] = [];
  const listener: LineListener = {
    opened: () => heard.push("opened"),
    text: (text) => heard.push(text),
    frame: (frame) => heard.push(`frame of ${frame.length}`),
    closed: (code) => heard.push(`closed ${code}`),
  };
  return {
    clock,
    heard,
    dial: () => dial("room", listener, (way) => heard.push(way)),
    ways: () => tried.map(({ way }) => way),
    last: (): Tried => tried.at(-1) ?? assert.fail("nothing was tried"),
  };
}

/** A dial that ends on a stream. */
function useFallback({ dial, last }: ReturnType<typeof stage>): Line {
  const line = dial();
  if (last().way === "websocket") last().listener.closed(1006);
  last().listener.opened();
  last().streaming();
  return line;
}

test("a WebSocket that opens is used, told of, and closed with its own code", () => {
  const { dial, last, ways, heard, clock } = stage();
  const line = dial();
  last().listener.opened();
  line.text("hi");
  line.frame(new Uint8Array(3));
  clock.step(webSocketWithinMs);
  last().listener.closed(1012);
  assert.deepEqual(ways(), ["websocket"]);
  assert.deepEqual(last().said, ["hi", "frame of 3"]);
  assert.deepEqual(heard, ["websocket", "opened", "closed 1012"]);
});

test("one that fails before it opens is followed by the fallback, in the same dial", () => {
  const { dial, last, ways, heard } = stage();
  const line = dial();
  last().listener.closed(1006);
  assert.deepEqual([ways(), heard], [["websocket", "fallback"], []]);
  last().listener.opened();
  line.text("join");
  assert.deepEqual(last().said, ["join"]);
  last().streaming();
  last().listener.text("joined");
  last().listener.closed(4001);
  assert.deepEqual(heard, ["opened", "fallback", "joined", "closed 4001"]);
});

test("one that does not open in time is let go, and followed by the fallback", () => {
  const { dial, last, ways, clock } = stage();
  dial();
  const webSocket = last();
  clock.step(webSocketWithinMs - 1);
  assert.deepEqual(ways(), ["websocket"]);
  clock.step(1);
  assert.deepEqual([ways(), webSocket.isClosed], [["websocket", "fallback"], true]);
});

test("a line that is closed before it opens tries nothing more", () => {
  const { dial, last, ways, clock } = stage();
  dial().close();
  assert.ok(last().isClosed);
  clock.step(webSocketWithinMs);
  assert.deepEqual(ways(), ["websocket"]);
});

test("once it has worked the fallback goes first, until ten minutes after the WebSocket failed", () => {
  const all = stage();
  const { dial, ways, clock } = all;
  useFallback(all);
  clock.step(fallbackFirstMs - 1);
  useFallback(all);
  assert.deepEqual(ways(), ["websocket", "fallback", "fallback"]);
  clock.step(1);
  useFallback(all);
  dial();
  assert.deepEqual(ways().slice(3), ["websocket", "fallback", "fallback"]);
});

test("a fallback that never worked does not go first", () => {
  const { dial, last, ways } = stage();
  dial();
  last().listener.closed(1006);
  last().listener.closed(1006);
  dial();
  assert.deepEqual(ways(), ["websocket", "fallback", "websocket"]);
});

test("a WebSocket that opens again goes first from then on", () => {
  const all = stage();
  const { dial, last, ways, clock } = all;
  useFallback(all);
  clock.step(fallbackFirstMs);
  dial();
  last().listener.opened();
  dial();
  assert.deepEqual(ways(), ["websocket", "fallback", "websocket", "websocket"]);
});
