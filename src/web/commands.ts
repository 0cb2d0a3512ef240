// What can be written behind a slash. Each command calls what a button does as well. What is wrong with one is told by
// kind; the words for it, and for what each does, stand in the wording.

import { type CheckedName, checkName } from "../crypto/name.ts";
import { asSaid } from "./emote.ts";
import type { ExportFormat } from "./export.ts";

/** What the room lets a person do. */
export interface RoomActs {
  readonly rename: (name: string) => void;
  /** "" takes the topic away. Not null: it is too long, or no line. */
  readonly setTopic: (topic: string) => "characters" | null;
  readonly setTimer: (seconds: number) => void;
  readonly search: (query: string) => void;
  readonly export: (format: ExportFormat) => void;
  readonly clear: () => void;
  readonly share: () => void;
  readonly help: () => void;
  readonly leave: () => void;
}

export type CommandName =
  | "help"
  | "me"
  | "nick"
  | "topic"
  | "timer"
  | "search"
  | "export"
  | "clear"
  | "share"
  | "leave";

/** What is wrong with what was typed. */
export type CommandFault =
  | { readonly why: "unknown"; readonly name: string }
  /** It lacks something behind it, or has something there that makes no sense. */
  | { readonly why: "usage"; readonly name: CommandName }
  | { readonly why: "name"; readonly fault: Extract<CheckedName, { kind: "refused" }>["why"] }
  | { readonly why: "topic" };

/** A command was run; or there is a text to be said; or something is wrong with what was typed. */
export type Outcome =
  | { readonly kind: "done" }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "fault"; readonly fault: CommandFault };

export interface Command {
  readonly name: CommandName;
  /** @param rest what stands behind the name, trimmed */
  readonly run: (rest: string, acts: RoomActs) => Outcome;
}

const done: Outcome = { kind: "done" };
const unitSeconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };
const most = 365 * 86_400;
export const formats: readonly ExportFormat[] = ["txt", "md", "json"];
const offWords = new Set(["off", "aus", "0"]);

/** All of them, in the order in which help lists them. */
export const commands: readonly Command[] = [
  { name: "help", run: (_, acts) => act(acts.help) },
  { name: "me", run: (rest) => (rest === "" ? usage("me") : { kind: "text", text: `/me ${rest}` }) },
  { name: "nick", run: rename },
  { name: "topic", run: setTopic },
  { name: "timer", run: setTimer },
  { name: "search", run: (rest, acts) => act(() => acts.search(rest)) },
  { name: "export", run: exportRoom },
  { name: "clear", run: (_, acts) => act(acts.clear) },
  { name: "share", run: (_, acts) => act(acts.share) },
  { name: "leave", run: (_, acts) => act(acts.leave) },
];

/**
 * Runs what was typed where it is a command. A slash in front of something that is no word (a path, a smiley) is text,
 * and so is what follows a doubled slash.
 */
export function runCommand(typed: string, acts: RoomActs): Outcome {
  if (typed.startsWith("//")) return { kind: "text", text: asSaid(typed.slice(1)) };
  const [, name, rest = ""] = /^\/([a-z]+)(?:\s([^]*))?$/i.exec(typed) ?? [];
  if (name === undefined) return { kind: "text", text: typed };
  const command = commands.find((each) => each.name === name.toLowerCase());
  if (command === undefined) return refuse({ why: "unknown", name });
  return command.run(rest.trim(), acts);
}

function rename(rest: string, acts: RoomActs): Outcome {
  if (rest === "") return usage("nick");
  const checked = checkName(rest);
  if (checked.kind === "refused") return refuse({ why: "name", fault: checked.why });
  return act(() => acts.rename(checked.name));
}

function setTopic(rest: string, acts: RoomActs): Outcome {
  if (rest === "") return usage("topic");
  return acts.setTopic(isOff(rest) ? "" : rest) === null ? done : refuse({ why: "topic" });
}

function setTimer(rest: string, acts: RoomActs): Outcome {
  const seconds = isOff(rest) ? 0 : secondsOf(rest);
  return seconds === null ? usage("timer") : act(() => acts.setTimer(seconds));
}

/** `90s`, `5m`, `1 h`, `7d`, `2w`, in seconds; null when it is none of these or more than a year. */
function secondsOf(text: string): number | null {
  const [, digits = "", unit = ""] = /^(\d{1,6})\s?([smhdw])$/i.exec(text) ?? [];
  const seconds = Number(digits) * (unitSeconds[unit.toLowerCase()] ?? 0);
  return seconds > 0 && seconds <= most ? seconds : null;
}

function exportRoom(rest: string, acts: RoomActs): Outcome {
  const wanted = rest.toLowerCase().replace(/^\./, "");
  const format = wanted === "" ? "txt" : formats.find((each) => each === wanted);
  return format === undefined ? usage("export") : act(() => acts.export(format));
}

function isOff(text: string): boolean {
  return offWords.has(text.toLowerCase());
}

function act(run: () => void): Outcome {
  run();
  return done;
}

function usage(name: CommandName): Outcome {
  return refuse({ why: "usage", name });
}

function refuse(fault: CommandFault): Outcome {
  return { kind: "fault", fault };
}
