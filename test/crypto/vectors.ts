// Runs the known answers of test/vectors/secure-room.json, which scripts/vectors.ts computed without src/crypto.
// Portable, so that the same run can be made inside a page: the caller reads the file.

import { toBase64url, type Bytes } from "../../src/protocol/base64url.ts";
import { concat, utf8 } from "../../src/crypto/bytes.ts";
import { openFile, sealFile } from "../../src/crypto/files.ts";
import { deriveRoomKeys, type RoomKeys } from "../../src/crypto/keys.ts";
import { restoreMemberKey } from "../../src/crypto/member.ts";
import { foldName } from "../../src/crypto/name.ts";
import { checkPhrase, normalisePhrase } from "../../src/crypto/phrase.ts";
import { sha256 } from "../../src/crypto/primitives.ts";
import { openEnvelope, sealEnvelope, type Use } from "../../src/crypto/seal.ts";
import { symbols } from "../../src/crypto/symbols.ts";
import { words } from "../../src/crypto/words.ts";
import { phraseOf } from "./phrases.ts";
import { fromHex, toHex } from "./wycheproof.ts";

/** The content of the file. Bytes are in hexadecimal. */
export interface Vectors {
  readonly wordListSha256: string;
  readonly symbolsSha256: string;
  readonly normal: readonly { readonly text: string; readonly phrase?: string; readonly refused?: string }[];
  readonly checksums: readonly { readonly seven: string; readonly word: string }[];
  readonly rooms: readonly RoomVector[];
  readonly envelopesOfTheFirstRoom: readonly EnvelopeVector[];
  readonly filesOfTheFirstRoom: readonly FileVector[];
}

/** Byte i of the content is i mod 251. */
interface FileVector {
  readonly size: number;
  readonly file: string;
  readonly secret: string;
  readonly sealedBytes: number;
  readonly sealedSha256: string;
}

interface RoomVector {
  readonly phrase: string;
  readonly salt: string;
  readonly access: string;
  readonly roomId: string;
  readonly code: readonly string[];
  readonly fromUser: readonly { readonly name: string; readonly fold: string; readonly fromUser: string }[];
}

interface EnvelopeVector {
  readonly use: Use;
  readonly memberSeed: string;
  readonly key: string;
  readonly fromUser: string;
  readonly iv: string;
  readonly body: string;
  readonly plaintextBytes: number;
  readonly plaintextSha256: string;
  readonly ciphertext: string;
  readonly id: string;
}

export interface VectorsResult {
  readonly part: string;
  /** Vectors tried. */
  readonly run: number;
  readonly failures: readonly string[];
}

/** Notes a failure unless `actual` is `expected`. */
type Check = (what: string, actual: string | number, expected: string | number | undefined) => void;

/** Runs every vector of the file, part by part. */
export async function runVectors(vectors: Vectors): Promise<VectorsResult[]> {
  const { wordListSha256, symbolsSha256, rooms } = vectors;
  const keys = await Promise.all(
    rooms.map((room) => deriveRoomKeys(phraseOf(room.phrase), fromHex(room.salt))),
  );
  const [first] = keys;
  if (first === undefined) throw new Error("expected at least one room");
  return [
    await runPart("tables", [wordListSha256, symbolsSha256], checkTable),
    await runPart("normal forms", vectors.normal, checkNormal),
    await runPart("checksum words", vectors.checksums, checkChecksum),
    await runPart(
      "rooms",
      keys.map((each, at) => [each, rooms[at]] as const),
      checkRoom,
    ),
    await runPart("envelopes", vectors.envelopesOfTheFirstRoom, (known, check) =>
      checkEnvelope(first, known, check),
    ),
    await runPart("files", vectors.filesOfTheFirstRoom, (known, check) => checkFile(first, known, check)),
  ];
}

async function runPart<T>(
  part: string,
  items: readonly T[],
  run: (item: T, check: Check, at: number) => void | Promise<void>,
): Promise<VectorsResult> {
  const failures: string[] = [];
  for (const [at, item] of items.entries()) {
    const check: Check = (what, actual, expected) => {
      if (actual !== expected) failures.push(`${at} ${what}: expected ${expected}, got ${actual}`);
    };
    try {
      await run(item, check, at);
    } catch (error) {
      failures.push(`${at} threw ${String(error)}`);
    }
  }
  return { part, run: items.length, failures };
}

async function checkTable(expected: string, check: Check, at: number): Promise<void> {
  const lines = at === 0 ? words : symbols.map(({ symbol, name }) => `${symbol} ${name}`);
  check("SHA-256", toHex(await sha256(utf8(lines.join("\n")))), expected);
}

function checkNormal({ text, phrase, refused }: Vectors["normal"][number], check: Check): void {
  const normal = normalisePhrase(text);
  check(`kind of ${JSON.stringify(text)}`, normal.kind, refused === undefined ? "phrase" : "refused");
  if (normal.kind === "phrase") check("phrase", normal.phrase, phrase);
  if (normal.kind === "refused") check("refusal", normal.why, refused);
}

async function checkChecksum({ seven, word }: Vectors["checksums"][number], check: Check): Promise<void> {
  check(word, (await checkPhrase(phraseOf(`${seven} ${word}`))).kind, "generated");
}

async function checkRoom(
  [keys, room]: readonly [RoomKeys, RoomVector | undefined],
  check: Check,
): Promise<void> {
  check("access", toHex(keys.access), room?.access);
  check("salt", toHex(keys.salt), room?.salt);
  check("roomId", keys.roomId, room?.roomId);
  check("code", keys.code.map(({ name }) => name).join(" "), room?.code.join(" "));
  for (const { name, fold, fromUser } of room?.fromUser ?? []) {
    check(`fold of ${name}`, foldName(name), fold);
    check(`fromUser of ${name}`, toHex(await keys.blindName(name)), fromUser);
  }
}

async function checkEnvelope(keys: RoomKeys, known: EnvelopeVector, check: Check): Promise<void> {
  const { use } = known;
  const [fromUser, iv, body] = [fromHex(known.fromUser), fromHex(known.iv), fromHex(known.body)];
  const member = await restoreMemberKey(toBase64url(concat(fromHex(known.memberSeed), fromHex(known.key))));
  if (member === null) throw new Error("the member's key is refused");
  const drawIv = (length: number): Bytes => {
    check("random bytes asked for", length, iv.length);
    return iv;
  };
  const sealed = await sealEnvelope(keys, member, use, fromUser, body, drawIv);
  check("ciphertext", toHex(sealed.ciphertext), known.ciphertext);
  const ciphertext = fromHex(known.ciphertext);
  const plaintext = await keys.decrypt(fromUser, iv, aad(use, keys.access, fromUser), ciphertext);
  check("plaintext's length", plaintext?.length ?? "nothing", known.plaintextBytes);
  check("plaintext's SHA-256", toHex(await sha256(plaintext ?? new Uint8Array())), known.plaintextSha256);
  const opened = await openEnvelope(keys, use, { fromUser, iv, ciphertext });
  if (opened === null) throw new Error("the envelope does not open");
  check("opened key", toHex(opened.key), known.key);
  check("opened id", toHex(opened.id), known.id);
  check("opened body", toHex(opened.body), known.body);
}

async function checkFile(keys: RoomKeys, known: FileVector, check: Check): Promise<void> {
  const content = Uint8Array.from({ length: known.size }, (_, at) => at % 251);
  const drawn = [fromHex(known.file), fromHex(known.secret)];
  const { key, chunks } = await sealFile(
    keys,
    known.size,
    (from, to) => Promise.resolve(content.slice(from, to)),
    (length) => {
      const [next = new Uint8Array()] = drawn.splice(0, 1);
      check("random bytes asked for", length, next.length);
      return next;
    },
  );
  const sealed = concat(...chunks);
  check("sealed length", sealed.length, known.sealedBytes);
  check("sealed SHA-256", toHex(await sha256(sealed)), known.sealedSha256);
  const pieces = [sealed];
  const opened = await openFile(keys, key, () => Promise.resolve(pieces.pop() ?? null));
  check("opened", toHex(await sha256(concat(...(opened ?? [])))), toHex(await sha256(content)));
}

/** lv(label(use), access, fromUser), spelled out once without the code under test. */
function aad(use: Use, access: Bytes, fromUser: Bytes): Bytes {
  const name = new TextEncoder().encode(`secure-room/1 ${use}`);
  return concat(
    Uint8Array.of(0, 0, 0, name.length),
    name,
    Uint8Array.of(0, 0, 0, 16),
    access,
    Uint8Array.of(0, 0, 0, 16),
    fromUser,
  );
}
