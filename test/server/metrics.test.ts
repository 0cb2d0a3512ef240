// The numbers for Prometheus: held against the grammar of the text format 0.0.4, and against what happened.

import assert from "node:assert/strict";
import { once } from "node:events";
import { type IncomingMessage, request } from "node:http";
import { connect, Server } from "node:net";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";

import { encodeText } from "../../src/protocol/control.ts";
import { escapeLabel } from "../../src/server/metrics.ts";
import { openMetricsPort } from "../../src/server/metrics-port.ts";
import { Mistake } from "../../src/server/mistake.ts";
import { closed, off } from "./house.ts";
import { frameOf, joinOf, room } from "./support.ts";
import { certificate, enter, startWith, withRelay } from "./tls-house.ts";

const metricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const labelName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

interface Family {
  readonly type: string;
  readonly samples: Map<string, number>;
}

/** Reads the format to the letter (prometheus.io/docs/instrumenting/exposition_formats). */
function parse(text: string): Map<string, Family> {
  const families = new Map<string, Family>();
  let current = "";
  assert.ok(text.endsWith("\n"), "the last line ends");
  const lines = text.slice(0, -1).split("\n");
  for (const [at, line] of lines.entries()) {
    const [, what, name = "", rest = ""] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (what === "HELP") {
      assert.match(name, metricName);
      assert.ok(!families.has(name), `${name} comes once`);
      assert.doesNotMatch(rest, /\\(?![\\n])/);
      assert.match(lines[at + 1] ?? "", new RegExp(`^# TYPE ${name} `), "HELP is followed by its TYPE");
    } else if (what === "TYPE") {
      assert.match(rest, /^(counter|gauge)$/);
      families.set(name, { type: rest, samples: new Map() });
      current = name;
    } else {
      const [, sample = "", labels, value = ""] = /^([^\s{]+)(\{.*\})? (\S+)$/.exec(line) ?? [];
      assert.equal(sample, current, `${line} stands with its family`);
      const samples = families.get(current)?.samples;
      assert.ok(samples !== undefined && !samples.has(labels ?? ""), `${line} comes once`);
      assert.ok(value !== "" && Number.isFinite(Number(value)), `${value} is a number`);
      checkLabels(labels);
      samples.set(labels ?? "", Number(value));
    }
  }
  for (const [name, { type, samples }] of families) {
    assert.ok(samples.size > 0, `${name} has a sample`);
    assert.equal(type === "counter", name.endsWith("_total"), `${name} is named as a ${type}`);
  }
  return families;
}

function checkLabels(labels = "{}"): void {
  for (let rest = labels.slice(1, -1); rest !== "";) {
    const [pair, name = ""] = /^([^=]+)="(?:[^"\\\n]|\\[\\"n])*"(?:,|$)/.exec(rest) ?? [];
    assert.ok(pair !== undefined, `${labels} is well spelled`);
    assert.match(name, labelName);
    rest = rest.slice(pair.length);
  }
}

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly host?: string;
}

async function look(port: number | null, { path = "/metrics", method = "GET", host }: Asked = {}) {
  assert.ok(port !== null);
  const headers = host === undefined ? {} : { Host: host };
  const asked = request({ host: "127.0.0.1", port, path, method, headers, agent: false });
  asked.end();
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  let text = "";
  for await (const chunk of response) text += String(chunk);
  return { status: response.statusCode, headers: response.headers, text };
}

test("what happened is what Prometheus reads, and no room, name or address is in it", async () => {
  await withRelay(
    {},
    async (relay) => {
      const ann = await enter(relay.port, room.id);
      ann.send(encodeText(joinOf(room, "ann")));
      await once(ann, "message");
      const echoed = new Promise<void>((resolve) => {
        ann.on("message", (_data, isBinary) => (isBinary ? resolve() : undefined));
      });
      ann.send(frameOf("hello", 1, 100));
      await echoed;
      const bob = await enter(relay.port, room.id);
      bob.send("nonsense");
      await once(bob, "close");
      const { status, headers, text } = await look(relay.metricsPort);
      assert.deepEqual([status, headers["content-type"]], [200, "text/plain; version=0.0.4; charset=utf-8"]);
      assert.equal(headers["x-content-type-options"], "nosniff");
      const families = parse(text);
      const read = (name: string, labels = ""): number | undefined => families.get(name)?.samples.get(labels);
      assert.equal(read("secure_room_connections"), 1);
      assert.equal(read("secure_room_rooms"), 1);
      assert.equal(read("secure_room_seats"), 1);
      assert.equal(read("secure_room_messages_total"), 1);
      assert.equal(read("secure_room_received_bytes_total"), 100);
      assert.equal(read("secure_room_queue_bytes"), 0);
      assert.equal(read("secure_room_refused_total", '{reason="policy"}'), 1);
      assert.equal(read("secure_room_refused_total", '{reason="origin"}'), 0);
      assert.ok((read("secure_room_log_bytes") ?? 0) > 2 * 2048);
      assert.ok((read("secure_room_sent_bytes_total") ?? 0) > 100);
      assert.ok((read("process_resident_memory_bytes") ?? 0) > 1e6);
      assert.ok((read("secure_room_certificate_expiry_timestamp_seconds") ?? 0) > Date.now() / 1000);
      assert.ok((read("secure_room_event_loop_delay_seconds", '{percentile="99"}') ?? -1) >= 0);
      const { fromUser, seat } = joinOf(room, "ann");
      for (const secret of [room.id, fromUser, seat, "127.0.0.1"]) assert.ok(!text.includes(secret));
      // A second look is a whole one too.
      parse((await look(relay.metricsPort)).text);
      ann.terminate();
    },
    { metricsPort: 0 },
  );
});

test("what waits for a slow reader is in the numbers, and so is a loop that stood still", async () => {
  await withRelay(
    { messageRate: off, byteRate: off },
    async (relay) => {
      const [ann, bob] = [await enter(relay.port, room.id), await enter(relay.port, room.id)];
      for (const [ws, name] of [
        [ann, "ann"],
        [bob, "bob"],
      ] as const) {
        ws.send(encodeText(joinOf(room, name)));
        await once(ws, "message");
      }
      bob.pause();
      const read = async (name: string, labels = ""): Promise<number> =>
        parse((await look(relay.metricsPort)).text)
          .get(name)
          ?.samples.get(labels) ?? 0;
      let queuedBytes = 0;
      for (let sent = 0; sent < 1_000 && queuedBytes === 0; sent++) {
        ann.send(frameOf(`${sent}`, 1, 60_000));
        queuedBytes = await read("secure_room_queue_bytes");
      }
      assert.ok(queuedBytes > 0);
      // It measures from one of its own ticks to the next, and has begun anew with the look.
      await pause(100);
      const standsUntil = performance.now() + 300;
      while (performance.now() < standsUntil);
      assert.ok((await read("secure_room_event_loop_delay_seconds", '{percentile="100"}')) > 0.1);
      ann.terminate();
      bob.terminate();
    },
    { metricsPort: 0 },
  );
});

test(
  "it listens on this machine's own address and on no other",
  { skip: process.platform !== "linux" },
  async () => {
    const port = await openMetricsPort(0, () => "");
    // All of 127.0.0.0/8 is this machine on Linux, so that a port on every address would answer here too.
    const socket = connect(port.port, "127.0.0.2");
    const [error] = (await once(socket, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
    port.stop();
  },
);

test("only this machine and only this path is answered, and nothing is taken", async () => {
  await withRelay(
    {},
    async ({ metricsPort }) => {
      assert.equal((await look(metricsPort, { path: "/" })).status, 404);
      assert.equal((await look(metricsPort, { path: "/metrics?x" })).status, 404);
      assert.equal((await look(metricsPort, { method: "POST" })).status, 405);
      assert.deepEqual((await look(metricsPort, { method: "HEAD" })).text, "");
      assert.equal((await look(metricsPort, { host: "localhost" })).status, 200);
      for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80"]) {
        assert.equal((await look(metricsPort, { host })).status, 403, host);
      }
    },
    { metricsPort: 0 },
  );
});

test("there is no such port unless it is asked for, and a taken one is one line", async () => {
  await withRelay({}, async (relay) => {
    assert.equal(relay.metricsPort, null);
    await assert.rejects(
      startWith({}, { metricsPort: relay.port }),
      new Mistake(`port ${relay.port} is in use: stop what uses it, or take another with --metrics-port N`),
    );
  });
});

test("a socket that the system would not give to it ends neither the port nor the relay", async (t) => {
  const listen = t.mock.method(Server.prototype, "listen");
  const { port, stop } = await openMetricsPort(0, () => "numbers 1\n");
  t.after(stop);
  const server = listen.mock.calls[0]?.this;
  assert.ok(server instanceof Server);
  server.emit("error", Object.assign(new Error("accept EMFILE"), { code: "EMFILE" }));
  assert.equal((await look(port)).text, "numbers 1\n");
});

test("stopping closes it, though somebody holds it", async () => {
  const relay = await startWith({}, { metricsPort: 0 });
  const held = connect(relay.metricsPort ?? 0, "127.0.0.1").on("error", () => {});
  await once(held, "connect");
  const gone = closed(held.resume());
  await relay.stop(1001);
  await gone;
  await assert.rejects(look(relay.metricsPort));
});

test("the certificate's end is the certificate's", async () => {
  await withRelay(
    {},
    async ({ metricsPort }) => {
      const { X509Certificate } = await import("node:crypto");
      const until = Date.parse(new X509Certificate(certificate.cert).validTo) / 1000;
      const families = parse((await look(metricsPort)).text);
      assert.equal(families.get("secure_room_certificate_expiry_timestamp_seconds")?.samples.get(""), until);
    },
    { metricsPort: 0 },
  );
});

test("a label's value breaks out of nothing", () => {
  const escaped = escapeLabel('a"b\\c\nd');
  assert.equal(escaped, 'a\\"b\\\\c\\nd');
  checkLabels(`{x="${escaped}"}`);
});
