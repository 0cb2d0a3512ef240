// What can refuse a start, tried before anything is written: a start that is refused leaves the folder as it was, and
// guests' browsers keep the certificate that they know. It lets go of all that it has tried.

import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { readOwnCertificate } from "./certificate.ts";
import { listenOn, type Place, type PortPlace } from "./listen.ts";
import type { Settings } from "./settings.ts";
import { readSaltFile } from "./state.ts";

/**
 * Reads the files that the operator named and listens, for a moment, wherever the relay will.
 * @throws Mistake as the start itself would
 */
export async function rehearse(settings: Settings, place: Place, nowMs: number): Promise<void> {
  const { own, saltFile } = settings;
  if (own !== null) await readOwnCertificate(own, nowMs);
  if (saltFile !== null) await readSaltFile(saltFile);
  // What systemd has opened is there already, and closing it is no way to try it.
  await listenEverywhere([...("descriptor" in place ? [] : [place]), ...placesBeside(settings)]);
}

/** What is listened on besides the place for guests. */
export function placesBeside({ metricsPort, httpPort, host }: Settings): readonly PortPlace[] {
  return [
    ...(metricsPort === null ? [] : [{ port: metricsPort, host: "127.0.0.1", flag: "--metrics-port" }]),
    ...(httpPort === null ? [] : [{ port: httpPort, host, flag: "--http-port" }]),
  ];
}

/** All at once: two of them may be the same port. */
async function listenEverywhere(places: readonly Place[]): Promise<void> {
  const open: Server[] = [];
  try {
    for (const place of places) {
      // Whoever comes in this moment dials again.
      const server = createServer((socket) => socket.destroy());
      await listenOn(server, place);
      open.push(server);
    }
  } finally {
    await Promise.all(open.map(closed));
  }
}

async function closed(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}
