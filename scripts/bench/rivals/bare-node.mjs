// What Node's own sockets give at most: a server that checks nothing, bounds nothing and remembers nothing. Whole frames are
// sent on as they lie, to the whole room, in one write for what 10 ms have brought. No chat could be run with it.
// `node bare-node.mjs FOLDER`: certificate and key lie in FOLDER. Prints where it listens.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";

const [folder = "."] = process.argv.slice(2);
const server = createServer({
  cert: readFileSync(join(folder, "cert.pem")),
  key: readFileSync(join(folder, "key.pem")),
  minVersion: "TLSv1.3",
});
const gatherForMs = 10;
/** Of a masked frame of 126 bytes to 64 KiB: all that this server knows. */
const headerBytes = 8;
const maskBytes = 4;
/** Only so much is unmasked: the stamp of the bench. */
const stampBytes = 8;
const rooms = new Map();
let dirty = [];

function flush() {
  const flushed = dirty;
  dirty = [];
  for (const room of flushed) {
    const all = room.frames.length === 1 ? room.frames[0] : Buffer.concat(room.frames);
    room.frames = [];
    for (const member of room.members) member.write(all);
  }
}

function post(room, frame) {
  if (room.frames.push(frame) > 1) return;
  if (dirty.push(room) === 1) setTimeout(flush, gatherForMs);
}

/** Makes a client's frame a server's, where it lies: without a mask it is four bytes shorter. */
function turn(chunk, at, end) {
  for (let index = 0; index < stampBytes; index++) {
    chunk[at + headerBytes + index] ^= chunk[at + maskBytes + (index & 3)];
  }
  chunk.copyWithin(at + maskBytes, at, at + maskBytes);
  chunk[at + maskBytes + 1] &= 0x7f;
  return chunk.subarray(at + maskBytes, end);
}

server.on("upgrade", ({ url, headers }, socket) => {
  const room = rooms.get(url) ?? { members: new Set(), frames: [] };
  rooms.set(url, room);
  room.members.add(socket);
  const asked = `${headers["sec-websocket-key"]}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash("sha1").update(asked).digest("base64");
  socket.setNoDelay(true);
  socket.write(
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
      `Sec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  let rest = Buffer.alloc(0);
  socket.on("data", (data) => {
    const chunk = rest.length === 0 ? data : Buffer.concat([rest, data]);
    let at = 0;
    while (chunk.length - at >= headerBytes) {
      const end = at + headerBytes + chunk.readUInt16BE(at + 2);
      if (end > chunk.length) break;
      post(room, turn(chunk, at, end));
      at = end;
    }
    rest = chunk.subarray(at);
  });
  socket.on("error", () => {});
  socket.on("close", () => room.members.delete(socket));
});
server.listen(0, "127.0.0.1", () => console.log(`https://127.0.0.1:${server.address().port}`));
