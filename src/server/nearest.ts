// Finds the name that was meant by one that is misspelt. Pure; it knows no setting.

/** The one of `known` that is next to `name`, null where none is near enough to have been meant. */
export function nearest(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let fewest = mostSlips(name);
  for (const each of known) {
    const slips = distance(name, each);
    if (slips > fewest || (best !== null && slips === fewest)) continue;
    best = each;
    fewest = slips;
  }
  return best;
}

/** In how many signs a name may differ from one that was meant. */
function mostSlips(name: string): number {
  return Math.min(3, Math.floor(name.length / 3));
}

/**
 * How many signs must be put in, left out, changed, or swapped with their neighbour to make `b` of `a` (Damerau and
 * Levenshtein, of which no sign is touched twice).
 */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let above = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const line = [row];
    for (let column = 1; column <= b.length; column++) {
      const changed = (above[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const isSwapped = row > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const swapped = isSwapped ? (before[column - 2] ?? 0) + 1 : Infinity;
      line.push(Math.min(changed, swapped, (above[column] ?? 0) + 1, (line[column - 1] ?? 0) + 1));
    }
    before = above;
    above = line;
  }
  return above[b.length] ?? 0;
}
