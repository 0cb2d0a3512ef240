// The relay's numbers as Prometheus reads them: text exposition format 0.0.4. Sums only: no address, room or name.

import { readdirSync } from "node:fs";
import { type IntervalHistogram, monitorEventLoopDelay } from "node:perf_hooks";

import type { Limits } from "../protocol/relay-limits.ts";
import type { Counters } from "./counters.ts";

interface Family {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly samples: readonly Sample[];
}

interface Sample {
  readonly labels?: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What is looked at when somebody asks. */
export interface Gauges {
  /** Open sockets of any sort. */
  readonly sockets: () => number;
  /** Bytes that wait for slow readers: of all, and of the slowest. */
  readonly queue: () => { readonly bytes: number; readonly mostBytes: number };
  readonly logBytes: () => number;
  /** When the certificate runs out, in ms since 1970; null where a proxy has it. */
  readonly certificateUntilMs: () => number | null;
}

export interface Metrics {
  /** The whole answer to one look. */
  text(): string;
  stop(): void;
}

/** How often the event loop's delay is measured. */
const resolutionMs = 10;

/** Starts to measure what has to be measured all the time. */
export function createMetrics(options: {
  readonly counters: Counters;
  readonly limits: Limits;
  readonly version: string;
  readonly gauges: Gauges;
}): Metrics {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs });
  delay.enable();
  return {
    text() {
      const families = [
        ...relayFamilies(options),
        ...memoryFamilies(options),
        ...processFamilies(options.version, delay),
      ];
      delay.reset();
      return expose(families);
    },
    stop: () => void delay.disable(),
  };
}

type Source = Parameters<typeof createMetrics>[0];

function relayFamilies({ counters, limits, gauges }: Source): Family[] {
  const { bytes, mostBytes } = gauges.queue();
  const refused = Object.entries(counters.refused).map(([reason, value]) => ({ labels: { reason }, value }));
  return [
    gauge(
      "secure_room_connections",
      "Connections that are in a room or about to join.",
      counters.connections,
    ),
    gauge("secure_room_connections_limit", "Connections there may be.", limits.maxConnections),
    gauge("secure_room_sockets", "Open sockets of any sort.", gauges.sockets()),
    gauge("secure_room_rooms", "Rooms that are kept, empty ones with messages among them.", counters.rooms),
    gauge("secure_room_seats", "Members, those who are away among them.", counters.seats),
    total("secure_room_messages_total", "Messages taken from members.", counters.messagesIn),
    total("secure_room_received_bytes_total", "Bytes of those messages.", counters.bytesIn),
    total("secure_room_sent_bytes_total", "Bytes handed to members.", counters.bytesOut),
    total("secure_room_clearings_total", "How often everything was deleted by SIGUSR2.", counters.clearings),
    gauge("secure_room_queue_bytes", "Bytes that wait for slow readers.", bytes),
    gauge("secure_room_queue_most_bytes", "Bytes that wait for the slowest one.", mostBytes),
    {
      name: "secure_room_refused_total",
      type: "counter",
      help: "What was refused or cut, by reason.",
      samples: refused,
    },
  ];
}

function memoryFamilies({ counters, limits, gauges }: Source): Family[] {
  return [
    gauge("secure_room_log_bytes", "Charged for messages, rooms and seats.", gauges.logBytes()),
    gauge("secure_room_log_limit_bytes", "What may be charged for them.", limits.logMemoryBytes),
    gauge("secure_room_files", "Files that are kept or coming.", counters.files),
    gauge("secure_room_file_bytes", "Charged for files.", counters.fileBytes),
    gauge("secure_room_file_limit_bytes", "What may be charged for them.", limits.fileMemoryBytes),
    ...certificateFamilies(gauges.certificateUntilMs()),
  ];
}

function certificateFamilies(untilMs: number | null): Family[] {
  if (untilMs === null) return [];
  const name = "secure_room_certificate_expiry_timestamp_seconds";
  return [gauge(name, "When the certificate runs out.", untilMs / 1000)];
}

function processFamilies(version: string, delay: IntervalHistogram): Family[] {
  const { user, system } = process.cpuUsage();
  const descriptors = openDescriptors();
  return [
    {
      name: "secure_room_info",
      type: "gauge",
      help: "The program, always 1.",
      samples: [{ labels: { version, node: process.version }, value: 1 }],
    },
    {
      name: "secure_room_event_loop_delay_seconds",
      type: "gauge",
      help: "How late the event loop has come since the last look, by percentile.",
      samples: ["50", "99", "100"].map((percentile) => ({
        labels: { percentile },
        value: lateSeconds(delay, Number(percentile)),
      })),
    },
    gauge("process_start_time_seconds", "When the process started.", performance.timeOrigin / 1000),
    gauge("process_uptime_seconds", "How long it has run.", process.uptime()),
    total("process_cpu_seconds_total", "Processor time it has used.", (user + system) / 1e6),
    gauge("process_resident_memory_bytes", "Memory it holds.", process.memoryUsage.rss()),
    ...(descriptors === null
      ? []
      : [gauge("process_open_fds", "Files and sockets it has open.", descriptors)]),
  ];
}

/** The histogram holds whole intervals between two looks at the clock; what is above the chosen one is delay. */
function lateSeconds(delay: IntervalHistogram, percentile: number): number {
  return Math.max(0, delay.percentile(percentile) / 1e9 - resolutionMs / 1000);
}

/** Null where the system has no /proc. */
function openDescriptors(): number | null {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch {
    return null;
  }
}

function gauge(name: string, help: string, value: number): Family {
  return { name, type: "gauge", help, samples: [{ value }] };
}

function total(name: string, help: string, value: number): Family {
  return { name, type: "counter", help, samples: [{ value }] };
}

function expose(families: readonly Family[]): string {
  return families
    .map(({ name, type, help, samples }) => {
      const lines = samples.map(({ labels = {}, value }) => `${name}${spellLabels(labels)} ${value}\n`);
      return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("")}`;
    })
    .join("");
}

function spellLabels(labels: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

/** As the format wants a label's value. */
export function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
