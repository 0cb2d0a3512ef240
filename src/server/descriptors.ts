// How many sockets fit into the files that this process may open.

import { readFileSync } from "node:fs";
import {
  connectionsPerDescriptor,
  httpSocketsPerDescriptor,
  socketsPerConnection,
  spareDescriptors,
  spareSockets,
} from "../protocol/limits.ts";
import { defaultLimits } from "../protocol/relay-limits.ts";

/** The soft limit of open files of this process; null where /proc does not tell. Node has raised it to the hard one. */
export function readDescriptorLimit(): number | null {
  try {
    const match = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"));
    return match === null ? null : Number(match[1]);
  } catch {
    return null;
  }
}

/** The connections that guests may have where nobody has said a number. */
export function usualConnections(descriptorLimit: number | null): number {
  if (descriptorLimit === null) return defaultLimits.maxConnections;
  const most = Math.floor(descriptorLimit * connectionsPerDescriptor);
  return Math.max(1, Math.min(defaultLimits.maxConnections, most));
}

/**
 * The sockets to accept for `connections` guests: some more, for the page and for those who are told that there is no
 * place; but with those of other ports always fewer than the descriptors, so that the system never has to refuse one.
 */
export function mostSockets(connections: number, descriptorLimit: number | null, elsewhere = 0): number {
  const wanted = Math.ceil(connections * socketsPerConnection) + spareSockets;
  if (descriptorLimit === null) return wanted;
  return Math.max(1, Math.min(wanted, descriptorLimit - spareDescriptors - elsewhere));
}

/** The sockets to accept at the port for plain HTTP. */
export function mostHttpSockets(connections: number, descriptorLimit: number | null): number {
  if (descriptorLimit === null) return connections;
  return Math.max(1, Math.min(connections, Math.floor(descriptorLimit * httpSocketsPerDescriptor)));
}
