// base64url without padding (RFC 4648, section 5), canonical only: one byte string has exactly one spelling.
// Portable on purpose: no Buffer, no atob.

const symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const valueOf = new Map(Array.from(symbols, (symbol, value) => [symbol.charCodeAt(0), value]));

/** Bytes whose memory is not shared, as WebCrypto asks for them. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Spells `bytes` as base64url without padding. */
export function toBase64url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const left = bytes.length - at;
    const triple = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    text += symbols.charAt(triple >> 18) + symbols.charAt((triple >> 12) & 63);
    if (left > 1) text += symbols.charAt((triple >> 6) & 63);
    if (left > 2) text += symbols.charAt(triple & 63);
  }
  return text;
}

/** Reads base64url back. Null for a foreign symbol, an impossible length or stray bits behind the last byte. */
export function fromBase64url(text: string): Bytes | null {
  if (text.length % 4 === 1) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    const value = valueOf.get(text.charCodeAt(index));
    if (value === undefined) return null;
    held = (held << 6) | value;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  return held === 0 ? bytes : null;
}

/** The number of base64url symbols that `byteLength` bytes take. */
export function base64urlLength(byteLength: number): number {
  return Math.ceil((byteLength * 4) / 3);
}
