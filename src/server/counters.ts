// What the relay counts: plain integers without address, room or name. Tests read them, and a port for metrics can.

/** Why something was refused or cut. */
export type Refusal =
  | "path"
  | "version"
  | "subprotocol"
  | "origin"
  | "handshake"
  | "connections"
  | "address"
  | "upgrade-rate"
  | "join-rate"
  | "join-timeout"
  | "policy"
  | "too-big"
  | "name-taken"
  | "full"
  | "memory"
  | "too-slow"
  | "silent"
  | "file-too-big"
  | "file-memory"
  | "file-slow";

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
  /** Since the start. */
  readonly refused: Record<Refusal, number>;
}

/** Counters that stand at zero. */
export function createCounters(): Counters {
  return {
    connections: 0,
    rooms: 0,
    seats: 0,
    files: 0,
    fileBytes: 0,
    messagesIn: 0,
    bytesIn: 0,
    bytesOut: 0,
    refused: {
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
    },
  };
}
