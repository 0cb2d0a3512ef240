// Where the text of a setting comes from: a flag, a variable, or the file of --config; and how it is refused. It knows
// which names there are as little as what they may say.

import type { Configured } from "./config.ts";
import { variableOf } from "./flags.ts";
import { Mistake } from "./mistake.ts";

/** Where the texts come from. Flags win over the environment, and that over the file of --config. */
export interface Given {
  /** By flag without dashes; a repeatable flag has several texts, one without a value `true`. */
  readonly flags: Readonly<Record<string, string | readonly string[] | boolean | undefined>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly config?: Configured;
  /** The soft limit of open files, null where it cannot be read. */
  readonly descriptorLimit: number | null;
}

/** One text, and who said it. */
export interface Source {
  /** As the person wrote it: `--port`, `SECURE_ROOM_PORT` or `"port" in --config` */
  readonly name: string;
  readonly text: string;
}

/** The text of `flag`, from the first place that has one; null where none has. */
export function find(given: Given, flag: string): Source | null {
  const text = given.flags[flag];
  if (typeof text === "string") return { name: `--${flag}`, text };
  const fromEnv = given.env[variableOf(flag)];
  if (fromEnv !== undefined && fromEnv !== "") return { name: variableOf(flag), text: fromEnv };
  const fromFile = given.config?.[flag];
  return typeof fromFile === "string" ? { name: inConfig(flag), text: fromFile } : null;
}

function inConfig(flag: string): string {
  return `"${flag}" in --config`;
}

/** All texts of a repeatable flag, from the first place that has one. */
export function findAll(given: Given, flag: string): Source[] {
  const texts = given.flags[flag];
  if (Array.isArray(texts)) return texts.map((text: string) => ({ name: `--${flag}`, text }));
  const fromEnv = (given.env[variableOf(flag)] ?? "").split(/[\s,]+/).filter((text) => text !== "");
  if (fromEnv.length > 0) return fromEnv.map((text) => ({ name: variableOf(flag), text }));
  const fromFile = given.config?.[flag];
  return Array.isArray(fromFile) ? fromFile.map((text: string) => ({ name: inConfig(flag), text })) : [];
}

/**
 * Whether `flag` is on: without a value, or `1` or `true`.
 * @throws Mistake when its value says neither yes nor no
 */
export function readSwitch(given: Given, flag: string): boolean {
  if (given.flags[flag] === true) return true;
  const source = find(given, flag);
  if (source === null) return given.config?.[flag] === true;
  if (source.text === "0" || source.text === "false") return false;
  if (source.text === "1" || source.text === "true") return true;
  throw refusal(source, "1 or 0");
}

/** @param allowed what would do: `expected …` */
export function refusal(source: Source, allowed: string): Mistake {
  // What was given may hold anything: it must not break out of its line, or fill the screen.
  return new Mistake(`${source.name} is ${JSON.stringify(source.text.slice(0, 60))}: expected ${allowed}`);
}
