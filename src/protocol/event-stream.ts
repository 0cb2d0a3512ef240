// The stream of PROTOCOL.md section 3, "Fallback": the events that a room's frames become where no WebSocket can be had.
// A subset of the format of EventSource (WHATWG HTML, section 9.2). It knows neither HTTP nor what an event means.

import { maxEventLength } from "./limits.ts";

export interface StreamEvent {
  readonly name: string;
  readonly data: string;
}

/** What stands on a stream on which nothing is said: readers skip it. */
export const streamComment = ":\n\n";

/** Spells one event. Neither part has a line break. */
export function encodeEvent(name: string, data: string): string {
  return `event: ${name}\ndata: ${data}\n\n`;
}

/** Reads a stream piece by piece, wherever it is cut. */
export interface EventReader {
  /** The events that `bytes` complete. Null, and from then on always, when it is not UTF-8 or an event is too long. */
  read(bytes: Uint8Array): readonly StreamEvent[] | null;
}

/** A reader at the beginning of a stream. It holds `maxEventLength` characters at most. */
export function createEventReader(): EventReader {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let isBroken = false;
  let line = "";
  /** A CR has ended a line; a LF behind it belongs to it. */
  let isBehindReturn = false;
  let name = "";
  let data: string[] = [];
  let heldLength = 0;

  function read(bytes: Uint8Array): readonly StreamEvent[] | null {
    const text = decode(bytes);
    if (text === null) return null;
    const events: StreamEvent[] = [];
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const isFeed = text[at] === "\n";
      if (!isFeed && text[at] !== "\r") {
        isBehindReturn = false;
        continue;
      }
      if (!(isFeed && isBehindReturn)) {
        line += text.slice(from, at);
        if (heldLength + line.length > maxEventLength) return fail();
        endLine(events);
      }
      from = at + 1;
      isBehindReturn = !isFeed;
    }
    line += text.slice(from);
    return heldLength + line.length > maxEventLength ? fail() : events;
  }

  function decode(bytes: Uint8Array): string | null {
    if (isBroken) return null;
    try {
      return decoder.decode(bytes, { stream: true });
    } catch {
      return fail();
    }
  }

  function fail(): null {
    isBroken = true;
    return null;
  }

  function endLine(events: StreamEvent[]): void {
    const [, field = "", value = ""] = /^([^:]*)(?:: ?(.*))?$/su.exec(line) ?? [];
    if (line === "") {
      if (data.length > 0) events.push({ name, data: data.join("\n") });
      name = "";
      data = [];
      heldLength = 0;
    }
    if (field === "event") name = value;
    if (field === "data") data.push(value);
    // One more for each line, so that a million empty ones are not held either.
    if (field === "event" || field === "data") heldLength += value.length + 1;
    line = "";
  }

  return { read };
}
