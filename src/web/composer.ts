// Where one writes: a message, an answer, an edit of one's last message, or a command. It holds a draft and knows what
// the draft is for; what becomes of it, others decide.

import { maxTextBytes } from "../protocol/limits.ts";
import { utf8 } from "../crypto/bytes.ts";
import type { MessageId } from "../session/body.ts";
import type { MessageEntry } from "../session/events.ts";
import type { SayFault } from "../session/world.ts";
import { createAim, type Draft } from "./aim.ts";
import { createAimLine } from "./aim-line.ts";
import { spellCommandFault } from "./command-list.ts";
import { type Outcome, commands } from "./commands.ts";
import { closedShortcode, completionAt, type Sources } from "./completion.ts";
import { drawing, h } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { neutralise } from "./neutral.ts";
import { createSuggestions, isComposing } from "./suggestions.ts";
import { wording } from "./language.ts";

/** So many bytes before the end the composer begins to count. */
const countFromBytes = 1_000;

export interface Composer {
  readonly element: HTMLElement;
  /** The place for further buttons, in front of the field. */
  readonly tools: HTMLElement;
  readonly field: HTMLTextAreaElement;
  readonly enable: (able: boolean) => void;
  readonly focus: () => void;
  /** Puts a text there, to be sent or not. What it answers may come later. */
  readonly draft: (draft: Draft) => void;
  /** What is kept over a reload, with a correction that was not saved yet: as a draft it is not lost. */
  readonly drafted: () => Draft;
  /** Puts the beginning of a command in front of what stands there. While somebody edits, of what stood there before. */
  readonly begin: (command: string) => void;
  /** Puts a text where the caret is. */
  readonly insert: (text: string) => void;
  /** Says in the empty field how long what is written here lasts, in seconds; 0: it stays. */
  readonly showTimer: (seconds: number) => void;
  /** Answers a message that the relay has numbered. */
  readonly replyTo: (entry: MessageEntry) => void;
  /** Takes an own message back into the field; what stood there comes back afterwards. */
  readonly edit: (entry: MessageEntry) => void;
  /** A message has come, or is another: a draft that was kept may answer it. */
  readonly heard: (entry: MessageEntry) => void;
  /** A message is gone, by its id: it can be neither answered nor edited. What was typed stays. */
  readonly gone: (id: string) => void;
}

interface ComposerOptions {
  readonly say: (text: string, re?: MessageId) => SayFault;
  /** "gone": it is not there any more. */
  readonly edit: (id: string, text: string) => SayFault | "gone";
  /** It is on its way, or there was nothing to say. */
  readonly said: () => void;
  /** Runs a command, or gives the text that is to be said. */
  readonly run: (typed: string) => Outcome;
  /** Whom one can mention. */
  readonly names: () => readonly string[];
  /** Whether something is being typed that will be said. */
  readonly typing: (isTyping: boolean) => void;
  /** The person wants to edit what they said last. */
  readonly editLast: () => void;
}

/** Enter sends where there is a keyboard; on a phone it makes a new line, and the button sends. */
export function createComposer(options: ComposerOptions): Composer {
  const touch = matchMedia("(pointer: coarse)");
  const field = h("textarea", {
    attributes: {
      rows: "1",
      placeholder: wording.composer,
      "aria-label": wording.composer,
      "aria-describedby": "composer-count",
      autocomplete: "off",
      dir: "auto",
    },
  });
  const fault = h("p", { class: "fault", attributes: { role: "alert" } });
  const count = h("p", {
    class: "letters quiet",
    attributes: { id: "composer-count", "aria-live": "polite" },
  });
  const aim = createAim();
  const aimLine = createAimLine(() => {
    cancel();
    field.focus();
  });
  const tools = h("div", { class: "tools" });
  const sendButton = h(
    "button",
    { class: "send", attributes: { type: "submit", "aria-label": wording.send } },
    drawing("icon-drawing", 24, iconPath.send),
  );
  const sources: Sources = {
    names: options.names,
    commands: commands.map(({ name }) => {
      const { usage, summary } = wording.commands[name];
      return { name, usage, summary };
    }),
  };
  const suggestions = createSuggestions(field, {
    eager: true,
    complete: (text, caret) => completionAt(text, caret, aim.edited ? { ...sources, commands: [] } : sources),
  });
  const form = h(
    "form",
    { class: "composer", on: { submit } },
    suggestions.element,
    aimLine.element,
    fault,
    tools,
    field,
    sendButton,
    count,
  );

  field.addEventListener("input", (event) => {
    if (event instanceof InputEvent && event.data === ":") closeShortcode();
    changed();
  });
  field.addEventListener("keydown", pressed);

  function pressed(event: KeyboardEvent): void {
    if (isComposing(event)) return;
    if (suggestions.takeKey(event) || takeKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  function takeKey({ key, shiftKey, ctrlKey, metaKey, altKey }: KeyboardEvent): boolean {
    if (key === "Enter" && !shiftKey && !altKey && (!touch.matches || ctrlKey || metaKey))
      form.requestSubmit();
    else if (key === "ArrowUp" && field.value === "" && aim.edited === null) options.editLast();
    else if (key === "Escape" && (aim.edited ?? aim.answered) !== null) cancel();
    else return false;
    return true;
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    suggestions.close();
    // First: what a command opens takes the focus.
    field.focus();
    // In what nobody would see there is nothing to send.
    const text = neutralise(field.value).trim() === "" ? "" : field.value;
    const problem = aim.edited ? saidEdit(aim.edited, text) : saidOrRun(text);
    fault.textContent = problem ?? "";
  }

  /** A sentence on what is wrong, or null: it is on its way. */
  function saidEdit(entry: MessageEntry, text: string): string | null {
    // Nothing has changed: there is nothing to tell anybody.
    const problem = text === entry.text ? null : options.edit(entry.id, text);
    if (problem === "gone") return wording.writing.editLost;
    if (problem === "empty") return wording.writing.editEmpty;
    if (problem !== null) return wording.sayFaults[problem];
    edit(null);
    return null;
  }

  function saidOrRun(text: string): string | null {
    const outcome = options.run(text);
    if (outcome.kind === "fault") return spellCommandFault(outcome.fault);
    if (outcome.kind === "text") {
      const problem = options.say(outcome.text, aim.answered?.messageId ?? undefined);
      if (problem === null || problem === "empty") options.said();
      if (problem === "empty") return null;
      if (problem !== null) return wording.sayFaults[problem];
      aim.answer(null, "");
    }
    field.value = "";
    edit(null);
    return null;
  }

  /** Ends what the line above the field tells of: an edit, or else an answer. */
  function cancel(): void {
    if (aim.edited === null) answer(null);
    else edit(null);
  }

  function answer(entry: MessageEntry | null): void {
    field.value = aim.answer(entry, field.value);
    aimed();
  }

  /** @param entry null ends an edit, and gives back what stood there before */
  function edit(entry: MessageEntry | null): void {
    field.value = aim.edit(entry, field.value);
    aimed();
  }

  function aimed(): void {
    fault.textContent = "";
    suggestions.close();
    aimLine.show(aim);
    changed();
  }

  function changed(): void {
    fit();
    showCount();
    const isSaid = field.value.trim() !== "" && !/^\/(?!\/)/.test(field.value);
    options.typing(isSaid && aim.edited === null);
  }

  function closeShortcode(): void {
    const found = closedShortcode(field.value, field.selectionStart);
    if (found !== null) field.setRangeText(found.insert, found.from, found.to, "end");
  }

  /** Grows with its text, up to the most that the style allows. */
  function fit(): void {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  /** Counted in bytes, as the limit is; near it, a letter more or less tells nobody a lie. */
  function showCount(): void {
    const { value } = field;
    const left = value.length < maxTextBytes / 4 ? maxTextBytes : maxTextBytes - utf8(value).length;
    const words = left < 0 ? wording.writing.lettersOver(-left) : wording.writing.lettersLeft(left);
    count.textContent = left < countFromBytes ? words : "";
    count.classList.toggle("fault", left < 0);
  }

  function enable(able: boolean): void {
    field.disabled = !able;
    sendButton.disabled = !able;
  }

  function draft(kept: Draft): void {
    field.value = aim.restore(kept, field.value);
    fit();
    showCount();
  }

  function begin(command: string): void {
    field.value = aim.begin(command, field.value);
    showCount();
    focus();
  }

  /** In a room that is not shown yet the field had no height to take. */
  function focus(): void {
    fit();
    field.focus();
  }

  function insert(text: string): void {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    changed();
  }

  function toEnd(): void {
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  function heard(entry: MessageEntry): void {
    if (entry.deleted) gone(entry.id);
    else if (aim.heard(entry)) aimLine.show(aim);
  }

  function gone(id: string): void {
    if (aim.edited?.id !== id && aim.answered?.id !== id) return;
    field.value = aim.gone(id, field.value);
    aimed();
  }

  return {
    element: form,
    tools,
    field,
    enable,
    draft,
    drafted: () => aim.keep(field.value),
    begin,
    insert,
    heard,
    gone,
    focus,
    showTimer: (seconds) =>
      (field.placeholder = seconds === 0 ? wording.composer : wording.lasts(wording.duration(seconds))),
    replyTo(entry) {
      answer(entry);
      toEnd();
    },
    edit(entry) {
      edit(entry);
      toEnd();
    },
  };
}
