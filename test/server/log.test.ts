import assert from "node:assert/strict";
import { test } from "node:test";

import { frameChargeBytes } from "../../src/protocol/limits.ts";
import { defaultLimits, type Limits } from "../../src/protocol/relay-limits.ts";
import { createLogs, type Logs, RoomLog, Share } from "../../src/server/log.ts";
import { SlabPool } from "../../src/server/slab-pool.ts";
import { seededFractions } from "../seeded.ts";

const charge = frameChargeBytes;

function testLogs(change: Partial<Limits> = {}): {
  logs: Logs;
  keep: (
    log: RoomLog,
    frameBytes?: number,
    share?: Share,
    keptAtMs?: number,
    seat?: string,
    endsAtMs?: number | null,
  ) => void;
} {
  const logs = createLogs({ ...defaultLimits, logSharePercent: 0, ...change });
  const nobody = new Share();
  return {
    logs,
    keep(log, frameBytes = 100, share = nobody, keptAtMs = 0, seat = "seat", endsAtMs = null) {
      log.last++;
      const place = log.slabs.place(frameBytes + 2);
      place.slab.bytes.fill(log.last, place.from, place.to);
      logs.keep({ seq: log.last, log, share, frameBytes, keptAtMs, endsAtMs, seat, ...place });
    },
  };
}

function newLog(emptied: () => void = () => {}): RoomLog {
  return new RoomLog("log", new SlabPool(), emptied);
}

function seqsIn(log: RoomLog): number[] {
  const seqs: number[] = [];
  for (let kept = log.after(0); kept !== null; kept = log.after(kept.seq)) {
    assert.equal(kept.to - kept.from, kept.frameBytes + 2);
    const bytes = kept.slab?.bytes.subarray(kept.from, kept.to);
    assert.ok(
      bytes?.every((byte) => byte === kept.seq % 256),
      `frame ${kept.seq} is not what was kept`,
    );
    seqs.push(kept.seq);
  }
  return seqs;
}

test("keeps as many frames as the history allows, and drops the oldest of one more", () => {
  const { keep } = testLogs({ history: 3 });
  const log = newLog();
  for (let sent = 0; sent < 3; sent++) keep(log);
  assert.deepEqual([seqsIn(log), log.first], [[1, 2, 3], 1]);
  keep(log);
  assert.deepEqual([seqsIn(log), log.first, log.last], [[2, 3, 4], 2, 4]);
});

test("keeps as many bytes as the history allows, and drops the oldest above it", () => {
  const { keep } = testLogs({ historyBytes: 1_000 });
  const log = newLog();
  keep(log, 400);
  keep(log, 599);
  assert.deepEqual(seqsIn(log), [1, 2]);
  keep(log, 1);
  assert.deepEqual(seqsIn(log), [1, 2, 3]);
  keep(log, 1);
  assert.deepEqual(seqsIn(log), [2, 3, 4]);
  keep(log, 1_001);
  assert.deepEqual([seqsIn(log), log.first], [[], 6]);
});

test("keeps a frame until its age is reached", () => {
  const { logs, keep } = testLogs({ historyAgeMs: 1_000 });
  let emptied = 0;
  const log = newLog(() => emptied++);
  keep(log, 100, undefined, 0);
  keep(log, 100, undefined, 1);
  logs.expire(999);
  assert.deepEqual(seqsIn(log), [1, 2]);
  logs.expire(1_000);
  assert.deepEqual([seqsIn(log), log.first, emptied], [[2], 2, 0]);
  logs.expire(1_001);
  assert.deepEqual([seqsIn(log), log.first, emptied, logs.usedBytes()], [[], 3, 1, 0]);
});

test("one budget is over all rooms: above it the oldest frame goes, whosever it is", () => {
  const { logs, keep } = testLogs({ logMemoryBytes: 3 * (100 + charge) });
  const [first, second] = [newLog(), newLog()];
  keep(first);
  keep(second);
  keep(second);
  assert.deepEqual([seqsIn(first), seqsIn(second)], [[1], [1, 2]]);
  keep(second);
  assert.deepEqual([seqsIn(first), seqsIn(second)], [[], [1, 2, 3]]);
  keep(first);
  assert.deepEqual([seqsIn(first), seqsIn(second)], [[2], [2, 3]]);
  assert.equal(logs.usedBytes(), 3 * (100 + charge));
});

test("addresses that have no more than their share each are within one budget together", () => {
  const unit = 100 + charge;
  const { logs, keep } = testLogs({ logMemoryBytes: 4 * unit, logSharePercent: 50 });
  const [one, other, third] = [new Share(), new Share(), new Share()];
  const log = newLog();
  for (const share of [one, one, other, other]) keep(log, 100, share);
  assert.deepEqual([seqsIn(log), logs.usedBytes()], [[1, 2, 3, 4], 4 * unit]);
  keep(log, 100, third);
  assert.deepEqual([seqsIn(log), logs.usedBytes()], [[2, 3, 4, 5], 4 * unit]);
});

test("one address holds at most its share, and loses its own oldest in whichever room it stands", () => {
  const { keep } = testLogs({ logMemoryBytes: 100 * (100 + charge), logSharePercent: 2 });
  const [first, second] = [newLog(), newLog()];
  const [greedy, modest] = [new Share(), new Share()];
  keep(first, 100, modest);
  keep(first, 100, greedy);
  keep(second, 100, greedy);
  assert.deepEqual([seqsIn(first), seqsIn(second)], [[1, 2], [1]]);
  keep(second, 100, greedy);
  assert.deepEqual([seqsIn(first), seqsIn(second), first.first], [[1], [1, 2], 3]);
  assert.equal(greedy.chargedBytes, 2 * (100 + charge));
});

test("a share of 0 is no limit", () => {
  const { keep } = testLogs({ logMemoryBytes: 3 * (100 + charge), logSharePercent: 0 });
  const log = newLog();
  for (let sent = 0; sent < 3; sent++) keep(log);
  assert.deepEqual(seqsIn(log), [1, 2, 3]);
});

test("claims make the oldest frames go, and are refused only when no frame is left to go", () => {
  const { logs, keep } = testLogs({ logMemoryBytes: 1_000 });
  const log = newLog();
  keep(log);
  keep(log);
  const share = new Share();
  assert.equal(logs.claim(1_000 - 100 - charge, share), true);
  assert.deepEqual(seqsIn(log), [2]);
  assert.equal(logs.claim(100 + charge, share), true);
  assert.deepEqual(seqsIn(log), []);
  assert.equal(logs.claim(1, share), false);
  logs.release(1, share);
  assert.equal(logs.claim(1, share), true);
});

test("claims fill the share of their address, whose own frames make way and nobody else's", () => {
  const { logs, keep } = testLogs({ logMemoryBytes: 10_000, logSharePercent: 10 });
  const [greedy, modest] = [new Share(), new Share()];
  const log = newLog();
  keep(log, 100, modest);
  keep(log, 100, greedy);
  assert.equal(logs.claim(1_000 - 100 - charge, greedy), true);
  assert.deepEqual(seqsIn(log), [1, 2]);
  assert.equal(logs.claim(1, greedy), true);
  assert.deepEqual([seqsIn(log), greedy.chargedBytes], [[1], 1_000 - 100 - charge + 1]);
  assert.equal(logs.claim(100 + charge, greedy), false);
  assert.equal(logs.claim(100 + charge - 1, greedy), true);
  assert.equal(logs.claim(1_000 - 100 - charge, modest), true);
  logs.release(1_000, greedy);
  assert.deepEqual([seqsIn(log), greedy.chargedBytes, logs.usedBytes()], [[1], 0, 1_000]);
});

test("forget drops only what that seat sent, and is no trimming", () => {
  const { logs, keep } = testLogs();
  const log = newLog(() => assert.fail("expected forget not to count as trimming"));
  keep(log, 100, undefined, 0, "mine");
  keep(log, 100, undefined, 0, "yours");
  for (const seq of [0, 2, 3, 2 ** 47]) logs.forget(log, seq, "mine");
  assert.deepEqual(seqsIn(log), [1, 2]);
  logs.forget(log, 1, "mine");
  logs.forget(log, 1, "mine");
  assert.deepEqual([seqsIn(log), log.first], [[2], 1]);
});

test("what is deleted, or over its time or age, is in no buffer that the log holds", () => {
  const { logs, keep } = testLogs({ historyAgeMs: 10_000 });
  const log = newLog();
  const ends = (sent: number): number | null => (sent === 25 || sent === 27 ? 5_000 : null);
  for (let sent = 0; sent < 40; sent++) keep(log, 100, undefined, sent, "seat", ends(sent));
  const slabOf = (seq: number): object | null => log.after(seq - 1)?.slab ?? null;
  const gone = [1, 2, 20, 22, 26, 28];
  const slabs = new Set(gone.map(slabOf));
  assert.ok([20, 22].some((seq) => slabOf(seq) === slabOf(seq + 1)));
  assert.ok([26, 28].some((seq) => slabOf(seq) === slabOf(seq + 1)));
  logs.forget(log, 20, "seat");
  logs.forget(log, 22, "seat");
  logs.expire(5_000);
  logs.expire(10_001);
  const left = seqsIn(log);
  assert.equal(left.length, 40 - gone.length);
  for (const seq of left) assert.ok(!gone.includes(seq) && !slabs.has(slabOf(seq)));
});

test("what its sender wants dropped goes at its time, wherever it stands, and is no trimming", () => {
  const { logs, keep } = testLogs({ historyAgeMs: 10_000 });
  const log = newLog(() => assert.fail("expected a frame to be left"));
  for (const endsAtMs of [3_000, null, 2_000, 9_999]) keep(log, 100, undefined, 0, "seat", endsAtMs);
  logs.forget(log, 4, "seat");
  logs.expire(1_999);
  assert.deepEqual(seqsIn(log), [1, 2, 3]);
  logs.expire(2_000);
  assert.deepEqual(seqsIn(log), [1, 2]);
  logs.expire(9_998);
  assert.deepEqual([seqsIn(log), log.first, logs.usedBytes()], [[2], 1, 100 + charge]);
});

test("a time beyond the age changes nothing, and a room whose last frame ended is told so", () => {
  const { logs, keep } = testLogs({ historyAgeMs: 10_000 });
  let emptied = 0;
  const log = newLog(() => emptied++);
  keep(log, 100, undefined, 0, "seat", 10_000);
  keep(log, 100, undefined, 5_000, "seat", 6_000);
  logs.expire(6_000);
  assert.deepEqual([seqsIn(log), emptied], [[1], 0]);
  logs.expire(10_000);
  assert.deepEqual([log.first, emptied], [2, 1]);
  keep(log, 100, undefined, 10_000, "seat", 11_000);
  logs.expire(11_000);
  assert.equal(emptied, 2);
});

test("agrees with a list through thousands of random keeps, forgets, ends and expiries", () => {
  const random = seededFractions(7);
  const { logs, keep } = testLogs({
    history: 50,
    historyBytes: 4_000,
    historyAgeMs: 500,
    logMemoryBytes: 40_000,
  });
  const rooms = [newLog(), newLog(), newLog()];
  let model: { log: RoomLog; seq: number; frameBytes: number; keptAtMs: number; endsAtMs: number }[] = [];
  const sum = (of: typeof model): number => of.reduce((total, { frameBytes }) => total + frameBytes, 0);
  for (let nowMs = 0; nowMs < 20_000; nowMs++) {
    const log = rooms[Math.floor(random() * random() * 3)] ?? newLog();
    if (random() < 0.7) {
      const frameBytes = 52 + Math.floor(random() * 300);
      const endsAtMs = random() < 0.5 ? null : nowMs + Math.floor(random() * 600);
      keep(log, frameBytes, undefined, nowMs, "seat", endsAtMs);
      model.push({
        log,
        seq: log.last,
        frameBytes,
        keptAtMs: nowMs,
        endsAtMs: endsAtMs ?? Number.POSITIVE_INFINITY,
      });
      const isOver = (): boolean => {
        const own = model.filter((one) => one.log === log);
        return own.length > 50 || sum(own) > 4_000;
      };
      while (isOver())
        model.splice(
          model.findIndex((one) => one.log === log),
          1,
        );
      while (sum(model) + model.length * charge > 40_000) model.shift();
    } else if (random() < 0.8) {
      const seq = log.last - Math.floor(random() * 60);
      logs.forget(log, seq, "seat");
      model = model.filter((one) => one.log !== log || one.seq !== seq);
    } else {
      logs.expire(nowMs);
      model = model.filter(({ keptAtMs, endsAtMs }) => nowMs - keptAtMs < 500 && nowMs < endsAtMs);
    }
    if (nowMs % 50 !== 0) continue;
    for (const room of rooms) {
      const expected = model.filter(({ log }) => log === room).map(({ seq }) => seq);
      assert.deepEqual(seqsIn(room), expected);
    }
    assert.equal(logs.usedBytes(), sum(model) + model.length * charge);
  }
});

test("cleared logs hold nothing, say so, and go on counting", () => {
  const { logs, keep } = testLogs();
  const [one, two] = [newLog(), newLog()];
  const share = new Share();
  logs.claim(500, share);
  for (let sent = 0; sent < 100; sent++) keep(sent % 2 === 0 ? one : two, 100, share);
  logs.forget(two, 50, "seat");
  keep(one, 100, share, 0, "seat", 1);
  assert.equal(logs.clear(), 100);
  assert.deepEqual([seqsIn(one), seqsIn(two)], [[], []]);
  assert.deepEqual([one.first, one.last, two.first, two.last], [52, 51, 50, 50]);
  assert.deepEqual([logs.usedBytes(), share.chargedBytes], [500, 500]);
  keep(one, 100, share);
  assert.deepEqual(seqsIn(one), [52]);
  logs.expire(2);
  assert.deepEqual(seqsIn(one), [52]);
});

test("a log that is cleared says that it is empty", () => {
  const { logs, keep } = testLogs();
  let told = 0;
  const log = newLog(() => told++);
  for (let sent = 0; sent < 3; sent++) keep(log);
  logs.clear();
  assert.equal(told, 1);
  assert.equal(logs.clear(), 0);
});
