// What a file becomes before it leaves: looked at, drawn anew where it is a picture, sealed, and named to the room. It sends
// nothing.

import { toBase64url } from "../protocol/base64url.ts";
import { maxMediaTypeBytes } from "../protocol/limits.ts";
import type { Random } from "../crypto/bytes.ts";
import { type FileKey, sealFile } from "../crypto/files.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { safeFileName, type SharedFile } from "../session/files.ts";
import type { ItemView } from "./files-item.ts";
import { redraw, shownAsFile } from "./files-picture.ts";
import { wording } from "./language.ts";

/**
 * Looks at a file before it is sent: a picture is drawn anew, and what would tell more than it shows is said.
 * @returns the picture drawn anew, which says nothing of camera and place; null for what goes as it is
 */
export async function look(
  file: File,
  view: Pick<ItemView, "preview" | "note" | "offerOriginal">,
): Promise<File | null> {
  const shown = await shownAsFile(file, file.type).catch(() => null);
  if (shown !== null) view.preview(shown.kind);
  if (shown?.kind === "video") view.note(wording.files.asItIs);
  const isPicture = shown?.kind === "image" || file.type.startsWith("image/");
  if (!isPicture) return null;
  const redrawn = shown === null ? null : await redraw(file, shown.type);
  if (redrawn !== null) view.offerOriginal();
  else view.note(wording.files.asItIs);
  return redrawn;
}

/** A file as the relay gets it, and what opens it. */
export interface SealedContent {
  readonly key: FileKey;
  readonly blob: Blob;
}

/** Seals a file for the room; null when it cannot be read: moved, altered or deleted meanwhile, or a folder. */
export async function seal(
  content: File,
  keys: Pick<RoomKeys, "access">,
  random: Random,
): Promise<SealedContent | null> {
  const read = async (from: number, to: number) =>
    new Uint8Array(await content.slice(from, to).arrayBuffer());
  try {
    const { key, chunks } = await sealFile(keys, content.size, read, random);
    return { key, blob: new Blob([...chunks]) };
  } catch {
    return null;
  }
}

/** What the room is told of a file. */
export function sharedFile({ file, secret, size }: FileKey, { name, type }: File): SharedFile {
  const [plainType = ""] = type.split(";");
  const isType = /^[\w.+-]+\/[\w.+-]+$/.test(plainType) && plainType.length <= maxMediaTypeBytes;
  return {
    file: toBase64url(file),
    secret: toBase64url(secret),
    size,
    fileName: safeFileName(name),
    type: isType ? plainType : "application/octet-stream",
  };
}
