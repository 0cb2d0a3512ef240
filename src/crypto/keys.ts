// From a phrase and the relay's salt to the keys of a room, PROTOCOL.md sections 1 and 2. What comes out is `RoomKeys`:
// the rest of the program names rooms, blinds names, encrypts and decrypts with it and never holds a key.

import { toBase64url } from "../protocol/base64url.ts";
import type { Bytes } from "../protocol/base64url.ts";
import { remember } from "../protocol/bounded.ts";
import { fromUserBytes, ivBytes } from "../protocol/frame.ts";
import { accessBytes, maxSenderKeys, pbkdf2Rounds, saltBytes } from "../protocol/limits.ts";
import { label, lv, readU32, utf8 } from "./bytes.ts";
import type { Random } from "./bytes.ts";
import { foldName } from "./name.ts";
import type { Phrase } from "./phrase.ts";
import {
  gcmDecrypt,
  gcmEncrypt,
  hkdfAesKey,
  hkdfKey,
  hkdfSha256,
  hmacKey,
  hmacSha256,
  pbkdf2Sha512,
  sha256,
} from "./primitives.ts";
import { symbols } from "./symbols.ts";
import type { RoomSymbol } from "./symbols.ts";

/** Everything the program can do with a room's secrets. Where they come from is the maker's affair. */
export interface RoomKeys {
  /** 22 characters of base64url: stands in the path. */
  readonly roomId: string;
  /** 16 bytes: shown to the relay once, in `join`. */
  readonly access: Bytes;
  /** 32 bytes: the relay's salt that these keys belong to. */
  readonly salt: Bytes;
  /** Five symbols, the same for everybody who typed the same phrase. */
  readonly code: readonly RoomSymbol[];
  /** The 16 bytes of fromUser. Names that fold to the same give the same. The name is one that `checkName` let pass. */
  blindName(name: string): Promise<Bytes>;
  /**
   * AES-256-GCM under the sender's key, 16-byte tag at the end. Only seal.ts calls it: it alone draws the iv.
   * @throws RangeError when fromUser is not 16 bytes or iv not 12
   */
  encrypt(fromUser: Bytes, iv: Bytes, aad: Bytes, plaintext: Bytes): Promise<Bytes>;
  /** Undoes `encrypt`. Null for every failure: another room, sender, iv, aad, altered bytes, wrong lengths. */
  decrypt(fromUser: Bytes, iv: Bytes, aad: Bytes, ciphertext: Bytes): Promise<Bytes | null>;
}

const stretchedBytes = 64;
const secretBytes = 32;
const blindNameBytes = fromUserBytes;
const roomIdBytes = 16;
const codeBytes = 4;
const codeSymbols = 5;
const bitsPerSymbol = 6;
const noSalt = new Uint8Array(0);

/** What `estimateDerivationMs` runs of the rounds: long enough to be seen by a clock that ticks in milliseconds. */
const estimateFraction = 1 / 20;

/**
 * Derives a room's keys: 600,000 rounds, about half a second to a few seconds, off the calling thread.
 * @throws RangeError when `salt` is not 32 bytes
 */
export async function deriveRoomKeys(phrase: Phrase, salt: Bytes): Promise<RoomKeys> {
  if (salt.length !== saltBytes)
    throw new RangeError(`expected a salt of ${saltBytes} bytes, got ${salt.length}`);
  const ownSalt = salt.slice();
  const stretched = await pbkdf2Sha512(utf8(phrase), ownSalt, pbkdf2Rounds, stretchedBytes);
  const root = await hkdfKey(stretched);
  stretched.fill(0);
  const expand = (use: string, length: number) => hkdfSha256(root, noSalt, label(use), length);
  const access = await expand("room access", accessBytes);
  const code = symbolsOf(await expand("room code", codeBytes));
  const names = await hmacKey(await expand("names", secretBytes));
  const content = await hkdfKey(await expand("content", secretBytes));
  const senderKey = keepSenderKeys(content);
  return {
    roomId: toBase64url((await sha256(access)).slice(0, roomIdBytes)),
    access,
    salt: ownSalt,
    code,
    async blindName(name) {
      return (await hmacSha256(names, lv(label("name"), utf8(foldName(name))))).slice(0, blindNameBytes);
    },
    async encrypt(fromUser, iv, aad, plaintext) {
      if (fromUser.length !== fromUserBytes || iv.length !== ivBytes) {
        throw new RangeError(
          `expected fromUser of ${fromUserBytes} and iv of ${ivBytes} bytes, got ${fromUser.length} and ${iv.length}`,
        );
      }
      return gcmEncrypt(await senderKey(fromUser), iv, aad, plaintext);
    },
    async decrypt(fromUser, iv, aad, ciphertext) {
      if (fromUser.length !== fromUserBytes || iv.length !== ivBytes) return null;
      return gcmDecrypt(await senderKey(fromUser), iv, aad, ciphertext);
    },
  };
}

/**
 * How long `deriveRoomKeys` will take here, in ms of `now`, for a progress bar: a small part of the rounds, scaled up.
 * The salt is fresh each time, because Firefox remembers derivations and would answer at once.
 */
export async function estimateDerivationMs(now: () => number, random: Random): Promise<number> {
  const password = random(saltBytes);
  const salt = random(saltBytes);
  const rounds = pbkdf2Rounds * estimateFraction;
  const startedAt = now();
  await pbkdf2Sha512(password, salt, rounds, stretchedBytes);
  return (now() - startedAt) / estimateFraction;
}

/** The top 30 bits, five groups of six, most significant first. */
function symbolsOf(code: Bytes): readonly RoomSymbol[] {
  const bits = readU32(code, 0);
  return Array.from({ length: codeSymbols }, (_, index) => {
    const shift = 32 - bitsPerSymbol * (index + 1);
    const symbol = symbols[(bits >>> shift) % symbols.length];
    if (symbol === undefined) throw new Error("unreachable: there are 64 symbols");
    return symbol;
  });
}

/** The content key of each sender, the latest used held ready. Fewer than the senders a relay can make up. */
function keepSenderKeys(content: CryptoKey): (fromUser: Bytes) => Promise<CryptoKey> {
  // In the order of their last use, the longest unused first.
  const held = new Map<string, Promise<CryptoKey>>();
  return (fromUser) => {
    const name = toBase64url(fromUser);
    const key = held.get(name) ?? hkdfAesKey(content, fromUser.slice(), label("sender"));
    remember(held, name, key, maxSenderKeys);
    return key;
  };
}
