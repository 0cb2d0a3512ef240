// The machine under the bench: which core runs what, and what a process has used, from /proc.

import { spawn, spawnSync, type ChildProcess, type StdioOptions } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";

const hasTaskset = availableParallelism() > 1 && spawnSync("taskset", ["--version"]).status === 0;
/** As Linux counts it everywhere: USER_HZ. */
const ticksPerSecond = 100;

/** Whether servers and generator have a core each. */
export const isPinned = hasTaskset;

/** Starts `node` with `args`, on `core` where processes can be pinned. */
export function startNode(args: readonly string[], core: number, stdio: StdioOptions): ChildProcess {
  const command = [process.execPath, ...args];
  const pinned = hasTaskset ? ["taskset", "-c", String(core), ...command] : command;
  const [program = process.execPath, ...rest] = pinned;
  return spawn(program, rest, { stdio });
}

export interface Usage {
  readonly cpuMs: number;
  readonly memoryBytes: number;
  readonly descriptors: number;
}

/** What the process `pid` has used of the processor so far, and holds of memory now; its children not among it. */
export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const cpuMs = ((Number(fields[11]) + Number(fields[12])) * 1000) / ticksPerSecond;
  const status = readFileSync(`/proc/${pid}/status`, "latin1");
  const memoryBytes = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) * 1024;
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  return { cpuMs, memoryBytes, descriptors };
}

const walkedBytes = 16 * 1024 * 1024;
const lineBytes = 64;

/**
 * Nanoseconds of one step at random through 16 MiB of memory. It tells what no load average does: how much of the
 * processor's cache is left by others, on the machine under a virtual one too.
 */
export function memoryStepNs(): number {
  const lines = walkedBytes / lineBytes;
  const order = Uint32Array.from({ length: lines }, (_, index) => index);
  for (let index = lines - 1; index > 0; index--) {
    const other = Math.floor(Math.random() * index);
    [order[index], order[other]] = [order[other] ?? 0, order[index] ?? 0];
  }
  // At the beginning of each line stands where the next one begins.
  const words = lineBytes / Uint32Array.BYTES_PER_ELEMENT;
  const next = new Uint32Array(lines * words);
  for (let index = 0; index < lines; index++) {
    next[(order[index] ?? 0) * words] = (order[(index + 1) % lines] ?? 0) * words;
  }
  // Once for the compiler.
  walk(next, lines);
  const startedAtMs = performance.now();
  const end = walk(next, 4 * lines);
  const tookMs = performance.now() - startedAtMs;
  if (end !== 0) throw new Error("expected a walk that comes back to where it began");
  return (tookMs * 1_000_000) / (4 * lines);
}

/** @returns where it ends */
function walk(next: Uint32Array, steps: number): number {
  let at = 0;
  for (let step = 0; step < steps; step++) at = next[at] ?? 0;
  return at;
}

/** What the numbers were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${availableParallelism()} cores (${cpu?.model ?? "unknown"}), Node ${process.versions.node}`;
}
