// The proxies of scripts/deploy as Debian packages them, on a free port of this machine, with the very files that people
// are told to use: only names, ports and paths are put in.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { within } from "../deadline.ts";
import { freePort } from "../faults/relays.ts";

export interface Proxy {
  /** `https://127.0.0.1:PORT` */
  readonly origin: string;
  stop(): Promise<void>;
}

export type ProxyName = "nginx" | "caddy" | "haproxy";

/** What a file of scripts/deploy is told: its text, and the files to write beside it. */
interface Setting {
  readonly port: number;
  readonly folder: string;
  /** The folder of cert.pem and key.pem. */
  readonly certs: string;
}

const deploy = fileURLToPath(new URL("../../../scripts/deploy/", import.meta.url));
const startWithinMs = 20_000;
const endWithinMs = 10_000;

/**
 * Starts a proxy with `file` of scripts/deploy.
 * @param places what stands in the file, and what to put there
 */
export async function startProxy(
  name: ProxyName,
  file: string,
  certs: string,
  places: Readonly<Record<string, string>>,
): Promise<Proxy> {
  const folder = mkdtempSync(join(tmpdir(), "secure-room-proxy-"));
  const port = await freePort();
  const setting = { port, folder, certs };
  const text = put(put(readFileSync(join(deploy, file), "utf8"), own[name](setting)), places);
  const [program, ...args] = commands[name](setting, text);
  const env = { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`, HOME: folder };
  const child = spawn(program, args, { cwd: folder, env, stdio: ["ignore", "pipe", "pipe"] });
  process.once("exit", () => child.kill("SIGKILL"));
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  }
  const exited = once(child, "exit");
  const failed = exited.then(() => assert.fail(`${name} ended: ${printed}`));
  failed.catch(() => {});
  const listening = listens(port, () => child.exitCode === null && child.signalCode === null);
  await within(startWithinMs, `${name} listens`, Promise.race([listening, failed]));
  return {
    origin: `https://127.0.0.1:${port}`,
    async stop() {
      child.kill("SIGTERM");
      await within(endWithinMs, `${name} ends`, exited).catch(() => child.kill("SIGKILL"));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything in `places` must be there: a file that has moved on must not be tested as if it had not. */
function put(text: string, places: Readonly<Record<string, string>>): string {
  let result = text;
  for (const [from, to] of Object.entries(places)) {
    assert.ok(result.includes(from), `the file has no ${from}`);
    result = result.replaceAll(from, to);
  }
  return result;
}

/** Resolves when somebody answers on `port`, or there is nobody any more to wait for. */
async function listens(port: number, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const socket = connect(port, "127.0.0.1");
    const isOpen = await new Promise<boolean>((resolve) => {
      socket.once("connect", () => resolve(true));
      socket.once("error", () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
    await pause(50);
  }
}

/** The address and the certificate of each. */
const own: Readonly<Record<ProxyName, (setting: Setting) => Record<string, string>>> = {
  nginx: ({ port, certs }) => ({
    "listen 443 ssl;": `listen 127.0.0.1:${port} ssl;`,
    "listen [::]:443 ssl;": "",
    "/etc/letsencrypt/live/chat.example.org/fullchain.pem": join(certs, "cert.pem"),
    "/etc/letsencrypt/live/chat.example.org/privkey.pem": join(certs, "key.pem"),
  }),
  caddy: ({ port, certs }) => ({
    "chat.example.org {": `https://127.0.0.1:${port} {\n  bind 127.0.0.1\n  tls ${join(certs, "cert.pem")} ${join(certs, "key.pem")}`,
  }),
  haproxy: ({ port, folder }) => ({
    "bind :443 ssl crt /etc/haproxy/chat.example.org.pem": `bind 127.0.0.1:${port} ssl crt ${join(folder, "pair.pem")}`,
  }),
};

const commands: Readonly<
  Record<ProxyName, (setting: Setting, text: string) => [program: string, ...args: string[]]>
> = {
  nginx({ folder }, text) {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
      (each) => `${each}_temp_path ${folder};`,
    );
    const path = join(folder, "nginx.conf");
    writeFileSync(join(folder, "site.conf"), text);
    writeFileSync(
      path,
      `daemon off; pid ${folder}/pid; error_log stderr warn; events { worker_connections 4096; }
       http { ${temporary.join(" ")} include ${folder}/site.conf; }`,
    );
    return ["nginx", "-c", path, "-p", folder, "-e", "stderr"];
  },
  caddy({ folder }, text) {
    const path = join(folder, "Caddyfile");
    writeFileSync(path, `{\n  admin off\n  grace_period 1s\n  auto_https disable_redirects\n}\n${text}`);
    return ["caddy", "run", "--config", path, "--adapter", "caddyfile"];
  },
  haproxy({ folder, certs }, text) {
    const path = join(folder, "haproxy.cfg");
    const pair = ["cert.pem", "key.pem"].map((name) => readFileSync(join(certs, name), "utf8")).join("\n");
    writeFileSync(join(folder, "pair.pem"), pair);
    writeFileSync(path, text);
    return ["haproxy", "-db", "-f", path];
  },
};
