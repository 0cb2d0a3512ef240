// Receipts: who wants them tells what it has seen and sees what others have; off until switched on, and both ways or
// none (reciprocal). They go out together, at most every two seconds.

import { receiptEveryMs } from "../protocol/limits.ts";
import type { MessageId } from "./body.ts";
import type { World } from "./world.ts";

export interface Receipts {
  readonly on: boolean;
  readonly switch: (on: boolean) => void;
  /** The person has everything up to this message before the eyes; null: nothing of others. */
  readonly saw: (newest: MessageId | null) => void;
  /** The room is live: tells again what a break may have swallowed. */
  readonly live: () => void;
  readonly stop: () => void;
}

/** @param send seals and sends one receipt; it may be lost */
export function createReceipts(on: boolean, after: World["after"], send: (id: MessageId) => void): Receipts {
  let wanted = on;
  let told: MessageId | null = null;
  let pending: MessageId | null = null;
  let cancel: (() => void) | null = null;

  function tell(): void {
    cancel = null;
    if (!wanted || pending === null || pending === told) return;
    told = pending;
    send(told);
  }

  function saw(newest: MessageId | null): void {
    pending = newest;
    if (wanted && newest !== null && newest !== told) cancel ??= after(receiptEveryMs, tell);
  }

  return {
    get on() {
      return wanted;
    },
    switch(next) {
      wanted = next;
      told = null;
      saw(pending);
    },
    saw,
    live: () => saw(pending),
    stop() {
      cancel?.();
      cancel = null;
      told = null;
    },
  };
}
