// Sealed files in memory, and the budget over them: the oldest make way, an address's own first when it has its share.
// A file is charged what has come of it, so that announcing a large one pushes nothing out. What is announced in all, and
// so has memory set aside, is kept within the same budget: there files that are still coming make way for each other, first
// those of the address that has announced most and not sent it.
// Knows neither HTTP nor seats nor what a file says.

import { fileChargeBytes, sweepEveryMs } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
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
  /** Memory of its own, filled front to back while the file is coming. */
  readonly bytes: Uint8Array;
  /** How much of `bytes` has come. */
  comeBytes: number;
  isWhole: boolean;
  /** Called when it is dropped: whoever is writing or reading it must let go of `bytes`. */
  readonly dropped: Set<() => void>;
}

/** What one address has in the vault. */
export class FileShare {
  /** The oldest first. */
  readonly files = new Set<StoredFile>();
  chargedBytes = 0;
  /** Of files still coming, what they will be charged when they are whole. */
  announcedBytes = 0;
  /** How much of them has not come. */
  awaitedBytes = 0;
}

export interface Vault {
  /** Charged, in all. */
  readonly usedBytes: number;
  /** The file `file` of the room `roomId`, coming or here. */
  find(roomId: string, file: string): StoredFile | null;
  /**
   * A place for a file of `byteLength` bytes, whose name must be free. Older ones that are still coming make way for it.
   * Null, and nothing dropped, when it would not fit even alone.
   */
  take(roomId: string, file: string, seat: string, share: FileShare, byteLength: number): StoredFile | null;
  /** The next bytes of a file that is coming. The oldest files make way for them, which may be this one. */
  fill(file: StoredFile, bytes: Uint8Array): void;
  /** All of it has come. */
  finish(file: StoredFile): void;
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
  const coming = new Set<StoredFile>();
  const budgetBytes = limits.fileMemoryBytes;
  const shareBytes = shareOf(budgetBytes, limits.fileSharePercent);
  const stopSweeping = clock.every(sweepEveryMs, expire);
  let usedBytes = 0;
  let announcedBytes = 0;

  function take(
    roomId: string,
    file: string,
    seat: string,
    share: FileShare,
    byteLength: number,
  ): StoredFile | null {
    const key = keyOf(roomId, file);
    if (files.has(key)) throw new TypeError("expected a name that is free, got one that is taken");
    const wholeBytes = byteLength + fileChargeBytes;
    if (wholeBytes > shareBytes) return null;
    makeWay(share.files, isComing, () => share.announcedBytes + wholeBytes > shareBytes);
    share.awaitedBytes += byteLength;
    while (announcedBytes + wholeBytes > budgetBytes) drop(mostAwaited());
    const taken: StoredFile = {
      key,
      seat,
      share,
      sinceMs: clock.now(),
      // Not from Node's shared pool, which a small file would pin. What is not yet written is never read.
      bytes: Buffer.allocUnsafeSlow(byteLength),
      comeBytes: 0,
      isWhole: false,
      dropped: new Set(),
    };
    files.set(key, taken);
    share.files.add(taken);
    coming.add(taken);
    counters.files++;
    announce(taken, 1);
    charge(share, fileChargeBytes);
    return taken;
  }

  function fill(file: StoredFile, bytes: Uint8Array): void {
    file.bytes.set(bytes, file.comeBytes);
    file.comeBytes += bytes.length;
    file.share.awaitedBytes -= bytes.length;
    charge(file.share, bytes.length);
  }

  function finish(file: StoredFile): void {
    arrive(file);
    file.isWhole = true;
  }

  /** It comes no further. */
  function arrive(file: StoredFile): void {
    coming.delete(file);
    announce(file, -1);
    file.share.awaitedBytes -= file.bytes.length - file.comeBytes;
  }

  /** The oldest of the address from which most is awaited: who announces what never comes, and not who sends. */
  function mostAwaited(): StoredFile {
    const [oldest] = coming;
    if (oldest === undefined) throw new Error("expected a file that is announced, got none");
    let most = oldest;
    for (const file of coming) if (file.share.awaitedBytes > most.share.awaitedBytes) most = file;
    return most;
  }

  function makeWay(
    oldestFirst: Iterable<StoredFile>,
    mayGo: (file: StoredFile) => boolean,
    isTight: () => boolean,
  ): void {
    for (const file of oldestFirst) {
      if (!isTight()) return;
      if (mayGo(file)) drop(file);
    }
  }

  function announce({ share, bytes }: StoredFile, sign: 1 | -1): void {
    const wholeBytes = bytes.length + fileChargeBytes;
    share.announcedBytes += sign * wholeBytes;
    announcedBytes += sign * wholeBytes;
  }

  function charge(share: FileShare, bytes: number): void {
    count(share, bytes);
    makeWay(share.files, isAny, () => share.chargedBytes > shareBytes);
    makeWay(files.values(), isAny, () => usedBytes > budgetBytes);
  }

  function count(share: FileShare, bytes: number): void {
    share.chargedBytes += bytes;
    usedBytes += bytes;
    counters.fileBytes += bytes;
  }

  function drop(file: StoredFile): void {
    if (files.get(file.key) !== file) return;
    files.delete(file.key);
    file.share.files.delete(file);
    counters.files--;
    if (!file.isWhole) arrive(file);
    count(file.share, -(file.comeBytes + fileChargeBytes));
    for (const tell of file.dropped) tell();
  }

  function expire(): void {
    const nowMs = clock.now();
    for (const file of files.values()) {
      if (nowMs - file.sinceMs < limits.fileAgeMs) return;
      drop(file);
    }
  }

  function clear(): number {
    const { size } = files;
    for (const file of files.values()) drop(file);
    return size;
  }

  return {
    get usedBytes() {
      return usedBytes;
    },
    find: (roomId, file) => files.get(keyOf(roomId, file)) ?? null,
    take,
    fill,
    finish,
    drop,
    expire,
    clear,
    stop: stopSweeping,
  };
}

const isAny = (): boolean => true;
const isComing = ({ isWhole }: StoredFile): boolean => !isWhole;

function keyOf(roomId: string, file: string): string {
  return `${roomId}/${file}`;
}
