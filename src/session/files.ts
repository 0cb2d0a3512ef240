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
  const stem = [...name.slice(0, name.length - extension.length)];
  const fits = () =>
    stem.length + extension.length <= maxNameCharacters &&
    utf8(stem.join("") + extension).length <= maxNameBytes;
  if (fits()) return name;
  stem.length = Math.min(stem.length, maxNameCharacters - extension.length);
  while (!fits()) stem.pop();
  return trimEnds(stem.join("")) + extension;
}

/**
 * What a file is by its first `sniffedBytes`, where that may be shown in place: pictures, sound and film that a browser
 * only decodes. Null for all else, above all what can hold a script: HTML, SVG, PDF.
 * @param claimed decides only between sound and film in a container that holds both
 */
export function shownAs(start: Uint8Array, claimed: string): Shown | null {
  const text = String.fromCharCode(...start.subarray(0, sniffedBytes));
  const [image] = images.find(([, pattern]) => pattern.test(text)) ?? [];
  if (image !== undefined) return { kind: "image", type: image };
  const [sound] = sounds.find(([, pattern]) => pattern.test(text)) ?? [];
  if (sound !== undefined) return { kind: "audio", type: sound };
  const [container] = containers.find(([, pattern]) => pattern.test(text)) ?? [];
  if (container === undefined) return null;
  const kind = claimed.startsWith("audio/") ? "audio" : "video";
  return { kind, type: `${kind}/${container}` };
}

type Signatures = readonly (readonly [type: string, start: RegExp])[];

/** WHATWG MIME Sniffing, section 6, one character a byte. */
const images: Signatures = [
  ["image/png", /^\x89PNG\r\n\x1a\n/],
  ["image/jpeg", /^\xff\xd8\xff/],
  ["image/gif", /^GIF8[79]a/],
  ["image/webp", /^RIFF[^]{4}WEBPVP/],
  ["image/avif", /^[^]{4}ftypavi[fs]/],
];
const sounds: Signatures = [
  ["audio/mpeg", /^(ID3|\xff[\xf2\xf3\xfa\xfb])/],
  ["audio/wav", /^RIFF[^]{4}WAVE/],
  ["audio/flac", /^fLaC/],
  ["audio/mp4", /^[^]{4}ftypM4A/],
];
const containers: Signatures = [
  ["webm", /^\x1a\x45\xdf\xa3/],
  ["ogg", /^OggS\0/],
  ["mp4", /^[^]{4}ftyp(isom|iso[2-9]|mp4[12]|avc1|M4V |MSNV|dash|qt {2})/],
];
