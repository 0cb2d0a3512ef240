// The ways in, for clients without a browser: how a session's line reaches the relay. A scenario runs through each of them.

import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, request } from "node:https";
import { Readable } from "node:stream";
import { WebSocket, type RawData } from "ws";
import { subprotocol } from "../../src/protocol/limits.ts";
import type { Line, LineListener, World } from "../../src/session/world.ts";
import { createDial, type Way } from "../../src/web/dial.ts";
import { dialFallback } from "../../src/web/dial-fallback.ts";

/** Opens lines to one relay. */
export interface Dialler {
  readonly dial: World["dial"];
  /** Cuts what is still open, also lines that their session has let go of. */
  stop(): void;
}

export interface Door {
  readonly name: string;
  /** @param origin `https://HOST:PORT`, with whatever certificate */
  readonly open: (origin: string) => Dialler;
}

export const doors: readonly Door[] = [
  { name: "WebSocket", open: openWebSockets },
  { name: "fallback", open: openFallback },
];

/** @throws when there is no such door */
export function doorCalled(name: string): Door {
  const door = doors.find((each) => each.name === name);
  if (door === undefined) throw new Error(`there is no door ${name}`);
  return door;
}

function openWebSockets(origin: string): Dialler {
  const sockets = new Set<WebSocket>();
  return {
    dial(roomId, listener) {
      const socket = new WebSocket(`${origin.replace("https", "wss")}/room/${roomId}`, subprotocol, {
        rejectUnauthorized: false,
        perMessageDeflate: false,
      });
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
      return lineOver(socket, listener);
    },
    stop: () => sockets.forEach((socket) => socket.terminate()),
  };
}

/** As `World["dial"]`; calls `streaming` when the relay has let it in. */
type FallbackDial = (roomId: string, listener: LineListener, streaming?: () => void) => Line;

function openFallback(origin: string): { readonly dial: FallbackDial; stop(): void } {
  const agent = new Agent({ keepAlive: true, rejectUnauthorized: false });
  const ask = (path: string, init: RequestInit) => fetchFrom(agent, origin + path, init);
  return {
    dial: (roomId, listener, streaming = () => {}) => dialFallback(roomId, listener, streaming, ask),
    stop: () => agent.destroy(),
  };
}

/**
 * Both ways of one tab, chosen between as the page does it: a WebSocket first, and the fallback where that fails.
 * @param speed how many times faster its timers run; what it remembers it forgets ten times sooner still
 * @param inUse is told what carries each line that has come about
 */
export function openEitherWay(origin: string, speed: number, inUse: (way: Way) => void): Dialler {
  const webSockets = openWebSockets(origin);
  const fallback = openFallback(origin);
  const dial = createDial({
    webSocket: webSockets.dial,
    fallback: fallback.dial,
    now: () => performance.now() * speed * 10,
    after(ms, callback) {
      const timer = setTimeout(callback, ms / speed);
      return () => clearTimeout(timer);
    },
  });
  return {
    dial: (roomId, listener) => dial(roomId, listener, inUse),
    stop() {
      webSockets.stop();
      fallback.stop();
    },
  };
}

/** `fetch` from a relay with whatever certificate, as far as the page's line uses it. */
async function fetchFrom(agent: Agent, url: string, { method, headers, body, signal }: RequestInit) {
  const asked = request(url, {
    agent,
    method: method ?? "GET",
    headers: Object.fromEntries(new Headers(headers)),
    ...(signal ? { signal } : {}),
  });
  asked.end(body);
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  // Once it is answered, what breaks is told by the body.
  asked.on("error", () => {});
  const { statusCode: status = 0 } = answer;
  const isEmpty = status === 204;
  if (isEmpty) answer.resume();
  const fields = Object.entries(answer.headers).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]);
  return new Response(isEmpty ? null : (Readable.toWeb(answer) as ReadableStream<Uint8Array>), {
    status,
    headers: fields,
  });
}

/** As src/web/dial-websocket.ts does it. */
function lineOver(socket: WebSocket, listener: LineListener): Line {
  let dropped = false;
  const unlessDropped =
    <A extends unknown[]>(hear: (...what: A) => void) =>
    (...what: A) => {
      if (!dropped) hear(...what);
    };
  // What went wrong is not told to pages either: the close that follows is all there is.
  socket.on("error", () => {});
  socket.on(
    "open",
    unlessDropped(() => listener.opened()),
  );
  socket.on(
    "close",
    unlessDropped((code: number) => listener.closed(code)),
  );
  socket.on(
    "message",
    unlessDropped((data: RawData, isBinary: boolean) => {
      if (!Buffer.isBuffer(data)) throw new TypeError("expected the buffer that ws gives by default");
      if (isBinary) listener.frame(new Uint8Array(data));
      else listener.text(data.toString());
    }),
  );
  const send = (data: string | Uint8Array) => {
    if (socket.readyState === WebSocket.OPEN) socket.send(data);
  };
  return {
    text: send,
    frame: send,
    close() {
      dropped = true;
      socket.close();
    },
  };
}
