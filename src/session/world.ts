// What a session is given: the line to the relay, time, chance and an ear. The composition root makes these; tests
// make others.

import type { Bytes } from "../protocol/base64url.ts";
import type { Random } from "../crypto/bytes.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { SessionEvent } from "./events.ts";

/** A connection to the relay that is being opened or is open. After `close` it calls back no more. */
export interface Line {
  text(text: string): void;
  frame(frame: Bytes): void;
  close(): void;
}

/** What a line tells. `closed` comes at most once and is the last. */
export interface LineListener {
  opened(): void;
  text(text: string): void;
  frame(frame: Bytes): void;
  closed(code: number): void;
}

/** The world, as the composition root hands it in. */
export interface World {
  readonly dial: (roomId: string, listener: LineListener) => Line;
  readonly derive: (salt: Bytes) => Promise<RoomKeys>;
  readonly random: Random;
  /** Wall clock, ms since 1970. */
  readonly now: () => number;
  /** Calls back once after `ms`; the result cancels it. */
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly tell: (event: SessionEvent) => void;
  /** A bug of ours: something was thrown that nobody expected. */
  readonly fault: (error: unknown) => void;
}
