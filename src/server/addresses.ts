// What each network address is using: connections, upgrades, joins and memory. IPv6 counts by /64, which is what one
// household or one rented server gets; an IPv4 address inside IPv6 (RFC 4291, section 2.5.5.2) counts as IPv4.

import type { IncomingMessage } from "node:http";
import { isIP, isIPv4 } from "node:net";

import { socketsPerConnectionOfIp, spareSocketsOfIp } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import { Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { Share } from "./log.ts";
import { FileShare } from "./vault.ts";

/** One address, for as long as it matters. */
export interface Address {
  /** As a log names it: an address, or the network of an IPv6 one. */
  readonly name: string;
  connections: number;
  readonly upgrades: Bucket;
  readonly joins: Bucket;
  readonly share: Share;
  readonly files: FileShare;
}

export interface Addresses {
  /** The entry of `remoteAddress`, as a socket spells it. */
  of(remoteAddress: string): Address;
  /** The entry of whoever sent `request`. */
  from(request: IncomingMessage): Address;
  /** Forgets the addresses that are as good as new. */
  sweep(): void;
  readonly size: number;
}

/**
 * The addresses of one relay, shared by everything that lets somebody in.
 * @param trustProxy whether requests come through a proxy that says whose they are
 */
export function createAddresses(
  limits: Pick<Limits, "upgradeRate" | "joinRate">,
  clock: Clock,
  trustProxy = false,
): Addresses {
  const known = new Map<string, Address>();

  function of(remoteAddress: string): Address {
    const key = addressKey(remoteAddress);
    const found = known.get(key);
    if (found !== undefined) return found;
    const made: Address = {
      name: nameOf(key),
      connections: 0,
      upgrades: new Bucket(limits.upgradeRate, clock.now()),
      joins: new Bucket(limits.joinRate, clock.now()),
      share: new Share(),
      files: new FileShare(),
    };
    known.set(key, made);
    return made;
  }

  return {
    of,
    from({ headers, socket }) {
      return of((trustProxy ? lastHop(headers["x-forwarded-for"]) : null) ?? socket.remoteAddress ?? "");
    },
    sweep() {
      const nowMs = clock.now();
      for (const [key, { connections, share, files, upgrades, joins }] of known) {
        if (connections > 0 || share.chargedBytes > 0 || files.chargedBytes > 0) continue;
        if (upgrades.isFull(nowMs) && joins.isFull(nowMs)) known.delete(key);
      }
    },
    get size() {
      return known.size;
    },
  };
}

/**
 * The last entry of X-Forwarded-For, which the proxy itself has added: whatever stands in front of it came from outside.
 * Null where it is no address.
 */
function lastHop(header: string | string[] | undefined): string | null {
  const last =
    String(header ?? "")
      .split(",")
      .at(-1)
      ?.trim() ?? "";
  return isIP(last) === 0 ? null : last;
}

/** How a log names `remoteAddress`. */
export function addressName(remoteAddress: string): string {
  return nameOf(addressKey(remoteAddress));
}

function nameOf(key: string): string {
  return isIPv4(key) ? key : `${key}::/64`;
}

/** Counts what each address has open, before anything else is known of it. */
export interface Crowd {
  /** Takes a place for `remoteAddress`. Gives what gives it back, once; null when the address has all it may have. */
  enter(remoteAddress: string): (() => void) | null;
}

/** @param most per address; `Infinity` is no limit */
export function createCrowd(most: number): Crowd {
  const counts = new Map<string, number>();
  return {
    enter(remoteAddress) {
      const key = addressKey(remoteAddress);
      const count = counts.get(key) ?? 0;
      if (count >= most) return null;
      counts.set(key, count + 1);
      return () => {
        const left = (counts.get(key) ?? 0) - 1;
        if (left > 0) counts.set(key, left);
        else counts.delete(key);
      };
    },
  };
}

/** The sockets that one address may have open where it may have `connections`; 0 is no limit for both. */
export function mostSocketsOfIp(connections: number): number {
  return connections === 0 ? Infinity : connections * socketsPerConnectionOfIp + spareSocketsOfIp;
}

/** What `remoteAddress` is counted under: the IPv4 address, or the first four groups of the IPv6 one. */
export function addressKey(remoteAddress: string): string {
  if (isIPv4(remoteAddress)) return remoteAddress;
  const [unscoped = ""] = remoteAddress.toLowerCase().split("%");
  const [left = "", right] = unscoped.split("::");
  const head = groupsOf(left);
  const tail = right === undefined ? [] : groupsOf(right);
  const groups = [...head, ...Array<number>(Math.max(0, 8 - head.length - tail.length)).fill(0), ...tail];
  const isMapped = groups.slice(0, 5).every((group) => group === 0) && groups[5] === 0xffff;
  if (!isMapped)
    return groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(":");
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

function groupsOf(part: string): number[] {
  if (part === "") return [];
  return part.split(":").flatMap((group) => {
    if (!isIPv4(group)) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
