// Finds programs that the tests need, and installs them where it may: on Debian and Ubuntu, as root.

import { spawnSync, type SpawnSyncOptions } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { env, getuid, platform } from "node:process";

/** The path of a program, from a name that is looked for in PATH, or from a path. Null when there is none. */
export function findProgram(candidate: string): string | null {
  const folders = (env["PATH"] ?? "").split(delimiter);
  const paths = /[/\\]/.test(candidate) ? [candidate] : folders.map((folder) => join(folder, candidate));
  return paths.find(isProgram) ?? null;
}

export function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Installs packages of Debian's; does nothing where it may not. Whether it worked shows when one looks again. */
export function installDebian(packages: readonly string[]): void {
  if (packages.length === 0 || platform !== "linux" || getuid?.() !== 0) return;
  console.log(`installing ${packages.join(" and ")} with apt-get`);
  const options: SpawnSyncOptions = {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
  };
  if (spawnSync("apt-get", ["update", "-qq"], options).status !== 0) return;
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
}
