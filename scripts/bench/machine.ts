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

/** What the numbers were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return `${availableParallelism()} cores (${cpu?.model ?? "unknown"}), Node ${process.versions.node}`;
}
