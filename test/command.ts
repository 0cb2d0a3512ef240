// The command as users get it, in processes of its own, for the tests of what it says and does.

import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { subprotocol } from "../src/protocol/limits.ts";

export const program = fileURLToPath(new URL("../../dist/secure-room.cjs", import.meta.url));
if (!existsSync(program)) throw new Error("dist/secure-room.cjs is missing: npm run build makes it");

/** There are no signals there: `kill` ends a process at once, and it can neither say so nor choose its status. */
export const isWindows = process.platform === "win32";

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function launch(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env["PATH"], ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => {
    out += chunk.toString();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    err += chunk.toString();
  });
  const ended = once(child, "close").then(([code]): Ended => ({ code: code as number | null, out, err }));
  /** Waits until it has logged what `pattern` matches. */
  const logs = async (pattern: RegExp): Promise<void> => {
    while (!pattern.test(err)) {
      await Promise.race([once(child.stderr, "data"), ended]);
      assert.equal(child.exitCode, null, err);
    }
  };
  return { child, ended, said: () => out, logs };
}

export function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Ended> {
  return launch(args, env).ended;
}

/** A relay on a free port, once it has said that it runs. */
export async function serve(folder: string, more: readonly string[] = []) {
  const launched = launch(["--port", "0", "--host", "127.0.0.1", "--certs", folder, ...more]);
  const { stdout } = launched.child;
  while (!launched.said().includes("stop it with")) {
    await Promise.race([once(stdout, "data"), launched.ended]);
    if (launched.child.exitCode !== null) throw new Error(`it ended: ${(await launched.ended).err}`);
  }
  return launched;
}

export async function assertOneLine(ended: Promise<Ended>, expected: RegExp): Promise<void> {
  const { code, out, err } = await ended;
  assert.equal(code, 1);
  assert.equal(out, "");
  assert.match(err, /^secure-room: [^\n]+\n$/);
  assert.match(err, expected);
}

// Each test starts a process or two and waits: several at a time wait together.
export async function enter(said: string): Promise<WebSocket> {
  const [url = ""] = /https:\/\/\S+/.exec(said) ?? [];
  const address = `${url.replace("https", "wss")}/room/${"A".repeat(22)}`;
  const guest = new WebSocket(address, subprotocol, { rejectUnauthorized: false });
  guest.on("error", () => {});
  await once(guest, "open");
  return guest;
}

export async function contentsOf(folder: string): Promise<Readonly<Record<string, Buffer>>> {
  const names = await readdir(folder);
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(folder, name))] as const)),
  );
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  assert.ok(typeof address === "object" && address !== null);
  return address.port;
}

export async function canConnect(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  const connected = await once(socket, "connect").then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}

export function stopped({ child, ended }: { child: ChildProcess; ended: Promise<Ended> }): Promise<Ended> {
  child.kill("SIGINT");
  return ended;
}
