// What the tests of files share: requests of members, whole and broken off.

import { once } from "node:events";
import { type IncomingHttpHeaders, request } from "node:http";
import { connect, type Socket } from "node:net";

import { toBase64url } from "../../src/protocol/base64url.ts";
import { closed, type House } from "./house.ts";
import { bytesOf, room } from "./support.ts";

/** The Authorization of the member whom `joinOf` calls `name`. */
export const bearer = (name: string): string => `Bearer ${toBase64url(bytesOf(`seat of ${name}`, 32))}`;
/** The path of the file called `file`. */
export const pathOf = (file: string, roomId = room.id): string =>
  `/room/${roomId}/file/${toBase64url(bytesOf(file, 16))}`;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface Asked {
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: string;
  readonly content?: Uint8Array;
}

/** One request over a connection of its own. */
export async function ask(
  house: House,
  method: string,
  path: string,
  { as, content, headers: more }: Asked = {},
) {
  const headers = {
    ...(as === undefined ? {} : { Authorization: bearer(as) }),
    ...(content === undefined ? {} : { "Content-Length": content.length }),
    ...more,
  };
  const asked = request({
    host: "127.0.0.1",
    port: house.port,
    agent: false,
    ...more,
    method,
    path,
    headers,
  });
  // Before the answer an error fails the test; behind it, a server that does not wait for the rest of a body is in its right.
  asked.on("error", () => {});
  asked.end(content);
  const [response] = await once(asked, "response");
  // Who is answered before the body has gone is cut while sending it; the answer is here.
  asked.on("error", () => {});
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) } as Answer;
}

export const put = (house: House, as: string, file: string, content: Uint8Array) =>
  ask(house, "PUT", pathOf(file), { as, content });
export const get = (house: House, as: string, file: string) => ask(house, "GET", pathOf(file), { as });

/** Sends a PUT's head and `sent`, and leaves the rest of `byteLength` owing. */
export async function begin(house: House, as: string, file: string, byteLength: number, sent: Uint8Array) {
  const socket = connect(house.port, "127.0.0.1");
  const { files } = house.counters;
  socket.write(
    `PUT ${pathOf(file)} HTTP/1.1\r\nHost: a\r\nAuthorization: ${bearer(as)}\r\nContent-Length: ${byteLength}\r\n\r\n`,
  );
  socket.write(sent);
  await until(() => house.counters.files > files);
  return socket;
}

/** Waits, a turn of the event loop at a time. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Everything that comes until the connection ends, however it does. */
export async function readAll(socket: Socket): Promise<string> {
  let text = "";
  socket.on("data", (chunk: Buffer) => (text += chunk.toString("latin1")));
  socket.on("error", () => {});
  await closed(socket);
  return text;
}
