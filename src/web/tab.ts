// The rooms of one tab: those that it is in, and those of before a reload that are not back yet. They stand in storage only
// while nobody looks at the tab, or it may be about to end. It knows no page and no session.

import {
  dropSavedRooms,
  putSavedRooms,
  type SavedRoom,
  savedText,
  type Shelf,
  takeSavedRooms,
} from "./storage.ts";

export interface Tab {
  /** Takes out of storage what the page before this one put there, the room in front first; keeps it until it is back. */
  load(): readonly SavedRoom[];
  /** What is kept of a room. */
  kept(phrase: string): SavedRoom | null;
  /** It is in this room now. */
  isIn(phrase: string, save: () => SavedRoom): void;
  /** Nothing is kept of this room any more, in storage either. */
  forget(phrase: string): void;
  /** Into storage, the room in front first; false when something that was written does not fit. */
  put(front: string | null): boolean;
  /** Out of storage: somebody looks. */
  drop(): void;
  /** Whether storage still holds what was put last: if not, another page of this tab has gone on from there. */
  isUntouched(): boolean;
}

/** Makes a tab without a room. */
export function createTab(shelf: Shelf): Tab {
  const rooms = new Map<string, () => SavedRoom>();
  let putText: string | null = null;

  function drop(): void {
    dropSavedRooms(shelf);
    putText = null;
  }

  return {
    load() {
      const saved = takeSavedRooms(shelf);
      for (const room of saved) rooms.set(room.phrase, () => room);
      return saved;
    },
    kept: (phrase) => rooms.get(phrase)?.() ?? null,
    isIn: (phrase, save) => void rooms.set(phrase, save),
    forget(phrase) {
      drop();
      rooms.delete(phrase);
    },
    put(front) {
      const saved = [...rooms].toSorted(([a], [b]) => Number(b === front) - Number(a === front));
      const isKept = putSavedRooms(
        shelf,
        saved.map(([, save]) => save()),
      );
      putText = saved.length === 0 ? null : savedText(shelf);
      return isKept;
    },
    drop,
    isUntouched: () => savedText(shelf) === putText,
  };
}
