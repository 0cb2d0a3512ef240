// What a shared file may be called, and what may be shown of it. Its sender claims a name and a type; here the name is
// made harmless, and the type is read from the first bytes alone.

import { maxFileNameBytes } from "../protocol/limits.ts";
import { utf8 } from "../crypto/bytes.ts";

/** A file as a message names it: all that is needed to fetch and open it. */
export interface SharedFile {
  /** 16 bytes in base64url: its name on the relay. */
  readonly file: string;
  /** 32 bytes in base64url */
  readonly secret: string;
  /** Bytes of the content. */
  readonly size: number;
  /** As its sender put it: `safeFileName` before it is shown or saved. */
  readonly fileName: string;
  /** What its sender says it is; nothing is decided by it. */
  readonly type: string;
}

/** What a page may show in place, and the media type to give it. */
export interface Shown {
  readonly kind: "image" | "audio" | "video";
  readonly type: string;
}

/** So many bytes from the start are enough for `shownAs`. */
export const sniffedBytes = 64;

const maxNameCharacters = 100;
const maxExtensionCharacters = 12;
/** Leaves room for a browser's ` (1)` within what file systems take. */
const maxNameBytes = maxFileNameBytes - 8;
/** What Windows refuses, and what other systems read as folders. */
const forbidden = /[/\\:*?"<>|]/g;
/** Controls, formats (they hide and reorder), lone surrogates, private use, line breaks. */
const unseen = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;
/** Devices of Windows, with any extension. */
const reserved = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * A name that can be shown and saved: one line without invisible characters, no folders, not hidden, not a device, at
 * most 100 characters. Its extension stays its own. A name that passes passes again unchanged.
 */
export function safeFileName(claimed: string): string {
  const plain = claimed
    .replaceAll(/[^\S\uFEFF]+/g, " ")
    .replaceAll(unseen, "")
    .normalize("NFC")
    .replaceAll(/ {2,}/g, " ")
    .replaceAll(/(\p{M}{2})\p{M}+/gu, "$1")
    .replaceAll(forbidden, "_");
  const bare = trimEnds(plain);
  if (bare === "") return "file";
  return shorten(reserved.test(bare) ? `_${bare}` : bare);
}

/** A leading dot hides a file; Windows drops dots and spaces at the end. */
function trimEnds(name: string): string {
  return name.replaceAll(/^[. ]+|[. ]+$/g, "");
}

function shorten(name: string): string {
  const dot = name.lastIndexOf(".");
  const hasExtension = dot > 0 && name.length - dot <= maxExtensionCharacters;
  const extension = hasExtension ? name.slice(dot) : "";
  // Whole characters, as people count them: half an emoji is another one.
  const stem = graphemes(name.slice(0, name.length - extension.length));
  const room = maxNameCharacters - graphemes(extension).length;
  const fits = () => stem.length <= room && utf8(stem.join("") + extension).length <= maxNameBytes;
  if (fits()) return name;
  stem.length = Math.min(stem.length, room);
  while (!fits()) stem.pop();
  return trimEnds(stem.join("")) + extension;
}

function graphemes(text: string): string[] {
  return Array.from(new Intl.Segmenter("und").segment(text), ({ segment }) => segment);
}

/** What a message says in words: its text, or the name of its file. */
export function textOf({
  text,
  file,
}: {
  readonly text: string;
  readonly file?: SharedFile | undefined;
}): string {
  return file === undefined ? text : safeFileName(file.fileName);
}

/**
 * What a file is by its first `sniffedBytes`, where that may be shown in place: pictures, sound and film that a browser
 * only decodes. Null for all else, above all what can hold a script: HTML, SVG, PDF.
 * @param claimed decides only between sound and film in a container that holds both
 */
export function shownAs(start: Uint8Array, claimed: string): Shown | null {
  const text = String.fromCharCode(...start.subarray(0, sniffedBytes));
  const [, found = ""] = signatures.find(([signature]) => fits(text, signature)) ?? [];
  const [kind, format] = found.split("/");
  if (kind === "image" || kind === "audio") return { kind, type: found };
  if (format === undefined) return null;
  const played = claimed.startsWith("audio/") ? "audio" : "video";
  return { kind: played, type: `${played}/${format}` };
}

/** WHATWG MIME Sniffing, section 6, one character a byte; a dot is any byte. `?` is a container of sound or film. */
const signatures: readonly (readonly [signature: string, type: string])[] = [
  ["\x89PNG\r\n\x1a\n", "image/png"],
  ["\xff\xd8\xff", "image/jpeg"],
  ["GIF87a", "image/gif"],
  ["GIF89a", "image/gif"],
  ["RIFF....WEBPVP", "image/webp"],
  ["....ftypavif", "image/avif"],
  ["....ftypavis", "image/avif"],
  ["ID3", "audio/mpeg"],
  ["\xff\xfb", "audio/mpeg"],
  ["\xff\xf3", "audio/mpeg"],
  ["RIFF....WAVE", "audio/wav"],
  ["fLaC", "audio/flac"],
  ["....ftypM4A", "audio/mp4"],
  ["\x1a\x45\xdf\xa3", "?/webm"],
  ["OggS\0", "?/ogg"],
  ...["isom", "iso", "mp4", "avc1", "M4V", "MSNV", "dash", "qt  "].map(
    (brand) => [`....ftyp${brand}`, "?/mp4"] as const,
  ),
];

function fits(text: string, signature: string): boolean {
  return (
    text.length >= signature.length &&
    signature.split("").every((byte, at) => byte === "." || byte === text[at])
  );
}
