// The servers that are measured: the relay as users get it, and two that are written as their documentation writes them.

import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DialectName } from "./dialects.ts";
import { startNode, type Usage, usageOf } from "./machine.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Everybody comes from one address, at once, and says much: the limits are on, but so high that nobody meets them. */
const generous = [
  ["--max-connections", "20000"],
  ["--max-connections-per-ip", "0"],
  ["--max-members", "1000"],
  ["--upgrade-rate", "1000000:1000000"],
  ["--join-rate", "1000000:1000000"],
  ["--message-rate", "1000000:1000000"],
  ["--byte-rate", "1GiB:1GiB"],
  ["--log-share", "0"],
].flat();

export interface Contender {
  readonly name: DialectName;
  readonly port: number;
  readonly pid: number;
  usage(): Usage;
  stop(): Promise<void>;
}

/** A folder with the relay's certificate, which all of them use. */
export interface Folder {
  readonly path: string;
  remove(): void;
}

/** Has the relay make its certificate. */
export async function makeFolder(): Promise<Folder> {
  const path = mkdtempSync(join(tmpdir(), "secure-room-bench-"));
  const relay = await start("secure-room", path);
  await relay.stop();
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/**
 * Starts a server on the first core.
 * @param flags.node for Node itself
 * @param flags.relay for the relay, beside the generous ones
 */
export async function start(
  name: DialectName,
  folder: string,
  flags: { readonly node?: readonly string[]; readonly relay?: readonly string[] } = {},
): Promise<Contender> {
  const { node: nodeFlags = [], relay: relayFlags = [] } = flags;
  const place = ["--host", "127.0.0.1", "--port", "0", "--certs", folder];
  const relay = ["dist/secure-room.cjs", ...place, ...generous, ...relayFlags];
  const [script = "", ...args] =
    name === "secure-room" ? relay : [`scripts/bench/rivals/${name}.mjs`, folder];
  const child = startNode([...nodeFlags, join(root, script), ...args], 0, ["ignore", "pipe", "inherit"]);
  let printed = "";
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const [, found] = /https:\/\/[\w.]+:(\d+)/.exec(printed) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
    child.once("exit", () => reject(new Error(`${name} did not start: ${printed}`)));
  });
  let isStopping = false;
  // Asked for now: it may be over before it is stopped.
  const exited = once(child, "exit").then(([code, signal]) => {
    if (!isStopping) console.error(`${name} ended by itself, with ${String(code ?? signal)}`);
  });
  const { pid } = child;
  if (pid === undefined) throw new Error("expected a process that runs");
  return {
    name,
    port,
    pid,
    usage: () => usageOf(pid),
    async stop() {
      isStopping = true;
      child.kill("SIGKILL");
      await exited;
    },
  };
}
