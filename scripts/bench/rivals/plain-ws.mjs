// A broadcast server as the README of `ws` writes one, with rooms: what the relay is measured against.
// `node plain-ws.mjs FOLDER`: certificate and key lie in FOLDER. Prints where it listens.

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { WebSocket, WebSocketServer } from "ws";

const [folder = "."] = process.argv.slice(2);
const server = createServer({
  cert: readFileSync(join(folder, "cert.pem")),
  key: readFileSync(join(folder, "key.pem")),
  minVersion: "TLSv1.3",
});
const rooms = new Map();

new WebSocketServer({ server }).on("connection", (socket, request) => {
  const members = rooms.get(request.url) ?? new Set();
  rooms.set(request.url, members.add(socket));
  socket.on("error", console.error);
  socket.on("close", () => members.delete(socket));
  socket.on("message", (data, isBinary) => {
    for (const member of members) {
      if (member.readyState === WebSocket.OPEN) member.send(data, { binary: isBinary });
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(`https://127.0.0.1:${server.address().port}`));
