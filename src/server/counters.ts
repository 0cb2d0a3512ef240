// What the relay counts: plain integers without room or name, read by the log and the metrics. Addresses are counted
// only where the host has asked for them, so many and no more.

/** Everything that is refused or cut, and why: the name is what logs and metrics say. */
const reasons = {
  path: 0,
  version: 0,
  subprotocol: 0,
  origin: 0,
  handshake: 0,
  connections: 0,
  address: 0,
  "upgrade-rate": 0,
  "join-rate": 0,
  "join-timeout": 0,
  "message-rate": 0,
  policy: 0,
  "too-big": 0,
  "name-taken": 0,
  full: 0,
  memory: 0,
  "too-slow": 0,
  silent: 0,
  "file-too-big": 0,
  "file-memory": 0,
  "file-slow": 0,
  /** Sockets: more in all than fit, more of one address than it may have, none that the system would give. */
  sockets: 0,
  "sockets-of-address": 0,
  descriptors: 0,
  /** A TLS handshake that failed, or did not come in time. */
  tls: 0,
  "tls-timeout": 0,
  /** A request that is no HTTP or too long, or did not come in time. */
  head: 0,
  "head-timeout": 0,
};

/** Why something was refused or cut. */
export type Refusal = keyof typeof reasons;

export interface Counters {
  /** Now. */
  connections: number;
  rooms: number;
  seats: number;
  /** Files, those still coming included, and what they are charged. */
  files: number;
  fileBytes: number;
  /** Since the start: binary frames taken from members, and their bytes. */
  messagesIn: number;
  bytesIn: number;
  /** Since the start: bytes of frames handed to the wires of members, text frames included. */
  bytesOut: number;
  /** Since the start: how often the operator had everything deleted. */
  clearings: number;
  /** Since the start. */
  readonly refused: Record<Refusal, number>;
  /** Null unless the host wants addresses in the log. */
  readonly offences: Offences | null;
}

/** Which addresses were refused what, since somebody last looked. */
export class Offences {
  readonly #most: number;
  #counts = new Map<string, { address: string; reason: Refusal; count: number }>();

  /** @param most pairs of address and reason to tell apart: a crowd must not fill the memory, or the log */
  constructor(most: number) {
    this.#most = most;
  }

  add(reason: Refusal, address: string): void {
    const key = `${reason} ${address}`;
    const known = this.#counts.get(key);
    if (known !== undefined) known.count++;
    else if (this.#counts.size < this.#most) this.#counts.set(key, { address, reason, count: 1 });
  }

  /** Hands over what was counted, and starts anew. */
  take(): Iterable<{ readonly address: string; readonly reason: Refusal; readonly count: number }> {
    const taken = this.#counts;
    this.#counts = new Map();
    return taken.values();
  }
}

/** Counters that stand at zero. */
export function createCounters(offences: Offences | null = null): Counters {
  return {
    connections: 0,
    rooms: 0,
    seats: 0,
    files: 0,
    fileBytes: 0,
    messagesIn: 0,
    bytesIn: 0,
    bytesOut: 0,
    clearings: 0,
    refused: { ...reasons },
    offences,
  };
}

/**
 * Counts a refusal.
 * @param address as the log names it; null where nobody knows
 */
export function countRefusal(counters: Counters, reason: Refusal, address: string | null): void {
  counters.refused[reason]++;
  if (address !== null) counters.offences?.add(reason, address);
}
