// Writes test/vectors/secure-room.json: known answers for PROTOCOL.md sections 1 and 2, so that a second implementation
// can be held against them, and this one is. `node build/scripts/vectors.js` after `npm run build`.
// Computed with node:crypto from the text of the protocol. Of src/ it uses the two normative tables and nothing that
// computes; normal forms are written out by hand.

import { createCipheriv, createHash, createHmac, createPrivateKey, createPublicKey } from "node:crypto";
import { hkdfSync, pbkdf2Sync, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { symbols } from "../src/crypto/symbols.ts";
import { words } from "../src/crypto/words.ts";

const target = fileURLToPath(new URL("../../test/vectors/secure-room.json", import.meta.url));

const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();
const label = (name: string) => Buffer.from(`secure-room/1 ${name}`, "ascii");
const hkdf = (key: Uint8Array, salt: Uint8Array | string, info: Uint8Array, length: number) =>
  Buffer.from(hkdfSync("sha256", key, salt, info, length));

function lv(...parts: readonly Uint8Array[]): Buffer {
  return Buffer.concat(parts.flatMap((part) => [u32(part.length), part]));
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

function checksum(drawn: string): string {
  const index = sha256(lv(label("checksum"), Buffer.from(drawn))).readUInt32BE(0) % words.length;
  return words[index] ?? "";
}

const normal: readonly { text: string; phrase?: string; refused?: string }[] = [
  { text: "maple river", phrase: "maple river" },
  { text: "Maple-River", phrase: "maple river" },
  { text: "  maple \t river\r\n", phrase: "maple river" },
  { text: "maple\u00a0river", phrase: "maple river" },
  { text: "\u201cmaple\u201d \u2018river\u2019", phrase: "maple river" },
  { text: "maple \u2013 river \u2014", phrase: "maple river" },
  { text: "maple\u2212river_", phrase: "maple river" },
  { text: "maple, river; maple: river. 'maple' \"river\"", phrase: "maple river maple river maple river" },
  { text: "ma\u200bple\u00ad ri\ufeffver\u2060", phrase: "maple river" },
  { text: "\uff2d\uff21\uff30\uff2c\uff25\u3000\uff32\uff29\uff36\uff25\uff32", phrase: "maple river" },
  { text: "\ufb01ve \ufb02ags", phrase: "five flags" },
  { text: "CAFE\u0301", phrase: "caf\u00e9" },
  { text: "a\u200b\u030angstrom", phrase: "\u00e5ngstrom" },
  { text: "STRASSE stra\u00dfe", phrase: "strasse stra\u00dfe" },
  { text: "\u0130stanbul", phrase: "i\u0307stanbul" },
  { text: "\u039f\u0394\u039f\u03a3", phrase: "\u03bf\u03b4\u03bf\u03c2" },
  { text: "two words!", phrase: "two words!" },
  { text: "\ud83d\udc36 \ud83d\udc31", phrase: "\ud83d\udc36 \ud83d\udc31" },
  { text: "", refused: "empty" },
  { text: " - \u200b. ", refused: "empty" },
  { text: "maple\u0000river", refused: "characters" },
  { text: "maple\u0007", refused: "characters" },
  { text: "maple\u0378river", refused: "characters" },
  { text: "maple\ud800", refused: "characters" },
  { text: "\udc36\ud83d maple", refused: "characters" },
  { text: "x".repeat(1024), phrase: "x".repeat(1024) },
  { text: "x".repeat(1025), refused: "too-long" },
  { text: "\u00e9".repeat(512), phrase: "\u00e9".repeat(512) },
  { text: "\u00e9".repeat(513), refused: "too-long" },
];

const names: readonly { name: string; fold: string }[] = [
  { name: "Ann", fold: "ann" },
  { name: " ANN\u00a0", fold: "ann" },
  { name: "Ann-Marie O'Neil", fold: "ann-marie o'neil" },
  { name: "J\u00fcrgen \u00df", fold: "j\u00fcrgen \u00df" },
  { name: "Ju\u0308rgen  \u00df", fold: "j\u00fcrgen \u00df" },
  { name: "\ud83d\udc69\u200d\ud83d\ude80 Eve", fold: "\ud83d\udc69\ud83d\ude80 eve" },
];

const drawn = [
  "macaroni ribbon aardvark yoyo drainpipe umbrella kabob",
  "abandoned abandoned abandoned abandoned abandoned abandoned abandoned",
  "zillion zipping zirconium zodiac zombie zookeeper zucchini",
];

function room(phrase: string, salt: Buffer) {
  const stretched = pbkdf2Sync(Buffer.from(phrase), salt, 600_000, 64, "sha512");
  const access = hkdf(stretched, "", label("room access"), 16);
  const code = hkdf(stretched, "", label("room code"), 4).readUInt32BE(0);
  const namesKey = hkdf(stretched, "", label("names"), 32);
  const content = hkdf(stretched, "", label("content"), 32);
  const codeIndexes = [26, 20, 14, 8, 2].map((shift) => (code >>> shift) & 63);
  const blind = (fold: string) =>
    createHmac("sha256", namesKey)
      .update(lv(label("name"), Buffer.from(fold)))
      .digest()
      .subarray(0, 16);
  return {
    access,
    content,
    blind,
    shown: {
      phrase,
      salt: salt.toString("hex"),
      stretched: stretched.toString("hex"),
      access: access.toString("hex"),
      roomId: sha256(access).subarray(0, 16).toString("base64url"),
      code: codeIndexes.map((index) => symbols[index]?.name),
      names: namesKey.toString("hex"),
      content: content.toString("hex"),
      fromUser: names.map(({ name, fold }) => ({ name, fold, fromUser: blind(fold).toString("hex") })),
    },
  };
}

function envelope(keys: ReturnType<typeof room>, use: string, fold: string, body: Buffer, size: number) {
  const seed = sha256(Buffer.from(`member ${use}`));
  const iv = sha256(Buffer.from(`iv ${use} ${body.length}`)).subarray(0, 12);
  const pkcs8 = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), seed]);
  const privateKey = createPrivateKey({ key: pkcs8, format: "der", type: "pkcs8" });
  const key = createPublicKey(privateKey).export({ format: "der", type: "spki" }).subarray(-32);
  const fromUser = keys.blind(fold);
  const senderKey = hkdf(keys.content, fromUser, label("sender"), 32);
  const aad = lv(label(use), keys.access, fromUser);
  const behind = Buffer.alloc(size - 96);
  Buffer.concat([u32(body.length), body]).copy(behind);
  const input = lv(label("signature"), key, aad, iv, sha256(behind));
  const plaintext = Buffer.concat([key, sign(null, input, privateKey), behind]);
  const cipher = createCipheriv("aes-256-gcm", senderKey, iv).setAAD(aad);
  const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
  return {
    use,
    memberSeed: seed.toString("hex"),
    key: key.toString("hex"),
    fromUser: fromUser.toString("hex"),
    iv: iv.toString("hex"),
    body: body.toString("hex"),
    plaintextBytes: plaintext.length,
    plaintextSha256: sha256(plaintext).toString("hex"),
    ciphertext: ciphertext.toString("hex"),
    id: sha256(input).subarray(0, 16).toString("hex"),
  };
}

/** Byte i of the content is i mod 251, so that no chunk looks like another. */
function file(keys: ReturnType<typeof room>, size: number, paddedTo: number) {
  const content = Buffer.from(Array.from({ length: size }, (_, at) => at % 251));
  const padded = Buffer.concat([content, Buffer.alloc(paddedTo - size)]);
  const id = sha256(Buffer.from(`file ${size}`)).subarray(0, 16);
  const secret = sha256(Buffer.from(`secret ${size}`));
  const key = hkdf(secret, "", label("file"), 32);
  const sealed: Buffer[] = [];
  for (let at = 0; at < paddedTo; at += 65_536) {
    const isLast = at + 65_536 >= paddedTo;
    const iv = Buffer.concat([Buffer.alloc(7), u32(at / 65_536), Buffer.from([isLast ? 1 : 0])]);
    const cipher = createCipheriv("aes-256-gcm", key, iv).setAAD(lv(label("file"), keys.access, id));
    sealed.push(cipher.update(padded.subarray(at, at + 65_536)), cipher.final(), cipher.getAuthTag());
  }
  const bytes = Buffer.concat(sealed);
  return {
    size,
    file: id.toString("hex"),
    secret: secret.toString("hex"),
    sealedBytes: bytes.length,
    sealedSha256: sha256(bytes).toString("hex"),
  };
}

const generated = `${drawn[0]} ${checksum(drawn[0] ?? "")}`;
const rooms = [
  room(generated, sha256(Buffer.from("salt 1"))),
  room(generated, sha256(Buffer.from("salt 2"))),
  room("caf\u00e9 \ud83d\udc36", Buffer.alloc(32)),
];
const [first] = rooms;
if (first === undefined) throw new Error("there is a room");
const hello = Buffer.from('{"kind":"hello","name":"Ann","at":1700000000000}');
const text = Buffer.from(
  '{"kind":"text","name":"Ann","at":1700000000000,"counter":0,"text":"Hello \ud83d\udc4b"}',
);
const typing = Buffer.from('{"kind":"typing","name":"Ann","at":1700000000000,"on":true}');

const vectors = {
  protocol: 1,
  about:
    "Known answers for PROTOCOL.md sections 1 and 2, written by scripts/vectors.ts. Bytes are hexadecimal.",
  wordListSha256: sha256(Buffer.from(words.join("\n"))).toString("hex"),
  symbolsSha256: sha256(
    Buffer.from(symbols.map(({ symbol, name }) => `${symbol} ${name}`).join("\n")),
  ).toString("hex"),
  normal,
  checksums: drawn.map((seven) => ({ seven, word: checksum(seven) })),
  rooms: rooms.map(({ shown }) => shown),
  envelopesOfTheFirstRoom: [
    envelope(first, "hello", "ann", hello, 256),
    envelope(first, "message", "ann", text, 256),
    envelope(first, "volatile", "ann", typing, 256),
    envelope(first, "message", "ann", Buffer.alloc(156, "x"), 256),
    envelope(first, "message", "ann", Buffer.alloc(157, "x"), 512),
  ],
  filesOfTheFirstRoom: [
    file(first, 0, 256),
    file(first, 257, 512),
    file(first, 65_536, 65_536),
    file(first, 65_537, 67_584),
    file(first, 200_000, 200_704),
  ],
};

// In ASCII: nobody can see a no-break space or a soft hyphen in a diff.
const json = JSON.stringify(vectors, null, 1).replaceAll(
  /[\u007f-\uffff]/g,
  (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
);
writeFileSync(target, `${json}\n`);
console.log(`${target}: ${vectors.rooms.length} rooms, ${vectors.envelopesOfTheFirstRoom.length} envelopes`);
