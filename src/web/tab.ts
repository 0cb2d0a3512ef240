// The rooms of one tab: the one it is in, and those that it has left with something unsent, which goes out when it
// enters them again. They stand in storage only while nobody looks at the tab. It knows no page and no session.

import { maxRoomsLeftBehind } from "../protocol/limits.ts";
import {
  dropSavedTab,
  hasText,
  putSavedTab,
  type SavedRoom,
  savedText,
  type Shelf,
  takeSavedTab,
} from "./storage.ts";

export interface Tab {
  /** Takes out of storage what the page before this one put there; gives the room that it was in. */
  load(): SavedRoom | null;
  /** What is kept of a room. */
  kept(phrase: string): SavedRoom | null;
  /** It is in this room now, and was in no other, or leaves that behind. */
  isIn(phrase: string, save: () => SavedRoom): void;
  /** Nothing is kept of this room any more, in storage either. */
  forget(phrase: string): void;
  /** It is in no room; the one it was in is left behind. */
  leave(): void;
  /** How many messages wait for rooms that were left behind. */
  waiting(): number;
  /** Into storage; false when something that was written does not fit. */
  put(): boolean;
  /** Out of storage: somebody looks. */
  drop(): void;
  /** Whether storage still holds what was put last: if not, another page of this tab has gone on from there. */
  isUntouched(): boolean;
}

/** Makes a tab without a room. */
export function createTab(shelf: Shelf): Tab {
  let here: { readonly phrase: string; readonly save: () => SavedRoom } | null = null;
  let leftBehind: readonly SavedRoom[] = [];
  let putText: string | null = null;

  function leave(): void {
    const room = here?.save();
    here = null;
    if (room !== undefined && hasText(room)) leftBehind = [...leftBehind, room].slice(-maxRoomsLeftBehind);
  }

  function drop(): void {
    dropSavedTab(shelf);
    putText = null;
  }

  function forget(phrase: string): void {
    drop();
    if (here?.phrase === phrase) here = null;
    leftBehind = leftBehind.filter((room) => room.phrase !== phrase);
  }

  return {
    load() {
      const saved = takeSavedTab(shelf);
      const { room } = saved;
      ({ leftBehind } = saved);
      here = room && { phrase: room.phrase, save: () => room };
      return room;
    },
    kept(phrase) {
      if (here?.phrase === phrase) return here.save();
      return leftBehind.find((room) => room.phrase === phrase) ?? null;
    },
    isIn(phrase, save) {
      if (here?.phrase !== phrase) leave();
      forget(phrase);
      here = { phrase, save };
    },
    forget,
    leave,
    waiting: () => leftBehind.reduce((sum, { session }) => sum + (session?.unsent.length ?? 0), 0),
    put() {
      const room = here?.save() ?? null;
      const isKept = putSavedTab(shelf, { room, leftBehind });
      putText = room === null && leftBehind.length === 0 ? null : savedText(shelf);
      return isKept;
    },
    drop,
    isUntouched: () => savedText(shelf) === putText,
  };
}
