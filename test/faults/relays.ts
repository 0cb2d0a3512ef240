// The relay as users get it, for tests that kill it: one folder of certificate and salt for the whole run, so that the
// same words lead to the same room and are stretched once.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Bytes } from "../../src/protocol/base64url.ts";
import { type RunningRelay, startRelay } from "../browser/relay.ts";
import { seededNumbers } from "../seeded.ts";

const certs = mkdtempSync(join(tmpdir(), "secure-room-faults-"));
process.on("exit", () => rmSync(certs, { recursive: true, force: true }));

/** Nobody is held back, and no log runs full: limits have tests of their own. */
const generous = [
  ["--message-rate", "0"],
  ["--byte-rate", "0"],
  ["--max-connections-per-ip", "0"],
  ["--history", "100000"],
  ["--history-bytes", "256MiB"],
  ["--log-memory", "1GiB"],
  ["--log-share", "0"],
].flat();

/** Starts a relay; without a port on a free one. */
export function openRelay(
  options: { readonly port?: number; readonly certs?: string; readonly flags?: readonly string[] } = {},
): Promise<RunningRelay> {
  return startRelay({ certs, ...options, flags: [...generous, ...(options.flags ?? [])] });
}

/** What a relay that has started stretches phrases with. */
export function saltOf(relay: RunningRelay): Bytes {
  return new Uint8Array(readFileSync(join(relay.certs, "salt")));
}

const drawPort = seededNumbers(process.pid);

/**
 * A free port below those that the system hands out by itself: whoever dials one of those while nobody listens there may
 * be handed it for his own end, and is connected to himself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 20_000 + (drawPort() % 10_000);
    const server = createServer();
    server.listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}
