// Seals and opens the content of one file, PROTOCOL.md section 2, "Files": STREAM (Hoang, Reyhanitabar, Rogaway and
// Vizár, CRYPTO 2015) as age has it, with AES-256-GCM. It knows neither where the bytes come from nor what they are.
//
//   chunk i  64 KiB of the padded content, the last one what is left    iv = u88 i ‖ u8 (1 on the last, else 0)

import type { Bytes } from "../protocol/base64url.ts";
import { ivBytes, tagBytes } from "../protocol/frame.ts";
import { fileChunkBytes, fileIdBytes, fileSecretBytes, maxOpenedFileBytes } from "../protocol/limits.ts";
import { concat, label, lv, u32 } from "./bytes.ts";
import type { Random } from "./bytes.ts";
import type { RoomKeys } from "./keys.ts";
import { gcmDecrypt, gcmEncrypt, hkdfAesKey, hkdfKey } from "./primitives.ts";
import { stepFor } from "./seal.ts";

/** What opens a file. It travels inside a sealed message. */
export interface FileKey {
  /** 16 bytes: its name on the relay. */
  readonly file: Bytes;
  /** 32 bytes. */
  readonly secret: Bytes;
  /** Bytes of the content, before padding. */
  readonly size: number;
}

export interface SealedFile {
  readonly key: FileKey;
  /** One behind the other they are what the relay gets. */
  readonly chunks: readonly Bytes[];
}

type Access = Pick<RoomKeys, "access">;

const sealedChunkBytes = fileChunkBytes + tagBytes;
const noSalt = new Uint8Array(0);

/** How long a file of `size` bytes is when sealed. */
export function sealedLength(size: number): number {
  const padded = stepFor(size);
  return padded + Math.ceil(padded / fileChunkBytes) * tagBytes;
}

/** The largest file that is at most `bytes` long when sealed; -1 when not even an empty one is. */
export function largestFile(bytes: number): number {
  let fits = -1;
  let over = bytes + 1;
  while (over - fits > 1) {
    const middle = Math.floor((fits + over) / 2);
    if (sealedLength(middle) <= bytes) fits = middle;
    else over = middle;
  }
  return fits;
}

/**
 * Seals a file of `size` bytes under a name and a secret that are drawn here, so that none is used twice.
 * @param read gives the bytes from `from` to below `to`
 * @throws RangeError when `read` gives another length; whatever `read` throws
 */
export async function sealFile(
  room: Access,
  size: number,
  read: (from: number, to: number) => Promise<Bytes>,
  random: Random,
): Promise<SealedFile> {
  const key = { file: random(fileIdBytes), secret: random(fileSecretBytes), size };
  const aesKey = await aesKeyOf(key);
  const aad = aadOf(room, key);
  const padded = stepFor(size);
  const chunks: Bytes[] = [];
  for (let at = 0; at < padded; at += fileChunkBytes) {
    const end = Math.min(at + fileChunkBytes, padded);
    const from = Math.min(at, size);
    const to = Math.min(end, size);
    const content = await read(from, to);
    if (content.length !== to - from) {
      throw new RangeError(`expected ${to - from} bytes of the file, got ${content.length}`);
    }
    const chunk = new Uint8Array(end - at);
    chunk.set(content);
    chunks.push(await gcmEncrypt(aesKey, ivOf(chunks.length, end === padded), aad, chunk));
  }
  return { key, chunks };
}

/**
 * Opens a file: its content in pieces, all of it or nothing. Null is the one outcome of every failure: another room,
 * key or name, altered, missing, further or exchanged bytes, padding that is not zeros, a size that no tab opens.
 * @param next gives what comes next of the sealed bytes, in pieces of any length, and null at the end
 */
export async function openFile(
  room: Access,
  key: FileKey,
  next: () => Promise<Uint8Array | null>,
): Promise<Bytes[] | null> {
  if (key.size > maxOpenedFileBytes) return null;
  const aesKey = await aesKeyOf(key);
  const aad = aadOf(room, key);
  const whole = sealedLength(key.size);
  const take = createReader(next);
  const content: Bytes[] = [];
  let left = key.size;
  for (let at = 0; at < whole; at += sealedChunkBytes) {
    const length = Math.min(sealedChunkBytes, whole - at);
    const sealed = await take(length);
    const isLast = at + length === whole;
    const chunk = sealed && (await gcmDecrypt(aesKey, ivOf(content.length, isLast), aad, sealed));
    if (chunk === null) return null;
    if (chunk.subarray(left).some((byte) => byte !== 0)) return null;
    content.push(chunk.subarray(0, left));
    left -= Math.min(left, chunk.length);
  }
  return (await take(1)) === null ? content : null;
}

/** Takes exactly so many bytes at a time from pieces of any length; null when there are fewer. */
function createReader(next: () => Promise<Uint8Array | null>): (length: number) => Promise<Bytes | null> {
  let piece: Uint8Array = new Uint8Array(0);
  return async (length) => {
    const taken = new Uint8Array(length);
    let at = 0;
    while (at < length) {
      const part = piece.subarray(0, length - at);
      taken.set(part, at);
      at += part.length;
      piece = piece.subarray(part.length);
      if (at === length) break;
      const more = await next();
      if (more === null) return null;
      piece = more;
    }
    return taken;
  };
}

async function aesKeyOf({ secret }: FileKey): Promise<CryptoKey> {
  return hkdfAesKey(await hkdfKey(secret), noSalt, label("file"));
}

function aadOf({ access }: Access, { file }: FileKey): Bytes {
  return lv(label("file"), access, file);
}

/** u88 index ‖ u8 last. No file has 2^32 chunks. */
function ivOf(index: number, isLast: boolean): Bytes {
  const indexBytes = u32(index);
  const leading = new Uint8Array(ivBytes - indexBytes.length - 1);
  return concat(leading, indexBytes, Uint8Array.of(isLast ? 1 : 0));
}
