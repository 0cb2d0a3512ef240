// The relay's door for WebSockets: upgrades, heartbeat and rates. A room's bytes go straight to the socket: a server's
// frames are neither masked nor, without an extension, changed in any other way.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { close as closeCodes } from "../protocol/close.ts";
import { type Limits, pingEveryMs, pongWithinMs, sweepEveryMs } from "../protocol/limits.ts";
import type { Address, Addresses } from "./addresses.ts";
import { createAwake } from "./awake.ts";
import { Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { type Counters, countRefusal } from "./counters.ts";
import { Line } from "./line.ts";
import { type Closable, Lines, type Queued } from "./lines.ts";
import type { Connection, Relay } from "./relay.ts";
import type { Wire } from "./wire.ts";
import { acceptUpgrade, judgeCapacity, judgeRequest, refuseUpgrade, roomIdOfPath } from "./upgrade.ts";

export interface WebSocketDoor {
  /** For `server.on("upgrade")`: lets the request in or answers it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Stops the relay, closes all connections with `code`, spread over `spreadMs`, then cuts those that are left. */
  close(code: number, reason: string, spreadMs: number): Promise<void>;
  readonly connections: number;
  readonly queue: () => Queued;
}

/** Somebody who came in. */
interface Guest extends Closable {
  readonly line: Line;
  readonly connection: Connection;
  readonly messages: Bucket;
  /** Takes back the promise to read on; null while reading. */
  stopPause: (() => void) | null;
  /** As the door's `awake` counts. */
  heardAtMs: number;
  pingedAtMs: number;
}

/**
 * @param options.addresses shared with every other door
 * @param options.origins allowed besides the relay's own
 */
export function createWebSocketDoor(options: {
  readonly relay: Relay;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly addresses: Addresses;
  readonly origins: ReadonlySet<string>;
}): WebSocketDoor {
  const { relay, limits, clock, counters, addresses, origins } = options;
  const guests = new Lines<Guest>();
  const lineLimits = {
    maxMessageBytes: Math.max(limits.maxFrameBytes, limits.maxTextFrameBytes),
    maxFragments: limits.maxFragments,
  };
  const stopBeating = clock.every(sweepEveryMs, beat);
  const awake = createAwake(clock);
  let isClosing = false;

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const roomId = roomIdOfPath(request.url ?? "");
    if (socket.destroyed) return;
    const address = addresses.from(request);
    const held = isClosing ? Infinity : relay.connections;
    const refusal = judgeRequest(request, origins) ?? judgeCapacity(limits, held, address, clock.now());
    if (refusal !== null) {
      countRefusal(counters, refusal.why, address.name);
      return refuseUpgrade(socket, refusal);
    }
    if (roomId === null) throw new TypeError("expected a path that has been judged");
    if (!socket.readable || !socket.writable) return void socket.destroy();
    acceptUpgrade(request, socket);
    open(socket, head, roomId, address);
  }

  function open(socket: Duplex, head: Buffer, roomId: string, address: Address): void {
    const line = new Line({
      socket,
      limits: lineLimits,
      maxQueueBytes: limits.maxVolatileQueueBytes,
      clock,
      ears: {
        onMessage: (payload, isBinary) => receive(guest, payload, isBinary),
        onPing: ({ length }) => live(guest, length),
        onPong: ({ length }) => live(guest, length),
        onClose: () => {},
        // The line has sent its close frame; the member is away from now on, not when the socket has gone.
        onMistake(code) {
          const why = code === closeCodes.tooBig ? "too-big" : "policy";
          relay.end(guest.connection, why, code, "");
        },
        onWritten: () => relay.drained(guest.connection),
        onGone() {
          guest.stopPause?.();
          guests.delete(guest);
          address.connections--;
          relay.disconnect(guest.connection);
        },
      },
    });
    const wire: Wire = {
      send: (frames, isAwaited) => line.send(frames, isAwaited),
      get queuedBytes() {
        return line.queuedBytes;
      },
      ping() {
        if (guest.stopPause === null) return line.ping();
        // It cannot answer while it is held back, and it is held back for having said so much.
        clock.soon(() => relay.heard(guest.connection));
      },
      close(code, reason) {
        readOn(guest);
        line.close(code, reason);
      },
    };
    const guest: Guest = {
      line,
      connection: relay.connect(wire, roomId, address),
      messages: new Bucket(limits.messageRate, clock.now()),
      stopPause: null,
      heardAtMs: awake.ms,
      pingedAtMs: awake.ms,
      close: (code, reason) => line.close(code, reason),
      cut: () => line.cut(),
      get queuedBytes() {
        return line.queuedBytes;
      },
    };
    guests.add(guest);
    address.connections++;
    line.start(head);
  }

  function receive(guest: Guest, payload: Buffer, isBinary: boolean): void {
    hear(guest, payload.length);
    if (payload.length > (isBinary ? limits.maxFrameBytes : limits.maxTextFrameBytes)) {
      return relay.end(guest.connection, "too-big", closeCodes.tooBig, "frame too big");
    }
    if (isBinary) return relay.receiveFrame(guest.connection, payload);
    relay.receiveText(guest.connection, payload.toString());
  }

  function live(guest: Guest, byteLength: number): void {
    hear(guest, byteLength);
    relay.heard(guest.connection);
  }

  // ── rates ──────────────────────────────────────────────────────────────────────────────────────────────────

  function hear(guest: Guest, byteLength: number): void {
    guest.heardAtMs = awake.ms;
    const waitMs = spend(guest, 1, byteLength);
    if (waitMs === 0 || guest.stopPause !== null) return;
    countRefusal(counters, "message-rate", guest.connection.address.name);
    holdBack(guest, waitMs);
  }

  /** Takes from both buckets. Answers the ms until neither is in debt. */
  function spend({ messages, connection }: Guest, count: number, byteLength: number): number {
    const nowMs = clock.now();
    const messagesMs = messages.spend(count, nowMs);
    // Its bytes stand with its seat, because files are taken from the same bucket.
    return Math.max(messagesMs, connection.bytes.spend(byteLength, nowMs));
  }

  /** Reads nothing more for `waitMs`; what has already been read still comes, on credit. */
  function holdBack(guest: Guest, waitMs: number): void {
    guest.line.pause();
    guest.stopPause = clock.after(waitMs, () => {
      const restMs = spend(guest, 0, 0);
      if (restMs > 0) holdBack(guest, restMs);
      else readOn(guest);
    });
  }

  function readOn(guest: Guest): void {
    if (guest.stopPause === null) return;
    guest.stopPause();
    guest.stopPause = null;
    guest.line.resume();
  }

  // ── heartbeat ──────────────────────────────────────────────────────────────────────────────────────────────

  function beat(): void {
    awake.beat();
    const { ms: awakeMs } = awake;
    addresses.sweep();
    for (const guest of guests) {
      if (guest.stopPause !== null) guest.heardAtMs = awakeMs;
      const sincePingMs = awakeMs - guest.pingedAtMs;
      const isAnswered = guest.heardAtMs >= guest.pingedAtMs;
      if (isAnswered && sincePingMs >= pingEveryMs) {
        guest.pingedAtMs = awakeMs;
        guest.line.ping();
      }
      if (isAnswered || sincePingMs < pongWithinMs) continue;
      countRefusal(counters, "silent", guest.connection.address.name);
      guest.cut();
    }
  }

  return {
    upgrade,
    async close(code, reason, spreadMs) {
      isClosing = true;
      stopBeating();
      relay.stop();
      await guests.sendAway(clock, code, reason, spreadMs);
    },
    get connections() {
      return guests.size;
    },
    queue: () => guests.queue(),
  };
}
