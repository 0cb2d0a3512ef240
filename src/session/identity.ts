// Who this tab is in the room: a name, a seat for that name, a key for good, and how others see it. It asks to be let in
// and knows nothing of what is said inside.

import { toBase64url } from "../protocol/base64url.ts";
import { encodeText, type Join } from "../protocol/control.ts";
import { seatBytes } from "../protocol/limits.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { MemberKey } from "../crypto/member.ts";
import { sealHello } from "./envelope.ts";
import type { Author } from "./events.ts";
import type { SavedSession, SessionOptions, World } from "./world.ts";

export interface Identity {
  readonly name: string;
  readonly member: MemberKey;
  /** As others see it; the number behind the name is known after the first join. */
  readonly author: Author;
  /** This is how others see it. */
  readonly seenAs: (author: Author) => void;
  /** Takes another name, and with it another seat: a seat belongs to one name for good. */
  readonly rename: (next: string) => void;
  /** The text of a join with a fresh hello. */
  readonly joinText: (keys: RoomKeys, where: Pick<Join, "log" | "after">) => Promise<string>;
  /** Its part of what survives a reload. */
  readonly save: () => Pick<SavedSession, "name" | "member" | "seat" | "helloAt">;
}

export function createIdentity(
  { member, name: firstName, saved }: SessionOptions,
  { now, random }: Pick<World, "now" | "random">,
): Identity {
  const key = toBase64url(member.publicKey);
  let name = firstName;
  let seat = saved?.name === name ? saved.seat : newSeat();
  let helloAt = saved?.helloAt ?? 0;
  let author = newcomer();

  function newSeat(): string {
    return toBase64url(random(seatBytes));
  }

  function newcomer(): Author {
    return { key, name, ordinal: 1, own: true };
  }

  return {
    get name() {
      return name;
    },
    member,
    get author() {
      return author;
    },
    seenAs(met) {
      author = met;
    },
    rename(next) {
      name = next;
      seat = newSeat();
      author = newcomer();
    },
    async joinText(keys, where) {
      // Newer than the last, whatever the clock does: an older one would be taken for a replay.
      helloAt = Math.max(now(), helloAt + 1);
      const access = toBase64url(keys.access);
      const sits = seat;
      const hello = await sealHello(keys, member, { name, at: helloAt }, random);
      return encodeText({ type: "join", access, seat: sits, ...hello, ...where });
    },
    save: () => ({ name, member: member.saved, seat, helloAt }),
  };
}
