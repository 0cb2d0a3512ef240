// Finds the browsers that the tests drive, and installs them where it may: `node build/scripts/browsers.js`.
// The tests need a real Chromium and a real Firefox; without them they fail, they are never skipped.

import { argv, env, exit } from "node:process";
import { fileURLToPath } from "node:url";
import { findProgram, installDebian, isProgram } from "./debian.ts";

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
  for (const candidate of candidates[name]) {
    const found = findProgram(candidate);
    if (found !== null) return found;
  }
  return null;
}

function missing(): BrowserName[] {
  return names.filter((name) => findBrowser(name) === null);
}

function ensure(): void {
  installDebian(missing().map((name) => debianPackages[name]));
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

if (argv[1] === fileURLToPath(import.meta.url)) ensure();
