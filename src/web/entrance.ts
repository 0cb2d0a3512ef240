// The way into a room, from the door or back after a reload: each room once at a time, and with nothing let go of that
// is kept of it. It claims and derives the keys; who makes the room of them is told.

import { comeBackEveryMs, maxOpenRooms } from "../protocol/limits.ts";
import { toBase64url } from "../protocol/base64url.ts";
import type { Random } from "../crypto/bytes.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { type MemberKey, restoreMemberKey } from "../crypto/member.ts";
import { normalisePhrase, type Phrase } from "../crypto/phrase.ts";
import { type Claim, createClaim } from "./claim.ts";
import type { JoinView } from "./join-view.ts";
import { deriveWithProgress, fetchSalt } from "./keys.ts";
import { wording } from "./language.ts";
import { readPreference, writePreference } from "./preferences.ts";
import type { OpenRoom, Rooms } from "./rooms.ts";
import type { SavedRoom } from "./storage.ts";
import type { Tab } from "./tab.ts";

/** Somebody at the end of the way: what a room is made of. */
export interface Arrival {
  readonly keys: RoomKeys;
  readonly name: string;
  readonly phrase: Phrase;
  readonly claim: Claim;
  /** The key of the room that is kept, when it is this tab's. */
  readonly restored: MemberKey | null;
}

export interface Entrance {
  /** Goes in, or gives the form back with a sentence on what went wrong. Without a door it goes in behind what is in front. */
  enter(door: JoinView | null, name: string, phrase: Phrase): Promise<void>;
  /** A room of before a reload is back. */
  comeBackTo(door: JoinView | null, saved: SavedRoom): Promise<void>;
  /** The others come back behind it, those that cannot a while later: what waits to be sent in them must not stay behind. */
  comeBackBehind(saved: readonly SavedRoom[]): Promise<void>;
}

interface EntranceOptions<Room extends OpenRoom & { readonly phrase: Phrase }> {
  readonly rooms: Rooms<Room>;
  readonly tab: Tab;
  readonly random: Random;
  readonly after: (ms: number, callback: () => void) => () => void;
  readonly makeRoom: (arrival: Arrival) => Promise<Room>;
}

export function createEntrance<Room extends OpenRoom & { readonly phrase: Phrase }>({
  rooms,
  tab,
  random,
  after,
  makeRoom,
}: EntranceOptions<Room>): Entrance {
  /** The rooms that somebody is on the way into, or that are on the way back. */
  const entering = new Map<Phrase, Promise<void>>();

  async function enter(door: JoinView | null, name: string, phrase: Phrase): Promise<void> {
    door?.progress(wording.asking, null);
    // Two at once would take the lock for another tab's, and let go of what is kept of the room.
    for (let other = entering.get(phrase); other !== undefined; other = entering.get(phrase)) await other;
    const entered = deriveAndEnter(door, name, phrase)
      .catch((error: unknown) => {
        reportError(error);
        door?.fail(wording.failed);
      })
      .finally(() => entering.delete(phrase));
    entering.set(phrase, entered);
    await entered;
  }

  async function deriveAndEnter(door: JoinView | null, name: string, phrase: Phrase): Promise<void> {
    const open = rooms.all().find((room) => room.phrase === phrase);
    if (open !== undefined) return door?.element.isConnected === true ? rooms.show(open) : undefined;
    if (rooms.all().length >= maxOpenRooms) return door?.fail(wording.tooManyRooms);
    const kept = tab.kept(phrase)?.session ?? null;
    const restored = kept === null ? null : await restoreMemberKey(kept.member);
    const claim = createClaim("locks" in navigator ? navigator.locks : undefined, after);
    if (kept !== null && restored !== null && !(await claim.take(toBase64url(restored.publicKey)))) {
      // A copy of a tab: what is unsent is the other one's to send.
      tab.forget(phrase);
      return door?.fail(wording.openElsewhere(kept.name));
    }
    const salt = await fetchSalt();
    if (salt === "silent" || salt === "foreign") {
      claim.rest();
      door?.fail(salt === "silent" ? wording.serverSilent : wording.serverForeign);
      return;
    }
    const tell = (fraction: number) => door?.progress(wording.deriving(Math.round(fraction * 100)), fraction);
    const room = await deriveWithProgress(phrase, salt, random, tell)
      .then((keys) => makeRoom({ keys, name, phrase, claim, restored }))
      .catch((error: unknown) => {
        claim.rest();
        throw error;
      });
    if (door?.element.isConnected === true) rooms.show(room);
    if (readPreference("name") !== null) writePreference("name", name);
  }

  async function comeBackTo(door: JoinView | null, { phrase, session }: SavedRoom): Promise<void> {
    const normal = normalisePhrase(phrase);
    // Without its session it waits for the person, who comes as a new arrival.
    if (normal.kind === "phrase" && session !== null) await enter(door, session.name, normal.phrase);
  }

  async function comeBackBehind(saved: readonly SavedRoom[]): Promise<void> {
    const isMissing = (each: SavedRoom) => tab.kept(each.phrase) === each && each.session !== null;
    for (const each of saved) if (isMissing(each)) await comeBackTo(null, each);
    const missing = saved.filter(isMissing);
    if (missing.length > 0) after(comeBackEveryMs, () => void comeBackBehind(missing));
  }

  return { enter, comeBackTo, comeBackBehind };
}
