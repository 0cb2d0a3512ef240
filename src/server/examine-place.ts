// Looks at the ports or the socket that the relay is to listen on, for `secure-room doctor`: is it free, and who has it?
// It asks whoever listens there on this machine; the name that guests use may lead anywhere, or nowhere yet.

import { access, constants, stat } from "node:fs/promises";
import { createServer, type Server } from "node:net";
import { dirname } from "node:path";
import { askRelay } from "./ask-relay.ts";
import type { BesideFacts, Facts, Holder, PlaceFacts, PortFacts } from "./facts.ts";
import { urlOf } from "./hosts.ts";
import { lengthFlaw, listening, mistakeOf, type PortPlace } from "./listen.ts";
import { codeOf, reasonOf } from "./mistake.ts";
import { placesBeside } from "./rehearsal.ts";
import type { Settings } from "./settings.ts";

/** @param salt of the folder, base64url, null where there is none to compare with */
export async function examinePlaces(
  settings: Settings,
  salt: string | null,
): Promise<Pick<Facts, "place" | "besides">> {
  const { socket, port, host } = settings;
  // Until all were tried: two of them may be the same port.
  const held: Server[] = [];
  try {
    let place: PlaceFacts;
    if (socket === null) {
      const found = await tryPort({ port, host, flag: "--port" }, held);
      place = found.state === "taken" ? { ...found, by: await holderOf(settings, salt) } : found;
    } else place = await examineSocket(settings, socket, salt);
    const besides: BesideFacts[] = [];
    for (const each of placesBeside(settings)) besides.push({ ...each, ...(await tryPort(each, held)) });
    return { place, besides };
  } finally {
    for (const server of held) server.close();
  }
}

async function tryPort(place: PortPlace, held: Server[]): Promise<PortFacts> {
  // Whoever comes in this moment dials again.
  const server = createServer((socket) => socket.destroy());
  try {
    await listening(server, { port: place.port, host: place.host });
    held.push(server);
    return { state: "free" };
  } catch (thrown) {
    if (codeOf(thrown) === "EADDRINUSE") return { state: "taken" };
    return { state: "refused", why: mistakeOf(thrown, place) };
  }
}

async function examineSocket(settings: Settings, path: string, salt: string | null): Promise<PlaceFacts> {
  const flaw = lengthFlaw(path);
  if (flaw !== null) return { state: "refused", why: flaw };
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
