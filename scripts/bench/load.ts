// A generator, as the process that measures sees it.

import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { startNode } from "./machine.ts";
import type { Conversed, Loaded, Opened, Order } from "./orders.ts";

const script = fileURLToPath(new URL("generator.js", import.meta.url));

export interface Generator {
  open(order: Omit<Extract<Order, { do: "open" }>, "do">): Promise<Opened>;
  load(order: Omit<Extract<Order, { do: "load" }>, "do">): Promise<Loaded>;
  converse(order: Omit<Extract<Order, { do: "converse" }>, "do">): Promise<Conversed>;
  freeze(members: number): Promise<void>;
  close(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts one on the second core. */
export function startGenerator(): Generator {
  const child = startNode([script], 1, ["ignore", "inherit", "inherit", "ipc"]);

  const exited = once(child, "exit");

  async function ask(order: Order): Promise<unknown> {
    const answered = once(child, "message");
    child.send(order);
    const [answer] = (await Promise.race([answered, exited])) as [unknown];
    if (child.exitCode !== null || child.signalCode !== null) throw new Error("the generator has died");
    return answer;
  }

  return {
    open: async (order) => (await ask({ do: "open", ...order })) as Opened,
    load: async (order) => (await ask({ do: "load", ...order })) as Loaded,
    converse: async (order) => (await ask({ do: "converse", ...order })) as Conversed,
    freeze: async (members) => void (await ask({ do: "freeze", members })),
    close: async () => void (await ask({ do: "close" })),
    async stop() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
