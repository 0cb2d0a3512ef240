// Finds the names of people behind an @. Names have spaces and any letters, so they cannot be cut out of a text without
// knowing them: they stand in a trie, and a look-up never reads further than the longest name.

import { isWordAt } from "./edges.ts";

/** The names that can be mentioned. */
export interface Mentions {
  /**
   * The longest name that stands in `text` at `at` and does not go on as another word: where it ends, and whether it is
   * one's own. Null when none does. Capitals do not count.
   */
  readonly match: (text: string, at: number) => { readonly end: number; readonly own: boolean } | null;
}

interface Branch {
  readonly next: Map<string, Branch>;
  /** Set where a name ends. */
  own: boolean | null;
}

/** Nobody to mention. */
export const noMentions: Mentions = { match: () => null };

/** Whether one of the names stands behind an @. */
export function mentionsAny(text: string, mentions: Mentions): boolean {
  for (let at = text.indexOf("@"); at >= 0; at = text.indexOf("@", at + 1))
    if (mentions.match(text, at + 1) !== null) return true;
  return false;
}

/** Plants the names of a room; one's own, the present one and earlier ones, are emphasised where somebody writes them. */
export function createMentions(names: Iterable<string>, ownNames: readonly string[]): Mentions {
  const root: Branch = { next: new Map(), own: null };

  function plant(name: string, own: boolean): void {
    let branch = root;
    for (let at = 0; at < name.length; at++) {
      const unit = fold(name.charAt(at));
      const known = branch.next.get(unit) ?? { next: new Map<string, Branch>(), own: null };
      branch.next.set(unit, known);
      branch = known;
    }
    if (branch !== root) branch.own = own;
  }

  for (const name of names) plant(name, false);
  for (const name of ownNames) plant(name, true);

  return {
    match(text, start) {
      let found: { end: number; own: boolean } | null = null;
      let branch: Branch | undefined = root;
      for (let at = start; at < text.length; at++) {
        branch = branch.next.get(fold(text.charAt(at)));
        if (branch === undefined) break;
        if (branch.own !== null && !isWordAt(text, at + 1)) found = { end: at + 1, own: branch.own };
      }
      return found;
    },
  };
}

/** Unit by unit, on both sides alike: a letter whose small form is longer is only compared. */
function fold(unit: string): string {
  return unit.toLowerCase();
}
