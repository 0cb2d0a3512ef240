// `npm run bench`: the relay beside a plain `ws` server, a socket.io server and what Node's bare sockets give by themselves, all
// with the same task, the same load and the same certificate. Whoever says 200 bytes is heard by everybody in its room,
// itself included.
//
// Server and load have a core each, where there is `taskset`; the servers stand side by side and are measured in
// turn, so that their ratios hold on a machine that does other things as well. How each figure is taken stands in
// measures.ts and crowd.ts. The load is made by hand-made frames (dialects.ts), of one cost for all; when its core is full
// before the server's, a server's own core still tells what it can carry: hence deliveries per second *of the core*.
//
// `--quick` runs everything small and writes nothing.

import { readFileSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeFolder } from "./contenders.ts";
import { crowd } from "./crowd.ts";
import { perServer, type PerServer } from "./figures.ts";
import type { Effort, Guests } from "./houses.ts";
import { capacity, cost, sleepers, stampede } from "./measures.ts";
import { putIntoReadme, type Row, spellCount, spellEach, spellOrigin, spellTable } from "./report.ts";

/** What the machine was doing besides. */
const [otherLoad = 0] = loadavg();
const root = fileURLToPath(new URL("../../../", import.meta.url));
const isQuick = process.argv.includes("--quick");
const effort: Effort = isQuick
  ? { rounds: 1, warmMs: 100, forMs: 200 }
  : { rounds: 3, warmMs: 500, forMs: 1_000 };
const members = isQuick ? 100 : 1_000;
const many = isQuick ? 200 : 10_000;
const kiB = 1024;

const folder = await makeFolder();
try {
  await bench(folder.path);
} finally {
  folder.remove();
}

async function bench(path: string): Promise<void> {
  const rows: Row[] = [];
  const p99s: PerServer[] = [];
  const add = (row: Row): void => {
    rows.push(row);
    console.error(spellTable([row]).split("\n").at(-1));
  };
  for (const [membersPerRoom, payloadBytes] of [
    [2, 200],
    [10, 200],
    [100, 200],
    [members, 200],
    [10, 4 * kiB],
  ] as const) {
    const guests: Guests = { members, membersPerRoom };
    const { perCoreSecond, p99Ms } = await capacity(path, guests, payloadBytes, effort);
    p99s.push(p99Ms);
    const size = payloadBytes === 200 ? "" : `, ${payloadBytes / kiB} KiB each`;
    add({
      what: `deliveries a second, rooms of ${membersPerRoom}${size}`,
      figures: perCoreSecond,
      spell: spellCount,
      better: "more",
    });
  }
  add({
    what: "processor per delivery at 20,000 a second",
    figures: await cost(path, { members, membersPerRoom: 10 }, 20_000, effort),
    spell: (us) => `${us.toFixed(1)} µs`,
    better: "less",
  });
  const all = await crowd(path, { members: many, membersPerRoom: 10 }, 50_000, effort);
  add({
    what: "joins a second, TLS handshake included",
    figures: all.joinsPerCoreSecond,
    spell: spellCount,
    better: "more",
  });
  add({
    what: `memory of one of ${spellCount(many)} connections`,
    figures: all.bytesPerMember,
    spell: (bytes) => `${(bytes / kiB).toFixed(0)} KiB`,
    better: "less",
  });
  const talking = `${spellCount(many)} connections all talking`;
  add({
    what: `${talking}: of 50,000 deliveries a second, held`,
    figures: all.perSecond,
    spell: spellCount,
    better: "more",
  });
  add({
    what: `${talking}: processor per delivery`,
    figures: all.cpuUs,
    spell: (us) => `${us.toFixed(1)} µs`,
    better: "less",
  });
  add({
    what: `${talking}: 99% within`,
    figures: all.p99Ms,
    spell: spellMs,
    better: "less",
  });
  const rush = await stampede(path, members);
  const asleep = await sleepers(path, effort);
  const sentences = [
    `In the rows of deliveries, 99% of them took at most: ${spellEach(mostOf(p99s), spellMs)}.`,
    `The ${spellCount(many)} talked ${all.talks} times in each server's rooms. In the best talk 99% came within: ` +
      `${spellEach(all.leastP99Ms, spellMs)}. Of all deliveries so many never came: ${spellEach(all.lost, spellCount)}. ` +
      `Before each talk a step at random through 16 MiB of memory took ${spellRange(all.stepsNs)} ns.`,
    `A room of ${spellCount(rush.members)} that everybody joins at once is complete after ${(rush.tookMs / 1000).toFixed(1)} s; ` +
      `a join costs ${rush.cpuMsPerJoin.toFixed(1)} ms of the processor, in rooms of ten ${rush.cpuMsPerJoinApart.toFixed(1)} ms.`,
    `A reader that has stopped reading costs ${(asleep.bytesPerSleeper / kiB / kiB).toFixed(1)} MiB until it is cut; for the others ` +
      `99% of deliveries take ${asleep.p99Ms.toFixed(0)} ms, before it ${asleep.p99BeforeMs.toFixed(0)} ms, and ${asleep.lost} are lost.`,
  ];
  const text = [
    spellTable(rows),
    "",
    ...sentences.map((sentence) => `- ${sentence}`),
    "",
    spellOrigin(otherLoad),
  ];
  console.log(`\n${text.join("\n")}`);
  if (isQuick) return;
  const readme = join(root, "README.md");
  writeFileSync(readme, putIntoReadme(readFileSync(readme, "utf8"), text.join("\n")));
}

function mostOf(figures: readonly PerServer[]): PerServer {
  return perServer((name) => Math.max(...figures.map((each) => each[name])));
}

function spellMs(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}

function spellRange(figures: readonly number[]): string {
  return `${Math.min(...figures).toFixed(0)} to ${Math.max(...figures).toFixed(0)}`;
}
