// DER, the encoding of certificates (X.690): what x509.ts needs to write them, and to find a part in one.
// It knows tags and lengths, not what a certificate is.

/** One value with its tag and length. */
export type Der = Uint8Array<ArrayBuffer>;

export interface Element {
  readonly tag: number;
  /** Behind tag and length. */
  readonly content: Uint8Array;
  /** With them. */
  readonly whole: Uint8Array;
}

export function tlv(tag: number, ...parts: readonly Uint8Array[]): Der {
  const content = Buffer.concat(parts);
  return Uint8Array.from([tag, ...lengthOf(content.length), ...content]);
}

function lengthOf(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

export const sequence = (...parts: readonly Uint8Array[]): Der => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Der => tlv(0x31, ...parts);
export const octets = (...parts: readonly Uint8Array[]): Der => tlv(0x04, ...parts);
export const utf8 = (text: string): Der => tlv(0x0c, Buffer.from(text));
export const yes: Der = tlv(0x01, Uint8Array.of(0xff));
/** Constructed: other values inside. */
export const explicit = (number: number, ...parts: readonly Uint8Array[]): Der =>
  tlv(0xa0 | number, ...parts);
/** Primitive: the bare content of what the number stands for. */
export const implicit = (number: number, content: Uint8Array): Der => tlv(0x80 | number, content);

/** A number that is not negative, big-endian. */
export function integer(bytes: Uint8Array): Der {
  const first = bytes.findIndex((byte) => byte !== 0);
  const trimmed = first < 0 ? Uint8Array.of(0) : bytes.subarray(first);
  // A first bit that is set would make it negative.
  return tlv(0x02, (trimmed[0] ?? 0) >= 0x80 ? Uint8Array.of(0) : new Uint8Array(), trimmed);
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Der {
  return tlv(0x03, Uint8Array.of(unusedBits), bytes);
}

/** `1.2.840.10045.4.3.2` */
export function oid(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  return tlv(0x06, Uint8Array.from([first * 40 + second, ...rest].flatMap(base128)));
}

function base128(value: number): number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift(0x80 | (rest % 128));
  }
  return digits;
}

/** UTCTime up to 2049, GeneralizedTime from then on (RFC 5280, section 4.1.2.5). Whole seconds. */
export function time(ms: number): Der {
  const text = `${new Date(ms).toISOString().replaceAll(/[-:T]|\.\d+Z$/g, "")}Z`;
  return text < "2050" ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
}

/**
 * The values in `bytes`, one behind another. Tags of one byte only: X.509 has no others.
 * @throws when they do not end where `bytes` does
 */
export function elementsOf(bytes: Uint8Array): Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at < bytes.length) {
    const start = at;
    const tag = byteAt(bytes, at++);
    let length = byteAt(bytes, at++);
    if (length >= 0x80) {
      const count = length & 0x7f;
      if (count === 0 || count > 4) throw new Error(`expected a length of 1 to 4 bytes, got ${count}`);
      length = 0;
      for (let digit = 0; digit < count; digit++) length = length * 256 + byteAt(bytes, at++);
    }
    const end = at + length;
    if (end > bytes.length) throw new Error(`expected ${length} bytes, got ${bytes.length - at}`);
    elements.push({ tag, content: bytes.subarray(at, end), whole: bytes.subarray(start, end) });
    at = end;
  }
  return elements;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw new Error("expected another byte, got the end");
  return byte;
}
