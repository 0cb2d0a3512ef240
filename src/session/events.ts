// Everything a screen can be told. A screen keeps what it shows under the ids given here and needs no other state.

import type { RoomSymbol } from "../crypto/symbols.ts";
import type { MemberState } from "../protocol/control.ts";
import type { MessageId } from "./body.ts";
import type { SharedFile } from "./files.ts";

/** Who said something: a signing key and the name it goes by. */
export interface Author {
  /** The public key in base64url. */
  readonly key: string;
  readonly name: string;
  /** 1 for the first key seen under this name, 2 for the next: another person, or the same with a new key. */
  readonly ordinal: number;
  readonly own: boolean;
}

export interface MessageEntry {
  readonly kind: "message";
  readonly id: string;
  /** Null until its echo has come. */
  readonly messageId: MessageId | null;
  readonly author: Author;
  /** By the author's clock, ms since 1970. */
  readonly at: number;
  readonly text: string;
  /** What is shared instead of a text, which is empty then. */
  readonly file?: SharedFile | undefined;
  readonly re?: MessageId;
  /** The number of the edit that is shown, or null. */
  readonly edited: number | null;
  readonly deleted: boolean;
  /** "sending" until the relay's echo is there. */
  readonly delivery: "sending" | "sent";
  /** Its place in the relay's present log; null before it has one. */
  readonly seq: number | null;
  /** How many others have said that they have seen it; 0 in messages of others. */
  readonly seenBy: number;
  /** Emoji to those who reacted with it. */
  readonly reactions: ReadonlyMap<string, readonly Author[]>;
}

export type Entry =
  | MessageEntry
  /** `count` numbered messages of `author` never came; null where nobody knows how many, or whose. */
  | {
      readonly kind: "gap";
      readonly id: string;
      readonly author: Author | null;
      readonly count: number | null;
    }
  | { readonly kind: "unreadable"; readonly id: string }
  | { readonly kind: "notice"; readonly id: string; readonly what: Notice; readonly author: Author }
  /** What the room is about, in one line; "" when it is about nothing. */
  | { readonly kind: "topic"; readonly id: string; readonly text: string; readonly author: Author }
  /** Messages disappear so many seconds after they were said; 0: they stay. */
  | { readonly kind: "timer"; readonly id: string; readonly seconds: number; readonly author: Author };

export type TopicEntry = Extract<Entry, { kind: "topic" }>;

export type Notice = "joined" | "left" | "second-key" | "other-words" | "new-salt";

export interface RosterMember {
  /** base64url of the blinded name: what the relay knows. */
  readonly fromUser: string;
  /** Null while the hello has not opened: an unknown member, shown all the same. */
  readonly author: Author | null;
  readonly state: MemberState;
}

export type Status =
  | { readonly state: "dialling" }
  | { readonly state: "joining" }
  | { readonly state: "live" }
  /** `unsent` messages wait for the next connection, tried again in `retryInMs`; `stopped`: the relay said farewell. */
  | { readonly state: "lost"; readonly retryInMs: number; readonly unsent: number; readonly stopped: boolean }
  /** The person must decide: another name, later, another room. */
  | {
      readonly state: "refused";
      readonly why: "name-taken" | "room-full";
      readonly retryAfterMs: number | null;
    }
  | { readonly state: "left"; readonly why: "asked" | "taken-over" | "refused-by-relay" };

export type SessionEvent =
  | { readonly type: "status"; readonly status: Status }
  /** New or changed; it stands in front of `before`, or at the end. */
  | { readonly type: "entry"; readonly entry: Entry; readonly before: string | null }
  | { readonly type: "gone"; readonly id: string }
  /** An own file's message was deleted, or its time is over: the relay need not keep the file. */
  | { readonly type: "file-over"; readonly file: string }
  /** The operator had deleted what the relay kept, files with it: what was sent until then is not to be sent again. */
  | { readonly type: "cleared"; readonly untilMs: number }
  /** All others who write at present. */
  | { readonly type: "typing"; readonly authors: readonly Author[] }
  | { readonly type: "members"; readonly members: readonly RosterMember[] }
  /** The room's timer is another, whoever has set it and when; 0 is off. It is 0 until this is told. */
  | { readonly type: "timer"; readonly seconds: number }
  /**
   * A replay is through: so many messages came with it; `first` when this tab came in, false when it came back. Told
   * again when others have brought more back after a restart of the relay.
   */
  | { readonly type: "caught-up"; readonly messages: number; readonly first: boolean }
  /** The pictures to compare: told again when the relay's salt, and with it every key, is another. */
  | { readonly type: "code"; readonly code: readonly RoomSymbol[] };
