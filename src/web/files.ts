// Files in a room, as the rest of the page sees them: two buttons and a tray at the composer, a card for each message
// with a file. It takes what the session tells and keeps both in step with it.

import { maxKeptFileBytes } from "../protocol/limits.ts";
import type { MessageEntry, SessionEvent } from "../session/events.ts";
import type { Composer } from "./composer.ts";
import { button, drawing, h } from "./dom.ts";
import { createOutgoing, type SendOptions } from "./files-send.ts";
import { createCards } from "./files-show.ts";
import { isGone, remove, upload } from "./files-transfer.ts";
import { canRecord, createVoice } from "./files-voice.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";

export interface Files {
  /** What stands in a message in place of its text; null where there is no file. */
  readonly card: (entry: MessageEntry) => HTMLElement | null;
  /** Puts buttons among the tools of a composer, a tray above it, and takes what is pasted there or dropped on `zone`. */
  readonly attach: (composer: Pick<Composer, "element" | "tools" | "field">, zone: HTMLElement) => void;
  /** Gets everything that the session tells. */
  readonly tell: (event: SessionEvent) => void;
  /** Sends what was put before the person. */
  readonly send: () => void;
  /** How many chosen files are not sent. */
  readonly pending: () => number;
  /** Puts files before the person, to be sent or not. */
  readonly stage: (files: Iterable<File>) => void;
  /** Lets go of all that is shown, and gives what was not sent. */
  readonly end: () => File[];
}

/** Makes what a room needs for its files. */
export function createFiles(options: Omit<SendOptions, "stored" | "type">): Files {
  const words = wording.files;
  const cards = createCards(options);
  const sent = createSent(options);
  const outgoing = createOutgoing({
    ...options,
    type,
    stored(file, content, sealed) {
      cards.hold(file, content);
      sent.keep(file, sealed);
    },
  });
  const fault = h("p", { class: "fault", attributes: { role: "alert" } });
  const voice = createVoice(stageOne, (sentence) => (fault.textContent = sentence), type);
  const picker = h("input", {
    attributes: { type: "file", multiple: "", hidden: "", "aria-label": words.attach },
  });
  const attachButton = iconButton("attach-button", words.attach, iconPath.attach, () => picker.click());
  const recordButton = iconButton("record-button", words.record, iconPath.record, () => {
    fault.textContent = "";
    voice.record();
  });
  recordButton.hidden = !canRecord();
  picker.addEventListener("change", () => {
    stage(picker.files ?? []);
    picker.value = "";
  });
  let takeFocus = (): void => {};
  let wasLive = false;

  function type(): void {
    takeFocus();
  }

  function stage(files: Iterable<File>): void {
    fault.textContent = "";
    outgoing.stage(files);
    takeFocus();
  }

  function stageOne(file: File): void {
    stage([file]);
  }

  function attach(
    { element, tools, field }: Pick<Composer, "element" | "tools" | "field">,
    zone: HTMLElement,
  ): void {
    takeFocus = () => field.focus();
    tools.append(picker, attachButton, recordButton);
    element.before(fault, voice.element, outgoing.element);
    field.addEventListener("paste", (event) => {
      const pasted = event.clipboardData;
      // Office programs put a picture of the text beside the text.
      if (pasted === null || pasted.files.length === 0 || pasted.types.includes("text/plain")) return;
      event.preventDefault();
      stage(pasted.files);
    });
    takeDrops(zone, stage);
  }

  function tell(event: SessionEvent): void {
    if (event.type === "gone") cards.forget(event.id);
    if (event.type === "entry" && event.entry.kind === "message" && event.entry.deleted) {
      cards.forget(event.entry.id);
    }
    if (event.type === "file-over") {
      sent.forget(event.file);
      void remove(options.place(), event.file);
    }
    if (event.type === "cleared") sent.forgetUntil(event.untilMs);
    if (event.type !== "status") return;
    const { state } = event.status;
    outgoing.live(state === "live");
    if (state === "live" && wasLive) sent.bringBack();
    wasLive ||= state === "live";
    attachButton.disabled = recordButton.disabled = state === "refused" || state === "left";
    if (state !== "left") return;
    voice.stop();
    sent.stop();
    if (event.status.why !== "asked") return;
    // Whoever has lost the seat to another tab still sees what was said, and has chosen what was not sent.
    end();
  }

  function end(): File[] {
    cards.stop();
    return outgoing.take();
  }

  const { send, pending } = outgoing;
  return { card: cards.of, attach, tell, send, pending, stage, end };
}

function iconButton(className: string, label: string, path: string, press: () => void): HTMLButtonElement {
  const made = button(`icon ${className}`, drawing("icon-drawing", 24, path), press);
  made.setAttribute("aria-label", label);
  made.title = label;
  return made;
}

function takeDrops(zone: HTMLElement, take: (files: Iterable<File>) => void): void {
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;
  // A drag enters what is inside before it leaves what is around it.
  let depth = 0;
  const mark = (change: number): void => {
    depth = Math.max(0, depth + change);
    zone.classList.toggle("dropping", depth > 0);
  };
  zone.dataset["drop"] = wording.files.drop;
  zone.addEventListener("dragenter", (event) => {
    if (hasFiles(event)) mark(1);
  });
  zone.addEventListener("dragleave", (event) => {
    if (hasFiles(event)) mark(-1);
  });
  zone.addEventListener("dragover", (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  zone.addEventListener("drop", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault();
    mark(-depth);
    take(event.dataTransfer?.files ?? []);
  });
}

interface Sent {
  readonly keep: (file: string, sealed: Blob) => void;
  readonly forget: (file: string) => void;
  /** Lets go of what was sent at `ms` or before. */
  readonly forgetUntil: (ms: number) => void;
  /** Sends again, under its old name and byte for byte, what the relay has lost. */
  readonly bringBack: () => void;
  readonly stop: () => void;
}

/** The files that this tab has sent, sealed: when the relay begins anew they come back as the messages do. */
function createSent({ place }: Pick<SendOptions, "place">): Sent {
  const kept = new Map<string, { readonly sealed: Blob; readonly atMs: number }>();
  const stopped = new AbortController();
  let isBusy = false;

  function keep(file: string, sealed: Blob): void {
    kept.set(file, { sealed, atMs: Date.now() });
    let sum = [...kept.values()].reduce((bytes, each) => bytes + each.sealed.size, 0);
    for (const [oldest, each] of kept) {
      if (sum <= maxKeptFileBytes) return;
      sum -= each.sealed.size;
      kept.delete(oldest);
    }
  }

  async function bringBack(): Promise<void> {
    if (isBusy) return;
    isBusy = true;
    for (const [file, { sealed }] of kept) {
      const isWanted = (await isGone(place(), file)) && kept.has(file);
      if (isWanted) await upload(place(), file, sealed, () => {}, stopped.signal);
    }
    isBusy = false;
  }

  return {
    keep,
    forget: (file) => void kept.delete(file),
    forgetUntil(ms) {
      for (const [file, { atMs }] of kept) if (atMs <= ms) kept.delete(file);
    },
    bringBack: () => void bringBack(),
    stop() {
      kept.clear();
      stopped.abort();
    },
  };
}
