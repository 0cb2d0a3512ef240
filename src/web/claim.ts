// One tab for one signing key. Browsers copy sessionStorage when a tab is duplicated, and with it key, counter and seat;
// a Web Lock tells the copy that the first one is still there. It knows names, not what they stand for.

import { claimWithinMs } from "../protocol/limits.ts";

/** One name at a time is claimed. */
export interface Claim {
  /** Claims `name` in place of any other; false when another tab has it. True where a browser has no locks. */
  take(name: string): Promise<boolean>;
  /** The page goes to sleep or ends: others may have it. */
  rest(): void;
  /** The page is back: claims anew what it had, if anything. */
  again(): Promise<boolean>;
}

/** @param after calls back once after so many ms; the result cancels it */
export function createClaim(
  locks: Pick<LockManager, "request"> | undefined,
  after: (ms: number, callback: () => void) => () => void,
): Claim {
  let claimed: string | null = null;
  let letGo = (): void => {};

  async function take(name: string): Promise<boolean> {
    letGo();
    claimed = name;
    if (locks === undefined) return true;
    return new Promise((resolve) => {
      // A page that is reloaded may hear of the end of its forerunner a moment later.
      const patience = new AbortController();
      const cancel = after(claimWithinMs, () => patience.abort());
      letGo = () => patience.abort();
      const held = () =>
        new Promise<void>((done) => {
          letGo = done;
          cancel();
          resolve(true);
        });
      locks.request(`secure-room ${name}`, { signal: patience.signal }, held).catch(() => {
        cancel();
        // Whatever else goes wrong with locks, as where storage is forbidden: there is nobody who could be asked.
        resolve(!patience.signal.aborted);
      });
    });
  }

  return {
    take,
    rest: () => letGo(),
    again: async () => claimed === null || take(claimed),
  };
}
