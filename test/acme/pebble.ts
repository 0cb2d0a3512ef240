// Pebble, the authority that Let's Encrypt tests clients with, on loopback: it calls good nonces used at random, and asks
// a resolver of its own, for which every name is this machine.

import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { dayMs } from "../../src/protocol/units.ts";
import { basicConstraints, nameOf, subjectAltName, writeCertificate } from "../../src/server/x509.ts";
import { within } from "../deadline.ts";

export interface Pebble {
  readonly directoryUrl: string;
  /** PEM file of what signs its own https, for NODE_EXTRA_CA_CERTS. */
  readonly caFile: string;
  /** Where it looks for the answers to its challenges. */
  readonly tlsPort: number;
  readonly httpPort: number;
  stop(): Promise<void>;
}

const startWithinMs = 20_000;

/** @param validSeconds how long its certificates last */
export async function startPebble(t: TestContext, folder: string, validSeconds: number): Promise<Pebble> {
  const [port, management, dns, dnsManagement, tlsPort, httpPort] = await freePorts();
  const caFile = join(folder, "pebble-cert.pem");
  const keyFile = join(folder, "pebble-key.pem");
  const config = join(folder, "pebble.json");
  await writePair(caFile, keyFile);
  await writeFile(
    config,
    JSON.stringify({
      pebble: {
        listenAddress: `127.0.0.1:${port}`,
        managementListenAddress: `127.0.0.1:${management}`,
        certificate: caFile,
        privateKey: keyFile,
        httpPort,
        tlsPort,
        certificateValidityPeriod: validSeconds,
      },
    }),
  );
  const off = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-defaultIPv6", ""];
  const resolver = spawn(
    "pebble-challtestsrv",
    [...off, "-dns01", `127.0.0.1:${dns}`, "-management", `127.0.0.1:${dnsManagement}`],
    { stdio: "ignore" },
  );
  const authority = spawn("pebble", ["-strict", "-config", config, "-dnsserver", `127.0.0.1:${dns}`], {
    stdio: ["ignore", "pipe", "ignore"],
    env: {
      PATH: process.env["PATH"],
      PEBBLE_VA_NOSLEEP: "1",
      PEBBLE_WFE_NONCEREJECT: "30",
      // Every renewal is to prove its domain anew.
      PEBBLE_AUTHZREUSE: "0",
    },
  });
  const stop = async (): Promise<void> => {
    await Promise.all([resolver, authority].map(ended));
  };
  t.after(stop);
  await within(startWithinMs, "pebble listens", saidBy(authority, "ACME directory available"));
  return { directoryUrl: `https://localhost:${port}/dir`, caFile, tlsPort, httpPort, stop };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

async function saidBy(child: ChildProcess, words: string): Promise<void> {
  const { stdout } = child;
  if (stdout === null) throw new Error("expected a process whose output is read");
  let said = "";
  for await (const chunk of stdout.iterator({ destroyOnReturn: false })) {
    said += String(chunk);
    if (!said.includes(words)) continue;
    // Or it would stand still with a full pipe.
    stdout.resume();
    return;
  }
  throw new Error(`pebble ended: ${said}`);
}

async function writePair(certFile: string, keyFile: string): Promise<void> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = nameOf("pebble");
  const cert = writeCertificate({
    subject,
    publicKey,
    issuer: { name: subject, key: privateKey },
    fromMs: Date.now() - dayMs,
    untilMs: Date.now() + dayMs,
    extensions: [basicConstraints(true), subjectAltName(["localhost"])],
  });
  await writeFile(certFile, cert);
  await writeFile(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
}

/** Ports that were free a moment ago, no two the same. */
async function freePorts(): Promise<readonly [number, number, number, number, number, number]> {
  const port = async (): Promise<{ port: number; close: () => void }> => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    if (typeof address !== "object" || address === null) throw new Error("expected an address");
    return { port: address.port, close: () => void server.close() };
  };
  const taken = await Promise.all([port(), port(), port(), port(), port(), port()]);
  for (const { close } of taken) close();
  const [a, b, c, d, e, f] = taken;
  return [a.port, b.port, c.port, d.port, e.port, f.port];
}
