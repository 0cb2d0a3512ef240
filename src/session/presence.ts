// Who is here, as the relay says it and the sealed hellos prove it. Until a replay is through, seats wait: keys are
// numbered in the order of the log, and a hello is newer than it.

import type { Member } from "../protocol/control.ts";
import { maxRosterMembers } from "../protocol/limits.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { openHello } from "./envelope.ts";
import type { Author, Notice } from "./events.ts";
import type { Roster } from "./roster.ts";
import type { World } from "./world.ts";

export interface Presence {
  /** A replay begins. */
  readonly joining: () => void;
  /** A seat that was named during it. */
  readonly hold: (said: Member) => void;
  /** The replay is through: takes the seats that waited, and lets go of whom it did not name. */
  readonly settle: (keys: RoomKeys) => Promise<void>;
  /** A seat that was named in the live room. Gives who has come, if somebody has. */
  readonly take: (keys: RoomKeys, said: Member) => Promise<Author | null>;
  /** Tells who is here. */
  readonly tell: () => void;
}

/**
 * @param on.own this tab, as others see it
 * @param on.notice a line for the screen
 */
export function createPresence(
  roster: Roster,
  tellWorld: World["tell"],
  on: {
    readonly own: (author: Author) => void;
    readonly notice: (what: Notice, author: Author) => void;
  },
): Presence {
  const held: Member[] = [];

  async function seat(keys: RoomKeys, said: Member): Promise<ReturnType<Roster["seat"]>> {
    const hello = await openHello(keys, said);
    const known = hello && { key: hello.key, name: hello.body.name, at: hello.body.at };
    const change = roster.seat(said.fromUser, said.state, known);
    if (change.secondKey && change.author) on.notice("second-key", change.author);
    if (change.author?.own === true) on.own(change.author);
    return change;
  }

  return {
    joining() {
      held.length = 0;
    },
    hold(said) {
      if (held.length < maxRosterMembers) held.push(said);
    },
    async settle(keys) {
      const named = held.splice(0);
      for (const said of named) await seat(keys, said);
      roster.keepOnly(new Set(named.map(({ fromUser }) => fromUser)));
    },
    async take(keys, said) {
      const { what, author } = await seat(keys, said);
      if (what === "none" || author === null || author.own) return null;
      on.notice(what, author);
      return what === "joined" ? author : null;
    },
    tell: () => tellWorld({ type: "members", members: roster.list() }),
  };
}
