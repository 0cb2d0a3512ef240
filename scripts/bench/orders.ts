// What the process that measures and the one that makes the load say to each other.

import type { DialectName } from "./dialects.ts";

export type Order =
  | {
      readonly do: "open";
      readonly dialect: DialectName;
      readonly port: number;
      readonly localAddress: string;
      readonly members: number;
      readonly membersPerRoom: number;
      /** How many are on their way in at a time. */
      readonly atOnce: number;
    }
  | {
      readonly do: "load";
      readonly messagesPerSecond: number;
      readonly payloadBytes: number;
      readonly forMs: number;
      /** What is not delivered so long after the last message is lost. */
      readonly drainMs: number;
    }
  /** So many messages are on their way at any time: whoever hears its own says the next. */
  | {
      readonly do: "converse";
      readonly messages: number;
      readonly payloadBytes: number;
      /** Not counted. */
      readonly warmMs: number;
      readonly forMs: number;
      /** What has not come back so long afterwards is lost, for instance because the server has cut its sender. */
      readonly drainMs: number;
    }
  /** The first so many members stop reading and saying anything. */
  | { readonly do: "freeze"; readonly members: number }
  | { readonly do: "close" };

export interface Opened {
  readonly tookMs: number;
  readonly failed: number;
}

export interface Loaded {
  readonly sent: number;
  /** Deliveries that those who read are owed, and those that came. */
  readonly owed: number;
  readonly delivered: number;
  /** From the first message to the last delivery. */
  readonly tookMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Connections that the server has ended, by close code. */
  readonly endedBy: Readonly<Record<string, number>>;
}

export interface Conversed {
  readonly delivered: number;
  /** With what was still on its way when the time was over. */
  readonly deliveredInAll: number;
  readonly tookMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lost: number;
}

export type Answer = Opened | Loaded | Conversed | Record<string, never>;
