// When messages end: each says itself how long it lasts (PROTOCOL.md section 2, `lasts`), so that all screens agree
// whatever their logs have lost. It keeps the clock, and calls when the time of one is over.

import { longestWaitMs, maxCameBy, maxClockBehindMs, maxTimelineEntries } from "../protocol/limits.ts";
import { remember } from "../protocol/bounded.ts";
import { secondMs } from "../protocol/units.ts";
import type { MessageBody } from "./body.ts";
import type { World } from "./world.ts";

/** How a message has come by. */
export interface Coming {
  /** It was said just now: where it would be over, its author's clock is behind, and it lasts from now on. */
  readonly isFresh: boolean;
  /** It stands there, whatever its kind promises. */
  readonly isOnScreen: boolean;
}

export interface Expiry {
  /** A message has come by. Where its time is over already, `over` is called at once. */
  readonly note: (id: string, body: MessageBody, how: Coming) => void;
  /** For how many seconds from now the relay is to keep it; 0: it does not end; null: its time is over. */
  readonly keepSeconds: (id: string) => number | null;
  /** Looks what is over, as after a sleep in which no timer ran. */
  readonly check: () => void;
  readonly stop: () => void;
}

/** How many seconds after `at` a message ends; null: it stays. */
export function lastsOf(body: MessageBody): number | null {
  return "lasts" in body ? (body.lasts ?? null) : null;
}

/** @param over called once with the id of each message whose time is over */
export function createExpiry(world: Pick<World, "now" | "after">, over: (id: string) => void): Expiry {
  /** Apart: what is not on screens, of which anybody can say as much as they like, must not push out what is. */
  const shown = new Map<string, number>();
  const unshown = new Map<string, number>();
  let nextAt = Number.POSITIVE_INFINITY;
  let cancel = (): void => {};

  function endOf(id: string): number | undefined {
    return shown.get(id) ?? unshown.get(id);
  }

  function firstEnd(saidAt: number, lasts: number, isFresh: boolean): number {
    const now = world.now();
    // A clock that runs ahead must not keep a message longer than the others.
    const at = Math.min(saidAt, now) + lasts * secondMs;
    return isFresh && at <= now && now - at < maxClockBehindMs ? now + lasts * secondMs : at;
  }

  function note(id: string, body: MessageBody, { isFresh, isOnScreen }: Coming): void {
    const lasts = lastsOf(body);
    if (lasts === null) return;
    // A second copy ends when the first does.
    const known = endOf(id);
    const at = known ?? firstEnd(body.at, lasts, isFresh);
    if (at <= world.now()) {
      end(id);
      return;
    }
    if (known !== undefined) return;
    // So many on, the screen does not have the oldest any more either.
    const [times, most] = isOnScreen ? [shown, maxTimelineEntries] : [unshown, maxCameBy];
    const forgotten = remember(times, id, at, most);
    if (forgotten !== null) over(forgotten);
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
    for (const times of [shown, unshown]) {
      for (const [id, at] of times) {
        if (at <= now) end(id);
        else nextAt = Math.min(nextAt, at);
      }
    }
    if (nextAt < Number.POSITIVE_INFINITY) wait(nextAt);
  }

  function end(id: string): void {
    shown.delete(id);
    unshown.delete(id);
    over(id);
  }

  return {
    note,
    keepSeconds(id) {
      const at = endOf(id);
      if (at === undefined) return 0;
      return at <= world.now() ? null : Math.ceil((at - world.now()) / secondMs);
    },
    check,
    stop: () => cancel(),
  };
}
