// The relay's door for WebSockets: upgrades, heartbeat and rates. A room's bytes go straight to the socket: a server's
// frames are neither masked nor, without an extension, changed in any other way.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";

import { close as closeCodes } from "../protocol/close.ts";
import { pingAfterMs, pongWithinMs, sweepEveryMs } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import type { Address, Addresses } from "./addresses.ts";
import { Awake } from "./awake.ts";
import { Bucket } from "./bucket.ts";
import type { Clock } from "./clock.ts";
import { type Counters, countRefusal } from "./counters.ts";
import { Line, type LineOptions } from "./line.ts";
import { type Closable, Lines, type Queued } from "./lines.ts";
import type { Connection, Relay } from "./relay.ts";
import type { MistakeCode } from "./receiver.ts";
import { bufferOf, type Wire } from "./wire.ts";
import { acceptUpgrade, judgeCapacity, judgeRequest, refuseUpgrade, roomIdOfPath } from "./upgrade.ts";

export interface WebSocketDoor {
  /** For `server.on("upgrade")`: lets the request in or answers it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Stops the relay, closes all connections with `code`, spread over `spreadMs`, then cuts those that are left. */
  close(code: number, reason: string, spreadMs: number): Promise<void>;
  readonly connections: number;
  readonly queue: () => Queued;
}

/** What all guests share. */
interface Hall {
  readonly relay: Relay;
  readonly limits: Limits;
  readonly lineOptions: LineOptions;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly awake: Awake;
  readonly guests: Lines<Guest>;
}

/** Somebody who came in. A class and no literal: one with a getter is a slow dictionary to V8, of some 8 KiB per connection. */
class Guest extends Line implements Wire, Closable {
  readonly connection: Connection;
  /** As `awake` counts. */
  heardAtMs: number;
  pingedAtMs: number;
  readonly #hall: Hall;
  readonly #messages: Bucket;
  /** What has been heard and not been paid for. */
  #heard = 0;
  #heardBytes = 0;
  /** Takes back the promise to read on; null while reading. */
  #stopPause: (() => void) | null = null;

  constructor(hall: Hall, socket: Duplex, roomId: string, address: Address) {
    super(socket, hall.lineOptions);
    this.#hall = hall;
    this.#messages = new Bucket(hall.limits.messageRate, hall.clock.now());
    this.connection = hall.relay.connect(this, roomId, address);
    this.heardAtMs = hall.awake.ms;
    this.pingedAtMs = hall.awake.ms;
    hall.guests.add(this);
    address.connections++;
  }

  get isPaused(): boolean {
    return this.#stopPause !== null;
  }

  // ── what the relay says ────────────────────────────────────────────────────────────────────────────────────

  override ping(): void {
    if (!this.isPaused) return super.ping();
    // It cannot answer while it is held back, and it is held back for having said so much.
    this.#hall.clock.soon(() => this.#hall.relay.heard(this.connection));
  }

  override close(code: number | null, reason: string): void {
    this.#readOn();
    super.close(code, reason);
  }

  // ── what it says ───────────────────────────────────────────────────────────────────────────────────────────

  protected heardMessage(payload: Uint8Array, isBinary: boolean): void {
    const { relay, limits } = this.#hall;
    this.#hear(payload.length);
    if (payload.length > (isBinary ? limits.maxFrameBytes : limits.maxTextFrameBytes)) {
      return relay.end(this.connection, "too-big", closeCodes.tooBig, "frame too big");
    }
    if (isBinary) return relay.receiveFrame(this.connection, payload);
    relay.receiveText(this.connection, bufferOf(payload).toString());
  }

  protected heardSign(byteLength: number): void {
    this.#hear(byteLength);
    this.#hall.relay.heard(this.connection);
  }

  protected heardMistake(code: MistakeCode): void {
    // The line has sent its close frame; the member is away from now on, not when the socket has gone.
    const why = code === closeCodes.tooBig ? "too-big" : "policy";
    this.#hall.relay.end(this.connection, why, code, "");
  }

  protected hasWritten(): void {
    this.#hall.relay.drained(this.connection);
  }

  protected hasGone(): void {
    this.#stopPause?.();
    this.#hall.guests.delete(this);
    this.connection.address.connections--;
    this.#hall.relay.disconnect(this.connection);
  }

  // ── rates ──────────────────────────────────────────────────────────────────────────────────────────────────

  #hear(byteLength: number): void {
    this.#heard++;
    this.#heardBytes += byteLength;
  }

  protected hasRead(): void {
    if (this.#heard === 0) return;
    this.heardAtMs = this.#hall.awake.ms;
    const waitMs = this.#spend(this.#heard, this.#heardBytes);
    this.#heard = 0;
    this.#heardBytes = 0;
    if (waitMs === 0 || this.isPaused || !this.isOpen) return;
    countRefusal(this.#hall.counters, "message-rate", this.connection.address.name);
    this.#holdBack(waitMs);
  }

  /** Takes from both buckets. Answers the ms until neither is in debt. */
  #spend(count: number, byteLength: number): number {
    const nowMs = this.#hall.clock.now();
    const messagesMs = this.#messages.spend(count, nowMs);
    // Its bytes stand with its seat, because files are taken from the same bucket.
    return Math.max(messagesMs, this.connection.bytes.spend(byteLength, nowMs));
  }

  /** Reads nothing more for `waitMs`; what has already been read still comes, on credit. */
  #holdBack(waitMs: number): void {
    this.pause();
    this.#stopPause = this.#hall.clock.after(waitMs, () => {
      const restMs = this.#spend(0, 0);
      if (restMs > 0) this.#holdBack(restMs);
      else this.#readOn();
    });
  }

  #readOn(): void {
    if (this.#stopPause === null) return;
    this.#stopPause();
    this.#stopPause = null;
    this.resume();
  }
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
  const stopBeating = clock.every(sweepEveryMs, beat);
  const awake = new Awake(clock);
  const receiverLimits = {
    maxMessageBytes: Math.max(limits.maxFrameBytes, limits.maxTextFrameBytes),
    maxFragments: limits.maxFragments,
  };
  const lineOptions = { limits: receiverLimits, maxQueueBytes: limits.maxVolatileQueueBytes, clock };
  const hall: Hall = { relay, limits, lineOptions, clock, counters, awake, guests };
  let isClosing = false;

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const roomId = roomIdOfPath(request.url ?? "");
    if (socket.destroyed) return;
    const address = addresses.from(request);
    const held = isClosing ? Infinity : counters.connections;
    const refusal = judgeRequest(request, origins) ?? judgeCapacity(limits, held, address, clock.now());
    if (refusal !== null) {
      countRefusal(counters, refusal.why, address.name);
      return refuseUpgrade(socket, refusal);
    }
    if (roomId === null) throw new TypeError("expected a path that has been judged");
    if (!socket.readable || !socket.writable) return void socket.destroy();
    acceptUpgrade(request, socket);
    new Guest(hall, socket, roomId, address).start(head);
  }

  function beat(): void {
    awake.beat();
    const { ms: awakeMs } = awake;
    addresses.sweep();
    for (const guest of guests) {
      if (guest.isPaused) {
        // It cannot answer.
        guest.heardAtMs = awakeMs;
        continue;
      }
      if (guest.heardAtMs >= guest.pingedAtMs) {
        // Who has just said something need not be asked.
        if (awakeMs - guest.heardAtMs < pingAfterMs) continue;
        guest.pingedAtMs = awakeMs;
        guest.ping();
      }
      if (awakeMs - guest.pingedAtMs < pongWithinMs) continue;
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
