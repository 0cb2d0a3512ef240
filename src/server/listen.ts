// Makes a server listen: on a port, on a Unix socket, or on a socket that systemd has opened; or says in one line why not.

import { chmod, rm, stat } from "node:fs/promises";
import { connect, isIPv6, type Server } from "node:net";
import { dirname } from "node:path";

import { isLoopback } from "./hosts.ts";
import { codeOf, Mistake, reasonOf } from "./mistake.ts";

export interface PortPlace {
  /** 0 takes a free one. */
  readonly port: number;
  readonly host: string;
  /** `--port` */
  readonly flag: string;
}

/** What to listen on, and the flags that say so. */
export type Place =
  | PortPlace
  | { readonly socket: string }
  | {
      readonly descriptor: number;
      /** Whether it must be one that only this machine reaches. */
      readonly isLocal: boolean;
    };

/** The first of the sockets that systemd hands over (sd_listen_fds(3)). */
const firstDescriptor = 3;
/** What the system's `sun_path` holds, less the zero behind it (unix(7)). */
const maxSocketPathBytes = process.platform === "linux" ? 107 : 103;
/** For the group: a proxy that is in it may connect. */
const socketMode = 0o660;

/**
 * The socket that systemd has opened for this process, or null.
 * @throws Mistake where it has opened several: nobody would hear of those that are left alone
 */
export function activatedDescriptor(
  env: Readonly<Record<string, string | undefined>>,
  pid: number,
): number | null {
  const count = env["LISTEN_FDS"] ?? "0";
  if (env["LISTEN_PID"] !== String(pid) || count === "0") return null;
  if (count === "1") return firstDescriptor;
  throw new Mistake(
    `LISTEN_FDS is ${JSON.stringify(count.slice(0, 60))}, and one socket of systemd's is listened on: keep one ` +
      `ListenStream= in the .socket unit (an empty one clears those before it)`,
  );
}

/**
 * Starts listening.
 * @returns the port, 0 for a Unix socket
 * @throws Mistake when the port, the address or the socket cannot be had
 */
export async function listenOn(server: Server, place: Place): Promise<number> {
  if ("socket" in place) return await listenOnSocket(server, place.socket);
  try {
    if ("descriptor" in place) await listening(server, { fd: place.descriptor });
    else await listening(server, { port: place.port, host: place.host });
  } catch (thrown) {
    if ("descriptor" in place) {
      throw new Mistake(`cannot listen on the socket that systemd gave: ${reasonOf(thrown)}`);
    }
    throw new Mistake(mistakeOf(thrown, place));
  }
  const address = server.address();
  if ("descriptor" in place && place.isLocal) refuseForeign(server, address);
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** Nobody has been let in yet: connections are taken when the event loop comes round. */
function refuseForeign(server: Server, address: ReturnType<Server["address"]>): void {
  // One that came as a descriptor has an address unless it is a Unix socket.
  if (typeof address !== "object" || address === null || isLoopback(address.address)) return;
  server.close();
  throw new Mistake(
    `systemd has opened ${isIPv6(address.address) ? `[${address.address}]` : address.address}:${address.port}, and ` +
      `--no-tls is for a proxy on this machine: have systemctl edit secure-room.socket say [Socket], an empty ` +
      `ListenStream=, and then ListenStream=/run/secure-room/room.sock or ListenStream=127.0.0.1:3000`,
  );
}

async function listenOnSocket(server: Server, path: string): Promise<number> {
  const flaw = lengthFlaw(path);
  if (flaw !== null) throw new Mistake(flaw);
  try {
    // One that was left behind by a kill is in the way, and nobody answers on it.
    await listening(server, { path }).catch(async (thrown: unknown) => {
      if (codeOf(thrown) !== "EADDRINUSE" || !(await isLeftBehind(path))) throw thrown;
      await rm(path);
      await listening(server, { path });
    });
    await chmod(path, socketMode);
  } catch (thrown) {
    throw new Mistake(await socketMistakeOf(thrown, path));
  }
  return 0;
}

/** What is wrong with a path that no socket can have; null for any other. Node would cut it, and listen there. */
export function lengthFlaw(path: string): string | null {
  const bytes = Buffer.byteLength(path);
  if (process.platform === "win32" || bytes <= maxSocketPathBytes) return null;
  return (
    `--socket has a path of ${bytes} bytes, and a socket's may have ${maxSocketPathBytes}: ` +
    `name a shorter one, such as /run/secure-room/room.sock`
  );
}

/** Asks the file system: libuv calls a folder that is missing "permission denied", and a file in the way "in use". */
async function socketMistakeOf(thrown: unknown, path: string): Promise<string> {
  const found = await kindOf(path);
  if (found === "socket" && codeOf(thrown) === "EADDRINUSE") {
    return `the socket ${path} is in use: stop what uses it, or take another with --socket`;
  }
  if (found === "file" || found === "folder") {
    return `at --socket ${path} there is a ${found}, which is no socket: move it away, or name another path`;
  }
  const folder = dirname(path);
  if (found === null && (await kindOf(folder)) === null) {
    return (
      `the folder ${folder} of --socket does not exist: make it (sudo install -d -o "$USER" ${folder}; ` +
      `in a systemd unit RuntimeDirectory=), or name another path`
    );
  }
  const reason = `cannot listen on --socket ${path}: ${reasonOf(thrown)}`;
  return codeOf(thrown) === "EACCES"
    ? `${reason}; name a path in a folder that you may write, or have ${folder} given to you`
    : reason;
}

/** What is at `path`, null when nothing can be seen there. */
async function kindOf(path: string): Promise<"socket" | "folder" | "file" | null> {
  const found = await stat(path).catch(() => null);
  if (found === null) return null;
  if (found.isSocket()) return "socket";
  return found.isDirectory() ? "folder" : "file";
}

/** Resolves when `server` listens. @throws the system's error */
export async function listening(server: Server, options: object): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

/** Whether `path` is a socket that nobody has open. One that does not answer now, or not to us, is somebody's all the same. */
async function isLeftBehind(path: string): Promise<boolean> {
  if ((await kindOf(path)) !== "socket") return false;
  return await new Promise((resolve) => {
    const socket = connect(path, () => resolve(false));
    socket.on("error", (error) => resolve(codeOf(error) === "ECONNREFUSED"));
    socket.on("connect", () => socket.destroy());
  });
}

/** Why a port could not be had, and what to do. @param thrown the system's error */
export function mistakeOf(thrown: unknown, { port, host, flag }: PortPlace): string {
  switch (codeOf(thrown)) {
    case "EADDRINUSE":
      return `port ${port} is in use: stop what uses it, or take another with ${flag} N`;
    case "EACCES":
      return `port ${port} is not yours to use: take one above 1023 with ${flag} N${rightTo(port)}`;
    case "EADDRNOTAVAIL":
      return `this machine does not have the address ${host}: name one that it has with --host ADDRESS`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return `the name ${host} is not known here: name an address with --host ADDRESS`;
    default:
      return `cannot listen on ${host} port ${port}: ${reasonOf(thrown)}`;
  }
}

/** How to come by the right to a low port, where the system has a way. */
function rightTo(port: number): string {
  if (process.platform !== "linux" || port > 1023) return "";
  return (
    `, or grant the right to it: sudo setcap cap_net_bind_service=+ep ${process.execPath}, ` +
    `in a systemd unit AmbientCapabilities=CAP_NET_BIND_SERVICE`
  );
}
