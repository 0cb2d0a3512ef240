import assert from "node:assert/strict";
import { test } from "node:test";

import { retryAfterOf } from "../../src/web/retry-after.ts";

const nowMs = Date.parse("Wed, 21 Oct 2015 07:28:00 GMT");
const waitOf = (value: string, date?: string): number | null =>
  retryAfterOf(new Headers({ "Retry-After": value, ...(date === undefined ? {} : { Date: date }) }), nowMs);

test("seconds are seconds", () => {
  assert.deepEqual(
    ["0", "1", " 120 "].map((value) => waitOf(value)),
    [0, 1_000, 120_000],
  );
});

test("a date is so far away as it is from now, and a past one is no wait", () => {
  assert.equal(waitOf("Wed, 21 Oct 2015 07:30:00 GMT"), 120_000);
  assert.equal(waitOf("Wed, 21 Oct 2015 07:27:00 GMT"), 0);
});

test("now is what the answer says it is, whatever the clock of this machine says", () => {
  assert.equal(waitOf("Fri, 01 Jan 2038 00:01:00 GMT", "Fri, 01 Jan 2038 00:00:00 GMT"), 60_000);
  assert.equal(waitOf("Wed, 21 Oct 2015 07:28:01 GMT", "yesterday"), 1_000);
});

test("what is neither is no wait that is known", () => {
  for (const value of [
    "",
    "soon",
    "-1",
    "1.5",
    "0x10",
    "1e3",
    "21 Oct 2015",
    "Wed, 99 Foo 2015 07:28:00 GMT",
  ]) {
    assert.equal(waitOf(value), null, value);
  }
  assert.equal(retryAfterOf(new Headers(), nowMs), null);
});
