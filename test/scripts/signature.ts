// Looks at the signature of a Mach-O file as macOS does: every page must have the hash that it has in there.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";

/** @throws when the file would not be let run: `identifier` is what it must be called in its signature */
export function assertSigned(file: Buffer, identifier: string): void {
  let command = 32;
  let last = { kind: 0, at: 0 };
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    last = { kind: file.readUInt32LE(command), at: command };
    command += file.readUInt32LE(command + 4);
  }
  assert.equal(last.kind, 0x1d, "its last command is the signature's");
  assert.equal(command, 32 + file.readUInt32LE(20), "its commands are as long as its head says");
  const [start, length] = [file.readUInt32LE(last.at + 8), file.readUInt32LE(last.at + 12)];
  assert.equal(start % 16, 0);
  assert.equal(start + length, file.length);
  const linkedit = file.indexOf("__LINKEDIT\0");
  const [offset, size] = [file.readBigUInt64LE(linkedit + 32), file.readBigUInt64LE(linkedit + 40)];
  assert.equal(offset + size, BigInt(file.length), "its last segment reaches to the end");
  assert.ok(file.readBigUInt64LE(linkedit + 24) >= size, "and is as long in memory");

  const blob = file.subarray(start);
  assert.deepEqual(
    [0, 4, 8, 12, 16].map((at) => blob.readUInt32BE(at)),
    [0xfade0cc0, length, 1, 0, 20],
  );
  const directory = blob.subarray(20);
  assert.equal(directory.readUInt32BE(0), 0xfade0c02);
  assert.equal(directory.readUInt32BE(4), directory.length);
  // CS_ADHOC | CS_LINKER_SIGNED
  assert.equal(directory.readUInt32BE(12), 0x20002);
  const name = directory.readUInt32BE(20);
  assert.equal(directory.toString("latin1", name, directory.indexOf(0, name)), identifier);
  assert.equal(directory.readUInt32BE(32), start, "all before the signature is signed");
  assert.deepEqual([...directory.subarray(36, 40)], [32, 2, 0, 12]);
  const pages = directory.readUInt32BE(28);
  assert.equal(pages, Math.ceil(start / 4096));
  const hashes = directory.readUInt32BE(16);
  assert.equal(hashes + 32 * pages, directory.length);
  for (let page = 0; page < pages; page++) {
    const content = file.subarray(page * 4096, Math.min(start, (page + 1) * 4096));
    const digest = createHash("sha256").update(content).digest();
    assert.ok(
      digest.equals(directory.subarray(hashes + 32 * page, hashes + 32 * (page + 1))),
      `page ${page}`,
    );
  }
}
