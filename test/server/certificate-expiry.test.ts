import assert from "node:assert/strict";
import { test } from "node:test";
import { dayMs, hourMs } from "../../src/protocol/units.ts";
import { warnDays, watchExpiry } from "../../src/server/certificate-expiry.ts";
import { fakeClock } from "./support.ts";

const startMs = Date.parse("2026-06-01T12:00:00Z");

/** What is logged while `days` pass, hour by hour; `untilMs` may change on the way. */
function watch(untilMs: (todayMs: number) => number, days: number): string[] {
  const clock = fakeClock();
  const beganMs = clock.now();
  const today = (): number => startMs + clock.now() - beganMs;
  const said: string[] = [];
  const stop = watchExpiry(() => untilMs(today()), {
    log: (level, event, facts) => void said.push(`${level} ${event} ${facts?.["days"]}`),
    clock,
    today,
  });
  clock.step(days * dayMs);
  stop();
  clock.step(30 * dayMs);
  return said;
}

test("with 14 days left it warns, once a day, and says so when it is over", () => {
  const untilMs = startMs + (warnDays + 2) * dayMs;
  const said = watch(() => untilMs, 18);
  assert.equal(said.length, 17);
  assert.deepEqual(
    [said[0], said[13], said[14]],
    ["warn certificate-expires 14", "warn certificate-expires 1", "warn certificate-expired 0"],
  );
});

test("one that has longer is not mentioned, nor one that was renewed", () => {
  assert.deepEqual(
    watch(() => startMs + 100 * dayMs, 50),
    [],
  );
  const renewedAtMs = startMs + hourMs;
  const renewed = (todayMs: number): number =>
    todayMs < renewedAtMs ? startMs + dayMs : startMs + 90 * dayMs;
  assert.deepEqual(watch(renewed, 50), ["warn certificate-expires 1"]);
});
