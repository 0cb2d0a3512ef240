// Looks at the port or the socket that the relay is to listen on, for `secure-room doctor`: is it free, and who has it?
// It asks whoever listens there on this machine; the name that guests use may lead anywhere, or nowhere yet.

import { access, constants, stat } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname } from "node:path";
import { askRelay } from "./ask-relay.ts";
import type { Holder, PlaceFacts } from "./facts.ts";
import { urlOf } from "./hosts.ts";
import { codeOf, reasonOf } from "./mistake.ts";
import type { Settings } from "./settings.ts";

/** @param salt of the folder, base64url, null where there is none to compare with */
export async function examinePlace(settings: Settings, salt: string | null): Promise<PlaceFacts> {
  const { socket } = settings;
  return socket === null ? await examinePort(settings, salt) : await examineSocket(settings, socket, salt);
}

async function examinePort(settings: Settings, salt: string | null): Promise<PlaceFacts> {
  const { port, host } = settings;
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ port, host }, resolve);
    });
    return { state: "free" };
  } catch (thrown) {
    if (codeOf(thrown) === "EADDRINUSE") return { state: "taken", by: await holderOf(settings, salt) };
    const why = `cannot listen on ${host} port ${port}: ${reasonOf(thrown)}; name others with --host and --port`;
    return { state: "refused", why };
  } finally {
    server.close();
  }
}

async function examineSocket(settings: Settings, path: string, salt: string | null): Promise<PlaceFacts> {
  try {
    const found = await stat(path).catch((thrown: unknown) => {
      if (codeOf(thrown) !== "ENOENT") throw thrown;
      return null;
    });
    if (found === null) return await examineFolder(dirname(path));
    if (!found.isSocket()) {
      return { state: "refused", why: `${path} is no socket: remove it, or take another with --socket` };
    }
    // Who may not write to it may not connect.
    await access(path, constants.W_OK);
  } catch (thrown) {
    const why = `${path} is not this user's to use: ${reasonOf(thrown)}; run doctor as the user that runs the relay, or take another with --socket`;
    return { state: "refused", why };
  }
  const by = await holderOf(settings, salt);
  return by === "nobody" ? { state: "left" } : { state: "taken", by };
}

/** Of a socket that is not there yet. */
async function examineFolder(folder: string): Promise<PlaceFacts> {
  try {
    await access(folder, constants.W_OK);
    return { state: "free" };
  } catch (thrown) {
    const why = `cannot be made in the folder ${folder}: ${reasonOf(thrown)}; make that folder, writable for the relay, or take another with --socket`;
    return { state: "refused", why };
  }
}

/** Who listens there. Both ways of asking: what runs may have other flags than these. */
async function holderOf({ tls, host, port, socket }: Settings, salt: string | null): Promise<Holder> {
  const name = socket === null ? (anyHosts[host] ?? host) : "localhost";
  let holder: Holder = "nobody";
  for (const withTls of [tls, !tls]) {
    try {
      const { relay } = await askRelay(urlOf(withTls ? "https" : "http", name, port), socket);
      if (relay === null) holder = "stranger";
      else {
        const ours = salt === null ? null : relay.salt === salt;
        return { version: relay.version, ours, sameTls: withTls === tls };
      }
    } catch (thrown) {
      if (!isNobody(thrown)) holder = "stranger";
    }
  }
  return holder;
}

function isNobody(thrown: unknown): boolean {
  return codeOf(thrown) === "ECONNREFUSED" || codeOf(thrown) === "ENOENT";
}

/** Where what listens on every address is asked. */
const anyHosts: Readonly<Record<string, string>> = { "0.0.0.0": "127.0.0.1", "::": "::1" };
