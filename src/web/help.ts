// How it works here, on one page.

import { drawCommands } from "./command-list.ts";
import { beginAtTop, doneFoot, openDialog } from "./dialogs.ts";
import { h } from "./dom.ts";
import { wording } from "./language.ts";
import { privacyLink } from "./privacy-link.ts";

/** @param begin puts the beginning of a command where one types */
export function openHelpDialog(begin: (command: string) => void): void {
  const keys = wording.helpKeyList.flatMap(([key, what]) => [
    h("dt", {}, ...key.split(" ").map((each) => h("kbd", {}, each))),
    h("dd", {}, what),
  ]);
  const dialog = openDialog(
    "help",
    wording.helpTitle,
    h("p", {}, wording.helpSecret),
    h("p", {}, wording.helpReaches),
    h("p", {}, wording.helpMarks),
    h("h3", {}, wording.helpKeys),
    h("dl", { class: "keys" }, ...keys),
    h("h3", {}, wording.helpCommands),
    drawCommands((command) => {
      dialog.close();
      begin(command);
    }),
    privacyLink(),
    doneFoot("primary"),
  );
  // Not on the first command, which is far below where one begins to read.
  beginAtTop(dialog);
}
