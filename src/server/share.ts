// What one address may fill of a memory that all share.

import {
  fileChargeBytes,
  frameChargeBytes,
  maxHelloBytes,
  roomChargeBytes,
  seatChargeBytes,
} from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import { kiB } from "../protocol/units.ts";

/** `percent` of `budgetBytes`; 0 percent is no limit, so all of it. */
export function shareOf(budgetBytes: number, percent: number): number {
  return percent === 0 ? budgetBytes : (budgetBytes * percent) / 100;
}

/** The largest file that the memory for files can ever hold, in whole KiB. */
export function mostFileBytes(limits: Pick<Limits, "fileMemoryBytes" | "fileSharePercent">): number {
  const room = shareOf(limits.fileMemoryBytes, limits.fileSharePercent) - fileChargeBytes;
  return Math.floor(room / kiB) * kiB;
}

/** What one address must be let have of the logs for a chat to be one: a room, a member with the largest hello, a frame. */
export function leastShareBytes({ maxFrameBytes }: Pick<Limits, "maxFrameBytes">): number {
  // A seat is charged its `member` text, the hello in base64url with some words around it.
  const seatBytes = seatChargeBytes + 2 * maxHelloBytes;
  return roomChargeBytes + seatBytes + frameChargeBytes + maxFrameBytes;
}
