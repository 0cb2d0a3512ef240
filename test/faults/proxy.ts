// A proxy between clients and relay that does to their bytes what networks do: breaks connections anywhere, or swallows
// what is sent and says nothing. It passes bytes and understands none.

import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** What becomes of one connection. */
export type Fate =
  | { readonly kind: "passes" }
  /** Broken when so many bytes have gone to the relay, or come from it; by a FIN behind them, or by a RST. */
  | {
      readonly kind: "cut";
      readonly upBytes: number;
      readonly downBytes: number;
      readonly how: "fin" | "rst";
    }
  /** Nothing is broken, but from some byte on nothing arrives any more. */
  | { readonly kind: "swallowed"; readonly upBytes: number; readonly downBytes: number };

export interface Proxy {
  readonly origin: string;
  /** Connections that have met their fate. */
  readonly cuts: number;
  readonly swallowed: number;
  /** From now on nothing more is broken or swallowed; what is swallowed already stays so. */
  calm(): void;
  /** Cuts all. */
  stop(): Promise<void>;
}

/** @param fate drawn for each connection as it comes */
export async function startProxy(targetPort: number, fate: () => Fate): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const counts = { cut: 0, swallowed: 0 };
  let isCalm = false;

  const server = createServer((client) => {
    const relay = connect(targetPort, "127.0.0.1");
    for (const socket of [client, relay]) {
      sockets.add(socket);
      socket.setNoDelay();
      socket.on("error", () => {});
    }
    const ends: readonly [Socket, Socket][] = [
      [client, relay],
      [relay, client],
    ];
    for (const [one, other] of ends) {
      one.on("end", () => other.end());
      one.on("close", () => {
        sockets.delete(one);
        // What is on its way still goes out.
        other.destroySoon();
      });
    }
    const drawn: Fate = isCalm ? { kind: "passes" } : fate();
    if (drawn.kind === "passes") {
      client.pipe(relay);
      relay.pipe(client);
      return;
    }
    const met = { yet: false };
    pass(client, relay, drawn.upBytes, drawn, met);
    pass(relay, client, drawn.downBytes, drawn, met);
  });

  function pass(
    from: Socket,
    to: Socket,
    mostBytes: number,
    fate: Exclude<Fate, { kind: "passes" }>,
    met: { yet: boolean },
  ): void {
    let leftBytes = mostBytes;
    let isSwallowing = false;
    from.on("data", (chunk) => {
      if (isSwallowing) return;
      if (isCalm || chunk.length < leftBytes) {
        leftBytes -= chunk.length;
        if (to.writable && !to.write(chunk)) {
          from.pause();
          to.once("drain", () => from.resume());
        }
        return;
      }
      if (to.writable) to.write(chunk.subarray(0, leftBytes));
      if (fate.kind === "swallowed") {
        isSwallowing = true;
        if (!met.yet) counts.swallowed++;
      } else {
        if (!met.yet) counts.cut++;
        cut(from, to, fate.how);
      }
      met.yet = true;
    });
  }

  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    origin: `https://127.0.0.1:${port}`,
    get cuts() {
      return counts.cut;
    },
    get swallowed() {
      return counts.swallowed;
    },
    calm() {
      isCalm = true;
    },
    async stop() {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Breaks a connection behind the bytes that are on their way to `to`. */
function cut(from: Socket, to: Socket, how: "fin" | "rst"): void {
  if (how === "fin") {
    to.destroySoon();
    from.destroy();
    return;
  }
  reset(to);
  reset(from);
}

/**
 * A RST, behind what is still to be written. `resetAndDestroy` alone waits for that as well, but of a thousand cuts it left
 * one or two handles that were never closed, and with such a one Node 20 goes round in circles when the process ends.
 */
function reset(socket: Socket): void {
  socket.end(() => socket.resetAndDestroy());
}
