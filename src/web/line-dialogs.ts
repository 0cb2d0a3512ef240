// Dialogs that ask for one line: what the room is about, and another name.

import { checkName } from "../crypto/name.ts";
import { openDialog } from "./dialogs.ts";
import { button, h } from "./dom.ts";
import { wording } from "./language.ts";

/** Asks what the room is about. `set` gives a sentence on what is wrong, or null. */
export function openTopicDialog(topic: string, set: (text: string) => string | null): void {
  askForLine({
    title: wording.topic,
    hint: wording.topicHint,
    line: topic,
    take: (text) => set(text.trim()),
  });
}

/** Asks for another name. */
export function openNameDialog(name: string, rename: (name: string) => void): void {
  askForLine({
    title: wording.rename,
    hint: wording.renameHint,
    line: name,
    take(text) {
      const checked = checkName(text);
      if (checked.kind === "refused") return wording.nameFaults[checked.why];
      if (checked.name !== name) rename(checked.name);
      return null;
    },
  });
}

function askForLine(ask: {
  readonly title: string;
  readonly hint: string;
  readonly line: string;
  /** Gives a sentence on what is wrong, or null. */
  readonly take: (text: string) => string | null;
}): void {
  const field = h("input", {
    attributes: { "aria-labelledby": "dialog-title", "aria-describedby": "line-hint", dir: "auto" },
  });
  const fault = h("p", { class: "fault", attributes: { role: "alert" } });
  field.value = ask.line;
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const problem = ask.take(field.value);
    fault.textContent = problem ?? "";
    if (problem === null) dialog.close();
  };
  const save = h("button", { class: "primary", attributes: { type: "submit" } }, wording.save);
  const cancel = button("secondary", wording.cancel, () => dialog.close());
  const dialog = openDialog(
    "line-dialog",
    ask.title,
    h("p", { class: "quiet", attributes: { id: "line-hint" } }, ask.hint),
    h("form", { on: { submit } }, field, fault, h("div", { class: "row" }, save, cancel)),
  );
  field.focus();
  field.select();
}
