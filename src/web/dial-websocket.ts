// A line to the relay over a WebSocket.

import { subprotocol } from "../protocol/limits.ts";
import type { Line, LineListener } from "../session/world.ts";

/** Opens the room `roomId` at the host that served the page. */
export function dialWebSocket(roomId: string, listener: LineListener): Line {
  const socket = new WebSocket(`wss://${location.host}/room/${roomId}`, subprotocol);
  socket.binaryType = "arraybuffer";
  const handled = new AbortController();
  const { signal } = handled;
  socket.addEventListener("open", () => listener.opened(), { signal });
  socket.addEventListener("close", ({ code }) => listener.closed(code), { signal });
  socket.addEventListener(
    "message",
    ({ data }: MessageEvent<unknown>) => {
      if (typeof data === "string") listener.text(data);
      if (data instanceof ArrayBuffer) listener.frame(new Uint8Array(data));
    },
    { signal },
  );
  return {
    text: (text) => sendIfOpen(socket, text),
    frame: (frame) => sendIfOpen(socket, frame),
    close() {
      handled.abort();
      socket.close();
    },
  };
}

/** What is said into a closing socket is lost with it; the outbox says it again on the next line. */
function sendIfOpen(socket: WebSocket, data: string | Uint8Array<ArrayBuffer>): void {
  if (socket.readyState === WebSocket.OPEN) socket.send(data);
}
