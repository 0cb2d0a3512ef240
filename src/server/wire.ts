// What the relay knows of a connection, and the one form in which a room's bytes are kept and sent: unmasked frames
// of RFC 6455, section 5.2. A server never masks, so the same bytes go to every member, straight to the socket.

/** One connection, whatever carries it. None of these calls back into the relay before it returns. */
export interface Wire {
  /** Takes whole frames made by `textFrame` and `binaryFrame`, one or several; they may be shared, so never written to. */
  send(frames: Uint8Array): void;
  /** Bytes that `send` took and the network has not. Behind every `send`, reaching 0 is told by `Relay.drained`. */
  readonly queuedBytes: number;
  /** Asks for a sign of life, told by `Relay.heard`. */
  ping(): void;
  /** Sends a close frame behind everything queued; nothing is sent after it. */
  close(code: number, reason: string): void;
}

const finalText = 0x81;
const finalBinary = 0x82;

/** A text frame around `text`. */
export function textFrame(text: string): Uint8Array {
  return frameAround(finalText, Buffer.from(text));
}

/** A binary frame around a copy of `payload`. */
export function binaryFrame(payload: Uint8Array): Uint8Array {
  return frameAround(finalBinary, payload);
}

/** Shows each frame of `frames`, made by `textFrame` and `binaryFrame`, without its header; the payload is a view. */
export function eachFrame(frames: Uint8Array, show: (isText: boolean, payload: Buffer) => void): void {
  const bytes = Buffer.from(frames.buffer, frames.byteOffset, frames.byteLength);
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

/** One buffer from several; a single one is handed back as it is. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const [only] = frames;
  return only !== undefined && frames.length === 1 ? only : Buffer.concat(frames);
}

/** Not from Node's shared pool: a kept frame of 300 bytes would pin 8 KiB of it. */
function frameAround(opcode: number, payload: Uint8Array): Uint8Array {
  const { length } = payload;
  const headerBytes = length < 126 ? 2 : length < 2 ** 16 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(headerBytes + length);
  frame[0] = opcode;
  if (headerBytes === 2) frame[1] = length;
  if (headerBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  }
  if (headerBytes === 10) {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.set(payload, headerBytes);
  return frame;
}
