// Figures of all servers side by side.

import type { DialectName } from "./dialects.ts";

export const names: readonly DialectName[] = ["secure-room", "plain-ws", "socket-io", "bare-node"];

export type PerServer = Readonly<Record<DialectName, number>>;

/** A figure of each server. */
export function perServer<T>(figure: (name: DialectName) => T): Readonly<Record<DialectName, T>> {
  return {
    "secure-room": figure("secure-room"),
    "plain-ws": figure("plain-ws"),
    "socket-io": figure("socket-io"),
    "bare-node": figure("bare-node"),
  };
}

/** Of an even number the upper one of the two in the middle. */
export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}
