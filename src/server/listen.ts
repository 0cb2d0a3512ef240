// Makes a server listen, and says in one line why it cannot.

import type { Server } from "node:net";

import { codeOf, Mistake, reasonOf } from "./mistake.ts";

/** What to listen on, and the flags that say so. */
export interface Place {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** `--port` */
  readonly flag: string;
}

/**
 * Starts listening.
 * @returns the port
 * @throws Mistake when the port or the address cannot be had
 */
export async function listenOn(server: Server, place: Place): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port: place.port, host: place.host }, () => {
        server.off("error", reject);
        resolve();
      });
    });
  } catch (thrown) {
    throw new Mistake(mistakeOf(thrown, place));
  }
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : place.port;
}

function mistakeOf(thrown: unknown, { port, host, flag }: Place): string {
  switch (codeOf(thrown)) {
    case "EADDRINUSE":
      return `port ${port} is in use: stop what uses it, or take another with ${flag} N`;
    case "EACCES":
      return `port ${port} is not yours to use: take one above 1023 with ${flag} N, or grant the right to it`;
    case "EADDRNOTAVAIL":
      return `this machine does not have the address ${host}: name one that it has with --host ADDRESS`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name ${host} is not known here: name an address with --host ADDRESS`;
    default:
      return `cannot listen on ${host} port ${port}: ${reasonOf(thrown)}`;
  }
}
