// A line to the relay without a WebSocket, PROTOCOL.md section 3, "Fallback": the join is answered by a stream, and what
// is said on the line is posted, one frame at a time, in order.

import { fromBase64url, type Bytes } from "../protocol/base64url.ts";
import { close as closeCodes } from "../protocol/close.ts";
import { decodeRelayText, encodeText, type Join, type RelayText } from "../protocol/control.ts";
import { createEventReader, type StreamEvent } from "../protocol/event-stream.ts";
import { closeWithinMs, maxRetryAfterMs, retryBusyMs } from "../protocol/limits.ts";
import { defaultLimits } from "../protocol/relay-limits.ts";
import type { Line, LineListener } from "../session/world.ts";
import { retryAfterOf } from "./retry-after.ts";

/** How a request gets to the relay: `fetch`, or a test's. */
type Fetch = (path: string, init: RequestInit) => Promise<Response>;

/**
 * Opens the room `roomId` at the host that served the page. The line is open at once, because the join is its first
 * request; it is closed with 1006 when that comes to nothing.
 * @param streaming called when the relay has let it in
 */
export function dialFallback(
  roomId: string,
  listener: LineListener,
  streaming: () => void = () => {},
  request: Fetch = (path, init) => fetch(path, init),
): Line {
  const end = new AbortController();
  const { signal } = end;
  const waiting: (string | Bytes)[] = [];
  let seat: string | null = null;
  let isStreaming = false;
  let isPosting = false;
  /** From here on nothing is told. What was said before `close` still goes out. */
  let isOver = false;

  queueMicrotask(() => {
    if (!isOver) listener.opened();
  });

  function post(what: "join" | "frame", body: string | Bytes): Promise<Response> {
    const type = typeof body === "string" ? "application/json" : "application/octet-stream";
    const shown = what === "frame" ? { Authorization: `Bearer ${seat}` } : {};
    return request(`/room/${roomId}/${what}`, {
      method: "POST",
      headers: { "Content-Type": type, ...shown },
      body,
      signal,
      cache: "no-store",
      credentials: "omit",
      redirect: "error",
    });
  }

  function finish(code: number): void {
    end.abort();
    if (isOver) return;
    isOver = true;
    listener.closed(code);
  }

  async function refused(response: Response): Promise<void> {
    const said = await readError(response);
    const retryAfterMs = said?.retryAfterMs ?? retryAfterOf(response.headers, Date.now());
    const code = said?.code ?? "rate";
    if ((said !== null || retryAfterMs !== null) && !isOver) {
      const wait = retryAfterMs === null ? {} : { retryAfterMs: Math.min(retryAfterMs, maxRetryAfterMs) };
      listener.text(encodeText({ type: "error", code, message: said?.message ?? "", ...wait }));
    }
    finish(closeCodeOf(response.status, said?.code ?? null));
  }

  // ── what comes ──────────────────────────────────────────────────────────────────────────────────────────────

  async function listen(join: string): Promise<void> {
    const response = await post("join", join);
    const type = response.headers.get("Content-Type") ?? "";
    if (response.status !== 200) return refused(response);
    if (!type.startsWith("text/event-stream") || response.body === null) return finish(closeCodes.abnormal);
    isStreaming = true;
    if (!isOver) streaming();
    start(pump());
    const events = createEventReader();
    const reader = response.body.getReader();
    for (;;) {
      const { value, done } = await reader.read();
      const read = done ? null : events.read(value);
      if (read === null) return finish(closeCodes.abnormal);
      for (const event of read) hear(event);
    }
  }

  function hear({ name, data }: StreamEvent): void {
    if (isOver) return;
    if (name === "text") listener.text(data);
    if (name === "close") finish(codeIn(data));
    // Whatever is on its way already is the answer.
    if (name === "ping" && waiting.length === 0) say(encodeText({ type: "ping" }));
    const frame = name === "frame" ? fromBase64url(data) : null;
    if (frame !== null) listener.frame(frame);
  }

  // ── what is said ────────────────────────────────────────────────────────────────────────────────────────────

  function say(body: string | Bytes): void {
    if (isOver) return;
    waiting.push(body);
    start(pump());
  }

  async function pump(): Promise<void> {
    if (isPosting || !isStreaming) return;
    isPosting = true;
    for (let [body] = waiting; body !== undefined; [body] = waiting) {
      const response = await post("frame", body);
      if (response.status === 429) {
        // Too fast, and nothing was taken: it keeps its place.
        const said = await readError(response);
        const waitMs = said?.retryAfterMs ?? retryAfterOf(response.headers, Date.now()) ?? retryBusyMs;
        await pause(Math.min(waitMs, maxRetryAfterMs));
        continue;
      }
      if (response.status !== 204) return refused(response);
      waiting.shift();
    }
    isPosting = false;
    if (isOver) end.abort();
  }

  function pause(ms: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        reject(new Error("the line is closed"));
      });
    });
  }

  /** Whatever goes wrong in `work`, the network or what came over it: the line is broken. */
  function start(work: Promise<void>): void {
    work.catch(() => finish(closeCodes.abnormal));
  }

  return {
    text(text) {
      if (seat !== null) return say(text);
      // Our own words: they need no decoder.
      const join = JSON.parse(text) as Partial<Join>;
      if (join.type !== "join" || join.seat === undefined) throw new TypeError("expected a join first");
      ({ seat } = join);
      start(listen(text));
    },
    frame: say,
    close() {
      if (isOver) return;
      isOver = true;
      if (waiting.length === 0) return end.abort();
      const timer = setTimeout(() => end.abort(), closeWithinMs);
      signal.addEventListener("abort", () => clearTimeout(timer));
    },
  };
}

/** The `error` in the body of a refusal; null where there is none that can be read, as from a proxy. */
async function readError(response: Response): Promise<Extract<RelayText, { type: "error" }> | null> {
  const text = await readShort(response.body);
  const said = text === null ? null : decodeRelayText(text);
  return said?.type === "error" ? said : null;
}

/** The whole of a body that is no longer than a text frame. Proxies that compress it leave out how long it is. */
async function readShort(body: Response["body"]): Promise<string | null> {
  if (body === null) return null;
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (let leftBytes = defaultLimits.maxTextFrameBytes; ;) {
    const { value, done } = await reader.read();
    if (done) return text + decoder.decode();
    leftBytes -= value.length;
    if (leftBytes < 0) {
      await reader.cancel();
      return null;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** What a WebSocket would have been closed with. What has no `error` does not come from the relay: the line is broken. */
function closeCodeOf(status: number, error: string | null): number {
  if (status === 429 || status === 503) return closeCodes.tryLater;
  if (error === null) return closeCodes.abnormal;
  if (status === 409) return error === "full" ? closeCodes.roomFull : closeCodes.nameTaken;
  return codes.get(status) ?? closeCodes.abnormal;
}

const codes: ReadonlyMap<number, number> = new Map([
  [400, closeCodes.policy],
  [403, closeCodes.policy],
  [413, closeCodes.tooBig],
]);

/** The code in the data of a `close`. */
function codeIn(data: string): number {
  try {
    const { code } = JSON.parse(data) as { code?: unknown };
    return typeof code === "number" ? code : closeCodes.abnormal;
  } catch {
    return closeCodes.abnormal;
  }
}
