// Every limit of PROTOCOL.md, section 4, one step below it, at it, and one step above it.

import assert from "node:assert/strict";
import { test } from "node:test";

import { limitRows } from "../../src/server/flags.ts";
import { doorTrios } from "./trios-doors.ts";
import { relayTrios } from "./trios-relay.ts";
import { type Step, stopped, type Trio } from "./trio.ts";

// The two together have every limit: a flag without its trio does not compile.
const trios: Readonly<Record<(typeof limitRows)[number]["key"], Trio>> = { ...doorTrios, ...relayTrios };
const steps: readonly (readonly [step: Step, where: string])[] = [
  [-1, "below"],
  [0, "at"],
  [1, "above"],
];

for (const { flag, key } of limitRows) {
  const { ends, isLetBe } = trios[key];
  for (const [step, where] of steps) {
    const expected = !stopped[ends].includes(step);
    test(`${expected ? "lets be" : "stops"} what is ${where} --${flag}`, async (t) => {
      assert.equal(await isLetBe(t, step), expected);
    });
  }
}
