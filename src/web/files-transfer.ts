// Sealed files on their way: up to the relay, down from it, and off it (PROTOCOL.md section 3, "Files"). It moves bytes
// and knows no key.

import { uploadStallMs } from "../protocol/limits.ts";

/** Who asks, and where. */
export interface Place {
  readonly roomId: string;
  readonly seat: string;
}

/** "cut": it broke on the way and may be tried again as another file. */
export type Uploaded = "stored" | "too-big" | "no-memory" | "cut";

const uploadResults: Readonly<Record<number, Uploaded>> = {
  201: "stored",
  413: "too-big",
  507: "no-memory",
};

/**
 * Sends a sealed file; never rejects. XMLHttpRequest, because fetch does not tell how much has gone out.
 * @param tell how much has gone out, 0 to 1
 */
export function upload(
  place: Place,
  file: string,
  sealed: Blob,
  tell: (fraction: number) => void,
  signal: AbortSignal,
): Promise<Uploaded> {
  const request = new XMLHttpRequest();
  let stalled = setTimeout(() => {});
  const giveUp = (): void => request.abort();
  const wait = (): void => {
    clearTimeout(stalled);
    stalled = setTimeout(giveUp, uploadStallMs);
  };
  return new Promise<Uploaded>((resolve) => {
    request.upload.addEventListener("progress", ({ loaded }) => {
      wait();
      tell(loaded / sealed.size);
    });
    request.addEventListener("loadend", () => {
      clearTimeout(stalled);
      signal.removeEventListener("abort", giveUp);
      resolve(uploadResults[request.status] ?? "cut");
    });
    request.open("PUT", pathOf(place, file));
    request.setRequestHeader("Authorization", `Bearer ${place.seat}`);
    signal.addEventListener("abort", giveUp);
    wait();
    request.send(sealed);
    if (signal.aborted) giveUp();
  });
}

/** What comes next of a file; null at the end. Rejects when the connection breaks. */
export type Pieces = () => Promise<Uint8Array | null>;

/** Asks for a sealed file. "gone": the relay has none of that name. */
export async function download(
  place: Place,
  file: string,
  signal: AbortSignal,
): Promise<Pieces | "gone" | "cut"> {
  try {
    const response = await fetch(pathOf(place, file), { headers: headersOf(place), signal });
    if (response.status === 404) return "gone";
    const reader = response.ok ? response.body?.getReader() : undefined;
    if (reader === undefined) return "cut";
    return async () => (await reader.read()).value ?? null;
  } catch {
    return "cut";
  }
}

/** Whether the relay has lost a file. False as well where it does not answer. */
export async function isGone(place: Place, file: string): Promise<boolean> {
  const stop = new AbortController();
  const found = await download(place, file, stop.signal);
  stop.abort();
  return found === "gone";
}

/** Takes a file off the relay, if it is there and ours. */
export async function remove(place: Place, file: string): Promise<void> {
  const request = { method: "DELETE", headers: headersOf(place), keepalive: true };
  // Nothing depends on it: what stays is sealed, and goes with its age.
  await fetch(pathOf(place, file), request).catch(() => {});
}

/** The most bytes that the relay takes as one sealed file; null when it does not say. */
export async function fetchLimit(): Promise<number | null> {
  try {
    const response = await fetch("/.well-known/secure-room", { cache: "no-store" });
    const facts = (await response.json()) as { limits?: { maxFileBytes?: unknown } } | null;
    const bytes = facts?.limits?.maxFileBytes;
    return typeof bytes === "number" ? bytes : null;
  } catch {
    return null;
  }
}

function pathOf({ roomId }: Place, file: string): string {
  return `/room/${roomId}/file/${file}`;
}

function headersOf({ seat }: Place): Record<string, string> {
  return { Authorization: `Bearer ${seat}` };
}
