// The kept frames of all rooms and the one memory budget over them. A frame stands on three shelves, oldest first:
// its room's, its sender's address's, and everybody's; a limit takes the oldest from its own shelf.
// Knows neither sockets nor seats nor what a frame says.

import { frameChargeBytes, type Limits } from "../protocol/limits.ts";

/** One kept frame, as it goes to the wire. */
export interface Kept {
  readonly seq: number;
  readonly keptAtMs: number;
  /** Of the frame itself, without the header in front of it. */
  readonly frameBytes: number;
  /** The seat that sent it: the only one that may have it forgotten. */
  readonly seat: string;
  readonly log: RoomLog;
  readonly share: Share;
  /** Null once it has been dropped. */
  bytes: Uint8Array | null;
}

/** Kept frames in the order they came. Dropping one, anywhere, leaves a hole; holes are swept out when they are the most. */
class Shelf {
  #entries: Kept[] = [];
  #first = 0;
  #holes = 0;

  get count(): number {
    return this.#entries.length - this.#holes;
  }

  push(kept: Kept): void {
    this.#entries.push(kept);
  }

  oldest(): Kept | null {
    while (this.#entries[this.#first]?.bytes === null) this.#first++;
    return this.#entries[this.#first] ?? null;
  }

  /** The first one with a seq above `seq`; on a room's shelf only, where seqs ascend. */
  above(seq: number): Kept | null {
    let low = this.#first;
    let high = this.#entries.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#entries[middle]?.seq ?? 0) > seq) high = middle;
      else low = middle + 1;
    }
    while (this.#entries[low]?.bytes === null) low++;
    return this.#entries[low] ?? null;
  }

  /** Told after one of its entries has become a hole. */
  dropped(): void {
    this.#holes++;
    if (this.#holes < 32 || this.#holes * 2 < this.#entries.length) return;
    this.#entries = this.#entries.filter((kept) => kept.bytes !== null);
    this.#first = 0;
    this.#holes = 0;
  }
}

/** What one address has in the logs. */
export class Share {
  readonly shelf = new Shelf();
  chargedBytes = 0;
}

/** The ring of one room. */
export class RoomLog {
  /** Tells one life of a room from the next, b64u of 16 bytes. */
  readonly id: string;
  /** The highest seq given out. */
  last = 0;
  /** One above the highest seq that limits or age have trimmed. */
  first = 1;
  readonly shelf = new Shelf();
  frameBytes = 0;
  /** Called when trimming has taken the last frame. */
  readonly emptied: () => void;

  constructor(id: string, emptied: () => void) {
    this.id = id;
    this.emptied = emptied;
  }

  /** The oldest kept frame with a seq above `seq`. */
  after(seq: number): Kept | null {
    return this.shelf.above(seq);
  }
}

export interface Logs {
  /** Everything charged: frames, rooms and seats. */
  readonly usedBytes: number;
  /** Keeps `bytes`, a framed message of `frameBytes` under the log's last seq, for as long as the limits let it. */
  keep(message: Omit<Kept, "seq">): void;
  /** Drops the frame with `seq` where `seat` sent it; else nothing happens. */
  forget(log: RoomLog, seq: number, seat: string): void;
  /** Drops what is too old at `nowMs`. */
  expire(nowMs: number): void;
  /** Charges for a room or a seat, the oldest frames making way. False, and nothing charged, when even that is not enough. */
  claim(bytes: number): boolean;
  /** Gives back what was claimed. */
  release(bytes: number): void;
}

type LogLimits = Pick<
  Limits,
  "history" | "historyBytes" | "historyAgeMs" | "logMemoryBytes" | "logSharePercent"
>;

/** The logs of one relay. */
export function createLogs(limits: LogLimits): Logs {
  const everybody = new Shelf();
  const budgetBytes = limits.logMemoryBytes;
  const shareBytes = limits.logSharePercent === 0 ? Infinity : (budgetBytes * limits.logSharePercent) / 100;
  let usedBytes = 0;

  function drop(kept: Kept): void {
    const chargedBytes = kept.frameBytes + frameChargeBytes;
    const { log, share } = kept;
    kept.bytes = null;
    usedBytes -= chargedBytes;
    share.chargedBytes -= chargedBytes;
    log.frameBytes -= kept.frameBytes;
    log.shelf.dropped();
    share.shelf.dropped();
    everybody.dropped();
  }

  function trim(kept: Kept): void {
    drop(kept);
    const { log } = kept;
    log.first = Math.max(log.first, kept.seq + 1);
    if (log.shelf.count === 0) log.emptied();
  }

  function trimWhile(shelf: Shelf, isOver: (oldest: Kept) => boolean): void {
    for (let oldest = shelf.oldest(); oldest !== null && isOver(oldest); oldest = shelf.oldest())
      trim(oldest);
  }

  return {
    get usedBytes() {
      return usedBytes;
    },
    keep(message) {
      const { log, share, frameBytes } = message;
      const kept: Kept = { ...message, seq: log.last };
      log.shelf.push(kept);
      share.shelf.push(kept);
      everybody.push(kept);
      log.frameBytes += frameBytes;
      share.chargedBytes += frameBytes + frameChargeBytes;
      usedBytes += frameBytes + frameChargeBytes;
      trimWhile(log.shelf, () => log.shelf.count > limits.history || log.frameBytes > limits.historyBytes);
      trimWhile(share.shelf, () => share.chargedBytes > shareBytes);
      trimWhile(everybody, () => usedBytes > budgetBytes);
    },
    forget(log, seq, seat) {
      const kept = log.after(seq - 1);
      if (kept?.seq === seq && kept.seat === seat) drop(kept);
    },
    expire(nowMs) {
      trimWhile(everybody, (oldest) => nowMs - oldest.keptAtMs >= limits.historyAgeMs);
    },
    claim(bytes) {
      trimWhile(everybody, () => usedBytes + bytes > budgetBytes);
      if (usedBytes + bytes > budgetBytes) return false;
      usedBytes += bytes;
      return true;
    },
    release(bytes) {
      usedBytes -= bytes;
    },
  };
}
