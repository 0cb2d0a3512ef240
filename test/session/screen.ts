// What somebody sees of a session: its events folded into a screen, as a page does it. Shared by all tests of sessions.

import assert from "node:assert/strict";
import type { Entry, MessageEntry, RosterMember, SessionEvent, Status } from "../../src/session/events.ts";

/** Invariant: `order` names every entry once, from top to bottom. */
export class Screen {
  readonly entries = new Map<string, Entry>();
  readonly order: string[] = [];
  readonly statuses: Status[] = [];
  readonly caughtUp: { messages: number; first: boolean }[] = [];
  members: readonly RosterMember[] = [];
  /** The room's timer, in seconds. */
  timer = 0;

  hear(event: SessionEvent): void {
    if (event.type === "status") this.statuses.push(event.status);
    if (event.type === "members") this.members = event.members;
    if (event.type === "caught-up") this.caughtUp.push({ messages: event.messages, first: event.first });
    if (event.type === "timer") this.timer = event.seconds;
    if (event.type === "gone") this.#take(event.id);
    if (event.type !== "entry") return;
    this.#take(event.entry.id);
    this.entries.set(event.entry.id, event.entry);
    const at = event.before === null ? this.order.length : this.order.lastIndexOf(event.before);
    assert.ok(at >= 0, `an entry in front of the unknown ${event.before}`);
    this.order.splice(at, 0, event.entry.id);
  }

  get status(): Status {
    return this.statuses.at(-1) ?? assert.fail("no status yet");
  }

  /** From top to bottom, messages as `Ann: hello`; other lines by their kind. */
  get lines(): string[] {
    return this.order.map((id) => lineOf(this.#entry(id)));
  }

  /** The messages from top to bottom. */
  get messages(): MessageEntry[] {
    return this.order.map((id) => this.#entry(id)).filter((entry) => entry.kind === "message");
  }

  message(text: string): MessageEntry {
    return this.messages.find((entry) => entry.text === text) ?? assert.fail(`no message ${text}`);
  }

  #entry(id: string): Entry {
    return this.entries.get(id) ?? assert.fail(`unknown entry ${id}`);
  }

  #take(id: string): void {
    // From the end: what changes is mostly new.
    if (this.entries.delete(id)) this.order.splice(this.order.lastIndexOf(id), 1);
  }
}

function lineOf(entry: Entry): string {
  switch (entry.kind) {
    case "message": {
      const who = entry.author.name + (entry.author.ordinal > 1 ? ` (${entry.author.ordinal})` : "");
      return `${who}: ${entry.deleted ? "(deleted)" : entry.text}${entry.delivery === "sending" ? " …" : ""}`;
    }
    case "gap":
      return `${entry.count ?? "some"} missing of ${entry.author?.name ?? "all"}`;
    case "notice":
      return `${entry.author.name} ${entry.what}`;
    case "timer":
      return `${entry.author.name} timer ${entry.seconds}`;
    case "unreadable":
      return "unreadable";
  }
}
