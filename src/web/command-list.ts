// The commands and the marks, for whoever asks what there is.

import { commands, spellCommand } from "./commands.ts";
import { h } from "./dom.ts";
import { wording } from "./language.ts";

/** Draws the list of all commands. */
export function drawCommands(): HTMLElement {
  const rows = commands.flatMap(({ name }) => [
    h("dt", {}, h("code", {}, `/${spellCommand(name)}`)),
    h("dd", {}, wording.commands[name].summary),
  ]);
  return h("dl", { class: "command-list" }, ...rows);
}
