// Reads from the first bytes of a TLS connection which protocols the client asks for (ALPN, RFC 7301): Node tells that
// only after it has chosen a certificate, and whoever checks a domain (RFC 8737) must get another one than the guests.

/** The most that is read before it is taken for no such client. A hello with post-quantum keys has about 2 KB. */
export const maxHelloRecordBytes = 16_384;

const handshakeRecord = 22;
const clientHello = 1;
const alpnExtension = 16;

/** What is held at first; it doubles. A hello without post-quantum keys fits. */
const firstBytes = 1_024;

/** A hello that comes in pieces: however small they are, what they cost grows with the bytes and not with their square. */
export class PartialHello {
  #held = Buffer.alloc(firstBytes);
  #byteLength = 0;
  /** Where the first record starts that is not there as a whole. */
  #recordAt = 0;
  /** Where the content of the records before it is. */
  readonly #parts: (readonly [start: number, end: number])[] = [];
  #contentLength = 0;
  /** The start of the content: the message's type and its length. */
  #start = Buffer.alloc(0);

  /** All that has come. */
  get bytes(): Buffer {
    return this.#held.subarray(0, this.#byteLength);
  }

  add(chunk: Uint8Array): void {
    const length = this.#byteLength + chunk.length;
    if (length > this.#held.length) {
      const spare = Buffer.alloc(Math.max(length, 2 * this.#held.length) - this.#byteLength);
      this.#held = Buffer.concat([this.bytes, spare]);
    }
    this.#held.set(chunk, this.#byteLength);
    this.#byteLength = length;
  }

  /**
   * The protocols that the client asks for.
   * @returns "more" when the hello is not there as a whole; none when it is no hello, or asks for none
   */
  protocols(): readonly string[] | "more" {
    const isCut = this.#readRecords();
    if (this.#contentLength > 0 && this.#start[0] !== clientHello) return [];
    const end = this.#start.length < 4 ? 4 : 4 + this.#start.readUIntBE(1, 3);
    if (this.#contentLength < end) return isCut && end <= maxHelloRecordBytes ? "more" : [];
    // It may have come in several records.
    const content = Buffer.concat(this.#parts.map(([from, to]) => this.#held.subarray(from, to)));
    return protocolsIn(content.subarray(4, end));
  }

  /** Goes over the records that have come whole since the last time. @returns whether the next may still be coming */
  #readRecords(): boolean {
    for (;;) {
      const head = this.bytes.subarray(this.#recordAt, this.#recordAt + 5);
      if (head.length > 0 && head[0] !== handshakeRecord) return false;
      if (head.length < 5) return true;
      const length = head.readUInt16BE(3);
      // Nothing honest comes in records with nothing in them.
      if (length === 0) return false;
      const [from, to] = [this.#recordAt + 5, this.#recordAt + 5 + length];
      if (to > this.#byteLength) return true;
      this.#parts.push([from, to]);
      this.#contentLength += length;
      const missing = 4 - this.#start.length;
      if (missing > 0) {
        this.#start = Buffer.concat([this.#start, this.#held.subarray(from, Math.min(to, from + missing))]);
      }
      this.#recordAt = to;
    }
  }
}

/** @param handshake the body of the ClientHello */
function protocolsIn(handshake: Uint8Array): readonly string[] {
  const reader = new Reader(handshake);
  // Version and random; then session id, cipher suites, compression methods.
  reader.skip(2 + 32);
  reader.block(1);
  reader.block(2);
  reader.block(1);
  const extensions = new Reader(reader.block(2));
  while (!extensions.isAtEnd) {
    const type = extensions.number(2);
    const content = extensions.block(2);
    if (type === alpnExtension) return namesIn(content);
  }
  return [];
}

function namesIn(extension: Uint8Array): string[] {
  const list = new Reader(new Reader(extension).block(2));
  const names: string[] = [];
  while (!list.isAtEnd) names.push(Buffer.from(list.block(1)).toString("latin1"));
  return names;
}

/** Reads what is there; behind the end are no bytes, and numbers are 0. TLS itself will refuse such a hello. */
class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  skip(count: number): void {
    this.#at += count;
  }

  number(byteLength: number): number {
    let value = 0;
    for (let index = 0; index < byteLength; index++) value = value * 256 + (this.#bytes[this.#at++] ?? 0);
    return value;
  }

  /** Bytes with their count, of `lengthBytes`, in front. */
  block(lengthBytes: number): Uint8Array {
    const length = this.number(lengthBytes);
    const found = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return found;
  }
}
