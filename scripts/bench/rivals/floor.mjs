// floor: minimal
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { createHash } from "node:crypto";
import { join } from "node:path";
const [folder = "."] = process.argv.slice(2);
const server = createServer({
  cert: readFileSync(join(folder, "cert.pem")),
  key: readFileSync(join(folder, "key.pem")),
  minVersion: "TLSv1.3",
});
const rooms = new Map();
let dirty = [];
function flush() {
  const d = dirty;
  dirty = [];
  for (const r of d) {
    const b = r.q.length === 1 ? r.q[0] : Buffer.concat(r.q);
    r.q = [];
    r.d = false;
    for (const s of r.m) s.write(b);
  }
}
server.on("upgrade", (req, socket, head) => {
  const a = createHash("sha1")
    .update(req.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")
    .digest("base64");
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${a}\r\n\r\n`,
  );
  let r = rooms.get(req.url);
  if (!r) rooms.set(req.url, (r = { m: new Set(), q: [], d: false }));
  r.m.add(socket);
  socket.on("close", () => r.m.delete(socket));
  socket.on("error", () => {});
  socket.on("data", (c) => {
    let at = 0;
    while (at < c.length) {
      const short = c[at + 1] & 127;
      const hl = short < 126 ? 2 : 4;
      const len = short < 126 ? short : c.readUInt16BE(at + 2);
      const m0 = c[at + hl],
        m1 = c[at + hl + 1],
        m2 = c[at + hl + 2],
        m3 = c[at + hl + 3];
      const from = at + hl + 4,
        end = from + len;
      for (let i = from; i < end; i += 4) {
        c[i] ^= m0;
        c[i + 1] ^= m1;
        c[i + 2] ^= m2;
        c[i + 3] ^= m3;
      }
      const out = c.subarray(from - hl, end);
      out[0] = 0x82;
      if (hl === 2) out[1] = len;
      else {
        out[1] = 126;
        out.writeUInt16BE(len, 2);
      }
      r.q.push(out);
      if (!r.d) {
        r.d = true;
        if (dirty.push(r) === 1) setImmediate(flush);
      }
      at = end;
    }
  });
});
server.listen(0, "127.0.0.1", () => console.log(`https://127.0.0.1:${server.address().port}`));
