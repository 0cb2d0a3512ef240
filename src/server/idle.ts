// The time between two requests of one connection. Node's own begins anew with every byte, and a head begins for it with
// the first that is no line break: whoever sends blank lines would stay for ever. And the time for the last of an answer to
// be taken, for which Node has none.

import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Clock } from "./clock.ts";

interface Answering {
  /** Requests that are not answered yet; above all numbers once it is no longer ours. */
  open: number;
  /** Of the time that runs when there are none. */
  stop: () => void;
}

/**
 * Tells `tooSlow` of a connection of `server` on which the next head is not whole `withinMs` after the last answer, and cuts who
 * does not take the last of an answer within that time.
 */
export function watchIdle(
  server: Server,
  clock: Clock,
  withinMs: number,
  tooSlow: (socket: Socket) => void,
): void {
  const connections = new WeakMap<object, Answering>();

  function begin({ socket }: IncomingMessage, response: ServerResponse): void {
    const answering = connections.get(socket) ?? { open: 0, stop() {} };
    if (!connections.has(socket)) {
      connections.set(socket, answering);
      socket.on("close", () => answering.stop());
    }
    answering.open++;
    answering.stop();
    // The last of an answer has been handed over, and waits for a reader who may never read.
    let stopWaiting = (): void => {};
    response.on("prefinish", () => {
      stopWaiting = clock.after(withinMs, () => socket.destroy());
    });
    response.on("close", () => {
      stopWaiting();
      answering.open--;
      if (answering.open > 0 || socket.destroyed) return;
      answering.stop = clock.after(withinMs, () => tooSlow(socket));
    });
  }

  for (const asked of ["request", "checkContinue", "checkExpectation"]) server.on(asked, begin);
  server.on("upgrade", ({ socket }: IncomingMessage) => {
    const answering = connections.get(socket);
    if (answering === undefined) return;
    answering.stop();
    answering.open = Infinity;
  });
}
