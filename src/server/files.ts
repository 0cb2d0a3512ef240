// The relay's door for files: PUT, GET and DELETE /room/ROOMID/file/FILE, as in PROTOCOL.md section 3.
// It moves bytes between a socket and the vault and never looks into them. What stands on every answer, and who may
// ask at all, has been settled by http.ts.

import type { IncomingMessage, ServerResponse } from "node:http";

import { readerWithinMs, systemTakesBytes } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import type { Addresses } from "./addresses.ts";
import { answerOver, createPace, tellToGoOn } from "./body.ts";
import type { Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { type Counters, countRefusal, type Refusal } from "./counters.ts";
import { deliver } from "./delivery.ts";
import { hasBody } from "./form.ts";
import { lineHeaders, refuse, type Route, seatIn } from "./http.ts";
import type { Relay } from "./relay.ts";
import { spellSize } from "./values.ts";
import type { StoredFile, Vault } from "./vault.ts";

/** 22 symbols that spell 16 bytes each; the last one has no stray bits. */
const filePath = /^\/room\/([\w-]{21}[AQgw])\/file\/([\w-]{21}[AQgw])$/;
const notFound =
  "There is no such file in a room that you are in. It may have been deleted, or have run out.";

/** Why a file is not taken. */
interface NoPut {
  readonly status: number;
  readonly sentence: string;
  readonly why?: Refusal;
}

/** The route for files. */
export function createFileDoor(options: {
  readonly relay: Pick<Relay, "sender">;
  readonly vault: Vault;
  readonly limits: Pick<Limits, "maxFileBytes" | "headTimeoutMs" | "maxConnectionsPerIp">;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly addresses: Addresses;
}): Route {
  const { relay, vault, limits, clock, counters, addresses } = options;

  function answer(request: IncomingMessage, response: ServerResponse): boolean {
    const [, roomId, name] = filePath.exec(request.url ?? "") ?? [];
    if (roomId === undefined || name === undefined) return false;
    const { method } = request;
    response.setHeader("Content-Disposition", "attachment");
    if (method !== "PUT" && method !== "GET" && method !== "DELETE") {
      response.setHeader("Allow", "GET, PUT, DELETE");
      refuse(request, response, 405, "A file is written with PUT, read with GET and removed with DELETE.");
      return true;
    }
    const seat = seatIn(request);
    const sender = relay.sender(roomId, seat);
    const file = vault.find(roomId, name);
    if (method === "PUT") put(request, response, { roomId, name, seat, bytes: sender?.bytes ?? null });
    else if (hasBody(request)) refuse(request, response, 413, "A request for this has no body.");
    else if (sender === null || file === null) refuse(request, response, 404, notFound);
    else if (method === "DELETE") remove(request, response, file, seat);
    else if (!file.isWhole) refuse(request, response, 404, notFound);
    else if (holdPlace(request, response)) deliverFile(response, file);
    else refuse(request, response, tooMany.status, tooMany.sentence);
    return true;
  }

  /** A transfer counts as a connection of its address, as long as it lasts. False when there are too many. */
  function holdPlace(request: IncomingMessage, response: ServerResponse): boolean {
    const address = addresses.from(request);
    const most = limits.maxConnectionsPerIp;
    if (most > 0 && address.connections >= most) {
      countRefusal(counters, "address", address.name);
      return false;
    }
    address.connections++;
    response.on("close", () => address.connections--);
    return true;
  }

  function remove(request: IncomingMessage, response: ServerResponse, file: StoredFile, seat: string): void {
    // Not a 404: this seat can read the file, so there is nothing to hide from it.
    if (file.seat !== seat) return refuse(request, response, 403, "Only who sent a file may remove it.");
    vault.drop(file);
    response.writeHead(204, { "Cache-Control": "no-store" }).end();
  }

  // ── in ─────────────────────────────────────────────────────────────────────────────────────────────────────

  interface Put {
    readonly roomId: string;
    readonly name: string;
    readonly seat: string;
    /** Null when nobody has this seat. */
    readonly bytes: Bucket | null;
  }

  function put(request: IncomingMessage, response: ServerResponse, asked: Put): void {
    const { bytes, roomId, name, seat } = asked;
    const byteLength = Number(request.headers["content-length"]);
    const refusal = judge(asked, byteLength);
    if (refusal !== null || bytes === null) return refusePut(request, response, refusal ?? noSuchSeat);
    if (!holdPlace(request, response)) return refusePut(request, response, tooMany);
    const { files } = addresses.from(request);
    const file = vault.take(roomId, name, seat, files, byteLength);
    if (file === null) return refusePut(request, response, noRoom);
    tellToGoOn(request, response);
    receive(request, response, file, bytes);
  }

  function judge({ roomId, name, bytes }: Put, byteLength: number): NoPut | null {
    if (bytes === null) return noSuchSeat;
    if (Number.isNaN(byteLength)) return { status: 411, sentence: "A file is sent with its Content-Length." };
    if (byteLength > limits.maxFileBytes) {
      const sentence = `This relay takes files of at most ${spellSize(limits.maxFileBytes)} as sealed. Send a smaller one.`;
      return { status: 413, sentence, why: "file-too-big" };
    }
    if (vault.find(roomId, name) === null) return null;
    return {
      status: 409,
      sentence: "There is a file of that name, and files are never overwritten. Take another.",
    };
  }

  /** Reads the body into `file`, no faster than `bucket` has it, and answers. */
  function receive(
    request: IncomingMessage,
    response: ServerResponse,
    file: StoredFile,
    bucket: Bucket,
  ): void {
    let stopWaiting = (): void => {};
    const pace = createPace(clock, limits.headTimeoutMs, () => breakOff(tooSlow));

    function onData(chunk: Buffer): void {
      vault.fill(file, chunk);
      // It may itself have been the oldest.
      if (!file.dropped.has(onDropped)) return;
      const waitMs = bucket.spend(chunk.length, clock.now());
      if (waitMs > 0) holdBack(waitMs);
      else pace.took(chunk.length);
    }
    /** Reads on when the debt is paid. Being held back is not being slow. */
    function holdBack(waitMs: number): void {
      request.pause();
      pace.stop();
      stopWaiting = clock.after(waitMs, () => {
        const restMs = bucket.spend(0, clock.now());
        if (restMs > 0) return holdBack(restMs);
        pace.restart();
        request.resume();
      });
    }
    function letGo(): void {
      pace.stop();
      stopWaiting();
      file.dropped.delete(onDropped);
      // None of them may hold on to the file: the request may last longer.
      request.off("data", onData).off("end", onEnd).off("close", onClose);
    }
    function breakOff(refusal: NoPut): void {
      letGo();
      vault.drop(file);
      refusePut(request, response, refusal);
    }
    function onDropped(): void {
      breakOff(droppedEarly);
    }

    function onEnd(): void {
      letGo();
      vault.finish(file);
      response.writeHead(201, { "Content-Length": 0, "Cache-Control": "no-store" }).end();
    }
    function onClose(): void {
      letGo();
      vault.drop(file);
    }

    file.dropped.add(onDropped);
    // A connection that breaks is told by "close" before "end".
    request.on("data", onData).on("end", onEnd).on("close", onClose);
    request.on("error", () => {});
  }

  function refusePut(
    request: IncomingMessage,
    response: ServerResponse,
    { status, sentence, why }: NoPut,
  ): void {
    const body = Buffer.from(`${sentence}\n`);
    if (why !== undefined) countRefusal(counters, why, addresses.from(request).name);
    answerOver(clock, request, response, { status, headers: lineHeaders(body), body });
  }

  // ── out ────────────────────────────────────────────────────────────────────────────────────────────────────

  function deliverFile(response: ServerResponse, file: StoredFile): void {
    const { bytes } = file;
    const cut = (): void => void response.destroy();
    file.dropped.add(cut);
    response.on("close", () => file.dropped.delete(cut));
    response.writeHead(200, {
      "Content-Type": "application/octet-stream",
      "Content-Length": bytes.length,
      "Cache-Control": "no-store",
    });
    deliver(response, bytes, clock, withinMs);
  }

  /** Whether somebody reads shows late, once the system holds much of the file. */
  function withinMs(goneBytes: number): number {
    const { headTimeoutMs } = limits;
    return goneBytes <= systemTakesBytes ? headTimeoutMs : Math.max(readerWithinMs, headTimeoutMs);
  }

  return answer;
}

const tooMany: NoPut = {
  status: 429,
  sentence: "Too many connections from this network address. Wait until a file is through, then try again.",
};
const noSuchSeat: NoPut = { status: 404, sentence: notFound };
const noRoom: NoPut = {
  status: 507,
  sentence:
    "This relay has no memory for a file of that size. Send a smaller one, or ask the host for --file-memory.",
  why: "file-memory",
};
const droppedEarly: NoPut = {
  status: 507,
  sentence: "This file went before it had come: it was removed, or newer ones took its place. Send it again.",
  why: "file-memory",
};
const tooSlow: NoPut = {
  status: 408,
  sentence: "Nothing of this file came for too long. Send it again.",
  why: "file-slow",
};
