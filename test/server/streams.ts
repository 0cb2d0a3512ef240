// A client of the fallback for tests: it posts a join, reads the stream of events, and posts frames.

import { once } from "node:events";
import { type IncomingHttpHeaders, type IncomingMessage, request } from "node:http";
import type { TestContext } from "node:test";

import { decodeFrame } from "../../src/protocol/frame.ts";
import { createEventReader } from "../../src/protocol/event-stream.ts";
import type { House } from "./house.ts";
import { type Heard, joinOf, room, type TestRoom, texts } from "./support.ts";

/** What an answer says that is no stream. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Somebody on a stream. */
export interface StreamGuest {
  readonly response: IncomingMessage;
  readonly heard: Heard[];
  /** The names of all events, `ping` and `close` too, and of comments `:`. */
  readonly events: string[];
  readonly until: (isEnough: (heard: readonly Heard[]) => boolean) => Promise<void>;
  /** Waits for an event of this name. */
  readonly event: (name: string) => Promise<void>;
  readonly say: (text: object) => Promise<Answer>;
  readonly send: (frame: Uint8Array) => Promise<Answer>;
  /** The code that the stream is closed with, null when it just ends. */
  readonly closed: Promise<number | null>;
  /** Ends it from this side. */
  readonly hangUp: () => void;
}

interface Posted {
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly method?: string;
}

/** One request over a connection of its own; the answer's head. */
export async function post(
  house: House,
  path: string,
  { body = "", headers, method = "POST" }: Posted,
): Promise<IncomingMessage> {
  const type = typeof body === "string" ? "application/json" : "application/octet-stream";
  const asked = request({
    host: "127.0.0.1",
    port: house.port,
    agent: false,
    method,
    path,
    headers: { "Content-Type": type, "Content-Length": Buffer.byteLength(body), ...headers },
  });
  // Before the answer an error fails the test; behind it, a server that does not wait for the rest of a body is in its right.
  asked.on("error", () => {});
  asked.end(body);
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  return response;
}

/** The whole of an answer that ends. */
export async function whole(response: IncomingMessage): Promise<Answer> {
  let body = "";
  for await (const piece of response) body += String(piece);
  return { status: response.statusCode ?? 0, headers: response.headers, body };
}

export const joinPath = `/room/${room.id}/join`;
export const framePath = `/room/${room.id}/frame`;

/** Posts a join; answers whatever it is answered with. */
export function postJoin(house: House, name: string, seat?: string, more?: object): Promise<IncomingMessage> {
  return post(house, joinPath, { body: JSON.stringify({ ...joinOf(room, name, seat), ...more }) });
}

/** Posts a join that is refused. */
export async function refusedJoin(house: House, name: string, seat?: string): Promise<Answer> {
  return whole(await postJoin(house, name, seat));
}

/** The `error` in the body of a refusal. */
export function errorOf(body: string): { code: string; message: string; retryAfterMs?: number } {
  return JSON.parse(body) as { code: string; message: string; retryAfterMs?: number };
}

/** Joins, and waits until it is live. */
export async function enterByStream(
  t: TestContext,
  house: House,
  name: string,
  seat?: string,
  more?: object,
): Promise<StreamGuest> {
  const response = await postJoin(house, name, seat, more);
  if (response.statusCode !== 200) throw new Error(`refused with ${response.statusCode}`);
  const guest = listen(house, response, bearerOf(room, name, seat));
  t.after(guest.hangUp);
  await guest.until((heard) => texts(heard).includes("live"));
  return guest;
}

/** The headers that show the seat. */
export function bearerOf(of: TestRoom, name: string, seat?: string): { Authorization: string } {
  return { Authorization: `Bearer ${joinOf(of, name, seat).seat}` };
}

/** Reads a stream to its end. */
export function listen(
  house: House,
  response: IncomingMessage,
  headers: { Authorization: string },
): StreamGuest {
  const heard: Heard[] = [];
  const events: string[] = [];
  const waiting = new Set<() => void>();
  const reader = createEventReader();
  let code: number | null = null;
  let hasEnded = false;
  const look = (): void => waiting.forEach((each) => each());
  response.on("data", (piece: Buffer) => {
    if (piece.toString() === ":\n\n") events.push(":");
    for (const { name, data } of reader.read(piece) ?? []) {
      events.push(name);
      if (name === "text") heard.push(JSON.parse(data) as Heard);
      if (name === "close") ({ code } = JSON.parse(data) as { code: number });
      const frame = name === "frame" ? decodeFrame(Buffer.from(data, "base64url")) : null;
      if (frame !== null) heard.push(frame);
    }
    look();
  });
  response.on("error", () => {});
  const closed = new Promise<number | null>((resolve) => {
    response.on("close", () => {
      hasEnded = true;
      look();
      resolve(code);
    });
  });
  const wait = (isSo: () => boolean): Promise<void> =>
    new Promise((resolve, reject) => {
      const each = (): void => {
        if (!isSo() && !hasEnded) return;
        waiting.delete(each);
        if (isSo()) resolve();
        else reject(new Error(`ended with ${code} while waiting`));
      };
      waiting.add(each);
      each();
    });
  return {
    response,
    heard,
    events,
    until: (isEnough) => wait(() => isEnough(heard)),
    event: (name) => wait(() => events.includes(name)),
    say: async (text) => whole(await post(house, framePath, { body: JSON.stringify(text), headers })),
    send: async (frame) => whole(await post(house, framePath, { body: frame, headers })),
    closed,
    hangUp: () => void response.destroy(),
  };
}
