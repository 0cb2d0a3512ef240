// Takes apart what a client's WebSocket sends: RFC 6455, section 5, for a server that has agreed to no extension. Bytes in,
// messages and control frames out, until the peer closes or makes its first mistake. No socket, no clock.
//
// Our own and not that of `ws`, which lets lengths pass that are not written in their shortest form, keeps an object for
// each piece of a message that drips in, and is a stream of 1 KiB per connection. Here a message is unmasked where it lies.
// Held against the receiver of `ws`, wherever the bytes are cut, by test/server/receiver.test.ts.

import { isUtf8 } from "node:buffer";
import { Chunk } from "./mask.ts";

/** What is wrong, as a close code of RFC 6455, section 7.4.1. */
export type MistakeCode = 1002 | 1007 | 1008 | 1009;

/** Who hears what has been received. Payloads may be written into; they lie in larger buffers, not to be held on to. */
export interface Ears {
  /** A whole message, text or binary; text is UTF-8. */
  onMessage(payload: Uint8Array, isBinary: boolean): void;
  onPing(payload: Uint8Array): void;
  onPong(payload: Uint8Array): void;
  /** The peer's close frame, null where it names no code. Nothing behind it is read. */
  onClose(code: number | null): void;
  /** The peer's first mistake. Nothing behind it is read. */
  onMistake(code: MistakeCode): void;
}

export interface ReceiverLimits {
  /** Of a message, in all its fragments. Above: 1009. */
  readonly maxMessageBytes: number;
  /** Of a message. Above: 1008. */
  readonly maxFragments: number;
}

const text = 1;
const binary = 2;
const close = 8;
const ping = 9;
const pong = 10;
const finalBit = 0x80;
const reservedBits = 0x70;
const maskBit = 0x80;
/** Of a control frame. */
const maxControlBytes = 125;
const maskBytes = 4;
/** The longest header there is, its mask included. */
const maxHeaderBytes = 14;

/** Reads one connection. A frame is never judged twice, and what is held of one is at most twice what has come of it. */
export class Receiver {
  readonly #limits: ReceiverLimits;
  readonly #ears: Ears;
  /** The beginning of a frame that is not whole: the first `#heldBytes` of it. */
  #held: Buffer | null = null;
  #heldBytes = 0;
  /** Of a message that is not whole. */
  #fragments: Buffer[] | null = null;
  #fragmentBytes = 0;
  #isBinary = false;
  #isOver = false;

  constructor(limits: ReceiverLimits, ears: Ears) {
    this.#limits = limits;
    this.#ears = ears;
  }

  /** Reads on. `bytes` are this receiver's from now on. */
  read(bytes: Buffer): void {
    let at = this.#held === null ? 0 : this.#readOn(bytes);
    const chunk = new Chunk(bytes);
    while (at < bytes.length && !this.#isOver) {
      const frameBytes = this.#measure(bytes, at, bytes.length);
      if (this.#isOver) return;
      if (frameBytes > bytes.length - at) return this.#hold(bytes, at, bytes.length, frameBytes);
      this.#take(chunk, at, at + frameBytes);
      at += frameBytes;
    }
  }

  /** Goes on with the frame that is held; answers how much of `bytes` that took. */
  #readOn(bytes: Buffer): number {
    for (let at = 0; this.#held !== null && !this.#isOver;) {
      const frameBytes = this.#measure(this.#held, 0, this.#heldBytes);
      if (this.#isOver) break;
      if (this.#heldBytes === frameBytes) {
        const frame = this.#held.subarray(0, frameBytes);
        this.#held = null;
        this.#heldBytes = 0;
        this.#take(new Chunk(frame), 0, frameBytes);
        return at;
      }
      if (at === bytes.length) break;
      const end = Math.min(bytes.length, at + frameBytes - this.#heldBytes);
      this.#hold(bytes, at, end, frameBytes);
      at = end;
    }
    return bytes.length;
  }

  /** Copies, because a chunk of one byte costs a hundred. */
  #hold(bytes: Buffer, at: number, end: number, frameBytes: number): void {
    const heldBytes = this.#heldBytes + end - at;
    if (this.#held === null || this.#held.length < heldBytes) {
      const room = Math.max(heldBytes, Math.min(frameBytes, Math.max(2 * heldBytes, maxHeaderBytes)));
      const held = Buffer.allocUnsafeSlow(room);
      if (this.#held !== null) held.set(this.#held.subarray(0, this.#heldBytes));
      this.#held = held;
    }
    bytes.copy(this.#held, this.#heldBytes, at, end);
    this.#heldBytes = heldBytes;
  }

  /** How long the frame at `at` is, or its header where that is not whole; what can be wrong with a header is found here. */
  #measure(bytes: Buffer, at: number, end: number): number {
    const here = end - at;
    if (here < 2) return 2;
    const first = bytes[at] ?? 0;
    const second = bytes[at + 1] ?? 0;
    const short = second & 0x7f;
    if (!this.#isSound(first, second)) return this.#fail(1002);
    const headerBytes = short < 126 ? 6 : short === 126 ? 8 : maxHeaderBytes;
    if (here < headerBytes - maskBytes) return headerBytes;
    const length = lengthOf(bytes, at, short);
    // The shortest form of a length is the only one: section 5.2.
    if (length === null) return this.#fail(1002);
    if ((first & 15) < close && this.#fragmentBytes + length > this.#limits.maxMessageBytes) {
      return this.#fail(1009);
    }
    return headerBytes + length;
  }

  #isSound(first: number, second: number): boolean {
    const opcode = first & 15;
    if ((first & reservedBits) !== 0 || (second & maskBit) === 0) return false;
    if (opcode === 0) return this.#fragments !== null;
    if (opcode === text || opcode === binary) return this.#fragments === null;
    if (opcode !== close && opcode !== ping && opcode !== pong) return false;
    const length = second & 0x7f;
    return (first & finalBit) !== 0 && length <= maxControlBytes && !(opcode === close && length === 1);
  }

  /** Takes the whole frame from `at` to `end`. */
  #take(chunk: Chunk, at: number, end: number): void {
    const { bytes } = chunk;
    const first = bytes[at] ?? 0;
    const opcode = first & 15;
    const short = (bytes[at + 1] ?? 0) & 0x7f;
    const from = at + (short < 126 ? 6 : short === 126 ? 8 : maxHeaderBytes);
    const payload = chunk.unmasked(from, end);
    if (opcode >= close) return this.#control(opcode, payload);
    const isFinal = (first & finalBit) !== 0;
    if (this.#fragments === null && isFinal) return this.#message(payload, opcode === binary);
    this.#gather(payload, opcode, isFinal);
  }

  #gather(payload: Uint8Array, opcode: number, isFinal: boolean): void {
    if (this.#fragments === null) this.#isBinary = opcode === binary;
    const fragments = (this.#fragments ??= []);
    if (fragments.length === this.#limits.maxFragments) return void this.#fail(1008);
    // Not the buffer under it, of which it may be a small part.
    fragments.push(Buffer.from(payload));
    this.#fragmentBytes += payload.length;
    if (!isFinal) return;
    this.#fragments = null;
    this.#fragmentBytes = 0;
    this.#message(Buffer.concat(fragments), this.#isBinary);
  }

  #message(payload: Uint8Array, isBinary: boolean): void {
    if (!isBinary && !isUtf8(payload)) return void this.#fail(1007);
    this.#ears.onMessage(payload, isBinary);
  }

  #control(opcode: number, payload: Uint8Array): void {
    if (opcode === ping) return this.#ears.onPing(payload);
    if (opcode === pong) return this.#ears.onPong(payload);
    const code = payload.length === 0 ? null : u16At(payload, 0);
    if (code !== null && !isCloseCode(code)) return void this.#fail(1002);
    if (!isUtf8(payload.subarray(2))) return void this.#fail(1007);
    this.#end();
    this.#ears.onClose(code);
  }

  #fail(code: MistakeCode): 0 {
    this.#end();
    this.#ears.onMistake(code);
    return 0;
  }

  #end(): void {
    this.#isOver = true;
    this.#held = null;
    this.#fragments = null;
  }
}

/** The payload's length in the frame at `at`; null where it is not written as it has to be. */
function lengthOf(bytes: Buffer, at: number, short: number): number | null {
  if (short < 126) return short;
  if (short === 126) {
    const length = u16At(bytes, at + 2);
    return length < 126 ? null : length;
  }
  const length = bytes.readUInt32BE(at + 2) * 2 ** 32 + bytes.readUInt32BE(at + 6);
  return length < 2 ** 16 ? null : length;
}

/** By hand: V8 calls what stands on Buffer's prototype, and does not inline it. */
function u16At(bytes: Uint8Array, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
}

/** Whether a peer may send `code`: RFC 6455, section 7.4, and those registered since. */
function isCloseCode(code: number): boolean {
  if (code >= 3000) return code < 5000;
  return code >= 1000 && code <= 1014 && (code < 1004 || code > 1006);
}
