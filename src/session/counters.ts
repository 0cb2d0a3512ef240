// Which numbers of each signing key have been seen: it tells a replay from news, and finds what is missing.
// PROTOCOL.md section 2, "counter". It knows numbers only, no text and no screen.

import { maxGapsPerKey } from "../protocol/limits.ts";

/** Numbers `from` to `to` did not come; the message numbered `to + 1` did. It shrinks when one of them comes late. */
export interface Gap {
  from: number;
  readonly to: number;
  /** Those of them that their author has deleted: they are not missing. */
  readonly excused: Set<number>;
}

/** How many messages a gap stands for. */
export function missingIn(gap: Gap): number {
  return gap.to - gap.from + 1 - gap.excused.size;
}

interface Seen {
  /** Below it nothing is known. */
  lowest: number;
  /** Whether something below `lowest` has been seen and is no longer known: then it shows no gap. */
  hasForgotten: boolean;
  last: number;
  readonly gaps: Gap[];
}

/**
 * The numbers seen of every key; how many keys there are is roster.ts's to bound. Invariant: a key's gaps are in order,
 * apart, and between its lowest and its last number.
 */
export class Counters {
  readonly #keys = new Map<string, Seen>();

  /**
   * Notes one number. "seen": it was noted before. Otherwise the gap that it has made smaller, perhaps empty, or null.
   * A number below the last is news too: after a restart of the relay messages are brought back by several people.
   * Above the limit of gaps it forgets what was below, and each number there counts as news: nothing that was said may
   * be lost, and who holds the message knows a second copy of it.
   */
  see(key: string, counter: number): "seen" | { readonly filled: Gap | null } {
    const seen = this.#keys.get(key);
    if (seen === undefined) {
      this.#keys.set(key, { lowest: counter, hasForgotten: false, last: counter, gaps: [] });
      return { filled: null };
    }
    if (counter > seen.last) {
      addGap(seen, seen.last + 1, counter - 1);
      seen.last = counter;
      return { filled: null };
    }
    if (counter < seen.lowest) {
      if (seen.hasForgotten) return { filled: null };
      const { lowest } = seen;
      seen.lowest = counter;
      addGap(seen, counter + 1, lowest - 1);
      return { filled: null };
    }
    const gap = seen.gaps.find(({ from, to }) => from <= counter && counter <= to);
    return gap === undefined ? "seen" : { filled: fill(seen, gap, counter) };
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

function addGap(seen: Seen, from: number, to: number): void {
  if (from > to) return;
  const { gaps } = seen;
  gaps.push({ from, to, excused: new Set() });
  gaps.sort((a, b) => a.from - b.from);
  const [oldest] = gaps;
  if (gaps.length <= maxGapsPerKey || oldest === undefined) return;
  gaps.shift();
  // Whoever still holds it must not show as missing what comes late and can no longer be taken out of it.
  oldest.from = oldest.to + 1;
  oldest.excused.clear();
  seen.lowest = oldest.to + 1;
  seen.hasForgotten = true;
}

/** Takes `counter` out of `gap`, which keeps its end; what is below becomes a gap of its own. */
function fill(seen: Seen, gap: Gap, counter: number): Gap {
  const { gaps } = seen;
  const { from, excused } = gap;
  gap.from = counter + 1;
  addGap(seen, from, counter - 1);
  const below = gaps.find((each) => each.from === from && each !== gap);
  for (const each of excused) {
    if (each > counter) continue;
    excused.delete(each);
    if (each < counter) below?.excused.add(each);
  }
  if (gap.from > gap.to) gaps.splice(gaps.indexOf(gap), 1);
  return gap;
}
