// When messages end: each says itself how long it lasts (PROTOCOL.md section 2, `lasts`), so that all screens agree
// whatever their logs have lost. It keeps the clock, and calls when the time of one is over.

import { maxCameBy } from "../protocol/limits.ts";
import { remember } from "../protocol/bounded.ts";
import { secondMs } from "../protocol/units.ts";
import type { MessageBody } from "./body.ts";
import type { World } from "./world.ts";

/** The longest that `setTimeout` can wait; what is due later is looked at again then. */
const longestWaitMs = 2 ** 31 - 1;

export interface Expiry {
  /** A message has come by. Where its time is over already, `over` is called at once. */
  readonly note: (id: string, body: MessageBody) => void;
  /** For how many seconds from now the relay is to keep it; 0: it does not end; null: its time is over. */
  readonly keepSeconds: (id: string) => number | null;
  readonly stop: () => void;
}

/** How many seconds after `at` a message ends; null: it stays. */
export function lastsOf(body: MessageBody): number | null {
  return "lasts" in body ? (body.lasts ?? null) : null;
}

/** @param over called once with the id of each message whose time is over */
export function createExpiry(world: Pick<World, "now" | "after">, over: (id: string) => void): Expiry {
  const endsAt = new Map<string, number>();
  let nextAt = Number.POSITIVE_INFINITY;
  let cancel = (): void => {};

  function note(id: string, body: MessageBody): void {
    const lasts = lastsOf(body);
    if (lasts === null) return;
    const now = world.now();
    // A clock that runs ahead must not keep a message longer than the others.
    const at = Math.min(body.at, now) + lasts * secondMs;
    if (at <= now) {
      end(id);
      return;
    }
    // A second copy ends when the first does.
    if (endsAt.has(id)) return;
    remember(endsAt, id, at, maxCameBy);
    if (at < nextAt) wait(at);
  }

  function wait(at: number): void {
    cancel();
    nextAt = at;
    cancel = world.after(Math.min(Math.max(at - world.now(), 0), longestWaitMs), check);
  }

  function check(): void {
    const now = world.now();
    nextAt = Number.POSITIVE_INFINITY;
    for (const [id, at] of endsAt) if (at <= now) end(id);
    for (const at of endsAt.values()) nextAt = Math.min(nextAt, at);
    if (nextAt < Number.POSITIVE_INFINITY) wait(nextAt);
  }

  function end(id: string): void {
    endsAt.delete(id);
    over(id);
  }

  return {
    note,
    keepSeconds(id) {
      const at = endsAt.get(id);
      if (at === undefined) return 0;
      return at <= world.now() ? null : Math.ceil((at - world.now()) / secondMs);
    },
    stop: () => cancel(),
  };
}
