// The strip above the composer: which message is being answered or edited, and the way out of it.

import type { MessageEntry } from "../session/events.ts";
import type { SayFault } from "../session/world.ts";
import { button, drawing, h } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";
import { sentence } from "./person.ts";

export interface Answering {
  readonly element: HTMLElement;
  readonly reply: (to: MessageEntry) => void;
  readonly edit: (entry: MessageEntry) => void;
  /** Says what was typed: as it is, as an answer, or as an edit. */
  readonly say: (text: string) => SayFault;
  /** A message has left the screen, or was deleted: it can be neither answered nor edited. */
  readonly gone: (id: string) => void;
  readonly cancel: () => void;
}

interface AnsweringOptions {
  readonly say: (text: string, re?: string) => SayFault;
  readonly edit: (id: string, text: string) => SayFault | "gone";
  /** What is typed so far, and how to put another text in its place. */
  readonly draft: () => string;
  readonly setDraft: (text: string) => void;
}

type Mode =
  | { readonly kind: "plain" }
  | { readonly kind: "reply"; readonly to: MessageEntry }
  /** `draft` is what was being typed before, and comes back afterwards. */
  | { readonly kind: "edit"; readonly entry: MessageEntry; readonly draft: string };

export function createAnswering(options: AnsweringOptions): Answering {
  let mode: Mode = { kind: "plain" };
  const what = h("p", { class: "answering-what" });
  const quote = h("p", { class: "quoted", attributes: { dir: "auto" } });
  const out = button("tool", drawing("icon-drawing", 24, iconPath.close), cancel);
  out.setAttribute("aria-label", wording.cancel);
  const element = h(
    "div",
    { class: "answering", attributes: { role: "status" } },
    h("div", {}, what, quote),
    out,
  );
  element.hidden = true;

  function show(next: Mode): void {
    mode = next;
    element.hidden = mode.kind === "plain";
    if (mode.kind === "plain") return;
    const entry = mode.kind === "reply" ? mode.to : mode.entry;
    what.replaceChildren(
      ...(mode.kind === "reply" ? sentence(wording.replyingTo, [entry.author]) : [wording.editing]),
    );
    quote.textContent = entry.text;
  }

  function leaveEdit(): void {
    if (mode.kind === "edit") options.setDraft(mode.draft);
  }

  function reply(to: MessageEntry): void {
    leaveEdit();
    show({ kind: "reply", to });
    options.setDraft(options.draft());
  }

  function edit(entry: MessageEntry): void {
    leaveEdit();
    show({ kind: "edit", entry, draft: options.draft() });
    options.setDraft(entry.text);
  }

  function cancel(): void {
    const before = mode;
    show({ kind: "plain" });
    options.setDraft(before.kind === "edit" ? before.draft : options.draft());
  }

  function say(text: string): SayFault {
    const now = mode;
    if (now.kind === "edit") return sayEdit(now, text);
    const fault = options.say(text, now.kind === "reply" ? (now.to.messageId ?? undefined) : undefined);
    if (fault === null) show({ kind: "plain" });
    return fault;
  }

  /** What is no longer there to be edited is said as a message of its own: nothing typed is lost. */
  function sayEdit({ entry, draft }: Extract<Mode, { kind: "edit" }>, text: string): SayFault {
    const fault = text === entry.text ? null : options.edit(entry.id, text);
    if (fault === "gone") return options.say(text);
    if (fault !== null) return fault;
    show({ kind: "plain" });
    // The composer empties itself behind what was said.
    queueMicrotask(() => options.setDraft(draft));
    return null;
  }

  function gone(id: string): void {
    const entry = mode.kind === "reply" ? mode.to : mode.kind === "edit" ? mode.entry : null;
    if (entry?.id === id) show({ kind: "plain" });
  }

  return { element, reply, edit, say, gone, cancel };
}
