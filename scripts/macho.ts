// The signature of a Mach-O file (macOS), taken away and made: an Apple processor runs nothing without one, and a file
// that was changed no longer has the one it came with. What is made is an ad hoc signature, which says no more than that
// the file is whole: hashes of its pages and no name, as Apple's and LLVM's linkers make for what is built on a Mac.
// Layout: mach-o/loader.h, and xnu's osfmk/kern/cs_blobs.h.

import { createHash } from "node:crypto";

interface Command {
  readonly at: number;
  readonly kind: number;
}

interface Segment {
  readonly at: number;
  readonly name: string;
}

const headBytes = 32;
const segmentCommand = 0x19;
const signatureCommand = 0x1d;
const signatureCommandBytes = 16;
const pageBytes = 4096;
/** Segments are whole pages in memory, which are larger on Apple's processors. */
const segmentPageBytes = 0x4000;
const hashBytes = 32;

/** Whether `bytes` is such a file, 64-bit and little-endian, for one processor. */
export function isMachO(bytes: Buffer): boolean {
  return bytes.length > headBytes && bytes.readUInt32LE(0) === 0xfeedfacf;
}

/** The file without its signature, as `codesign --remove-signature` leaves it. One without is left as it is. */
export function withoutSignature(bytes: Buffer): Buffer {
  const commands = commandsOf(bytes);
  const signature = commands.find(({ kind }) => kind === signatureCommand);
  if (signature === undefined) return bytes;
  const signatureAt = bytes.readUInt32LE(signature.at + 8);
  if (signature !== commands.at(-1)) throw new Error("expected the signature's command to be the last");
  if (signatureAt + bytes.readUInt32LE(signature.at + 12) !== bytes.length) {
    throw new Error("expected the signature at the end of the file");
  }
  const rest = Buffer.from(bytes.subarray(0, signatureAt));
  rest.fill(0, signature.at, signature.at + signatureCommandBytes);
  rest.writeUInt32LE(commands.length - 1, 16);
  rest.writeUInt32LE(bytes.readUInt32LE(20) - signatureCommandBytes, 20);
  endLinkedit(rest, rest.length);
  return rest;
}

/** The file with an ad hoc signature. @param identifier what it is called in it */
export function adHocSigned(bytes: Buffer, identifier: string): Buffer {
  const commands = commandsOf(bytes);
  const commandsEnd = headBytes + bytes.readUInt32LE(20);
  if (commands.some(({ kind }) => kind === signatureCommand))
    throw new Error("expected a file without a signature");
  if (!bytes.subarray(commandsEnd, commandsEnd + signatureCommandBytes).every((byte) => byte === 0)) {
    throw new Error("expected room for another command");
  }
  const signatureAt = Math.ceil(bytes.length / 16) * 16;
  const pages = Math.ceil(signatureAt / pageBytes);
  const name = Buffer.from(`${identifier}\0`);
  const directoryHeadBytes = 88;
  const directoryBytes = directoryHeadBytes + name.length + pages * hashBytes;
  const superBlobBytes = 20 + directoryBytes;
  const file = Buffer.alloc(signatureAt + superBlobBytes);
  bytes.copy(file);
  file.writeUInt32LE(commands.length + 1, 16);
  file.writeUInt32LE(bytes.readUInt32LE(20) + signatureCommandBytes, 20);
  [signatureCommand, signatureCommandBytes, signatureAt, superBlobBytes].forEach((value, index) =>
    file.writeUInt32LE(value, commandsEnd + 4 * index),
  );
  endLinkedit(file, file.length);
  const text = segmentOf(file, "__TEXT");
  // Big-endian from here. The super blob: magic, length, one blob of type 0 (the code directory), where it is.
  const head = [0xfade0cc0, superBlobBytes, 1, 0, 20];
  // The code directory: magic, length, version, flags (ad hoc, made by a linker), where hashes and name are.
  const directory = [0xfade0c02, directoryBytes, 0x20400, 0x20002];
  const places = [directoryHeadBytes + name.length, directoryHeadBytes];
  // Special slots, pages, what is signed; then one byte each: hash size, SHA-256, platform, page size as a power of two.
  // What follows up to the segment of the program is unused, and stays zero.
  const sizes = [0, pages, signatureAt, (hashBytes << 24) | (2 << 16) | 12];
  [head, directory, places, sizes]
    .flat()
    .forEach((value, index) => file.writeUInt32BE(value >>> 0, signatureAt + 4 * index));
  const executable = signatureAt + 20 + 64;
  file.writeBigUInt64BE(file.readBigUInt64LE(text.at + 40), executable);
  file.writeBigUInt64BE(file.readBigUInt64LE(text.at + 48), executable + 8);
  // This is a main program.
  file.writeBigUInt64BE(1n, executable + 16);
  name.copy(file, signatureAt + 20 + directoryHeadBytes);
  for (let page = 0; page < pages; page++) {
    const content = file.subarray(page * pageBytes, Math.min((page + 1) * pageBytes, signatureAt));
    const at = signatureAt + 20 + directoryHeadBytes + name.length + page * hashBytes;
    createHash("sha256").update(content).digest().copy(file, at);
  }
  return file;
}

/** Makes the last segment, which holds signatures, end where the file does. */
function endLinkedit(file: Buffer, end: number): void {
  const { at } = segmentOf(file, "__LINKEDIT");
  const size = BigInt(end) - file.readBigUInt64LE(at + 40);
  const page = BigInt(segmentPageBytes);
  file.writeBigUInt64LE(((size + page - 1n) / page) * page, at + 32);
  file.writeBigUInt64LE(size, at + 48);
}

function segmentOf(bytes: Buffer, name: string): Segment {
  const segment = commandsOf(bytes)
    .filter(({ kind }) => kind === segmentCommand)
    .map(({ at }) => ({ at, name: bytes.toString("latin1", at + 8, at + 24).replace(/\0.*$/s, "") }))
    .find((each) => each.name === name);
  if (segment === undefined) throw new Error(`expected a segment ${name}`);
  return segment;
}

function commandsOf(bytes: Buffer): Command[] {
  if (!isMachO(bytes)) throw new Error("expected a Mach-O file of 64 bits");
  const commands: Command[] = [];
  let at = headBytes;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    commands.push({ at, kind: bytes.readUInt32LE(at) });
    at += bytes.readUInt32LE(at + 4);
  }
  return commands;
}
