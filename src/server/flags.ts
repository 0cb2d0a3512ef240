// Every setting of the relay in one table: its flag, its environment variable, its unit, its range, its line of help.
// Data and its spelling only; settings.ts and limit-settings.ts read what was given.

import { maxRosterMembers } from "../protocol/limits.ts";
import { defaultLimits, type Limits, type Rate } from "../protocol/relay-limits.ts";
import { dayMs, giB, kiB, miB, secondMs } from "../protocol/units.ts";
import { spellAge, spellSize } from "./values.ts";

type RateKey = { [K in keyof Limits]: Limits[K] extends Rate ? K : never }[keyof Limits];
type NumberKey = Exclude<keyof Limits, RateKey>;

interface Row {
  /** Without its dashes: `max-members` */
  readonly flag: string;
  readonly help: string;
  /** 0 is allowed and turns the limit off; it must be a rate or count per address. */
  readonly zeroIsOff?: true;
}

export interface NumberRow extends Row {
  readonly key: NumberKey;
  readonly unit: "count" | "size" | "age" | "percent";
  /** The range, both ends allowed, in the unit of `Limits`. */
  readonly least: number;
  readonly most: number;
}

export interface RateRow extends Row {
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
  age(
    "headTimeoutMs",
    "head-timeout",
    secondMs,
    120 * secondMs,
    "time for a head, or a standstill in a file",
  ),
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
  size("maxFileBytes", "max-file", kiB, giB, "one file"),
  age("fileAgeMs", "file-age", secondMs, 365 * dayMs, "how long a room keeps a file"),
  size("fileMemoryBytes", "file-memory", miB, 1024 * giB, "memory for the files of all rooms"),
  percent("fileSharePercent", "file-share", "part of it that one address may fill"),
  {
    ...age("connectionAgeMs", "connection-age", secondMs, 365 * dayMs, "after it guests connect anew"),
    zeroIsOff: true,
  },
  age("stopSpreadMs", "stop-spread", 0, 600 * secondMs, "SIGTERM sends guests away over"),
  age("stopTimeoutMs", "stop-timeout", secondMs, 900 * secondMs, "and waits for them at most"),
];

/** The settings that are not limits. */
export const plainRows: readonly (Row & { readonly value?: string; readonly repeatable?: true })[] = [
  { flag: "port", value: "N", help: "port to listen on (3000; 0 takes a free one)" },
  { flag: "host", value: "ADDRESS", help: "address to listen on (0.0.0.0; `::` adds IPv6)" },
  { flag: "certs", value: "DIR", help: "folder for certificate and salt (one of yours)" },
  { flag: "salt-file", value: "FILE", help: "a salt that several relays share" },
  { flag: "cert", value: "FILE", help: "your own certificate, PEM, with its chain" },
  { flag: "key", value: "FILE", help: "its private key, PEM" },
  { flag: "acme", value: "DOMAIN", help: "have Let's Encrypt certify it, and renew it" },
  { flag: "acme-email", value: "ADDRESS", help: "where that authority may write to" },
  { flag: "acme-staging", help: "its certificates for trying things out" },
  { flag: "acme-directory", value: "URL", help: "another authority that speaks ACME" },
  { flag: "http-port", value: "N", help: "port for plain HTTP beside it: 80 (none)" },
  { flag: "local-ca", help: "an authority of your own, for phones at home" },
  { flag: "origin", value: "URL", repeatable: true, help: "another site that may connect (repeatable)" },
  { flag: "contact", value: "TEXT", help: "how guests reach you, shown on /privacy" },
  { flag: "url", value: "URL", help: "the address guests use, if it is another" },
  { flag: "config", value: "FILE", help: "a JSON file with settings, named as the flags are" },
  { flag: "no-tls", help: "plain HTTP, for a proxy that has the TLS" },
  { flag: "socket", value: "PATH", help: "a Unix socket to listen on instead of a port" },
  { flag: "trust-proxy", help: "a proxy says who calls: its X-Forwarded-For" },
  { flag: "log-level", value: "LEVEL", help: "error, warn, info, debug or silent (warn)" },
  { flag: "log-addresses", help: "the log may name addresses, for fail2ban" },
  { flag: "metrics-port", value: "N", help: "numbers for Prometheus, on 127.0.0.1 (none)" },
  { flag: "quiet", help: "plain lines, no passphrase, no QR code" },
];

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

/** A value of a limit, or an end of its range, as a person would write it. */
export function spell(unit: NumberRow["unit"], value: number): string {
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
