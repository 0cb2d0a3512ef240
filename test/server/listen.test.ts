// The other ways in: plain HTTP for a proxy in front, a Unix socket, and a socket that systemd has opened.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync, writeFileSync } from "node:fs";
import { request, type RequestOptions } from "node:http";
import { connect, createServer, type Server } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { WebSocket } from "ws";
import { subprotocol } from "../../src/protocol/limits.ts";
import { activatedDescriptor, listenOn } from "../../src/server/listen.ts";
import { Mistake } from "../../src/server/mistake.ts";
import { assertOneLine, type Ended, program, stopped } from "../command.ts";
import { withFolder } from "./folder.ts";
import { testRoom } from "./support.ts";
import { readAll, withRelay } from "./tls-house.ts";

const loopback = { port: 0, host: "127.0.0.1", flag: "--port" };

async function status(options: RequestOptions): Promise<number> {
  const asked = request({ agent: false, ...options });
  asked.end();
  const [response] = await once(asked, "response");
  response.resume();
  await once(response, "end");
  return response.statusCode;
}

async function close(server: Server): Promise<void> {
  server.close();
  await once(server, "close");
}

test("without TLS the page and WebSockets are there, from this machine's own pages and behind the proxy's name", async () => {
  await withRelay(
    {},
    async ({ port }) => {
      assert.equal(await status({ host: "127.0.0.1", port, path: "/healthz" }), 200);
      const path = `/room/${testRoom("plain").id}`;
      for (const [origin, host] of [
        [`http://localhost:${port}`, `localhost:${port}`],
        ["https://chat.example", "chat.example"],
      ] as const) {
        const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`, subprotocol, {
          origin,
          headers: { Host: host },
        });
        await once(socket, "open");
        socket.terminate();
      }
      const stranger = new WebSocket(`ws://127.0.0.1:${port}${path}`, subprotocol, {
        origin: "http://evil.example",
      });
      const [refused] = await once(stranger, "error");
      assert.match(String(refused), /403/);
    },
    { place: loopback, certificate: null },
  );
});

test("without TLS a connection that says nothing, or only half a head, is cut", async () => {
  await withRelay(
    { headTimeoutMs: 200 },
    async ({ port }) => {
      const silent = connect(port, "127.0.0.1");
      const half = connect(port, "127.0.0.1");
      half.write("GET / HTTP/1.1\r\nHost: a\r\n");
      await Promise.all([readAll(silent), readAll(half)]);
    },
    { place: loopback, certificate: null },
  );
});

// Windows has pipes of its own instead of these.
const skip = process.platform === "win32";

test(
  "on a Unix socket it answers, tells clients apart by what the proxy says, and goes with its socket",
  { skip },
  async () => {
    await withFolder(async (folder) => {
      const socket = join(folder, "room.sock");
      await withRelay(
        { maxConnectionsPerIp: 1 },
        async () => {
          assert.equal(statSync(socket).mode & 0o777, 0o660);
          assert.equal(await status({ socketPath: socket, path: "/readyz", headers: { Host: "a" } }), 200);
          const enter = (address: string) =>
            new WebSocket(`ws+unix:${socket}:/room/${testRoom("unix").id}`, subprotocol, {
              headers: { Host: "chat.example", "X-Forwarded-For": `10.9.9.9, ${address}` },
            });
          const first = enter("192.0.2.1");
          await once(first, "open");
          const second = enter("192.0.2.2");
          await once(second, "open");
          const [refused] = await once(enter("192.0.2.1"), "error");
          assert.match(String(refused), /429/);
          for (const each of [first, second]) each.terminate();
        },
        { place: { socket }, certificate: null, trustProxy: true },
      );
      assert.equal(existsSync(socket), false);
    });
  },
);

test(
  "a socket that a kill left behind makes way, one that is in use does not, nor does a file",
  { skip },
  async () => {
    await withFolder(async (folder) => {
      const path = join(folder, "room.sock");
      const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`;
      await once(spawn(process.execPath, ["-e", script], { stdio: "ignore" }), "exit");
      assert.ok(existsSync(path));
      const server = createServer();
      assert.equal(await listenOn(server, { socket: path }), 0);
      await assert.rejects(
        listenOn(createServer(), { socket: path }),
        new Mistake(`the socket ${path} is in use: stop what uses it, or take another with --socket`),
      );
      await close(server);
      const file = join(folder, "letter");
      writeFileSync(file, "dear");
      await assert.rejects(listenOn(createServer(), { socket: file }), /there is a file, which is no socket/);
      assert.ok(existsSync(file));
      await assert.rejects(listenOn(createServer(), { socket: folder }), /there is a folder, which/);
      await assert.rejects(
        listenOn(createServer(), { socket: join(folder, "none", "room.sock") }),
        /the folder \S+none of --socket does not exist: make it \(sudo install -d/,
      );
    });
  },
);

test(
  "a socket whose relay does not come to answering stays its own",
  { skip: process.platform !== "linux" },
  async (t) => {
    await withFolder(async (folder) => {
      const path = join(folder, "room.sock");
      const listening = JSON.stringify({ path, backlog: 1 });
      const script = `require("net").createServer().listen(${listening}, () => {
        require("fs").writeSync(1, "up");
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
      })`;
      const busy = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
      t.after(() => busy.kill("SIGKILL"));
      await once(busy.stdout, "data");
      for (let isFull = false; !isFull;) {
        const waiting = connect(path);
        t.after(() => waiting.destroy());
        isFull = await new Promise((resolve) => {
          waiting.on("connect", () => resolve(false));
          waiting.on("error", () => resolve(true));
        });
      }
      await assert.rejects(listenOn(createServer(), { socket: path }), /room\.sock is in use/);
      assert.ok(existsSync(path));
    });
  },
);

test("a socket of systemd's is used only when it was meant for this process", () => {
  assert.equal(activatedDescriptor({ LISTEN_PID: "7", LISTEN_FDS: "1" }, 7), 3);
  assert.equal(activatedDescriptor({ LISTEN_PID: "8", LISTEN_FDS: "1" }, 7), null);
  assert.equal(activatedDescriptor({ LISTEN_PID: "8", LISTEN_FDS: "2" }, 7), null);
  assert.equal(activatedDescriptor({ LISTEN_PID: "7", LISTEN_FDS: "0" }, 7), null);
  assert.equal(activatedDescriptor({ LISTEN_PID: "7" }, 7), null);
  assert.equal(activatedDescriptor({}, 7), null);
});

test("of several sockets of systemd's none is taken in silence", () => {
  for (const count of ["2", "17", "", "x", "-1"]) {
    assert.throws(
      () => activatedDescriptor({ LISTEN_PID: "7", LISTEN_FDS: count }, 7),
      (thrown) => thrown instanceof Mistake && /keep one ListenStream=/.test(thrown.message),
    );
  }
});

/** The number under which this process has the socket of `server`. */
function descriptorOf(server: Server): number {
  const handle: unknown = Reflect.get(server, "_handle");
  assert.ok(typeof handle === "object" && handle !== null);
  return Number(Reflect.get(handle, "fd"));
}

/** The relay, started as systemd does with the socket of `server`. */
function activate(server: Server, folder: string) {
  const script = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$0" "$@"';
  const args = [process.execPath, program, "--no-tls", "--certs", folder];
  const child = spawn("sh", ["-c", script, ...args], {
    env: { PATH: process.env["PATH"] },
    stdio: ["ignore", "pipe", "pipe", descriptorOf(server)],
  });
  let [out, err] = ["", ""];
  child.stdout?.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const ended = once(child, "close").then(([code]): Ended => ({ code: Number(code), out, err }));
  return { child, ended, said: () => out };
}

test("without TLS a socket of systemd's is one of this machine alone, or refused", { skip }, async () => {
  await withFolder(async (folder) => {
    const open = createServer();
    await listenOn(open, { ...loopback, host: "0.0.0.0" });
    await assertOneLine(
      activate(open, folder).ended,
      /systemd has opened 0\.0\.0\.0:\d+, .*an empty ListenStream=, and then ListenStream=\/run/,
    );
    await close(open);
    for (const place of [loopback, { socket: join(folder, "room.sock") }]) {
      const server = createServer();
      await listenOn(server, place);
      const relay = activate(server, folder);
      while (!relay.said().includes("stop it with")) await once(relay.child.stdout ?? assert.fail(), "data");
      assert.equal((await stopped(relay)).code, 0);
      await close(server);
    }
  });
});
