// The program as people start it, and an authority that checks it.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { connect, type PeerCertificate } from "node:tls";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import { subprotocol } from "../../src/protocol/limits.ts";
import { within } from "../deadline.ts";
import { type Pebble, startPebble } from "./pebble.ts";

const program = fileURLToPath(new URL("../../../dist/secure-room.cjs", import.meta.url));
const domain = "chat.example.test";
const yearSeconds = 365 * 24 * 60 * 60;

async function newFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "secure-room-acme-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

interface Relay {
  /** Waits until it has printed, or logged, what `pattern` matches. */
  readonly says: (pattern: RegExp) => Promise<string>;
  stop(): Promise<void>;
}

/** Starts the program, which is stopped with the test. */
function startRelay(t: TestContext, pebble: Pebble, folder: string, args: readonly string[]): Relay {
  const flags = ["--host", "127.0.0.1", "--certs", folder, "--log-level", "info"];
  const acme = [
    "--acme",
    domain,
    "--acme-email",
    "host@example.test",
    "--acme-directory",
    pebble.directoryUrl,
  ];
  const child = spawn(process.execPath, [program, ...flags, ...acme, ...args], {
    env: { PATH: process.env["PATH"], NODE_EXTRA_CA_CERTS: pebble.caFile },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  let said = "";
  const looks = new Set<() => void>();
  const hear = (chunk: Buffer): void => {
    said += chunk.toString();
    for (const look of looks) look();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  const stop = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGINT");
    await ended;
  };
  t.after(stop);
  const says = (pattern: RegExp): Promise<string> => {
    const heard = new Promise<string>((resolve, reject) => {
      const look = (): void => {
        const [found] = pattern.exec(said) ?? [];
        if (found === undefined) return;
        looks.delete(look);
        resolve(found);
      };
      looks.add(look);
      void ended.then(() => reject(new Error(`it ended: ${said}`)));
      look();
    });
    return within(60_000, `${String(pattern)} in ${said}`, heard).catch((thrown: unknown) => {
      throw new Error(`${String(thrown)}\n${said}`);
    });
  };
  return { says, stop };
}

/** What a guest is shown. */
async function shown(port: number): Promise<PeerCertificate> {
  const socket = connect({ host: "127.0.0.1", port, servername: domain, rejectUnauthorized: false });
  await once(socket, "secureConnect");
  const certificate = socket.getPeerCertificate();
  socket.destroy();
  return certificate;
}

async function enter(port: number): Promise<WebSocket> {
  const url = `wss://127.0.0.1:${port}/room/${"A".repeat(22)}`;
  const guest = new WebSocket(url, subprotocol, { rejectUnauthorized: false });
  await once(guest, "open");
  return guest;
}

const isPebbles = ({ issuer }: PeerCertificate): boolean => String(issuer.CN).startsWith("Pebble");

test("a first start gets a certificate by TLS-ALPN-01, keeps it for its owner alone, and the next start asks nobody", async (t) => {
  const folder = await newFolder(t);
  const pebble = await startPebble(t, folder, yearSeconds);
  const certs = join(folder, "certs");
  const relay = startRelay(t, pebble, certs, ["--port", String(pebble.tlsPort)]);
  const said = await relay.says(/is running on \S+/);
  assert.equal(said, `is running on https://${domain}`);
  const first = await shown(pebble.tlsPort);
  assert.ok(isPebbles(first));
  assert.equal(first.subjectaltname, `DNS:${domain}`);
  for (const name of ["acme-account.pem", "acme-cert.pem"]) {
    assert.equal((await stat(join(certs, name))).mode & 0o777, 0o600);
  }
  await relay.stop();
  await pebble.stop();
  const again = startRelay(t, pebble, certs, ["--port", String(pebble.tlsPort)]);
  await again.says(/is running on/);
  assert.equal((await shown(pebble.tlsPort)).fingerprint256, first.fingerprint256);
});

test("a renewal is met by guests who come from then on, and nobody who is in notices", async (t) => {
  const folder = await newFolder(t);
  // With a third of its life left means 6 seconds after it was had.
  const pebble = await startPebble(t, folder, 9);
  const relay = startRelay(t, pebble, join(folder, "certs"), ["--port", String(pebble.tlsPort)]);
  await relay.says(/is running on/);
  const guest = await enter(pebble.tlsPort);
  let closed: unknown = null;
  guest.on("close", (code) => {
    closed = code;
  });
  const first = await shown(pebble.tlsPort);
  await relay.says(/"certificate-changed"[^]*"certificate-changed"/);
  const second = await shown(pebble.tlsPort);
  assert.ok(isPebbles(second));
  assert.notEqual(second.serialNumber, first.serialNumber);
  const pong = once(guest, "pong");
  guest.ping();
  await within(5_000, "a pong over the connection from before", pong);
  assert.equal(closed, null);
});

test("it gets one over plain HTTP as well, and that port shows everybody else the way to https", async (t) => {
  const folder = await newFolder(t);
  const pebble = await startPebble(t, folder, yearSeconds);
  const ports = ["--port", String(pebble.tlsPort), "--http-port", String(pebble.httpPort)];
  const relay = startRelay(t, pebble, join(folder, "certs"), ports);
  assert.equal(await relay.says(/is running on \S+/), `is running on https://${domain}:${pebble.tlsPort}`);
  assert.ok(isPebbles(await shown(pebble.tlsPort)));
  const asked = get({ port: pebble.httpPort, host: "127.0.0.1", path: "/join", headers: { host: domain } });
  const [answer] = await once(asked, "response");
  answer.resume();
  assert.deepEqual(
    [answer.statusCode, answer.headers.location],
    [308, `https://${domain}:${pebble.tlsPort}/join`],
  );
});

test("where the authority cannot reach the port, a line says so, guests get in, and it is tried again", async (t) => {
  const folder = await newFolder(t);
  const pebble = await startPebble(t, folder, yearSeconds);
  const relay = startRelay(t, pebble, join(folder, "certs"), ["--port", "0"]);
  const words = new RegExp(
    `There is no certificate for ${domain}: the authority could not reach ${domain} on port 443: open it in the firewall`,
  );
  await relay.says(words);
  await relay.says(/The next try is at \d\d:\d\d; until one succeeds browsers warn\./);
  const [, port = ""] = /127\.0\.0\.1:(\d+)/.exec(await relay.says(/https:\/\/127\.0\.0\.1:\d+/)) ?? [];
  assert.equal((await shown(Number(port))).issuer.CN, "secure-room");
});

test("a certificate of one directory is not shown in the name of another", async (t) => {
  const folder = await newFolder(t);
  const certs = join(folder, "certs");
  await mkdir(join(folder, "other"));
  const staging = await startPebble(t, folder, yearSeconds);
  const rehearsal = startRelay(t, staging, certs, ["--port", String(staging.tlsPort)]);
  await rehearsal.says(/is running on/);
  await rehearsal.stop();
  const rehearsed = new X509Certificate(await readFile(join(certs, "acme-cert.pem")));
  const real = await startPebble(t, join(folder, "other"), yearSeconds);
  const relay = startRelay(t, real, certs, ["--port", String(real.tlsPort)]);
  await relay.says(/is running on/);
  assert.notEqual((await shown(real.tlsPort)).fingerprint256, rehearsed.fingerprint256);
});
