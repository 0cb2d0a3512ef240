// What the relay knows of a connection, and the one form in which a room's bytes are kept and sent: unmasked frames
// of RFC 6455, section 5.2. A server never masks, so the same bytes go to every member, straight to the socket.

/** One connection, whatever carries it. None of these calls back into the relay before it returns. */
export interface Wire {
  /**
   * Takes whole frames made by `textFrame` and `binaryFrame`, one or several; they may be shared, so never written to.
   * @param isAwaited whether `Relay.drained` has to be called when the network has taken them
   */
  send(frames: Uint8Array, isAwaited: boolean): void;
  /** Bytes that `send` took and the network has not. */
  readonly queuedBytes: number;
  /** Asks for a sign of life, told by `Relay.heard`. */
  ping(): void;
  /** Sends a close frame behind everything queued; nothing is sent after it. */
  close(code: number, reason: string): void;
}

const finalText = 0x81;
const finalBinary = 0x82;
const finalClose = 0x88;
const finalPing = 0x89;
const finalPong = 0x8a;

/** A text frame around `text`. */
export function textFrame(text: string): Uint8Array {
  return frameAround(finalText, Buffer.from(text));
}

/** A binary frame around a copy of `payload`. */
export function binaryFrame(payload: Uint8Array): Uint8Array {
  return frameAround(finalBinary, payload);
}

/** How long the frame around a payload of `length` is. */
export function frameBytesOf(length: number): number {
  return headerBytesOf(length) + length;
}

/** Writes the binary frame around a copy of `payload` to `target` at `at`. */
export function writeBinaryFrame(target: Buffer, at: number, payload: Uint8Array): void {
  writeFrame(target, at, finalBinary, payload);
}

/** A close frame; without a code it has no reason either. */
export function closeFrame(code: number | null, reason: string): Uint8Array {
  if (code === null) return frameAround(finalClose, new Uint8Array());
  const payload = Buffer.alloc(2 + Buffer.byteLength(reason));
  payload.writeUInt16BE(code);
  payload.write(reason, 2);
  return frameAround(finalClose, payload);
}

export const pingFrame = frameAround(finalPing, new Uint8Array());

/** The answer to a ping. */
export function pongFrame(payload: Uint8Array): Uint8Array {
  return frameAround(finalPong, payload);
}

/** Shows each frame of `frames`, made by `textFrame` and `binaryFrame`, without its header; the payload is a view. */
export function eachFrame(frames: Uint8Array, show: (isText: boolean, payload: Buffer) => void): void {
  const bytes = bufferOf(frames);
  for (let at = 0; at < bytes.length;) {
    const short = bytes.readUInt8(at + 1);
    const headerBytes = short < 126 ? 2 : short === 126 ? 4 : 10;
    const from = at + headerBytes;
    const length =
      short < 126
        ? short
        : short === 126
          ? bytes.readUInt16BE(at + 2)
          : Number(bytes.readBigUInt64BE(at + 2));
    show(bytes[at] === finalText, bytes.subarray(from, from + length));
    at = from + length;
  }
}

/** The same bytes, as Node's own type. */
export function bufferOf({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

/** Not from Node's shared pool: a frame of 300 bytes that is held on to would pin 8 KiB of it. */
function frameAround(opcode: number, payload: Uint8Array): Uint8Array {
  const frame = Buffer.allocUnsafeSlow(frameBytesOf(payload.length));
  writeFrame(frame, 0, opcode, payload);
  return frame;
}

function headerBytesOf(length: number): number {
  if (length < 126) return 2;
  return length < 2 ** 16 ? 4 : 10;
}

function writeFrame(target: Buffer, at: number, opcode: number, payload: Uint8Array): void {
  const { length } = payload;
  const headerBytes = headerBytesOf(length);
  target[at] = opcode;
  target[at + 1] = headerBytes === 2 ? length : headerBytes === 4 ? 126 : 127;
  // By hand: V8 calls what stands on Buffer's prototype, and does not inline it.
  if (headerBytes === 4) {
    target[at + 2] = length >>> 8;
    target[at + 3] = length;
  }
  if (headerBytes === 10) target.writeBigUInt64BE(BigInt(length), at + 2);
  target.set(payload, at + headerBytes);
}
