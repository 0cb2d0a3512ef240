// One WebSocket that has been let in: whole frames out as they are, what comes in through a receiver, and its end as RFC
// 6455, section 7, wants it. It knows no relay and no rate.

import type { Duplex } from "node:stream";

import { closeAnswerWithinMs, mostClosingBytes } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";
import { Outlet } from "./outlet.ts";
import { type Ears, type MistakeCode, Receiver, type ReceiverLimits } from "./receiver.ts";
import { closeFrame, pingFrame, pongFrame } from "./wire.ts";

/** What all lines of a door share. */
export interface LineOptions {
  readonly limits: ReceiverLimits;
  /** Above it a ping has no answer: who does not read must not have us remember what to say. */
  readonly maxQueueBytes: number;
  readonly clock: Clock;
}

/**
 * `open` until one of both says that it closes. Then nothing but the peer's close frame counts, and whoever takes too long
 * over it is cut.
 *
 * Who came in, its line and its outlet are one object, by inheritance, and its receiver's ears too: all of it is looked at
 * for each delivery, and of ten thousand members none of it is in the processor's cache.
 */
export abstract class Line extends Outlet implements Ears {
  readonly #options: LineOptions;
  #isOpen = true;
  /** What has come since. */
  #closingBytes = 0;
  /** What the pong to come carries. */
  #pinged: Uint8Array | null = null;
  #stopTimer: (() => void) | null = null;

  constructor(socket: Duplex, options: LineOptions) {
    super(socket);
    this.#options = options;
  }

  /** A whole message has come, text or binary; text is UTF-8. It may be written into, and is not to be held on to. */
  protected abstract heardMessage(payload: Uint8Array, isBinary: boolean): void;
  /** A ping or a pong has come, with so many bytes in it. */
  protected abstract heardSign(byteLength: number): void;
  /** The peer has made its first mistake, and has been told. */
  protected abstract heardMistake(code: MistakeCode): void;
  /** All that one read has brought has been told. */
  protected abstract hasRead(): void;
  /** What was sent as awaited has gone, or a ping or pong, behind which it may have had no room. */
  protected abstract hasWritten(): void;
  /** The socket has gone. Told once. */
  protected abstract hasGone(): void;

  /** Begins to read. `head` is what has come behind the request. */
  start(head: Buffer): void {
    const receiver = new Receiver(this.#options.limits, this);
    // To the very end: what is left unread would reset the connection, and the close frame with it.
    const read = (chunk: Buffer): void => {
      if (!this.#isOpen && (this.#closingBytes += chunk.length) > mostClosingBytes) return this.cut();
      receiver.read(chunk);
      this.hasRead();
    };
    this.socket.on("data", read);
    this.socket.on("end", () => this.#hangUp());
    // What follows is "close".
    this.socket.on("error", () => this.cut());
    this.socket.on("close", () => {
      this.#isOpen = false;
      this.#stopTimer?.();
      this.hasGone();
    });
    if (head.length > 0) read(head);
  }

  onMessage(payload: Uint8Array, isBinary: boolean): void {
    if (this.#isOpen) this.heardMessage(payload, isBinary);
  }

  onPing(payload: Uint8Array): void {
    if (!this.#isOpen) return;
    if (this.#pinged === null) this.#options.clock.soon(() => this.#answer());
    this.#pinged = new Uint8Array(payload);
    this.heardSign(payload.length);
  }

  onPong(payload: Uint8Array): void {
    if (this.#isOpen) this.heardSign(payload.length);
  }

  onClose(code: number | null): void {
    this.close(code, "");
    this.#hangUp();
  }

  onMistake(code: MistakeCode): void {
    this.close(code, "");
    this.#hangUp();
    this.heardMistake(code);
  }

  /** Takes whole frames, one or several. */
  send(frames: Uint8Array, isAwaited: boolean): void {
    if (!this.#isOpen) return;
    if (isAwaited) this.write(frames, () => this.hasWritten());
    else this.write(frames);
  }

  ping(): void {
    if (this.#isOpen) this.write(pingFrame, () => this.hasWritten());
  }

  /** Neither side has said that it closes. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Stops reading; what has been read still comes. Only while it is open: else the peer's close frame stays unread. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Sends a close frame behind everything queued, without a code where that is null, and waits for the peer's. */
  close(code: number | null, reason: string): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.write(closeFrame(code, reason));
    this.#endSoon();
  }

  /** Ends it without a word. */
  cut(): void {
    this.socket.destroy();
  }

  /** Of several pings the last (RFC 6455, section 5.5.3): a flood of them costs one write. */
  #answer(): void {
    if (this.#pinged !== null && this.#isOpen && this.queuedBytes <= this.#options.maxQueueBytes) {
      this.write(pongFrame(this.#pinged), () => this.hasWritten());
    }
    this.#pinged = null;
  }

  /** Both have said that they close, or one of them will say nothing more. */
  #hangUp(): void {
    this.#isOpen = false;
    this.#endSoon();
    this.end();
  }

  #endSoon(): void {
    this.#stopTimer ??= this.#options.clock.after(closeAnswerWithinMs, () => this.cut());
  }
}
