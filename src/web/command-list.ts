// The words for commands: what there is, and what is wrong with what was typed.

import { type CommandFault, type CommandName, commands } from "./commands.ts";
import { button, h } from "./dom.ts";
import { wording } from "./language.ts";

/** Draws the list of all commands; who presses one begins to write it. */
export function drawCommands(begin: (command: string) => void): HTMLElement {
  const rows = commands.flatMap(({ name }) => [
    h(
      "dt",
      {},
      button("command", `/${spellCommand(name)}`, () => begin(`/${name} `)),
    ),
    h("dd", {}, wording.commands[name].summary),
  ]);
  return h("dl", { class: "command-list" }, ...rows);
}

/** A sentence on what is wrong. */
export function spellCommandFault(fault: CommandFault): string {
  switch (fault.why) {
    case "unknown":
      return wording.writing.unknownCommand(fault.name);
    case "usage":
      return wording.writing.commandUsage(`/${spellCommand(fault.name)}`);
    case "name":
      return wording.nameFaults[fault.fault];
    case "topic":
      return wording.writing.topicTooLong;
  }
}

/** How a command is written, without its slash: `nick NAME`. */
function spellCommand(name: CommandName): string {
  return `${name} ${wording.commands[name].usage}`.trimEnd();
}
