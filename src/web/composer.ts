// Where one writes: a message, an answer, an edit of one's last message, or a command. It holds a draft and knows what
// the draft is for; what becomes of it, others decide.

import { maxTextBytes } from "../protocol/limits.ts";
import { utf8 } from "../crypto/bytes.ts";
import type { MessageId } from "../session/body.ts";
import type { MessageEntry } from "../session/events.ts";
import type { SayFault } from "../session/world.ts";
import { spellCommandFault } from "./command-list.ts";
import { type Outcome, commands } from "./commands.ts";
import { closedShortcode, completionAt, type Sources } from "./completion.ts";
import { button, drawing, h } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { nameOf } from "./person.ts";
import { summaryOf } from "./summary.ts";
import { createSuggestions, isComposing } from "./suggestions.ts";
import { wording } from "./language.ts";

/** So many bytes before the end the composer begins to count. */
const countFromBytes = 1_000;
/** What of a message is shown above its answer; the rest stands in the log. */
const quotedLength = 200;

export interface Composer {
  readonly element: HTMLElement;
  /** The place for further buttons, in front of the field. */
  readonly tools: HTMLElement;
  readonly field: HTMLTextAreaElement;
  readonly enable: (able: boolean) => void;
  readonly focus: () => void;
  /** Puts a text there, to be sent or not. */
  readonly draft: (text: string) => void;
  /** What stands there to be sent. While somebody edits, what stood there before. */
  readonly drafted: () => string;
  /** Puts a text where the caret is. */
  readonly insert: (text: string) => void;
  /** Says in the empty field how long what is written here lasts, in seconds; 0: it stays. */
  readonly showTimer: (seconds: number) => void;
  /** Answers a message that the relay has numbered. */
  readonly replyTo: (entry: MessageEntry) => void;
  /** Takes an own message back into the field; what stood there comes back afterwards. */
  readonly edit: (entry: MessageEntry) => void;
  /** A message is gone, by its id: it can be neither answered nor edited. What was typed stays. */
  readonly gone: (id: string) => void;
}

interface ComposerOptions {
  readonly say: (text: string, re?: MessageId) => SayFault;
  /** "gone": it is not there any more. */
  readonly edit: (id: string, text: string) => SayFault | "gone";
  /** Runs a command, or gives the text that is to be said. */
  readonly run: (typed: string) => Outcome;
  /** Whom one can mention. */
  readonly names: () => readonly string[];
  /** Whether something is being typed that will be said. */
  readonly typing: (isTyping: boolean) => void;
  /** The person wants to edit what they said last. */
  readonly editLast: () => void;
}

/** What the draft is for, beside saying it. */
type Aim = { readonly kind: "reply" | "edit"; readonly entry: MessageEntry } | null;

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
  const aimLine = h("div", { class: "aim", attributes: { hidden: "" } });
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
    complete: (text, caret) =>
      completionAt(text, caret, aim?.kind === "edit" ? { ...sources, commands: [] } : sources),
  });
  const form = h(
    "form",
    { class: "composer", on: { submit } },
    suggestions.element,
    aimLine,
    fault,
    tools,
    field,
    sendButton,
    count,
  );

  let aim: Aim = null;
  /** What stood in the field before an edit began. */
  let setAside = "";

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
    else if (key === "ArrowUp" && field.value === "" && aim?.kind !== "edit") options.editLast();
    else if (key === "Escape" && aim !== null) aimAt(null);
    else return false;
    return true;
  }

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    suggestions.close();
    // First: what a command opens takes the focus.
    field.focus();
    const problem = aim?.kind === "edit" ? saidEdit(aim.entry) : saidOrRun();
    fault.textContent = problem ?? "";
  }

  /** A sentence on what is wrong, or null: it is on its way. */
  function saidEdit(entry: MessageEntry): string | null {
    // Nothing has changed: there is nothing to tell anybody.
    const problem = field.value === entry.text ? null : options.edit(entry.id, field.value);
    if (problem === "gone") return wording.writing.editLost;
    if (problem !== null) return faultText(problem);
    aimAt(null);
    return null;
  }

  function saidOrRun(): string | null {
    const outcome = options.run(field.value);
    if (outcome.kind === "fault") return spellCommandFault(outcome.fault);
    if (outcome.kind === "text") {
      const problem = options.say(outcome.text, aim?.entry.messageId ?? undefined);
      if (problem !== null) return faultText(problem);
    }
    field.value = "";
    aimAt(null);
    return null;
  }

  function faultText(problem: Exclude<SayFault, null>): string | null {
    return problem === "empty" ? null : wording.sayFaults[problem];
  }

  function aimAt(next: Aim): void {
    if (aim?.kind === "edit") field.value = setAside;
    setAside = field.value;
    aim = next;
    if (next?.kind === "edit") field.value = next.entry.text;
    fault.textContent = "";
    suggestions.close();
    showAim();
    changed();
  }

  function showAim(): void {
    aimLine.hidden = aim === null;
    if (aim === null) return;
    const { kind, entry } = aim;
    const [before = "", behind = ""] = wording.writing.replyingTo.split("{name}");
    const what = kind === "edit" ? [wording.writing.editing] : [before, nameOf(entry.author), behind];
    const quoted = summaryOf(entry, quotedLength);
    const quote =
      kind === "edit" ? null : h("span", { class: "quoted", attributes: { dir: "auto" } }, quoted);
    const cancel = button("secondary cancel", wording.writing.cancel, () => {
      aimAt(null);
      field.focus();
    });
    aimLine.replaceChildren(
      h("p", { attributes: { role: "status" } }, ...what),
      ...(quote ? [quote] : []),
      cancel,
    );
  }

  function changed(): void {
    fit();
    showCount();
    const isSaid = field.value.trim() !== "" && !/^\/(?!\/)/.test(field.value);
    options.typing(isSaid && aim?.kind !== "edit");
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

  function draft(text: string): void {
    if (aim?.kind === "edit") setAside = text;
    else field.value = text;
    fit();
    showCount();
  }

  function insert(text: string): void {
    field.setRangeText(text, field.selectionStart, field.selectionEnd, "end");
    field.focus();
    changed();
  }

  function start(kind: "reply" | "edit", entry: MessageEntry): void {
    aimAt({ kind, entry });
    field.focus();
    field.setSelectionRange(field.value.length, field.value.length);
  }

  function gone(id: string): void {
    if (aim?.entry.id !== id) return;
    // Both are the person's own words.
    if (aim.kind === "edit") setAside = [setAside, field.value].filter((text) => text !== "").join("\n");
    aimAt(null);
  }

  return {
    element: form,
    tools,
    field,
    enable,
    draft,
    insert,
    gone,
    showTimer: (seconds) =>
      (field.placeholder = seconds === 0 ? wording.composer : wording.lasts(wording.duration(seconds))),
    drafted: () => (aim?.kind === "edit" ? setAside : field.value),
    focus: () => field.focus(),
    replyTo: (entry) => start("reply", entry),
    edit: (entry) => start("edit", entry),
  };
}
