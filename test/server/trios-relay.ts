// The limits that need no socket: members, joins, queues, logs, files, the end.

import { frameKind } from "../../src/protocol/frame.ts";
import { farewellMs, fileChargeBytes, sweepEveryMs } from "../../src/protocol/limits.ts";
import type { Limits } from "../../src/protocol/relay-limits.ts";
import { within } from "../../src/server/clock.ts";
import { createCounters } from "../../src/server/counters.ts";
import { type Closable, Lines } from "../../src/server/lines.ts";
import { createVault, FileShare } from "../../src/server/vault.ts";
import { fakeClock, frameOf, room, seqs, testRelay } from "./support.ts";
import type { Step, Trio } from "./trio.ts";

const framedBytes = 102;

/** The `limit + step`th join of one address, each on a seat of its own. */
function isLastJoinIn(change: Partial<Limits>, count: number): boolean {
  const { join } = testRelay(change);
  const members = Array.from({ length: count }, (_, index) => join(room, `member ${index}`));
  return members.at(-1)?.wire.closed === null;
}

/** Whether Bob, who has `queuedBytes` waiting, hears a frame and stays. */
function isHeard(change: Partial<Limits>, kind: 1 | 2, queuedBytes: number): boolean {
  const { join } = testRelay(change);
  const [ann, bob] = [join(room, "Ann"), join(room, "Bob")];
  for (const one of [ann, bob]) one.read();
  bob.wire.queuedBytes = queuedBytes;
  ann.send(frameOf("x", kind));
  return seqs(bob.read()).length === 1 && bob.wire.closed === null;
}

/** Whether all frames of these sizes are there for somebody who comes `laterMs` after them. */
function areKept(change: Partial<Limits>, sizes: readonly number[], laterMs = 0): boolean {
  const { join, clock } = testRelay(change);
  const ann = join(room, "Ann");
  for (const size of sizes) ann.send(frameOf(`${size}`, frameKind.message, size));
  clock.step(laterMs);
  return seqs(join(room, "Bob").read()).length === sizes.length;
}

/** What Ann in her room and two frames are charged, the second `step` bytes longer;. */
function chargedBytes(step: Step, change: Partial<Limits>): number {
  const { join, relay } = testRelay(change);
  const ann = join(room, "Ann");
  ann.send(frameOf("first"));
  ann.send(frameOf("second", frameKind.message, 100 + step));
  return relay.logBytes();
}

const unlimited = { logSharePercent: 0 };

function fitsInVault(
  change: Pick<Limits, "fileMemoryBytes" | "fileSharePercent">,
  byteLength: number,
): boolean {
  const vault = createVault({ ...change, fileAgeMs: 1_000 }, fakeClock(), createCounters());
  return vault.take("room", "file", "seat", new FileShare(), byteLength) !== null;
}

export const relayTrios = {
  joinRate: {
    ends: "above",
    isLetBe: (_t, step) => isLastJoinIn({ joinRate: { count: 1, perMs: 60_000, burst: 5 } }, 5 + step),
  },
  maxMembers: { ends: "above", isLetBe: (_t, step) => isLastJoinIn({ maxMembers: 5 }, 5 + step) },
  joinTimeoutMs: {
    ends: "at",
    isLetBe(_t, step) {
      const { connect, clock } = testRelay({ joinTimeoutMs: 10_000 });
      const nobody = connect(room);
      clock.step(10_000 + step * sweepEveryMs);
      return nobody.wire.closed === null;
    },
  },
  maxQueueBytes: {
    ends: "above",
    isLetBe: (_t, step) => isHeard({ maxQueueBytes: 5_000 }, 1, 5_000 - framedBytes + step),
  },
  maxVolatileQueueBytes: {
    ends: "above",
    isLetBe: (_t, step) => isHeard({ maxVolatileQueueBytes: 5_000 }, 2, 5_000 + step),
  },
  history: {
    ends: "above",
    isLetBe: (_t, step) => areKept({ history: 3 }, Array<number>(3 + step).fill(100)),
  },
  historyBytes: {
    ends: "above",
    isLetBe: (_t, step) => areKept({ historyBytes: 300 }, [100, 100, 100 + step]),
  },
  historyAgeMs: {
    ends: "at",
    isLetBe: (_t, step) => areKept({ historyAgeMs: 10_000 }, [100], 10_000 + step * sweepEveryMs),
  },
  logMemoryBytes: {
    ends: "above",
    isLetBe(_t, step) {
      const limit = chargedBytes(0, unlimited);
      return chargedBytes(step, { ...unlimited, logMemoryBytes: limit }) === limit + step;
    },
  },
  logSharePercent: {
    ends: "above",
    isLetBe(_t, step) {
      const limit = chargedBytes(0, unlimited);
      return chargedBytes(step, { logSharePercent: 12.5, logMemoryBytes: 8 * limit }) === limit + step;
    },
  },
  fileMemoryBytes: {
    ends: "above",
    isLetBe: (_t, step) =>
      fitsInVault({ fileMemoryBytes: 1_000 + fileChargeBytes, fileSharePercent: 0 }, 1_000 + step),
  },
  fileSharePercent: {
    ends: "above",
    isLetBe: (_t, step) =>
      fitsInVault({ fileMemoryBytes: 4 * (1_000 + fileChargeBytes), fileSharePercent: 25 }, 1_000 + step),
  },
  fileAgeMs: {
    ends: "at",
    isLetBe(_t, step) {
      const clock = fakeClock();
      const limits = { fileAgeMs: 10_000, fileMemoryBytes: 10_000, fileSharePercent: 0 };
      const vault = createVault(limits, clock, createCounters());
      vault.take("room", "file", "seat", new FileShare(), 100);
      clock.step(10_000 + step * sweepEveryMs);
      return vault.find("room", "file") !== null;
    },
  },
  connectionAgeMs: {
    ends: "at",
    isLetBe(_t, step) {
      const { join, clock } = testRelay({ connectionAgeMs: 10_000 });
      const ann = join(room, "Ann");
      clock.step(10_000 + step * sweepEveryMs);
      return ann.wire.closed === null;
    },
  },
  stopSpreadMs: {
    ends: "at",
    isLetBe(_t, step) {
      const clock = fakeClock();
      const lines = new Lines<Closable>();
      let isCut = false;
      // It takes its close and never answers it.
      const deaf = { close: () => {}, cut: () => void (isCut = true), queuedBytes: 0 };
      lines.add(deaf);
      void lines.sendAway(clock, 1012, "", 2_000);
      clock.step(2_000 + farewellMs + step);
      return !isCut;
    },
  },
  stopTimeoutMs: {
    ends: "at",
    async isLetBe(_t, step) {
      const clock = fakeClock();
      let isOver = false;
      const waiting = within(clock, new Promise(() => {}), 10_000).then(() => (isOver = true));
      clock.step(10_000 + step);
      // As many turns as a promise that is settled takes to be seen.
      await Promise.race([waiting, new Promise((resolve) => setImmediate(resolve))]);
      return !isOver;
    },
  },
} satisfies Partial<Record<keyof Limits, Trio>>;
