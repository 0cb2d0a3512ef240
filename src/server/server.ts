// Puts the relay on the network: one port for TLS, the page, upgrades, and one for metrics where the host wants it.
// It wires tls.ts, http.ts, websocket.ts, fallback.ts, relay.ts and what watches them together, and stops them.

import { randomBytes, X509Certificate } from "node:crypto";
import type { Socket } from "node:net";
import { close as closeCode } from "../protocol/close.ts";
import { goodbyeMs, maxOffences, sweepEveryMs } from "../protocol/limits.ts";
import type { Limits } from "../protocol/relay-limits.ts";
import type { Challenges } from "./acme-challenges.ts";
import { createAddresses } from "./addresses.ts";
import { createAssets, type PageFile } from "./assets.ts";
import { watchExpiry } from "./certificate-expiry.ts";
import { systemClock, within } from "./clock.ts";
import { countRefusal, createCounters, Offences } from "./counters.ts";
import { mostHttpSockets } from "./descriptors.ts";
import { createFallbackDoor } from "./fallback.ts";
import { createFileDoor } from "./files.ts";
import { createPages, type Route } from "./http.ts";
import { type HttpPort, openHttpPort } from "./http-port.ts";
import { listenOn, type Place } from "./listen.ts";
import type { Log } from "./logger.ts";
import { addQueues } from "./lines.ts";
import { createMetrics } from "./metrics.ts";
import { type MetricsPort, openMetricsPort } from "./metrics-port.ts";
import type { VouchedBy } from "./privacy.ts";
import { createRelay } from "./relay.ts";
import { reportRefusals } from "./report.ts";
import { createDoorway, type Pair } from "./tls.ts";
import { createVault } from "./vault.ts";
import { createWebSocketDoor } from "./websocket.ts";

export interface ServedCertificate extends Pair {
  /** Whether browsers trust it. */
  readonly own: boolean;
}

export interface StartOptions {
  readonly place: Place;
  /** Null: plain HTTP, for a proxy in front that has the TLS. */
  readonly certificate: ServedCertificate | null;
  /** What an authority that checks a domain is shown. */
  readonly challenges: Challenges;
  /** Beside the relay's own. */
  readonly routes: readonly Route[];
  /** Of plain HTTP, for such an authority and for who forgot https; 0 takes a free one, null is none. */
  readonly httpPort: number | null;
  /** The origin that guests use, null where it is the one that is listened on. */
  readonly url: string | null;
  /** base64url of 32 bytes */
  readonly salt: string;
  readonly limits: Limits;
  /** How many files this process may open, null where that is not known. */
  readonly descriptorLimit: number | null;
  /** Beside the relay's own, the origins whose pages may connect. */
  readonly origins: ReadonlySet<string>;
  /** Whether a proxy in front says in X-Forwarded-For who is calling. */
  readonly trustProxy: boolean;
  readonly page: readonly PageFile[];
  readonly version: string;
  readonly log: Log;
  readonly vouchedBy: VouchedBy;
  /** Whether that log goes anywhere. */
  readonly logs: boolean;
  /** What guests are told of whoever runs this, null for nothing. */
  readonly contact: string | null;
  /** Whether the log may name addresses. */
  readonly logAddresses: boolean;
  /** Of the numbers for Prometheus, on loopback; 0 takes a free one, null is none. */
  readonly metricsPort: number | null;
}

/** 1001: at once, the person at the keyboard waits. 1012: spread out, so that not all guests dial again together. */
export type StopCode = typeof closeCode.goingAway | typeof closeCode.restart;

export interface Running {
  /** 0 on a Unix socket. */
  readonly port: number;
  readonly httpPort: number | null;
  readonly metricsPort: number | null;
  /** Open connections of any sort. */
  readonly sockets: number;
  /** Greets whoever comes from now on with another certificate; who is in stays in. @throws when TLS cannot use it */
  useCertificate(certificate: ServedCertificate): void;
  /** Deletes all that is kept of rooms, files under way too. Who is in stays in. */
  clear(): void;
  /** Sends every guest away, closes everything, resolves when nothing is left. A second call changes nothing. */
  stop(code: StopCode): Promise<void>;
}

/**
 * Starts listening.
 * @throws Mistake when a port or the address cannot be had
 */
export async function start(options: StartOptions): Promise<Running> {
  const { limits, salt, log } = options;
  let { certificate } = options;
  const origins = new Set(options.origins);
  const clock = systemClock;
  const counters = createCounters(options.logAddresses ? new Offences(maxOffences) : null);
  const addresses = createAddresses(limits, clock, options.trustProxy);
  const relay = createRelay({ limits, salt, clock, random: randomBytes, counters, sweepEveryMs });
  const door = createWebSocketDoor({ relay, limits, clock, counters, addresses, origins });
  const vault = createVault(limits, clock, counters);
  const files = createFileDoor({ relay, vault, limits, clock, counters, addresses });
  const fallback = createFallbackDoor({ relay, limits, clock, counters, addresses });
  const doors = [door, fallback];
  const pages = createPages({
    assets: createAssets(options.page),
    version: options.version,
    salt,
    limits,
    clock,
    counters,
    addresses,
    origins,
    privacy: {
      version: options.version,
      limits,
      logs: options.logs,
      logAddresses: options.logAddresses,
      trustProxy: options.trustProxy,
      vouchedBy: options.vouchedBy,
      contact: options.contact,
      stylesheet: options.page.find(({ path }) => path.endsWith(".css"))?.path ?? null,
    },
    ownCertificate: () => certificate?.own ?? false,
    routes: [files, fallback.route, ...options.routes],
  });
  const httpSockets =
    options.httpPort === null ? 0 : mostHttpSockets(limits.maxConnections, options.descriptorLimit);
  const doorway = createDoorway({ ...options, counters, clock, socketsElsewhere: httpSockets });
  const { server, sockets } = doorway;
  server.on("request", pages);
  // Instead of "100 Continue": the answer is known from the head alone.
  server.on("checkContinue", pages);
  server.on("checkExpectation", pages);
  server.on("upgrade", (request, socket, head) => door.upgrade(request, socket, head));

  let certificateUntilMs = certificate === null ? null : untilMsOf(certificate);
  const gauges = {
    sockets: () => sockets.size,
    queue: () => addQueues(doors.map((each) => each.queue())),
    logBytes: relay.logBytes,
    certificateUntilMs: () => certificateUntilMs,
  };
  let metrics: MetricsPort | null = null;
  let http: HttpPort | null = null;
  let port: number;
  try {
    metrics = await openMetrics(options.metricsPort, { ...options, counters, gauges });
    port = await listenOn(server, options.place);
    if (options.httpPort !== null) {
      http = await openHttpPort({
        ...options,
        host: hostOf(options.place),
        port: options.httpPort,
        https: options.url?.startsWith("https:") === true ? options.url : port,
        maxSockets: httpSockets,
      });
    }
  } catch (thrown) {
    vault.stop();
    metrics?.stop();
    server.close();
    await Promise.all(doors.map((each) => each.close(closeCode.goingAway, "", 0)));
    throw thrown;
  }
  // Without a proxy such a relay can be tried on this machine alone; browsers trust that much without TLS.
  if (certificate === null)
    for (const host of ["localhost", "127.0.0.1"]) origins.add(`http://${host}:${port}`);
  // A socket that could not be accepted (EMFILE, ENOBUFS): that guest dials again, and everybody who is in stays in.
  server.on("error", () => countRefusal(counters, "descriptors", null));
  const stopReporting = reportRefusals(log, counters, clock);
  const stopWarning = watchExpiry(() => certificateUntilMs ?? Infinity, {
    log,
    clock,
    today: () => Date.now(),
  });
  log("info", "listening", {
    pid: process.pid,
    port,
    ...(metrics === null ? {} : { metricsPort: metrics.port }),
    version: options.version,
    certificateUntil: certificateUntilMs === null ? "none" : isoDay(certificateUntilMs),
  });

  const stop = async (code: StopCode): Promise<void> => {
    log("info", "stopping", { code, connections: counters.connections });
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const atOnce = code === closeCode.goingAway;
    const reason = atOnce ? "the relay stops" : "the relay restarts";
    vault.stop();
    const spreadMs = atOnce ? 0 : limits.stopSpreadMs;
    const leaving = Promise.all(doors.map((each) => each.close(code, reason, spreadMs)));
    await within(clock, leaving, atOnce ? Math.min(goodbyeMs, limits.stopTimeoutMs) : limits.stopTimeoutMs);
    await Promise.all([closed, ...Array.from(sockets, destroyed)]);
    metrics?.stop();
    http?.stop();
    stopReporting();
    stopWarning();
    log("info", "stopped");
  };
  let stopping: Promise<void> | null = null;
  return {
    port,
    httpPort: http?.port ?? null,
    metricsPort: metrics?.port ?? null,
    get sockets() {
      return sockets.size;
    },
    useCertificate(other) {
      doorway.use(other);
      certificate = other;
      certificateUntilMs = untilMsOf(other);
    },
    clear() {
      counters.clearings++;
      // A warning: nobody should have to ask for it to be said that this was done.
      log("warn", "cleared", { messages: relay.clear(), files: vault.clear() });
    },
    stop: (code) => (stopping ??= stop(code)),
  };
}

/** Null where the host wants none: then nothing is measured either. */
async function openMetrics(
  port: number | null,
  source: Parameters<typeof createMetrics>[0],
): Promise<MetricsPort | null> {
  if (port === null) return null;
  const metrics = createMetrics(source);
  try {
    const opened = await openMetricsPort(port, () => metrics.text());
    return {
      port: opened.port,
      stop() {
        opened.stop();
        metrics.stop();
      },
    };
  } catch (thrown) {
    metrics.stop();
    throw thrown;
  }
}

/** What else listens does so at the same address. */
function hostOf(place: Place): string {
  return "host" in place ? place.host : "0.0.0.0";
}

function untilMsOf({ cert }: Pair): number {
  return Date.parse(new X509Certificate(cert).validTo);
}

function isoDay(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** Destroys `socket`; resolves when it is closed. */
async function destroyed(socket: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    socket.on("close", () => resolve());
    socket.destroy();
  });
}
