// Who is in the room, and whose key goes by which name. It decides nothing: the relay says who is here, the sealed
// hello says who that is, and a second key under a known name is another person (PROTOCOL.md section 2).

import type { MemberState } from "../protocol/control.ts";
import { maxKnownKeys, maxRosterMembers } from "../protocol/limits.ts";
import { remember } from "../protocol/bounded.ts";
import type { Author, RosterMember } from "./events.ts";

interface Hello {
  readonly key: string;
  readonly name: string;
  readonly at: number;
}

/** What one word of the relay about a seat has changed. */
export interface RosterChange {
  readonly what: "joined" | "left" | "none";
  readonly author: Author | null;
  /** The name already went with another key. */
  readonly secondKey: boolean;
}

/** Members by blinded name, authors by blinded name and key. Invariant: an ordinal is unique under its fromUser. */
export class Roster {
  readonly #ownKey: string;
  readonly #members = new Map<string, RosterMember>();
  readonly #authors = new Map<string, Author>();
  readonly #keysOf = new Map<string, number>();
  readonly #newestHello = new Map<string, number>();
  /** Members not named again since the last `begin`. Null outside a join. */
  #stale: Set<string> | null = null;

  /** @param ownKey this tab's public key in base64url */
  constructor(ownKey: string) {
    this.#ownKey = ownKey;
  }

  /** A join begins: the relay will name every seat anew. */
  begin(): void {
    this.#stale = new Set(this.#members.keys());
  }

  /** The join is complete: whoever was not named is gone. */
  complete(): void {
    for (const fromUser of this.#stale ?? []) this.#members.delete(fromUser);
    this.#stale = null;
  }

  /**
   * Takes what the relay says of one seat.
   * @param hello what its sealed hello says, or null when that does not open
   */
  seat(fromUser: string, state: MemberState, hello: Hello | null): RosterChange {
    this.#stale?.delete(fromUser);
    const known = this.#members.get(fromUser);
    const met = this.#meet(fromUser, hello);
    const author = met?.author ?? known?.author ?? null;
    const secondKey = met?.secondKey ?? false;
    if (state === "left") {
      this.#members.delete(fromUser);
      return { what: known === undefined ? "none" : "left", author, secondKey };
    }
    if (known === undefined && this.#members.size >= maxRosterMembers)
      return { what: "none", author, secondKey };
    this.#members.set(fromUser, { fromUser, author, state });
    return { what: known === undefined ? "joined" : "none", author, secondKey };
  }

  /** Who speaks with this key under this name. `secondKey` once, when the name already went with another key. */
  author(fromUser: string, key: string, name: string): { author: Author; secondKey: boolean } {
    const pair = `${fromUser} ${key}`;
    const known = this.#authors.get(pair);
    if (known !== undefined) return { author: known, secondKey: false };
    const ordinal = (this.#keysOf.get(fromUser) ?? 0) + 1;
    const author = { key, name, ordinal, own: key === this.#ownKey };
    remember(this.#keysOf, fromUser, ordinal, maxKnownKeys);
    remember(this.#authors, pair, author, maxKnownKeys);
    return { author, secondKey: ordinal > 1 && !author.own };
  }

  /** Everybody, in the order of arrival. */
  list(): RosterMember[] {
    return [...this.#members.values()];
  }

  /** Per key the newest hello counts: an older one, replayed by the relay, changes nothing. */
  #meet(fromUser: string, hello: Hello | null): { author: Author; secondKey: boolean } | null {
    if (hello === null || hello.at < (this.#newestHello.get(hello.key) ?? 0)) return null;
    remember(this.#newestHello, hello.key, hello.at, maxKnownKeys);
    return this.author(fromUser, hello.key, hello.name);
  }
}
