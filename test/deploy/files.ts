// A file into a room and out of it again, as the relay's HTTP has it: sealing is not its matter.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { request, type RequestOptions } from "node:https";
import { toBase64url } from "../../src/protocol/base64url.ts";

export interface Answer {
  readonly status: number;
  readonly body: Buffer;
  readonly hsts: string | undefined;
}

/** One request over a connection of its own, whatever the certificate. */
export async function ask(url: string, options: RequestOptions & { body?: Buffer } = {}): Promise<Answer> {
  const asked = request(url, { rejectUnauthorized: false, agent: false, ...options });
  asked.end(options.body);
  const [response] = await once(asked, "response");
  const parts: Buffer[] = [];
  for await (const part of response) parts.push(part as Buffer);
  return {
    status: response.statusCode,
    body: Buffer.concat(parts),
    hsts: response.headers["strict-transport-security"],
  };
}

export interface Place {
  readonly roomId: string;
  /** Of somebody in the room, b64u. */
  readonly seat: string;
}

export interface Sent {
  readonly file: string;
  readonly body: Buffer;
}

/** Puts random bytes into the room. */
export async function putFile(origin: string, place: Place, byteLength = 4096): Promise<Sent> {
  const file = toBase64url(randomBytes(16));
  const body = randomBytes(byteLength);
  const headers = { Authorization: `Bearer ${place.seat}`, "Content-Length": body.length };
  const { status } = await ask(urlOf(origin, place, file), { method: "PUT", headers, body });
  assert.equal(status, 201);
  return { file, body };
}

/** Whether the room has the file, as it was sent. */
export async function getFile(origin: string, place: Place, { file, body }: Sent): Promise<boolean> {
  const answer = await ask(urlOf(origin, place, file), {
    headers: { Authorization: `Bearer ${place.seat}` },
  });
  return answer.status === 200 && answer.body.equals(body);
}

function urlOf(origin: string, { roomId }: Place, file: string): string {
  return `${origin}/room/${roomId}/file/${file}`;
}
