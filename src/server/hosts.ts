// The addresses of this machine, sorted by how likely a guest on the same network can reach them.

import type { NetworkInterfaceInfo } from "node:os";
import { BlockList, isIP, isIPv6 } from "node:net";

type Interfaces = Readonly<Record<string, readonly NetworkInterfaceInfo[] | undefined>>;

/** Bridges and tunnels that machines have beside their network: nobody outside reaches a guest through them. */
const virtual =
  /^(?:docker|br-|veth|virbr|vmnet|vboxnet|vEthernet|tun|tap|utun|wg|tailscale|zt|lxc|podman|cni)/;
const privateIPv4 = /^(?:10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)/;

/**
 * The addresses that other machines may reach: IPv4 before IPv6, real interfaces before virtual ones, private networks
 * before public ones. Link-local addresses are left out: they mean nothing without a zone, and a link cannot name one.
 */
export function lanAddresses(interfaces: Interfaces): string[] {
  const found = Object.entries(interfaces).flatMap(([name, infos]) =>
    (infos ?? [])
      .filter(({ internal, address }) => !internal && !isLinkLocal(address))
      .map(({ address }) => ({ address, rank: rankOf(name, address) })),
  );
  return [...new Set(found.toSorted((a, b) => a.rank - b.rank).map(({ address }) => address))];
}

/**
 * What to call a relay that listens on `host`: names and addresses, the one for guests first.
 * `lan` are the addresses of this machine that others reach.
 */
export function reachableHosts(host: string, lan: readonly string[]): string[] {
  if (host === "0.0.0.0") return [...lan.filter((address) => !isIPv6(address)), "localhost"];
  if (host === "::") return [...lan, "localhost"];
  return [host];
}

/** RFC 5735 and 4291. */
const loopbackAddresses = new BlockList();
loopbackAddresses.addSubnet("127.0.0.0", 8, "ipv4");
loopbackAddresses.addAddress("::1", "ipv6");

/** Whether a name, or an address without brackets, always means the machine that uses it (RFC 6761, section 6.3). */
export function isLoopback(host: string): boolean {
  if (isIP(host) !== 0) return loopbackAddresses.check(host, isIPv6(host) ? "ipv6" : "ipv4");
  return /^(?:.+\.)?localhost\.?$/i.test(host);
}

/** `https://HOST:PORT`, with IPv6 in brackets and without the port that the scheme has anyway. */
export function urlOf(scheme: "http" | "https", host: string, port: number): string {
  const name = isIPv6(host) ? `[${host}]` : host;
  const usualPort = scheme === "https" ? 443 : 80;
  return port === usualPort ? `${scheme}://${name}` : `${scheme}://${name}:${port}`;
}

function rankOf(name: string, address: string): number {
  const byFamily = isIPv6(address) ? 4 : 0;
  const byInterface = virtual.test(name) ? 2 : 0;
  return byFamily + byInterface + (privateIPv4.test(address) ? 0 : 1);
}

function isLinkLocal(address: string): boolean {
  return /^fe[89ab]/i.test(address) || address.startsWith("169.254.");
}
