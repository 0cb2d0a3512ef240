// Reads from the first bytes of a TLS connection which protocols the client asks for (ALPN, RFC 7301): Node tells that
// only after it has chosen a certificate, and whoever checks a domain (RFC 8737) must get another one than the guests.

/** The most that is read before it is taken for no such client. A hello with post-quantum keys has about 2 KB. */
export const maxHelloRecordBytes = 16_384;

const handshakeRecord = 22;
const clientHello = 1;
const alpnExtension = 16;

/**
 * The protocols that the client asks for.
 * @param bytes what has come so far
 * @returns "more" when the hello is not there as a whole; none when it is no hello, or asks for none
 */
export function protocolsIn(bytes: Uint8Array): readonly string[] | "more" {
  const handshake = handshakeIn(bytes);
  if (handshake === "more" || handshake === null) return handshake ?? [];
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

/** The body of the ClientHello, which may come in several records. Null when it is something else. */
function handshakeIn(bytes: Uint8Array): Uint8Array | "more" | null {
  const { content, isCut } = contentIn(bytes);
  if (content.length > 0 && content[0] !== clientHello) return null;
  const end = content.length < 4 ? 4 : 4 + content.readUIntBE(1, 3);
  if (content.length >= end) return content.subarray(4, end);
  return isCut && end <= maxHelloRecordBytes ? "more" : null;
}

/** What the whole records of a handshake at the start of `bytes` carry; and whether the next one may still be coming. */
function contentIn(bytes: Uint8Array): { readonly content: Buffer; readonly isCut: boolean } {
  const parts: Uint8Array[] = [];
  for (let at = 0; ;) {
    const head = Buffer.from(bytes.subarray(at, at + 5));
    if (head.length > 0 && head[0] !== handshakeRecord)
      return { content: Buffer.concat(parts), isCut: false };
    const length = head.length < 5 ? 0 : head.readUInt16BE(3);
    const part = bytes.subarray(at + 5, at + 5 + length);
    if (head.length < 5 || part.length < length) return { content: Buffer.concat(parts), isCut: true };
    // Nothing honest comes in records with nothing in them.
    if (length === 0) return { content: Buffer.concat(parts), isCut: false };
    parts.push(part);
    at += 5 + length;
  }
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
