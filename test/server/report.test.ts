// The log: what it says of refusals, and that fail2ban's filter reads it.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { reportEveryMs } from "../../src/protocol/limits.ts";
import { addressName } from "../../src/server/addresses.ts";
import { type Counters, countRefusal, createCounters, Offences } from "../../src/server/counters.ts";
import { createLog, type LogLevel, logLevels } from "../../src/server/logger.ts";
import { reportRefusals } from "../../src/server/report.ts";
import { fakeClock } from "./support.ts";

const now = (): Date => new Date("2026-01-02T03:04:05.678Z");

/** What is said at `level` of what `happens`, one report later. */
function linesOf(
  level: LogLevel,
  happens: (counters: Counters) => void,
  offences: Offences | null = null,
): string[] {
  const lines: string[] = [];
  const counters = createCounters(offences);
  const clock = fakeClock();
  const log = createLog(level, (line) => lines.push(line), now);
  const stop = reportRefusals(log, counters, clock);
  happens(counters);
  clock.step(reportEveryMs);
  stop();
  return lines;
}

test("a flood is one line with its count", () => {
  const lines = linesOf("warn", (counters) => {
    for (let count = 0; count < 17; count++) countRefusal(counters, "join-rate", "192.0.2.7");
  });
  assert.deepEqual(lines, [
    '{"time":"2026-01-02T03:04:05.678Z","level":"warn","event":"refused","reason":"join-rate","count":17}\n',
  ]);
});

test("what has been reported is not reported again, and what came last is reported at the end", () => {
  const lines: string[] = [];
  const counters = createCounters();
  const clock = fakeClock();
  const log = createLog("warn", (line) => lines.push(line), now);
  const stop = reportRefusals(log, counters, clock);
  countRefusal(counters, "origin", null);
  clock.step(3 * reportEveryMs);
  assert.equal(lines.length, 1);
  countRefusal(counters, "origin", null);
  countRefusal(counters, "policy", null);
  stop();
  assert.equal(lines.length, 3);
  clock.step(3 * reportEveryMs);
  assert.equal(lines.length, 3);
});

test("each level says what is at or above it, and silent nothing", () => {
  const said = logLevels.map((level) => {
    const lines: string[] = [];
    const log = createLog(level, (line) => lines.push(line), now);
    for (const each of ["error", "warn", "info", "debug"] as const) log(each, "x");
    return lines.length;
  });
  assert.deepEqual(said, [1, 2, 3, 4, 0]);
});

test("a phone that sleeps or a name that is taken is no warning", () => {
  const everyday = (counters: Counters): void => {
    for (const reason of ["silent", "name-taken", "full", "tls", "head-timeout"] as const) {
      countRefusal(counters, reason, null);
    }
  };
  assert.equal(linesOf("warn", everyday).length, 0);
  assert.equal(linesOf("info", everyday).length, 5);
});

test("addresses are named only where the host wants them, so many and no more", () => {
  const crowd = (counters: Counters): void => {
    for (let at = 0; at < 9; at++) countRefusal(counters, "policy", addressName(`192.0.2.${at}`));
    for (let at = 0; at < 9; at++) countRefusal(counters, "policy", addressName("192.0.2.1"));
  };
  assert.doesNotMatch(linesOf("debug", crowd).join(""), /192\.0\.2/);
  const named = linesOf("warn", crowd, new Offences(4));
  assert.equal(named.length, 5);
  assert.match(named[2] ?? "", /"address":"192\.0\.2\.1","reason":"policy","count":10\}\n$/);
});

test("fail2ban's filter finds the address of every offence, and nobody else's", () => {
  const root = fileURLToPath(new URL("../../../", import.meta.url));
  const filter = readFileSync(`${root}scripts/deploy/fail2ban/filter.d/secure-room.conf`, "utf8");
  const option = (name: string): string => new RegExp(`^${name} = (.*)$`, "m").exec(filter)?.[1] ?? "";
  const failure = new RegExp(option("failregex").replace("<SUBNET>", "(?<address>[0-9a-f.:]+(?:/\\d+)?)"));
  const parts: Readonly<Record<string, string>> = {
    "%%Y": "\\d{4}",
    "%%m": "\\d{2}",
    "%%d": "\\d{2}",
    "%%H": "\\d{2}",
    "%%M": "\\d{2}",
    "%%S": "\\d{2}",
    "%%f": "\\d{1,6}",
    "%%z": "Z",
  };
  const date = new RegExp(option("datepattern").replaceAll(/%%\w/g, (part) => parts[part] ?? part));
  const happens = (counters: Counters): void => {
    countRefusal(counters, "join-rate", addressName("192.0.2.7"));
    countRefusal(counters, "head", addressName("2001:db8:1:2:3:4:5:6"));
    countRefusal(counters, "name-taken", addressName("192.0.2.8"));
    countRefusal(counters, "connections", addressName("192.0.2.9"));
  };
  const lines = linesOf("debug", happens, new Offences(10)).map((line) => line.trimEnd());
  const found = lines.flatMap((line) => failure.exec(line)?.groups?.["address"] ?? []);
  assert.deepEqual(found, ["192.0.2.7", "2001:db8:1:2::/64"]);
  for (const line of lines) assert.match(line, date);
});
