// Reads the limits among the settings and checks them, alone and with each other. What is no limit is settings.ts's.

import { defaultLimits, type Limits, type Rate } from "../protocol/relay-limits.ts";
import { kiB } from "../protocol/units.ts";
import { usualConnections } from "./descriptors.ts";
import { limitRows, type NumberRow, type RateRow, spell } from "./flags.ts";
import { Mistake } from "./mistake.ts";
import { leastShareBytes, mostFileBytes, shareOf } from "./share.ts";
import { find, type Given, refusal, type Source } from "./sources.ts";
import {
  nearSize,
  readAge,
  readCount,
  readPercent,
  readRate,
  readSize,
  spellAge,
  spellSize,
} from "./values.ts";

const readers = { count: readCount, size: readSize, age: readAge, percent: readPercent };
const kinds = {
  count: "a whole number",
  size: "a size such as 4MiB",
  age: "a time such as 90s, 30m or 24h",
  percent: "a percentage",
};

/**
 * Reads every limit; what nobody has said is the default, fitted to the descriptors and to the memory of files.
 * @throws Mistake naming the flag or variable, what was given and what is allowed
 */
export function readLimits(given: Given): Limits {
  const limits: { -readonly [K in keyof Limits]: Limits[K] } = {
    ...defaultLimits,
    maxConnections: usualConnections(given.descriptorLimit),
  };
  for (const row of limitRows) {
    const source = find(given, row.flag);
    if (source === null) continue;
    if (row.unit === "rate") limits[row.key] = checkRate(source, row);
    else limits[row.key] = checkNumber(source, row);
  }
  // Where only the memory was said, the size follows it: a smaller memory is no mistake.
  const mostBytes = mostFileBytes(limits);
  if (find(given, "max-file") === null) limits.maxFileBytes = Math.min(limits.maxFileBytes, mostBytes);
  checkTogether(limits);
  return limits;
}

function checkNumber(source: Source, row: NumberRow): number {
  const value = readers[row.unit](source.text);
  if (value === 0 && row.zeroIsOff) return 0;
  if (value === null || value < row.least || value > row.most) {
    const off = row.zeroIsOff ? ", or 0 for no limit" : "";
    const range = `from ${spell(row.unit, row.least)} to ${spell(row.unit, row.most)}`;
    const near = value === null && row.unit === "size" ? nearSize(source.text) : null;
    throw refusal(source, `${kinds[row.unit]} ${range}${off}${near === null ? "" : `: write ${near}`}`);
  }
  return value;
}

function checkRate(source: Source, row: RateRow): Rate {
  const value = readRate(source.text, defaultLimits[row.key], readers[row.of]);
  if (value === null || value.count > row.most || value.burst > row.most) {
    const what = row.of === "size" ? "sizes such as 512KiB" : "whole numbers";
    throw refusal(source, `RATE or RATE:BURST, ${what} up to ${spell(row.of, row.most)}, or 0 for no limit`);
  }
  return value;
}

/** Limits that are sound one by one may still contradict each other. */
function checkTogether(limits: Limits): void {
  const { byteRate, maxFrameBytes } = limits;
  if (byteRate.count > 0 && byteRate.burst < maxFrameBytes) {
    const burst = `--byte-rate with a burst of ${spellSize(byteRate.burst)}`;
    throw new Mistake(
      `${burst} would never let a frame of --max-frame ${spellSize(maxFrameBytes)} in: write ` +
        `--byte-rate ${spellSize(byteRate.count)}:${spellSize(maxFrameBytes)} or more`,
    );
  }
  if (limits.maxVolatileQueueBytes > limits.maxQueueBytes) {
    throw new Mistake(
      `--max-volatile-queue must not be above --max-queue, which is ${spellSize(limits.maxQueueBytes)}`,
    );
  }
  if (limits.maxFileBytes > mostFileBytes(limits)) {
    throw new Mistake(
      `--max-file ${spellSize(limits.maxFileBytes)} is more than one address may fill, ` +
        `--file-share ${limits.fileSharePercent}% of --file-memory ${spellSize(limits.fileMemoryBytes)}: ` +
        `write --max-file ${spellSize(mostFileBytes(limits))} or less, or give more memory`,
    );
  }
  const shareBytes = shareOf(limits.logMemoryBytes, limits.logSharePercent);
  if (shareBytes < leastShareBytes(limits)) {
    const least = Math.ceil(leastShareBytes(limits) / shareOf(1, limits.logSharePercent) / kiB) * kiB;
    throw new Mistake(
      `--log-memory ${spellSize(limits.logMemoryBytes)} is too little: --log-share ${limits.logSharePercent}% of it, ` +
        `for one address, must hold a room, a member and one frame of --max-frame ` +
        `${spellSize(limits.maxFrameBytes)}: write --log-memory ${spellSize(least)} or more`,
    );
  }
  if (limits.stopSpreadMs > limits.stopTimeoutMs) {
    throw new Mistake(
      `--stop-spread must not be above --stop-timeout, which is ${spellAge(limits.stopTimeoutMs)}`,
    );
  }
}
