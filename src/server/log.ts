// The kept frames of all rooms and the one memory budget over them. A frame stands on three shelves, oldest first:
// its room's, its sender's address's, and everybody's; a limit takes the oldest from its own shelf.
// Knows neither sockets nor seats nor what a frame says.

import { frameChargeBytes } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import { Endings } from "./endings.ts";
import { shareOf } from "./share.ts";
import { Shelf } from "./shelf.ts";
import { SlabPool } from "./slab-pool.ts";
import { type Place, type Slab, Slabs } from "./slabs.ts";

/** One kept frame, and where it lies as it goes to the wire; it lies nowhere once it has been dropped. */
export interface Kept extends Place {
  readonly seq: number;
  /** Since when its room waits for the flush that it goes out with. Whole: for a fraction V8 makes another object. */
  readonly keptAtMs: number;
  /** When its sender wants it dropped, if limits and age have not done so before; null: when they do. */
  readonly endsAtMs: number | null;
  /** Of the frame itself, without the header in front of it. */
  readonly frameBytes: number;
  /** The seat that sent it: the only one that may have it forgotten. */
  readonly seat: string;
  readonly log: RoomLog;
  readonly share: Share;
}

/** What one address has in the logs: the frames it sent, and the rooms and seats it opened. */
export class Share {
  readonly shelf = new Shelf<Kept>();
  /** Of all three; the frames alone are on the shelf. */
  chargedBytes = 0;
}

/** The ring of one room. */
export class RoomLog {
  /** Tells one life of a room from the next, b64u of 16 bytes. */
  readonly id: string;
  /** The highest seq given out. */
  last = 0;
  /** One above the highest seq that limits, age or the operator have trimmed. */
  first = 1;
  readonly shelf = new Shelf<Kept>();
  readonly slabs: Slabs;
  frameBytes = 0;
  /** Called when trimming has taken the last frame. */
  readonly emptied: () => void;

  constructor(id: string, pool: SlabPool, emptied: () => void) {
    this.id = id;
    this.slabs = new Slabs(pool);
    this.emptied = emptied;
  }

  /** The oldest kept frame with a seq above `seq`. */
  after(seq: number): Kept | null {
    return this.shelf.above(seq);
  }
}

export interface Logs {
  /** The log of a room that begins, as `RoomLog` has it. */
  open(id: string, emptied: () => void): RoomLog;
  /** Everything charged: frames, rooms and seats. */
  readonly usedBytes: () => number;
  /** Keeps a frame, the newest of its log, for as long as the limits let it. */
  keep(kept: Kept): void;
  /** Drops the frame with `seq` where `seat` sent it; else nothing happens. */
  forget(log: RoomLog, seq: number, seat: string): void;
  /** Drops what is too old at `nowMs`, and what its sender wants dropped by then. */
  expire(nowMs: number): void;
  /** Trims every log down to nothing; gives how many frames that were. Logs and numbers go on. */
  clear(): number;
  /**
   * Charges `share` for a room or a seat; its own oldest frames make way, and everybody's only for what is within it.
   * False, and nothing charged, when even that is not enough.
   */
  claim(bytes: number, share: Share): boolean;
  /** Gives back what was claimed. */
  release(bytes: number, share: Share): void;
}

type LogLimits = Pick<
  Limits,
  "history" | "historyBytes" | "historyAgeMs" | "logMemoryBytes" | "logSharePercent"
>;

/** The logs of one relay. */
export function createLogs(limits: LogLimits): Logs {
  const everybody = new Shelf<Kept>();
  const endings = new Endings<Kept>();
  const pool = new SlabPool();
  const budgetBytes = limits.logMemoryBytes;
  const shareBytes = shareOf(budgetBytes, limits.logSharePercent);
  let usedBytes = 0;

  /** Whether its sender wants it dropped before its age does it. */
  function endsFirst({ keptAtMs, endsAtMs }: Kept): boolean {
    return endsAtMs !== null && endsAtMs - keptAtMs < limits.historyAgeMs;
  }

  function drop(kept: Kept): void {
    const chargedBytes = kept.frameBytes + frameChargeBytes;
    const { log, share } = kept;
    log.slabs.drop(kept);
    if (endsFirst(kept)) endings.dropped();
    usedBytes -= chargedBytes;
    share.chargedBytes -= chargedBytes;
    log.frameBytes -= kept.frameBytes;
    log.shelf.dropped();
    share.shelf.dropped();
    everybody.dropped();
    if (log.slabs.isWasteful) log.slabs.repack(log.shelf);
  }

  function trimOldest(shelf: Shelf<Kept>): void {
    const kept = shelf.oldest();
    if (kept === null) throw new Error("expected a frame to trim, got an empty shelf");
    const { log } = kept;
    drop(kept);
    log.first = Math.max(log.first, kept.seq + 1);
    if (log.shelf.count === 0) log.emptied();
  }

  return {
    open: (id, emptied) => new RoomLog(id, pool, emptied),
    usedBytes: () => usedBytes,
    keep(kept) {
      const { log, share, frameBytes } = kept;
      log.shelf.push(kept);
      share.shelf.push(kept);
      everybody.push(kept);
      if (endsFirst(kept)) endings.add(kept);
      log.frameBytes += frameBytes;
      share.chargedBytes += frameBytes + frameChargeBytes;
      usedBytes += frameBytes + frameChargeBytes;
      // Each loop ends with the last frame at the latest: claims alone are never above the share or the budget.
      while (log.shelf.count > limits.history || log.frameBytes > limits.historyBytes) trimOldest(log.shelf);
      while (share.chargedBytes > shareBytes) trimOldest(share.shelf);
      while (usedBytes > budgetBytes) trimOldest(everybody);
    },
    forget(log, seq, seat) {
      const kept = log.after(seq - 1);
      if (kept === null || kept.seq !== seq || kept.seat !== seat) return;
      const { slab } = kept;
      drop(kept);
      if (slab !== null) log.slabs.wipe(slab, log.shelf);
    },
    expire(nowMs) {
      // Each slab once, however much of it ends now.
      const wiped = new Map<Slab, RoomLog>();
      for (let due = endings.due(nowMs); due !== null; due = endings.due(nowMs)) {
        if (due.slab !== null) wiped.set(due.slab, due.log);
        drop(due);
        if (due.log.shelf.count === 0) due.log.emptied();
      }
      for (let old = everybody.oldest(); old !== null; old = everybody.oldest()) {
        if (nowMs - old.keptAtMs < limits.historyAgeMs) break;
        if (old.slab !== null) wiped.set(old.slab, old.log);
        trimOldest(everybody);
      }
      for (const [slab, log] of wiped) log.slabs.wipe(slab, log.shelf);
    },
    clear() {
      const { count } = everybody;
      while (everybody.count > 0) trimOldest(everybody);
      return count;
    },
    claim(bytes, share) {
      while (share.chargedBytes + bytes > shareBytes && share.shelf.count > 0) trimOldest(share.shelf);
      if (share.chargedBytes + bytes > shareBytes) return false;
      while (usedBytes + bytes > budgetBytes && everybody.count > 0) trimOldest(everybody);
      if (usedBytes + bytes > budgetBytes) return false;
      share.chargedBytes += bytes;
      usedBytes += bytes;
      return true;
    },
    release(bytes, share) {
      share.chargedBytes -= bytes;
      usedBytes -= bytes;
    },
  };
}
