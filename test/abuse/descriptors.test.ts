// No descriptor left: the relay goes on, and lets people in again when some have come back.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Socket } from "node:net";
import { test, type TestContext } from "node:test";
import { connect as connectTls, type ConnectionOptions } from "node:tls";
import { fileURLToPath } from "node:url";
import type { WebSocket } from "ws";

import { decodeFrame } from "../../src/protocol/frame.ts";
import { withFolder } from "../server/folder.ts";
import { frameOf, testRoom } from "../server/support.ts";
import { enter, type Talk } from "./bystanders.ts";

const program = fileURLToPath(new URL("../../../dist/secure-room.cjs", import.meta.url));

interface Program {
  readonly where: Talk;
  /** The events of its log, once it has ended. */
  readonly stop: () => Promise<{ event: string; reason?: string; count?: number }[]>;
}

/** The program with what `command` gives it, on a port of its own. */
async function launch(
  t: TestContext,
  folder: string,
  command: string,
  flags: readonly string[],
): Promise<Program> {
  const own = ["--port", "0", "--host", "127.0.0.1", "--certs", folder];
  const args = ["-c", `${command} "$0" "$@"`, program, ...own, ...flags];
  const child = spawn("sh", args, { stdio: ["ignore", "pipe", "pipe"] });
  t.after(() => void child.kill("SIGKILL"));
  const ended = once(child, "close");
  let out = "";
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.on("data", (chunk: Buffer) => {
      out += chunk.toString();
      const [, found] = /127\.0\.0\.1:(\d+)/.exec(out) ?? [];
      if (found !== undefined) resolve(Number(found));
    });
    void ended.then(() => reject(new Error(`it ended: ${err}`)));
  });
  const ca = readFileSync(`${folder}/cert.pem`, "utf8");
  return {
    where: { port, ca, room: testRoom("descriptors"), address: "127.0.0.2" },
    async stop() {
      child.kill("SIGINT");
      assert.deepEqual(await ended, [0, null]);
      return err
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as { event: string; reason?: string });
    },
  };
}

/** Says something and hears it come back. */
async function talk(ws: WebSocket): Promise<void> {
  const echoed = new Promise<void>((resolve) => {
    ws.on("message", (data: Buffer, isBinary) => {
      if (isBinary && decodeFrame(data) !== null) resolve();
    });
  });
  ws.send(frameOf("still here"));
  await echoed;
}

// One address is one machine here; other systems have but one on loopback, and no /proc.
const skip = process.platform !== "linux";

test(
  "without a descriptor left members talk on, newcomers come in later, and the log says it in a line",
  { skip },
  async (t) => {
    await withFolder(async (folder) => {
      const command = `ulimit -n 128; exec ${process.execPath}`;
      const { where, stop } = await launch(t, folder, command, ["--upgrade-rate", "0"]);
      const ann = await enter(where, "Ann");
      const crowd: Socket[] = [];
      const gone: Promise<void>[] = [];
      for (let at = 0; at < 300; at++) {
        // The option is passed on to the socket below, which Node's types do not say.
        const target: ConnectionOptions & { localAddress: string } = {
          host: "127.0.0.1",
          port: where.port,
          localAddress: `127.0.0.${10 + (at % 10)}`,
          ca: where.ca,
        };
        const socket = connectTls(target).on("error", () => {});
        crowd.push(socket);
        gone.push(new Promise((resolve) => socket.on("secureConnect", resolve).on("close", () => resolve())));
      }
      await Promise.all(gone);
      await talk(ann);
      for (const socket of crowd) socket.destroy();
      for (;;) {
        const bob = await enter(where, "Bob").catch(() => null);
        if (bob === null) continue;
        await talk(bob);
        bob.terminate();
        break;
      }
      ann.terminate();
      const events = await stop();
      // As many lines as there were reports: the crowd comes and goes within one.
      const refused = events.filter(({ event, reason }) => event === "refused" && reason === "sockets");
      assert.ok(refused.length >= 1 && refused.length <= 2, JSON.stringify(events));
      assert.ok(refused.reduce((sum, { count = 0 }) => sum + count, 0) > 100);
    });
  },
);
