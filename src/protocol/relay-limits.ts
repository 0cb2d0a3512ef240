// What a relay allows, and its host may change: each is a flag of the command, and a row of PROTOCOL.md, section 4.

import { hourMs, kiB, miB, minuteMs, secondMs } from "./units.ts";

/** A token bucket: `count` tokens flow in over `perMs`, at most `burst` are held. A count of 0 turns it off. */
export interface Rate {
  readonly count: number;
  readonly perMs: number;
  readonly burst: number;
}

/** What the relay enforces, PROTOCOL.md section 4. 0 turns off a rate or a per-address limit. */
export interface Limits {
  readonly maxConnections: number;
  readonly maxConnectionsPerIp: number;
  readonly upgradeRate: Rate;
  readonly joinRate: Rate;
  readonly tlsTimeoutMs: number;
  readonly headTimeoutMs: number;
  readonly maxHeadBytes: number;
  readonly joinTimeoutMs: number;
  readonly maxFrameBytes: number;
  readonly maxTextFrameBytes: number;
  readonly maxFragments: number;
  readonly messageRate: Rate;
  readonly byteRate: Rate;
  readonly maxQueueBytes: number;
  readonly maxVolatileQueueBytes: number;
  readonly maxMembers: number;
  readonly history: number;
  readonly historyBytes: number;
  readonly historyAgeMs: number;
  readonly maxFileBytes: number;
  readonly fileAgeMs: number;
  readonly logMemoryBytes: number;
  readonly fileMemoryBytes: number;
  /** What one address may hold, in hundredths of the logs and of the files. */
  readonly logSharePercent: number;
  readonly fileSharePercent: number;
  /** 0: a connection lasts as long as it works. */
  readonly connectionAgeMs: number;
  readonly stopSpreadMs: number;
  readonly stopTimeoutMs: number;
}

export const defaultLimits: Limits = {
  maxConnections: 10_000,
  maxConnectionsPerIp: 32,
  upgradeRate: { count: 60, perMs: minuteMs, burst: 20 },
  joinRate: { count: 30, perMs: minuteMs, burst: 20 },
  tlsTimeoutMs: 10 * secondMs,
  headTimeoutMs: 10 * secondMs,
  maxHeadBytes: 16 * kiB,
  joinTimeoutMs: 10 * secondMs,
  maxFrameBytes: 64 * kiB,
  maxTextFrameBytes: 8 * kiB,
  maxFragments: 64,
  messageRate: { count: 20, perMs: secondMs, burst: 60 },
  byteRate: { count: 512 * kiB, perMs: secondMs, burst: 4 * miB },
  maxQueueBytes: miB,
  maxVolatileQueueBytes: 256 * kiB,
  maxMembers: 100,
  history: 500,
  historyBytes: 4 * miB,
  historyAgeMs: 24 * hourMs,
  maxFileBytes: 25 * miB,
  fileAgeMs: 24 * hourMs,
  logMemoryBytes: 64 * miB,
  fileMemoryBytes: 192 * miB,
  logSharePercent: 12.5,
  fileSharePercent: 25,
  connectionAgeMs: 0,
  stopSpreadMs: 2 * secondMs,
  stopTimeoutMs: 10 * secondMs,
};
