// What a session is given and what it offers: on the one side the line to the relay, time, chance and an ear, which the
// composition root makes and tests make otherwise; on the other what a person can do, and what survives a reload.

import type { Bytes } from "../protocol/base64url.ts";
import type { Random } from "../crypto/bytes.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { MemberKey } from "../crypto/member.ts";
import type { faultOfText, MessageId } from "./body.ts";
import type { Seen } from "./cursor.ts";
import type { SessionEvent } from "./events.ts";
import type { SharedFile } from "./files.ts";
import type { SavedUnsent } from "./outbox.ts";

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

/** What a tab keeps to come back as the same member: PROTOCOL.md section 2, "memberKey, counter, seat and outbox". */
export interface SavedSession {
  readonly roomId: string;
  readonly name: string;
  readonly member: string;
  readonly seat: string;
  readonly counter: number;
  /** What the last hello gave as its time. */
  readonly helloAt: number;
  readonly receipts: boolean;
  /** The room's timer in seconds, 0 is off; null: not known. */
  readonly timer: number | null;
  /** The log that was seen last, and how far; null: none. */
  readonly seen: Seen | null;
  readonly unsent: readonly SavedUnsent[];
}

export interface SessionOptions {
  readonly keys: RoomKeys;
  readonly member: MemberKey;
  /** Checked by `checkName`. */
  readonly name: string;
  readonly saved?: SavedSession;
}

/** Why a text was not taken; null when it was. */
export type SayFault = ReturnType<typeof faultOfText> | "outbox-full";

export interface Session {
  /** Dials for the first time. */
  readonly start: () => void;
  /** Takes a text: it is in the timeline at once and is sent as soon as the room is live. */
  readonly say: (text: string, re?: MessageId) => SayFault;
  /** Tells the room of a file that the relay holds. False when too much waits already. */
  readonly sendFile: (file: SharedFile) => boolean;
  /** Whether a message is one's own, and in the log or with nobody yet: what is on its way follows when it is there. */
  readonly mayChange: (id: string) => boolean;
  /** Says an own message anew. "gone": it is not there any more, or is somebody else's. */
  readonly edit: (id: string, text: string) => SayFault | "gone";
  /** Deletes an own message on every screen, and has the relay forget it. False: it is gone, or is somebody else's. */
  readonly remove: (id: string) => boolean;
  /** Reacts to a message with an emoji, or takes that back. */
  readonly react: (id: MessageId, emoji: string, on: boolean) => void;
  /** What the room is about, in one line; "" takes it away. "characters": it is too long, or no line. */
  readonly setTopic: (text: string) => "characters" | null;
  /** The person writes, or has stopped; others are told now and then. */
  readonly typing: (on: boolean) => void;
  /** Messages disappear from now on so many seconds after they were said; 0: they stay. For everybody in the room. */
  readonly setTimer: (seconds: number) => void;
  /** Whether to tell what has been seen, and to be told. */
  readonly setReceipts: (on: boolean) => void;
  /** The person has the newest messages before the eyes. */
  readonly saw: () => void;
  /** The tab is visible, or the network is back: dial at once, or make sure that the line still answers. */
  readonly wake: () => void;
  /** The person has asked for it: dials at once, also when the relay has asked to be left alone for longer. */
  readonly tryNow: () => void;
  /** Takes another name: leaves, and joins again with a new seat and the same key. */
  readonly rename: (name: string) => void;
  readonly leave: () => void;
  /** How much has no echo: messages, and what was done to some. */
  readonly unsent: () => number;
  /** What was said and has no echo, oldest first. */
  readonly unsentTexts: () => string[];
  /** What survives a reload, at this moment. */
  readonly save: () => SavedSession;
}
