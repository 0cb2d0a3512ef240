// Finds the browsers that the tests drive, and installs them where it may: `node build/scripts/browsers.js`.
// The tests need a real Chromium and a real Firefox; without them they fail, they are never skipped.

import { spawnSync, type SpawnSyncOptions } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { argv, env, exit, getuid, platform } from "node:process";
import { fileURLToPath } from "node:url";

export type BrowserName = "chromium" | "firefox";

const candidates: Readonly<Record<BrowserName, readonly string[]>> = {
  chromium: [
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
  ],
  firefox: [
    "firefox-esr",
    "firefox",
    "/Applications/Firefox.app/Contents/MacOS/firefox",
    "C:\\Program Files\\Mozilla Firefox\\firefox.exe",
  ],
};
const debianPackages: Readonly<Record<BrowserName, string>> = {
  chromium: "chromium",
  firefox: "firefox-esr",
};
const variables: Readonly<Record<BrowserName, string>> = { chromium: "CHROMIUM", firefox: "FIREFOX" };
const names: readonly BrowserName[] = ["chromium", "firefox"];

/** The path of a browser's program: from the variable CHROMIUM or FIREFOX, else from the usual places. Or null. */
export function findBrowser(name: BrowserName): string | null {
  const given = env[variables[name]];
  if (given !== undefined && given !== "") return isProgram(given) ? given : null;
  const folders = (env["PATH"] ?? "").split(delimiter);
  for (const candidate of candidates[name]) {
    const paths = /[/\\]/.test(candidate) ? [candidate] : folders.map((folder) => join(folder, candidate));
    const found = paths.find(isProgram);
    if (found !== undefined) return found;
  }
  return null;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(): BrowserName[] {
  return names.filter((name) => findBrowser(name) === null);
}

function ensure(): void {
  if (missing().length > 0 && platform === "linux" && getuid?.() === 0) installDebian(missing());
  const left = missing();
  if (left.length === 0) return;
  const packages = left.map((name) => debianPackages[name]).join(" ");
  console.error(
    `The tests drive real browsers, and ${left.join(" and ")} cannot be found.\n` +
      `  Debian, Ubuntu:  sudo apt-get install ${packages}\n` +
      `  macOS:           brew install --cask ${left.map((name) => (name === "chromium" ? "google-chrome" : name)).join(" ")}\n` +
      `  elsewhere:       set ${left.map((name) => variables[name]).join(" and ")} to the path of the program`,
  );
  exit(1);
}

function installDebian(wanted: readonly BrowserName[]): void {
  const packages = wanted.map((name) => debianPackages[name]);
  console.log(`installing ${packages.join(" and ")} with apt-get`);
  const options: SpawnSyncOptions = {
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...env, DEBIAN_FRONTEND: "noninteractive" },
  };
  if (spawnSync("apt-get", ["update", "-qq"], options).status !== 0) return;
  spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...packages], options);
}

if (argv[1] === fileURLToPath(import.meta.url)) ensure();
