// The program as users get it, started for a test: dist/secure-room.cjs on a free port of this machine.

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { within } from "../deadline.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

export interface RunningRelay {
  readonly origin: string;
  readonly port: number;
  readonly certs: string;
  readonly process: ChildProcess;
  /** Everything it has printed. */
  output(): string;
  /** Ends it with `signal` and waits; the certificate and the salt stay until `remove`. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  remove(): void;
}

const startWithinMs = 30_000;
const endWithinMs = 15_000;

// A process that is told to end takes what it has started along, browsers too: at these puppeteer would close them and let
// the process live, whose tests would then wait for what never comes.
for (const signal of ["SIGTERM", "SIGHUP"] as const) process.once(signal, () => process.exit(1));

/** Starts the relay and waits until it says where it listens. */
export async function startRelay(
  options: {
    readonly port?: number;
    readonly certs?: string;
    readonly flags?: readonly string[];
    /** For Node itself. */
    readonly node?: readonly string[];
  } = {},
): Promise<RunningRelay> {
  const certs = options.certs ?? mkdtempSync(join(tmpdir(), "secure-room-"));
  const flags = ["--host", "127.0.0.1", "--port", String(options.port ?? 0), "--certs", certs];
  // Tests come from one address and in bursts; the limits have tests of their own.
  const generous = ["--upgrade-rate", "0", "--join-rate", "0"];
  const child = spawn(
    process.execPath,
    [
      ...(options.node ?? []),
      join(root, "dist/secure-room.cjs"),
      ...flags,
      ...generous,
      ...(options.flags ?? []),
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  // What a failed test leaves behind neither keeps the run from ending nor outlives it.
  process.once("exit", () => child.kill("SIGKILL"));
  for (const each of [child, child.stdout, child.stderr]) (each as { unref?(): void }).unref?.();
  let printed = "";
  child.stderr.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  const listening = new Promise<string>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const [found] = /https?:\/\/[\w.:[\]-]+:\d+/.exec(printed) ?? [];
      if (found !== undefined) resolve(found);
    });
    child.once("exit", () => reject(new Error(`the relay did not start: ${printed}`)));
  });
  const address = await within(startWithinMs, "the relay listens", listening);
  const port = Number(new URL(address).port);
  return {
    origin: `${new URL(address).protocol}//127.0.0.1:${port}`,
    port,
    certs,
    process: child,
    output: () => printed,
    async stop(signal = "SIGINT") {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const exited = once(child, "exit");
      assert.ok(child.kill(signal));
      await within(endWithinMs, `the relay ends on ${signal}`, exited);
    },
    remove: () => rmSync(certs, { recursive: true, force: true }),
  };
}
