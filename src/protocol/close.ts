// WebSocket close codes, PROTOCOL.md section 3, and what a client does on each.

export const close = {
  goingAway: 1001,
  protocolError: 1002,
  unsupported: 1003,
  /** Never sent: the connection broke without a close frame. */
  abnormal: 1006,
  invalidText: 1007,
  policy: 1008,
  tooBig: 1009,
  restart: 1012,
  tryLater: 1013,
  nameTaken: 4001,
  roomFull: 4002,
  tooSlow: 4004,
  takenOver: 4005,
} as const;

/** "dial": connect again by itself; "ask": the person must decide; "stop": say why and stay away. */
export type AfterClose = "dial" | "ask" | "stop";

const asks: ReadonlySet<number> = new Set([close.nameTaken, close.roomFull]);
const stops: ReadonlySet<number> = new Set([
  close.protocolError,
  close.unsupported,
  close.invalidText,
  close.policy,
  close.tooBig,
  close.takenOver,
]);

/** What a client does after `code`. A code nobody named is taken for a broken line: dial again. */
export function afterClose(code: number): AfterClose {
  if (asks.has(code)) return "ask";
  return stops.has(code) ? "stop" : "dial";
}
