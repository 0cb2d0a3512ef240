// Which numbers of each signing key have been seen: it tells a replay from news, and finds what is missing.
// PROTOCOL.md section 2, "counter". It knows numbers only, no text and no screen.

import { maxGapsPerKey } from "../protocol/limits.ts";

/** Numbers `from` to `to` did not come; the message numbered `to + 1` did. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** Those of them that their author has deleted: they are not missing. */
  readonly excused: Set<number>;
}

/** How many messages a gap stands for. */
export function missingIn(gap: Gap): number {
  return gap.to - gap.from + 1 - gap.excused.size;
}

interface Seen {
  last: number;
  readonly gaps: Gap[];
}

/**
 * The numbers seen of every key; how many keys there are is roster.ts's to bound. Invariant: a key's gaps are in order,
 * apart, and all below its last number.
 */
export class Counters {
  readonly #keys = new Map<string, Seen>();

  /** Notes one number. "replay": it is not above the key's last, so the message is to be dropped in silence. */
  see(key: string, counter: number): "news" | "replay" {
    const seen = this.#keys.get(key);
    if (seen === undefined) {
      this.#keys.set(key, { last: counter, gaps: [] });
      return "news";
    }
    if (counter <= seen.last) return "replay";
    if (counter > seen.last + 1) seen.gaps.push({ from: seen.last + 1, to: counter - 1, excused: new Set() });
    if (seen.gaps.length > maxGapsPerKey) seen.gaps.shift();
    seen.last = counter;
    return "news";
  }

  /** What is missing of `key`, oldest first. */
  gaps(key: string): readonly Gap[] {
    return this.#keys.get(key)?.gaps ?? [];
  }

  /** A number that its author deleted is not missing. Gives the gap it lay in, as it is now, or null. */
  excuse(key: string, counter: number): Gap | null {
    const gap = this.gaps(key).find(({ from, to }) => from <= counter && counter <= to);
    gap?.excused.add(counter);
    return gap ?? null;
  }
}
