// Finds what the tests of certificates, binaries and proxies run, and installs it where it may: `node build/scripts/programs.js`.
// Without it they fail, they are never skipped.

import { existsSync } from "node:fs";
import { exit } from "node:process";
import { findProgram, installDebian } from "./debian.ts";

/** Programs and files, by the Debian packages that bring them. */
const wanted: Readonly<Record<string, readonly string[]>> = {
  openssl: ["openssl"],
  // The authority that Let's Encrypt tests clients with.
  pebble: ["pebble", "pebble-challtestsrv"],
  // Tells browsers whom to trust.
  "libnss3-tools": ["certutil"],
  // Runs what is built for other processors, with the libraries that it links to.
  "qemu-user-static": ["qemu-aarch64-static"],
  "libc6-arm64-cross": ["/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1"],
  // What people put in front.
  "nginx-light": ["nginx"],
  haproxy: ["haproxy"],
  caddy: ["caddy"],
  "libstdc++6-arm64-cross": ["/usr/aarch64-linux-gnu/lib/libstdc++.so.6"],
};

/** A library is no program: it need not be executable. */
const isThere = (what: string): boolean =>
  what.startsWith("/") ? existsSync(what) : findProgram(what) !== null;
const missing = (): string[] =>
  Object.keys(wanted).filter((name) => wanted[name]?.some((what) => !isThere(what)));

installDebian(missing());
const left = missing();
if (left.length > 0) {
  console.error(
    `The tests of certificates, binaries and proxies run programs that cannot be found here.\n` +
      `  Debian, Ubuntu:  sudo apt-get install ${left.join(" ")}`,
  );
  exit(1);
}
