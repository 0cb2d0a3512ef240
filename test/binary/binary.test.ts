// The binaries as people download them: those that can run here are started where there is no Node, all are looked into.

import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { get } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { isMachO } from "../../scripts/macho.ts";
import { within } from "../deadline.ts";
import { assertSigned } from "../scripts/signature.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bin = join(root, "dist/bin");
const program = readFileSync(join(root, "dist/secure-room.cjs"));
const folder = mkdtempSync(join(tmpdir(), "secure-room-binary-"));
after(() => rmSync(folder, { recursive: true, force: true }));

/** What each file must be: magic number, and processor. */
const formats: Readonly<Record<string, (bytes: Buffer) => readonly [string, number]>> = {
  "secure-room-linux-x64": elf,
  "secure-room-linux-arm64": elf,
  "secure-room-darwin-x64": machO,
  "secure-room-darwin-arm64": machO,
  "secure-room-win-x64.exe": portableExecutable,
};
const expected: Readonly<Record<string, readonly [string, number]>> = {
  // EM_X86_64, EM_AARCH64
  "secure-room-linux-x64": ["7f454c460201", 62],
  "secure-room-linux-arm64": ["7f454c460201", 183],
  // CPU_TYPE_X86_64, CPU_TYPE_ARM64
  "secure-room-darwin-x64": ["cffaedfe", 0x01000007],
  "secure-room-darwin-arm64": ["cffaedfe", 0x0100000c],
  // IMAGE_FILE_MACHINE_AMD64
  "secure-room-win-x64.exe": ["50450000", 0x8664],
};

function elf(bytes: Buffer): readonly [string, number] {
  return [bytes.toString("hex", 0, 6), bytes.readUInt16LE(18)];
}

function machO(bytes: Buffer): readonly [string, number] {
  return [bytes.toString("hex", 0, 4), bytes.readUInt32LE(4)];
}

function portableExecutable(bytes: Buffer): readonly [string, number] {
  const at = bytes.readUInt32LE(0x3c);
  return [bytes.toString("hex", at, at + 4), bytes.readUInt16LE(at + 4)];
}

/** By name, the SHA-256 of what was built. */
function build(targets: readonly string[]): ReadonlyMap<string, string> {
  const args = targets.flatMap((target) => ["--target", target]);
  execFileSync(process.execPath, [join(root, "build/scripts/binary.js"), ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const sums = readFileSync(join(bin, "SHA256SUMS"), "utf8").trimEnd().split("\n");
  return new Map(sums.map((line) => [line.slice(66), line.slice(0, 64)]));
}

const isAll = process.argv.includes("all");
// What is left of an earlier run would be taken for this one's.
rmSync(bin, { recursive: true, force: true });
const sums = build(isAll ? [] : ["linux-x64", "linux-arm64"]);
const built = Object.keys(expected).filter((name) => sums.has(name));

test("the checksums are those of everything that lies beside them", () => {
  const names = readdirSync(bin).filter((name) => name !== "SHA256SUMS");
  assert.deepEqual(names.toSorted(), [...sums.keys()].toSorted());
  assert.equal(built.length, isAll ? 5 : 2);
  for (const [name, digest] of sums) {
    assert.equal(
      createHash("sha256")
        .update(readFileSync(join(bin, name)))
        .digest("hex"),
      digest,
    );
  }
});

for (const name of built) {
  test(`${name} is for its system, has this program in it as it was built, and is told to run it`, () => {
    const bytes = readFileSync(join(bin, name));
    assert.deepEqual(formats[name]?.(bytes), expected[name]);
    // Without the first line, which is for a shell.
    assert.ok(bytes.includes(program.subarray(program.indexOf("\n") + 1)));
    assert.ok(bytes.includes("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1"));
    assert.ok(!bytes.includes("NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:0"));
    const resource = name.endsWith(".exe") ? Buffer.from("NODE_SEA_BLOB", "utf16le") : "NODE_SEA";
    assert.ok(bytes.includes(resource));
    assert.ok(!bytes.includes(root), "a path of the machine that built it");
    if (isMachO(bytes)) assertSigned(bytes, "secure-room");
    if (process.platform !== "win32") assert.equal(statSync(join(bin, name)).mode & 0o111, 0o111);
  });
}

test("two builds give the same bytes", () => {
  assert.equal(build(["linux-x64"]).get("secure-room-linux-x64"), sums.get("secure-room-linux-x64"));
});

/** Starts it with an empty home and nothing else, asks it, and presses Ctrl-C. */
async function run(command: string, args: readonly string[], home: string): Promise<void> {
  const flags = ["--port", "0", "--host", "127.0.0.1"];
  const child = spawn(command, [...args, ...flags], {
    env: { HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  after(() => child.kill("SIGKILL"));
  const ended = once(child, "close");
  let said = "";
  const address = new Promise<string>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString();
      const [found] = /https:\/\/127\.0\.0\.1:\d+/.exec(said) ?? [];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void ended.then(() => reject(new Error(`it ended: ${said}`)));
  });
  const url = await within(60_000, "it runs", address);
  assert.deepEqual(await ask(`${url}/healthz`), "ok\n");
  assert.match(await ask(`${url}/`), /^<!doctype html>/i);
  child.kill("SIGINT");
  assert.deepEqual(await within(30_000, "it ends", ended), [0, null], said);
  assert.doesNotMatch(said, /warning/i);
}

test("linux-x64 runs where there is no Node, answers, and Ctrl-C ends it with 0", async () => {
  await run(join(bin, "secure-room-linux-x64"), [], join(folder, "x64"));
});

test("linux-arm64 does so too, on a processor that qemu plays", async () => {
  const args = ["-L", "/usr/aarch64-linux-gnu", join(bin, "secure-room-linux-arm64")];
  await run("/usr/bin/qemu-aarch64-static", args, join(folder, "arm64"));
});

/** The body of an answer with status 200, whatever the certificate. */
async function ask(url: string): Promise<string> {
  const asked = get(url, { rejectUnauthorized: false, agent: false });
  const [answer] = await once(asked, "response");
  assert.equal(answer.statusCode, 200);
  let body = "";
  for await (const chunk of answer) body += String(chunk);
  return body;
}
