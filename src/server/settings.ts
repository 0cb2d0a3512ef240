// Every setting of the relay in one table: its flag, its environment variable, its unit, its range, its line of help.
// It knows neither the command line's parser nor the network: raw texts go in, checked values or a Mistake come out.

import { readFileSync } from "node:fs";
import { defaultLimits, maxRosterMembers, type Limits, type Rate } from "../protocol/limits.ts";
import { Mistake } from "./mistake.ts";
import { readAge, readCount, readPercent, readRate, readSize, spellAge, spellSize } from "./values.ts";

const kiB = 1024;
const miB = 1024 * kiB;
const giB = 1024 * miB;
const secondMs = 1000;
const dayMs = 24 * 60 * 60 * secondMs;

type RateKey = { [K in keyof Limits]: Limits[K] extends Rate ? K : never }[keyof Limits];
type NumberKey = Exclude<keyof Limits, RateKey>;

interface Row {
  /** Without its dashes: `max-members` */
  readonly flag: string;
  readonly help: string;
  /** 0 is allowed and turns the limit off; it must be a rate or count per address. */
  readonly zeroIsOff?: true;
}

interface NumberRow extends Row {
  readonly key: NumberKey;
  readonly unit: "count" | "size" | "age" | "percent";
  /** The range, both ends allowed, in the unit of `Limits`. */
  readonly least: number;
  readonly most: number;
}

interface RateRow extends Row {
  readonly key: RateKey;
  readonly unit: "rate";
  /** What flows: single things, or bytes. */
  readonly of: "count" | "size";
  readonly most: number;
}

export type LimitRow = NumberRow | RateRow;

/** The limits of PROTOCOL.md section 4, in its order. */
export const limitRows: readonly LimitRow[] = [
  count("maxConnections", "max-connections", 1, 1_000_000, "connections in all"),
  {
    ...count("maxConnectionsPerIp", "max-connections-per-ip", 1, 1_000_000, "connections of one address"),
    zeroIsOff: true,
  },
  rate("upgradeRate", "upgrade-rate", "count", "new connections of one address a minute"),
  rate("joinRate", "join-rate", "count", "joins of one address a minute"),
  age("tlsTimeoutMs", "tls-timeout", secondMs, 120 * secondMs, "time for the TLS handshake"),
  age("headTimeoutMs", "head-timeout", secondMs, 120 * secondMs, "time for a request's head"),
  size("maxHeadBytes", "max-head", kiB, 64 * kiB, "a request's head"),
  age("joinTimeoutMs", "join-timeout", secondMs, 120 * secondMs, "time to join after connecting"),
  size("maxFrameBytes", "max-frame", 4 * kiB, 64 * kiB, "one message as it travels"),
  size("maxTextFrameBytes", "max-text-frame", 4 * kiB, 64 * kiB, "one text frame"),
  count("maxFragments", "max-fragments", 1, 1024, "pieces one frame may come in"),
  rate("messageRate", "message-rate", "count", "messages of one connection a second"),
  rate("byteRate", "byte-rate", "size", "bytes of one connection a second"),
  size("maxQueueBytes", "max-queue", 64 * kiB, giB, "waiting for one slow reader"),
  size("maxVolatileQueueBytes", "max-volatile-queue", kiB, giB, "above it, no typing notices"),
  count("maxMembers", "max-members", 1, maxRosterMembers, "members in a room"),
  count("history", "history", 0, 1_000_000, "messages a room keeps; 0 keeps none"),
  size("historyBytes", "history-bytes", 64 * kiB, 64 * giB, "bytes a room keeps"),
  age("historyAgeMs", "history-age", secondMs, 365 * dayMs, "how long a room keeps a message"),
  size("logMemoryBytes", "log-memory", miB, 1024 * giB, "memory for the messages of all rooms"),
  percent("logSharePercent", "log-share", "part of it that one address may fill"),
  age("stopSpreadMs", "stop-spread", 0, 600 * secondMs, "SIGTERM sends guests away over"),
  age("stopTimeoutMs", "stop-timeout", secondMs, 900 * secondMs, "and waits for them at most"),
];

/** The settings that are not limits. */
export const plainRows: readonly (Row & { readonly value?: string; readonly repeatable?: true })[] = [
  { flag: "port", value: "N", help: "port to listen on (3000; 0 takes a free one)" },
  { flag: "host", value: "ADDRESS", help: "address to listen on (0.0.0.0; `::` adds IPv6)" },
  { flag: "certs", value: "DIR", help: "folder for certificate and salt (one of yours)" },
  { flag: "cert", value: "FILE", help: "your own certificate, PEM, with its chain" },
  { flag: "key", value: "FILE", help: "its private key, PEM" },
  { flag: "origin", value: "URL", repeatable: true, help: "another site that may connect (repeatable)" },
  { flag: "quiet", help: "plain lines, no passphrase, no QR code" },
];

/** What the command line or the environment said, checked. */
export interface Settings {
  /** 0 takes a free port. */
  readonly port: number;
  readonly host: string;
  /** Null: the folder of the person who runs this. */
  readonly certs: string | null;
  readonly own: { readonly cert: string; readonly key: string } | null;
  readonly origins: ReadonlySet<string>;
  readonly quiet: boolean;
  readonly limits: Limits;
}

/** Where the texts come from. Flags win over the environment. */
export interface Given {
  /** By flag without dashes; a repeatable flag has several texts, one without a value `true`. */
  readonly flags: Readonly<Record<string, string | readonly string[] | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The soft limit of open files, null where it cannot be read. */
  readonly descriptorLimit: number | null;
}

interface Source {
  /** As the person wrote it: `--port` or `SECURE_ROOM_PORT` */
  readonly name: string;
  readonly text: string;
}

/**
 * Reads every setting.
 * @throws Mistake naming the flag or variable, what was given and what is allowed
 */
export function readSettings(given: Given): Settings {
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
  checkTogether(limits);
  return {
    port: readPort(find(given, "port")),
    host: find(given, "host")?.text ?? "0.0.0.0",
    certs: find(given, "certs")?.text ?? null,
    own: readOwn(given),
    origins: readOrigins(given),
    quiet: readQuiet(given),
    limits,
  };
}

/** The environment variable beside a flag: `max-members` → `SECURE_ROOM_MAX_MEMBERS` */
export function variableOf(flag: string): string {
  return `SECURE_ROOM_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** What a limit takes, for the help: `N`, `SIZE`, `AGE`, `PERCENT`, `RATE` */
export function valueOf(row: LimitRow): string {
  return row.unit === "count" ? "N" : row.unit.toUpperCase();
}

/** A limit's default as a person would write it. */
export function spellDefault(row: LimitRow): string {
  if (row.unit !== "rate") return spell(row.unit, defaultLimits[row.key]);
  const usual = defaultLimits[row.key];
  return `${spell(row.of, usual.count)}:${spell(row.of, usual.burst)}`;
}

/** The soft limit of open files of this process; null where /proc does not tell. Node has raised it to the hard one. */
export function readDescriptorLimit(): number | null {
  try {
    const match = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "latin1"));
    return match === null ? null : Number(match[1]);
  } catch {
    return null;
  }
}

function usualConnections(descriptorLimit: number | null): number {
  if (descriptorLimit === null) return defaultLimits.maxConnections;
  return Math.max(1, Math.min(defaultLimits.maxConnections, Math.floor(descriptorLimit * 0.8)));
}

function find(given: Given, flag: string): Source | null {
  const text = given.flags[flag];
  if (typeof text === "string") return { name: `--${flag}`, text };
  const fromEnv = given.env[variableOf(flag)];
  return fromEnv === undefined || fromEnv === "" ? null : { name: variableOf(flag), text: fromEnv };
}

function checkNumber(source: Source, row: NumberRow): number {
  const value = readers[row.unit](source.text);
  if (value === 0 && row.zeroIsOff) return row.unit === "percent" ? 100 : 0;
  if (value === null || value < row.least || value > row.most) {
    const off = row.zeroIsOff ? ", or 0 for no limit" : "";
    const range = `from ${spell(row.unit, row.least)} to ${spell(row.unit, row.most)}`;
    throw refusal(source, `${kinds[row.unit]} ${range}${off}`);
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
  if (limits.stopSpreadMs > limits.stopTimeoutMs) {
    throw new Mistake(
      `--stop-spread must not be above --stop-timeout, which is ${spellAge(limits.stopTimeoutMs)}`,
    );
  }
}

function readPort(source: Source | null): number {
  if (source === null) return 3000;
  const port = readCount(source.text);
  if (port === null || port > 65_535) throw refusal(source, "a whole number from 0 to 65535");
  return port;
}

function readOwn(given: Given): Settings["own"] {
  const cert = find(given, "cert");
  const key = find(given, "key");
  if (cert === null && key === null) return null;
  if (cert === null) throw new Mistake("--key needs its certificate: add --cert FILE");
  if (key === null) throw new Mistake("--cert needs its private key: add --key FILE");
  return { cert: cert.text, key: key.text };
}

function readOrigins(given: Given): ReadonlySet<string> {
  const flags = given.flags["origin"];
  const sources = Array.isArray(flags)
    ? flags.map((text: string) => ({ name: "--origin", text }))
    : (given.env[variableOf("origin")] ?? "")
        .split(/[\s,]+/)
        .filter((text) => text !== "")
        .map((text) => ({ name: variableOf("origin"), text }));
  return new Set(sources.map(readOrigin));
}

function readOrigin(source: Source): string {
  const allowed = "an origin such as https://example.org, without a path";
  if (!URL.canParse(source.text)) throw refusal(source, allowed);
  const url = new URL(source.text);
  const isWeb = url.protocol === "https:" || url.protocol === "http:";
  if (!isWeb || url.href !== `${url.origin}/`) throw refusal(source, allowed);
  return url.origin;
}

function readQuiet(given: Given): boolean {
  if (given.flags["quiet"] === true) return true;
  const source = find(given, "quiet");
  if (source === null || source.text === "0" || source.text === "false") return false;
  if (source.text === "1" || source.text === "true") return true;
  throw refusal(source, "1 or 0");
}

function refusal(source: Source, allowed: string): Mistake {
  // What was given may hold anything: it must not break out of its line, or fill the screen.
  return new Mistake(`${source.name} is ${JSON.stringify(source.text.slice(0, 60))}: expected ${allowed}`);
}

const readers = { count: readCount, size: readSize, age: readAge, percent: readPercent };
const kinds = {
  count: "a whole number",
  size: "a size such as 4MiB",
  age: "a time such as 90s, 30m or 24h",
  percent: "a percentage",
};

function spell(unit: NumberRow["unit"], value: number): string {
  if (unit === "size") return spellSize(value);
  if (unit === "age") return spellAge(value);
  return unit === "percent" ? `${value}%` : String(value);
}

function count(key: NumberKey, flag: string, least: number, most: number, help: string): NumberRow {
  return { key, flag, unit: "count", least, most, help };
}

function size(key: NumberKey, flag: string, least: number, most: number, help: string): NumberRow {
  return { key, flag, unit: "size", least, most, help };
}

function age(key: NumberKey, flag: string, least: number, most: number, help: string): NumberRow {
  return { key, flag, unit: "age", least, most, help };
}

function percent(key: NumberKey, flag: string, help: string): NumberRow {
  return { key, flag, unit: "percent", least: 1, most: 100, zeroIsOff: true, help };
}

function rate(key: RateKey, flag: string, of: RateRow["of"], help: string): RateRow {
  return {
    key,
    flag,
    unit: "rate",
    of,
    most: of === "size" ? giB : 1_000_000,
    zeroIsOff: true,
    help,
  };
}
