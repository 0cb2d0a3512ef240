// Reads the file of --config: one JSON object with the names of the flags. What the values mean is settings.ts's matter.

import { readFile } from "node:fs/promises";
import { limitRows, plainRows } from "./flags.ts";
import { flawOf } from "./json-flaw.ts";
import { Mistake, reasonOf } from "./mistake.ts";

/** A value as a flag would have it: a text, several for a repeatable flag, `true` for one that takes none. */
export type Configured = Readonly<Record<string, string | readonly string[] | true>>;

/** The flags that make no sense inside the file. */
const outside: ReadonlySet<string> = new Set(["config"]);

/**
 * Reads a config file.
 * @throws Mistake naming the file and, where it is one setting's fault, that setting
 */
export async function readConfig(path: string): Promise<Configured> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (thrown) {
    throw new Mistake(
      `cannot read --config ${path}: ${reasonOf(thrown)}; name a file that you can read, or leave --config out`,
    );
  }
  return parseConfig(path, text);
}

/**
 * @param path for messages only
 * @throws Mistake as readConfig
 */
export function parseConfig(path: string, text: string): Configured {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    const { line, column } = flawOf(text);
    throw new Mistake(
      `--config ${path} is not JSON from line ${line}, column ${column} on: names and texts stand in "quotes", and ` +
        `JSON has no comments and no comma behind the last entry`,
    );
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new Mistake(`--config ${path} must hold one object, such as { "port": 443, "history": 200 }`);
  }
  const found: Record<string, string | readonly string[] | true> = {};
  for (const [name, value] of Object.entries(parsed)) {
    const read = readValue(path, name, value);
    if (read !== null) found[name] = read;
  }
  return found;
}

/** Null for a switch that is off. */
function readValue(path: string, name: string, value: unknown): string | readonly string[] | true | null {
  const shown = JSON.stringify(name.slice(0, 60));
  const row = plainRows.find(({ flag }) => flag === name);
  if (outside.has(name) || (row === undefined && !limitRows.some(({ flag }) => flag === name))) {
    throw new Mistake(
      `--config ${path} has ${shown}, which is no setting: the names are those of the flags, without the dashes`,
    );
  }
  if (row !== undefined && row.value === undefined) {
    if (typeof value === "boolean") return value || null;
    throw new Mistake(`--config ${path}: ${shown} must be true or false`);
  }
  if (row?.repeatable === true) {
    if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value;
    if (typeof value === "string") return [value];
    throw new Mistake(`--config ${path}: ${shown} must be a text or a list of texts`);
  }
  if (typeof value === "string") return value;
  if (typeof value === "number") return String(value);
  throw new Mistake(`--config ${path}: ${shown} must be a text or a number`);
}
