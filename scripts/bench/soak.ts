// `npm run soak`: the relay for five minutes (`--minutes N`) with people who stay and people who come and go, by a hundred
// new rooms a minute. At the end it holds no more memory and no more descriptors than when it had warmed up, and nothing
// that was said is lost; else it exits with 1.
//
// What a room keeps for long would hide a leak behind growth that is meant, so messages live for 20 s here. A seat that
// somebody has left without a word stays for a minute, hence the time to warm up.

import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Contender, makeFolder, start } from "./contenders.ts";
import { type Generator, startGenerator } from "./load.ts";
import type { Usage } from "./machine.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const { values } = parseArgs({ options: { minutes: { type: "string", default: "5" } } });
const minutes = Number(values.minutes);
const warmMs = 90_000;
if (!(minutes * 60_000 >= 2 * warmMs)) {
  console.error(
    `--minutes ${values.minutes}: expected 3 or more, because the first minute and a half only warms up`,
  );
  process.exit(2);
}
const stepMs = 5_000;
const membersPerRoom = 10;
/** A heap is never quite the same twice: what may be between the middle of its first half and that of its second. */
const toleratedBytes = 6 * 1024 * 1024;

/** One look, with nobody there but those who stay. */
interface Look {
  readonly atMs: number;
  readonly memoryBytes: number;
  readonly descriptors: number;
}

const folder = await makeFolder();
const flags = {
  node: ["--expose-gc", "--import", join(root, "scripts/bench/gc.mjs")],
  relay: ["--history-age", "20s"],
};
const relay = await start("secure-room", folder.path, flags);
const [staying, passing] = [startGenerator(), startGenerator()];
try {
  process.exitCode = await soak(relay, staying, passing);
} finally {
  await Promise.all([staying.stop(), passing.stop()]);
  await relay.stop();
  folder.remove();
}

async function soak(server: Contender, staying: Generator, passing: Generator): Promise<number> {
  const place = { dialect: "secure-room", port: server.port, localAddress: "127.0.0.1" } as const;
  const quiet = { payloadBytes: 200, forMs: stepMs, drainMs: 10_000 };
  const { failed } = await staying.open({ ...place, members: 200, membersPerRoom, atOnce: 32 });
  const looks: Look[] = [];
  const sum = { said: 0, owed: 0, delivered: 0, joins: 200, failed, cut: 0 };
  const startedAtMs = performance.now();
  console.log("   time   memory  descriptors    joins     said  delivered  lost");
  while (performance.now() - startedAtMs < minutes * 60_000) {
    const steady = staying.load({ ...quiet, messagesPerSecond: 400 });
    const opened = await passing.open({ ...place, members: 90, membersPerRoom, atOnce: 16 });
    const churned = await passing.load({ ...quiet, messagesPerSecond: 100, forMs: stepMs / 2 });
    await passing.close();
    const stayed = await steady;
    sum.joins += 90;
    sum.failed += opened.failed;
    for (const loaded of [stayed, churned]) {
      sum.said += loaded.sent;
      sum.owed += loaded.owed;
      sum.delivered += loaded.delivered;
      sum.cut += Object.values(loaded.endedBy).reduce((all, count) => all + count, 0);
    }
    const { memoryBytes, descriptors } = await look(server, looks.at(-1)?.descriptors ?? 0);
    const atMs = performance.now() - startedAtMs;
    looks.push({ atMs, memoryBytes, descriptors });
    console.log(
      [
        `${(atMs / 1000).toFixed(0)} s`.padStart(7),
        spellBytes(memoryBytes).padStart(8),
        String(descriptors).padStart(12),
        String(sum.joins).padStart(8),
        String(sum.said).padStart(8),
        String(sum.delivered).padStart(10),
        String(sum.owed - sum.delivered).padStart(5),
      ].join(" "),
    );
  }
  return judge(looks, sum);
}

/** Looks when those who went have gone, and what they left has been swept up. */
async function look(server: Contender, descriptorsBefore: number): Promise<Usage> {
  for (let tries = 0; tries < 100 && server.usage().descriptors > descriptorsBefore; tries++)
    await sleep(100);
  process.kill(server.pid, "SIGPWR");
  await sleep(500);
  return server.usage();
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function judge(
  looks: readonly Look[],
  sum: { owed: number; delivered: number; failed: number; cut: number },
): number {
  const warm = looks.filter(({ atMs }) => atMs >= warmMs);
  const half = warm.length >> 1;
  const memory = (some: readonly Look[]): number => median(some.map(({ memoryBytes }) => memoryBytes));
  const grown = memory(warm.slice(-half)) - memory(warm.slice(0, half));
  const descriptors = warm.map((look) => look.descriptors);
  const spread = Math.max(...descriptors) - Math.min(...descriptors);
  const verdicts: readonly (readonly [isGood: boolean, what: string])[] = [
    [
      grown <= toleratedBytes,
      `memory: ${grown < 0 ? "−" : "+"}${spellBytes(Math.abs(grown))} after warming up`,
    ],
    [spread <= 1, `descriptors: ${Math.min(...descriptors)} to ${Math.max(...descriptors)}`],
    [sum.owed === sum.delivered, `lost: ${sum.owed - sum.delivered} of ${sum.owed}`],
    [sum.failed === 0 && sum.cut === 0, `refused: ${sum.failed}, cut: ${sum.cut}`],
  ];
  for (const [isGood, what] of verdicts) console.log(`${isGood ? "ok  " : "FAIL"} ${what}`);
  return verdicts.every(([isGood]) => isGood) ? 0 : 1;
}

function median(numbers: readonly number[]): number {
  return numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? NaN;
}

function spellBytes(bytes: number): string {
  return `${(bytes / 1024 ** 2).toFixed(1)} MiB`;
}
