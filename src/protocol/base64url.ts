// base64url without padding (RFC 4648, section 5), canonical only: one byte string has exactly one spelling.
// Portable on purpose: no Buffer, no atob.

const symbols = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const valueOf = new Uint8Array(128);
Array.from(symbols).forEach((symbol, value) => {
  valueOf[symbol.charCodeAt(0)] = value;
});
const spelled = /^[\w-]*$/;
/** The bits of a last symbol that stand for no byte, by how many symbols stand behind the last whole four; one alone is none. */
const strayBits: readonly (number | null)[] = [0, null, 15, 3];

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

/** Whether `text` is such a spelling: no foreign symbol, no impossible length, no stray bits behind the last byte. */
export function isBase64url(text: string): boolean {
  const stray = strayBits[text.length % 4] ?? null;
  if (stray === null || !spelled.test(text)) return false;
  return ((valueOf[text.charCodeAt(text.length - 1)] ?? 0) & stray) === 0;
}

/** Reads base64url back. Null where `isBase64url` is false. */
export function fromBase64url(text: string): Bytes | null {
  if (!isBase64url(text)) return null;
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let held = 0;
  let at = 0;
  for (let index = 0; index < text.length; index++) {
    held = (held << 6) | (valueOf[text.charCodeAt(index)] ?? 0);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes[at++] = held >> bits;
    held &= (1 << bits) - 1;
  }
  return bytes;
}

/** The number of base64url symbols that `byteLength` bytes take. */
export function base64urlLength(byteLength: number): number {
  return Math.ceil((byteLength * 4) / 3);
}
