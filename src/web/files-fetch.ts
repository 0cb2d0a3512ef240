// The content of a shared file: fetched when it is wanted, opened, and proved to the last byte before anybody gets it.

import { fromBase64url } from "../protocol/base64url.ts";
import { openFile, sealedLength } from "../crypto/files.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { SharedFile } from "../session/files.ts";
import { download, type Place } from "./files-transfer.ts";

export interface FetchOptions {
  readonly place: () => Place;
  readonly keys: () => Pick<RoomKeys, "access">;
}

/** "gone": the relay has it no more; "cut": it broke on the way; "refused": it is not what its sender sealed. */
export type Fetched = Blob | "gone" | "cut" | "refused";

/** @param tell how much has come, 0 to 1 */
export async function fetchContent(
  shared: SharedFile,
  { place, keys }: FetchOptions,
  tell: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Fetched> {
  const [file, secret] = [fromBase64url(shared.file), fromBase64url(shared.secret)];
  if (file === null || secret === null) return "refused";
  const next = await download(place(), shared.file, signal);
  if (typeof next === "string") return next;
  const length = sealedLength(shared.size);
  let come = 0;
  try {
    const parts = await openFile(keys(), { file, secret, size: shared.size }, async () => {
      const piece = await next();
      come += piece?.length ?? 0;
      tell(Math.min(come / length, 1));
      return piece;
    });
    return parts === null ? "refused" : new Blob(parts);
  } catch {
    return "cut";
  }
}
