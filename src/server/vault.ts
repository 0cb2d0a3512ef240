// Sealed files in memory, and the budget over them: the oldest make way, an address's own first when it has its share.
// A file is charged whole from its first byte on, so that uploads cannot together hold more than files may.
// Knows neither HTTP nor seats nor what a file says.

import { fileChargeBytes, type Limits, sweepEveryMs } from "../protocol/limits.ts";
import type { Clock } from "./clock.ts";
import type { Counters } from "./counters.ts";
import { shareOf } from "./share.ts";

/** One file, coming or here. */
export interface StoredFile {
  readonly key: string;
  /** The seat that sent it: the only one that may delete it. */
  readonly seat: string;
  /** What one address has in the vault, this file with it. */
  readonly share: FileShare;
  readonly sinceMs: number;
  readonly chargedBytes: number;
  /** Memory of its own, filled front to back while the file is coming. */
  readonly bytes: Uint8Array;
  isWhole: boolean;
  /** Called when it is dropped: whoever is writing or reading it must let go of `bytes`. */
  readonly dropped: Set<() => void>;
}

/** What one address has in the vault. */
export class FileShare {
  /** The oldest first. */
  readonly files = new Set<StoredFile>();
  chargedBytes = 0;
}

export interface Vault {
  /** Charged, in all. */
  readonly usedBytes: number;
  /** The file `file` of the room `roomId`, coming or here. */
  find(roomId: string, file: string): StoredFile | null;
  /**
   * Makes room for a file of `byteLength` bytes, the oldest making way, those that are still coming among them.
   * Null, and nothing dropped, when it would not fit even alone. The name must be free.
   */
  take(roomId: string, file: string, seat: string, share: FileShare, byteLength: number): StoredFile | null;
  /** Lets go of a file; nothing happens when it has gone. */
  drop(file: StoredFile): void;
  /** Drops what is too old. Runs by itself every `sweepEveryMs`. */
  expire(): void;
  /** Drops all, also what is still coming; gives how many. */
  clear(): number;
  stop(): void;
}

type FileLimits = Pick<Limits, "fileMemoryBytes" | "fileSharePercent" | "fileAgeMs">;

/** The files of one relay. */
export function createVault(limits: FileLimits, clock: Clock, counters: Counters): Vault {
  // A Map keeps the order of insertion, which is the order of age.
  const files = new Map<string, StoredFile>();
  const budgetBytes = limits.fileMemoryBytes;
  const shareBytes = shareOf(budgetBytes, limits.fileSharePercent);
  const stopSweeping = clock.every(sweepEveryMs, expire);
  let usedBytes = 0;

  function take(
    roomId: string,
    file: string,
    seat: string,
    share: FileShare,
    byteLength: number,
  ): StoredFile | null {
    const key = keyOf(roomId, file);
    if (files.has(key)) throw new TypeError("expected a name that is free, got one that is taken");
    const chargedBytes = byteLength + fileChargeBytes;
    if (chargedBytes > shareBytes) return null;
    makeWay(share.files, () => share.chargedBytes + chargedBytes > shareBytes);
    makeWay(files.values(), () => usedBytes + chargedBytes > budgetBytes);
    const taken: StoredFile = {
      key,
      seat,
      share,
      sinceMs: clock.now(),
      chargedBytes,
      // Not from Node's shared pool, which a small file would pin. What is not yet written is never read.
      bytes: Buffer.allocUnsafeSlow(byteLength),
      isWhole: false,
      dropped: new Set(),
    };
    files.set(key, taken);
    share.files.add(taken);
    charge(share, chargedBytes, 1);
    return taken;
  }

  function makeWay(oldestFirst: Iterable<StoredFile>, isTight: () => boolean): void {
    for (const file of oldestFirst) {
      if (!isTight()) return;
      drop(file);
    }
  }

  function drop(file: StoredFile): void {
    if (files.get(file.key) !== file) return;
    files.delete(file.key);
    file.share.files.delete(file);
    charge(file.share, -file.chargedBytes, -1);
    for (const tell of file.dropped) tell();
  }

  function charge(share: FileShare, bytes: number, count: number): void {
    share.chargedBytes += bytes;
    usedBytes += bytes;
    counters.fileBytes += bytes;
    counters.files += count;
  }

  function expire(): void {
    const nowMs = clock.now();
    for (const file of files.values()) {
      if (nowMs - file.sinceMs < limits.fileAgeMs) return;
      drop(file);
    }
  }

  function clear(): number {
    const count = files.size;
    for (const file of files.values()) drop(file);
    return count;
  }

  return {
    get usedBytes() {
      return usedBytes;
    },
    find: (roomId, file) => files.get(keyOf(roomId, file)) ?? null,
    take,
    drop,
    expire,
    clear,
    stop: stopSweeping,
  };
}

function keyOf(roomId: string, file: string): string {
  return `${roomId}/${file}`;
}
