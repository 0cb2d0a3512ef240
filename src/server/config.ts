// Reads the file of --config: one JSON object with the names of the flags. What the values mean is settings.ts's matter.

import { readFile } from "node:fs/promises";
import { limitRows, plainRows } from "./flags.ts";
import { flawOf } from "./json-flaw.ts";
import { Mistake, reasonOf } from "./mistake.ts";
import { nearest } from "./nearest.ts";

/** A value as a flag would have it: a text, several for a repeatable flag, `true` for one that takes none. */
export type Configured = Readonly<Record<string, string | readonly string[] | true>>;

/** A file that names another file makes no sense. */
const names = [...plainRows, ...limitRows].map(({ flag }) => flag).filter((flag) => flag !== "config");

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
  // Notepad and PowerShell write the mark of their encoding first, which JSON does not know (RFC 8259, section 8.1).
  const json = text.replace(/^\uFEFF/, "");
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    const { line, column } = flawOf(json);
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

/** `maxMembers` and `max_members` → `max-members` */
function spelledAsFlag(name: string): string {
  return name
    .slice(0, 60)
    .replaceAll(/([a-z])(?=[A-Z])/g, "$1-")
    .replaceAll("_", "-")
    .toLowerCase();
}

/** Null for a switch that is off. */
function readValue(path: string, name: string, value: unknown): string | readonly string[] | true | null {
  const shown = JSON.stringify(name.slice(0, 60));
  const row = plainRows.find(({ flag }) => flag === name);
  if (!names.includes(name)) {
    const meant = nearest(spelledAsFlag(name), names);
    const advice =
      meant === null
        ? "the names are those of the flags, without the dashes"
        : `did you mean ${JSON.stringify(meant)}?`;
    throw new Mistake(`--config ${path} has ${shown}, which is no setting: ${advice}`);
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
