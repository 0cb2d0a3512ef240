// The relay's door for WebSockets: upgrades, heartbeat, rates, and a room's bytes straight to the socket.
// `ws` does the handshake and the receiving; sending past it is right because a server's frames are neither masked nor
// compressed here, and `ws` writes its own (pong, close) to the same socket without a queue of its own.

import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { WebSocket, WebSocketServer } from "ws";

import { close as closeCodes } from "../protocol/close.ts";
import {
  closeAnswerWithinMs,
  type Limits,
  pingEveryMs,
  pongWithinMs,
  subprotocol,
  sweepEveryMs,
} from "../protocol/limits.ts";
import type { Address, Addresses } from "./addresses.ts";
import { Bucket } from "./bucket.ts";
import { createAwake } from "./awake.ts";
import type { Clock } from "./clock.ts";
import { type Counters, countRefusal } from "./counters.ts";
import { type Closable, Lines, type Queued } from "./lines.ts";
import type { Connection, Relay } from "./relay.ts";
import { judgeCapacity, judgeRequest, refuseUpgrade, roomIdOfPath } from "./upgrade.ts";
import type { Wire } from "./wire.ts";

export interface WebSocketDoor {
  /** For `server.on("upgrade")`: lets the request in or answers it. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /** Stops the relay, closes all connections with `code`, spread over `spreadMs`, then cuts those that are left. */
  close(code: number, reason: string, spreadMs: number): Promise<void>;
  readonly connections: number;
  readonly queue: () => Queued;
}

/** One open WebSocket. */
interface Line extends Closable {
  readonly ws: WebSocket;
  readonly socket: Duplex;
  readonly address: Address;
  readonly messages: Bucket;
  connection: Connection | null;
  /** Takes back the promise to read on; null while reading. */
  stopPause: (() => void) | null;
  /** As the door's `awake` counts. */
  heardAtMs: number;
  pingedAtMs: number;
}

/**
 * @param options.addresses shared with every other door
 * @param options.origins allowed besides the relay's own
 */
export function createWebSocketDoor(options: {
  readonly relay: Relay;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly counters: Counters;
  readonly addresses: Addresses;
  readonly origins: ReadonlySet<string>;
}): WebSocketDoor {
  const { relay, limits, clock, counters, addresses, origins } = options;
  const lines = new Lines<Line>();
  const acceptance = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    autoPong: false,
    maxPayload: Math.max(limits.maxFrameBytes, limits.maxTextFrameBytes),
    maxFragments: limits.maxFragments,
    closeTimeout: closeAnswerWithinMs,
    handleProtocols: () => subprotocol,
  };
  const server = new WebSocketServer(acceptance);
  server.on("wsClientError", (_error, socket, request) => {
    countRefusal(counters, "handshake", addresses.from(request).name);
    const sentence = "This is not a WebSocket handshake as in RFC 6455.";
    refuseUpgrade(socket, { why: "handshake", status: 400, sentence });
  });
  const stopBeating = clock.every(sweepEveryMs, beat);
  const awake = createAwake(clock);
  let isClosing = false;

  function upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const roomId = roomIdOfPath(request.url ?? "");
    if (socket.destroyed) return;
    const address = addresses.from(request);
    const held = isClosing ? Infinity : relay.connections;
    const refusal = judgeRequest(request, origins) ?? judgeCapacity(limits, held, address, clock.now());
    if (refusal !== null) {
      countRefusal(counters, refusal.why, address.name);
      return refuseUpgrade(socket, refusal);
    }
    if (roomId === null) throw new TypeError("expected a path that has been judged");
    server.handleUpgrade(request, socket, head, (ws) => open(ws, socket, roomId, address));
  }

  function open(ws: WebSocket, socket: Duplex, roomId: string, address: Address): void {
    const nowMs = clock.now();
    const line: Line = {
      ws,
      socket,
      address,
      messages: new Bucket(limits.messageRate, nowMs),
      connection: null,
      stopPause: null,
      heardAtMs: awake.ms,
      pingedAtMs: awake.ms,
      close: (code, reason) => ws.close(code, reason),
      cut: () => ws.terminate(),
      get queuedBytes() {
        return socket.writableLength;
      },
    };
    const connection = relay.connect(wireOf(line), roomId, address);
    line.connection = connection;
    lines.add(line);
    address.connections++;
    ws.on("message", (data: Buffer, isBinary) => {
      // What stands behind a mistake in one piece with it still comes.
      if (connection.phase === "ended") return;
      hear(line, data.length);
      if (data.length > (isBinary ? limits.maxFrameBytes : limits.maxTextFrameBytes)) {
        return relay.end(connection, "too-big", closeCodes.tooBig, "frame too big");
      }
      if (isBinary) return relay.receiveFrame(connection, data);
      relay.receiveText(connection, data.toString());
    });
    const onSignOfLife = ({ length }: Buffer): void => {
      hear(line, length);
      relay.heard(connection);
    };
    // Of several pings the last is answered (RFC 6455, section 5.5.3): a flood of them costs one write, and who does not
    // read does not have us remember what to say.
    let pinged: Buffer | null = null;
    const answer = (): void => {
      if (pinged !== null && line.queuedBytes <= limits.maxVolatileQueueBytes) ws.pong(pinged);
      pinged = null;
    };
    ws.on("ping", (data: Buffer) => {
      if (pinged === null) clock.soon(answer);
      pinged = data;
      onSignOfLife(data);
    });
    ws.on("pong", onSignOfLife);
    // `ws` has chosen the close code and sent it; the member is away from now on, not when the socket has gone.
    ws.on("error", (error) => {
      const isTooBig = "code" in error && error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH";
      relay.end(connection, isTooBig ? "too-big" : "policy", closeCodes.protocolError, "not a WebSocket");
    });
    ws.on("close", () => {
      line.stopPause?.();
      lines.delete(line);
      address.connections--;
      relay.disconnect(connection);
    });
  }

  function wireOf(line: Line): Wire {
    const { ws, socket } = line;
    const onWritten = (): void => {
      if (line.connection !== null && socket.writableLength === 0) relay.drained(line.connection);
    };
    return {
      send(frames) {
        if (ws.readyState === WebSocket.OPEN) socket.write(frames, onWritten);
      },
      get queuedBytes() {
        return socket.writableLength;
      },
      ping() {
        if (line.stopPause === null) return ws.ping();
        // It cannot answer while it is held back, and it is held back for having said so much.
        clock.soon(() => line.connection !== null && relay.heard(line.connection));
      },
      close(code, reason) {
        readOn(line);
        ws.close(code, reason);
      },
    };
  }

  // ── rates ──────────────────────────────────────────────────────────────────────────────────────────────────

  function hear(line: Line, byteLength: number): void {
    line.heardAtMs = awake.ms;
    const waitMs = spend(line, 1, byteLength);
    if (waitMs === 0 || line.stopPause !== null) return;
    countRefusal(counters, "message-rate", line.address.name);
    holdBack(line, waitMs);
  }

  /** Takes from both buckets. Answers the ms until neither is in debt. */
  function spend({ messages, connection }: Line, count: number, byteLength: number): number {
    const nowMs = clock.now();
    const messagesMs = messages.spend(count, nowMs);
    // Its bytes stand with its seat, because files are taken from the same bucket.
    return Math.max(messagesMs, connection?.bytes.spend(byteLength, nowMs) ?? 0);
  }

  /** Reads nothing more for `waitMs`; what `ws` has already read still comes, on credit. */
  function holdBack(line: Line, waitMs: number): void {
    line.ws.pause();
    line.stopPause = clock.after(waitMs, () => {
      const restMs = spend(line, 0, 0);
      if (restMs > 0) holdBack(line, restMs);
      else readOn(line);
    });
  }

  function readOn(line: Line): void {
    if (line.stopPause === null) return;
    line.stopPause();
    line.stopPause = null;
    line.ws.resume();
  }

  // ── heartbeat ──────────────────────────────────────────────────────────────────────────────────────────────

  function beat(): void {
    awake.beat();
    const { ms: awakeMs } = awake;
    addresses.sweep();
    for (const line of lines) {
      if (line.stopPause !== null) line.heardAtMs = awakeMs;
      const sincePingMs = awakeMs - line.pingedAtMs;
      const isAnswered = line.heardAtMs >= line.pingedAtMs;
      if (isAnswered && sincePingMs >= pingEveryMs) {
        line.pingedAtMs = awakeMs;
        line.ws.ping();
      }
      if (isAnswered || sincePingMs < pongWithinMs) continue;
      countRefusal(counters, "silent", line.address.name);
      line.cut();
    }
  }

  return {
    upgrade,
    async close(code, reason, spreadMs) {
      isClosing = true;
      stopBeating();
      relay.stop();
      await lines.sendAway(clock, code, reason, spreadMs);
    },
    get connections() {
      return lines.size;
    },
    queue: () => lines.queue(),
  };
}
