// What the three tests of a limit have in common.

import type { TestContext } from "node:test";

export type Step = -1 | 0 | 1;

export interface Trio {
  /** A number or a size may be reached, a time runs out when it is. */
  readonly ends: "above" | "at";
  /** Whether the relay lets be what is so many steps from the limit. */
  readonly isLetBe: (t: TestContext, step: Step) => boolean | Promise<boolean>;
}

/** The steps that the relay stops. */
export const stopped: Readonly<Record<Trio["ends"], readonly Step[]>> = { above: [1], at: [0, 1] };
