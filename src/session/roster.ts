// Who is in the room, and whose key goes by which name. It decides nothing: the relay says who is here, the sealed
// hello says who that is, and a second key under a known name is another person (PROTOCOL.md section 2).

import type { MemberState } from "../protocol/control.ts";
import { maxKnownKeys, maxRosterMembers } from "../protocol/limits.ts";
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

/** An author, and whether this is the first that is heard of a second key under its name. */
export interface Met {
  readonly author: Author;
  readonly secondKey: boolean;
}

/**
 * Members by blinded name, authors by blinded name and key. Invariants: an ordinal is unique under its fromUser, and
 * an author once met stays met, so that nobody can be made to look new.
 */
export class Roster {
  readonly #ownKey: string;
  readonly #members = new Map<string, RosterMember>();
  readonly #authors = new Map<string, Author>();
  readonly #keysOf = new Map<string, number>();
  /** The time of the newest hello of each key. */
  readonly #helloAt = new Map<string, number>();

  /** @param ownKey this tab's public key in base64url */
  constructor(ownKey: string) {
    this.#ownKey = ownKey;
  }

  /**
   * Takes what the relay says of one seat.
   * @param hello what its sealed hello says, or null when that does not open
   */
  seat(fromUser: string, state: MemberState, hello: Hello | null): RosterChange {
    const known = this.#members.get(fromUser);
    if (state === "left") {
      this.#members.delete(fromUser);
      return { what: known === undefined ? "none" : "left", author: known?.author ?? null, secondKey: false };
    }
    const met =
      hello !== null && this.#isCurrent(known, hello) ? this.author(fromUser, hello.key, hello.name) : null;
    const author = met?.author ?? null;
    const secondKey = met?.secondKey ?? false;
    if (hello !== null && met !== null) this.#helloAt.set(hello.key, hello.at);
    if (known === undefined && this.#members.size >= maxRosterMembers)
      return { what: "none", author, secondKey };
    this.#members.set(fromUser, { fromUser, author, state });
    return { what: known === undefined ? "joined" : "none", author, secondKey };
  }

  /** A join is complete: whoever it did not name is gone. */
  keepOnly(named: ReadonlySet<string>): void {
    for (const fromUser of this.#members.keys()) if (!named.has(fromUser)) this.#members.delete(fromUser);
  }

  /** Who speaks with this key under this name. Null for a new key above the limit. */
  author(fromUser: string, key: string, name: string): Met | null {
    const pair = `${fromUser} ${key}`;
    const known = this.#authors.get(pair);
    if (known !== undefined) return { author: known, secondKey: false };
    if (this.#authors.size >= maxKnownKeys && key !== this.#ownKey) return null;
    const ordinal = (this.#keysOf.get(fromUser) ?? 0) + 1;
    const author = { key, name, ordinal, own: key === this.#ownKey };
    this.#keysOf.set(fromUser, ordinal);
    this.#authors.set(pair, author);
    return { author, secondKey: ordinal > 1 && !author.own };
  }

  /** Everybody, in the order of arrival. */
  list(): RosterMember[] {
    return [...this.#members.values()];
  }

  /**
   * Whether a hello is no older one, kept and shown again. For who is listed it may be the same as before; who comes
   * has sealed a new one.
   */
  #isCurrent(known: RosterMember | undefined, hello: Hello): boolean {
    const newest = this.#helloAt.get(hello.key) ?? -1;
    return known === undefined ? hello.at > newest : hello.at >= newest;
  }
}
