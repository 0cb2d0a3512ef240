// The lines that say "n messages from Ann are missing": where each belongs, and when it is drawn. It counts numbers and
// knows no text.

import { maxKnownKeys, maxTimelineEntries } from "../protocol/limits.ts";
import { remember } from "../protocol/bounded.ts";
import { Counters, type Gap, missingIn } from "./counters.ts";
import type { Author, Entry } from "./events.ts";

/** What the lines need of the screen they stand on. */
interface Screen {
  /** The id of the last entry that is numbered, or null. */
  readonly newest: () => string | null;
  readonly has: (id: string) => boolean;
  /** Puts a new entry behind another; null: in front of all. */
  readonly place: (entry: Entry, behind: string | null) => void;
  readonly replace: (entry: Entry) => void;
  readonly remove: (id: string) => void;
}

interface GapPlace {
  readonly gap: Gap;
  readonly id: string;
  readonly author: Author;
  /** The entry it stands behind, or null: in front of all. */
  readonly behind: string | null;
  judged: boolean;
}

/** Invariant: a gap that is judged is on the screen, or has been. */
export class GapLines {
  readonly #screen: Screen;
  readonly #counters = new Counters();
  readonly #places = new Map<string, GapPlace>();
  #judging = false;
  /** How many messages have come by, and which of them last showed that messages end by a timer. */
  #came = 0;
  #endingCame = -1;
  /** Of each key, which was its latest. */
  readonly #latestOf = new Map<string, number>();

  constructor(screen: Screen) {
    this.#screen = screen;
  }

  /**
   * Notes the number of a message that has come by. "seen": it was noted before.
   * @param ending it sets a timer or ends by one
   */
  see(author: Author, counter: number, ending: boolean): "seen" | "news" {
    const seen = this.#counters.see(author.key, counter);
    // What comes again says nothing new: a relay could excuse with it whatever it holds back.
    if (seen === "seen") return "seen";
    this.#came++;
    if (ending) this.#endingCame = this.#came;
    // What the timer ended is gone from the log too; nobody misses it.
    const mayHaveEnded = this.#endingCame >= (this.#latestOf.get(author.key) ?? 0);
    remember(this.#latestOf, author.key, this.#came, maxKnownKeys);
    if (seen.filled !== null) this.#redraw(author.key, seen.filled);
    if (!mayHaveEnded) this.#note(author, counter);
    return "news";
  }

  /** A number that its author deleted is not missing. */
  excuse(key: string, counter: number): void {
    const gap = this.#counters.excuse(key, counter);
    if (gap !== null) this.#redraw(key, gap);
  }

  /** A replay begins: gaps wait until all of it has come. */
  replaying(): void {
    this.#judging = false;
  }

  /** The replay is complete: from now on a missing number is a gap. */
  live(): void {
    this.#judging = true;
    for (const place of this.#places.values()) if (!place.judged) this.#show(place);
  }

  /** Remembers where a hole in front of `counter` belongs: behind what is on screen now. */
  #note(author: Author, counter: number): void {
    const gap = this.#counters.gaps(author.key).find(({ to }) => to === counter - 1);
    if (gap === undefined) return;
    const id = gapId(author.key, gap);
    const place = { gap, id, author, behind: this.#screen.newest(), judged: false };
    remember(this.#places, id, place, maxTimelineEntries);
    if (this.#judging) this.#show(place);
  }

  #redraw(key: string, gap: Gap): void {
    const place = this.#places.get(gapId(key, gap));
    if (place?.judged === true) this.#show(place);
  }

  /** Shows, redraws or removes the line of one gap. */
  #show(place: GapPlace): void {
    const { id, author, gap, behind } = place;
    const entry = { kind: "gap", id, author, count: missingIn(gap) } as const;
    if (entry.count === 0) this.#screen.remove(id);
    else if (this.#screen.has(id)) this.#screen.replace(entry);
    else if (!place.judged) this.#screen.place(entry, behind);
    place.judged = true;
  }
}

/** A gap keeps its name while numbers are taken out of it: it is known by the message behind it. */
function gapId(key: string, { to }: Gap): string {
  return `gap.${key}.${to}`;
}
