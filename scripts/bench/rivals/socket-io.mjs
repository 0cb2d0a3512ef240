// A room server as the documentation of socket.io writes one: what the relay is measured against.
// `node socket-io.mjs FOLDER`: certificate and key lie in FOLDER. Prints where it listens.

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { join } from "node:path";
import { Server } from "socket.io";

const [folder = "."] = process.argv.slice(2);
const server = createServer({
  cert: readFileSync(join(folder, "cert.pem")),
  key: readFileSync(join(folder, "key.pem")),
  minVersion: "TLSv1.3",
});
const io = new Server(server, { transports: ["websocket"] });

io.on("connection", (socket) => {
  let room = "";
  socket.on("join", (name, joined) => {
    room = name;
    void socket.join(name);
    joined();
  });
  socket.on("message", (data) => io.to(room).emit("message", data));
});
server.listen(0, "127.0.0.1", () => console.log(`https://127.0.0.1:${server.address().port}`));
