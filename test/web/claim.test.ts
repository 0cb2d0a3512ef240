import assert from "node:assert/strict";
import { test } from "node:test";

import { claimWithinMs } from "../../src/protocol/limits.ts";
import { createClaim } from "../../src/web/claim.ts";
import { fakeClock } from "../server/support.ts";

type Request = (name: string, options: LockOptions, held: () => Promise<void>) => Promise<void>;

/** One browser: locks as the standard has them, as far as they are used, and a clock. */
function browser() {
  const clock = fakeClock();
  const last = new Map<string, Promise<unknown>>();
  const request: Request = async (name, { signal }, held) => {
    const before = last.get(name) ?? Promise.resolve();
    const aborted = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => reject(new DOMException("aborted", "AbortError")));
    });
    const mine = Promise.race([before, aborted]).then(held);
    last.set(name, Promise.allSettled([before, mine]));
    await mine;
  };
  const locks = { request } as Pick<LockManager, "request">;
  return {
    clock,
    open: () => createClaim(locks, (ms, run) => clock.after(ms, run)),
  };
}

/** Lets everything happen that waits for no clock. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test("a name is one tab's; a copy is told so after a while", async () => {
  const { open, clock } = browser();
  const [first, copy] = [open(), open()];
  assert.equal(await first.take("key"), true);
  const answer = copy.take("key");
  await settle();
  clock.step(claimWithinMs);
  assert.equal(await answer, false);
  assert.equal(await copy.take("another key"), true);
});

test("a page gets what its forerunner lets go of a moment later", async () => {
  const { open } = browser();
  const [before, after] = [open(), open()];
  await before.take("key");
  const answer = after.take("key");
  await settle();
  before.rest();
  assert.equal(await answer, true);
});

test("a page that is back from sleep has its name again, unless another has taken it", async () => {
  const { open, clock } = browser();
  const [page, copy] = [open(), open()];
  assert.equal(await page.again(), true);
  await page.take("key");
  page.rest();
  assert.equal(await page.again(), true);
  page.rest();
  await copy.take("key");
  const answer = page.again();
  await settle();
  clock.step(claimWithinMs);
  assert.equal(await answer, false);
});

test("who takes another name lets go of the first", async () => {
  const { open } = browser();
  const [page, other] = [open(), open()];
  await page.take("key");
  await page.take("next key");
  assert.equal(await other.take("key"), true);
});

test("without locks, or where they are forbidden, every name is free", async () => {
  const clock = fakeClock();
  const after = (ms: number, run: () => void) => clock.after(ms, run);
  assert.equal(await createClaim(undefined, after).take("key"), true);
  const forbidden = { request: () => Promise.reject(new DOMException("no", "SecurityError")) };
  assert.equal(await createClaim(forbidden as Pick<LockManager, "request">, after).take("key"), true);
});
