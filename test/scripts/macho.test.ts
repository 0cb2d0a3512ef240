import assert from "node:assert/strict";
import { test } from "node:test";
import { adHocSigned, isMachO, withoutSignature } from "../../scripts/macho.ts";
import { assertSigned } from "./signature.ts";

/** A Mach-O file with two segments, __TEXT and behind it __LINKEDIT, and `bytes` bytes in all. */
function machO(bytes: number): Buffer {
  const file = Buffer.alloc(bytes, "content ");
  file.fill(0, 0, 1024);
  [0xfeedfacf, 0x0100000c, 0, 2, 2, 144].forEach((value, index) => file.writeUInt32LE(value, 4 * index));
  const segment = (at: number, name: string, from: number, size: number): void => {
    file.writeUInt32LE(0x19, at);
    file.writeUInt32LE(72, at + 4);
    file.write(name, at + 8, "latin1");
    [from, size, from, size].forEach((value, index) =>
      file.writeBigUInt64LE(BigInt(value), at + 24 + 8 * index),
    );
  };
  segment(32, "__TEXT", 0, 0x4000);
  segment(104, "__LINKEDIT", 0x4000, bytes - 0x4000);
  return file;
}

for (const bytes of [0x4001, 0x5000, 0x5010, 0x8fff]) {
  test(`a file of ${bytes} bytes is signed page by page`, () => {
    const signed = adHocSigned(machO(bytes), "a.out");
    assertSigned(signed, "a.out");
    signed.writeUInt8(1, 0x4000);
    assert.throws(() => assertSigned(signed, "a.out"), /page 4/);
  });
}

test("without its signature it is what it was, and can be signed again", () => {
  const file = machO(0x5000);
  const signed = adHocSigned(file, "a.out");
  const bare = withoutSignature(signed);
  // In memory a segment is whole pages.
  file.writeBigUInt64LE(0x4000n, 104 + 32);
  assert.ok(bare.equals(file));
  assert.ok(withoutSignature(bare).equals(bare));
  assert.ok(adHocSigned(bare, "a.out").equals(signed));
});

test("what does not have the form it must have is refused", () => {
  const signed = adHocSigned(machO(0x5000), "a.out");
  assert.throws(() => adHocSigned(signed, "a.out"), /expected a file without a signature/);
  assert.throws(
    () => withoutSignature(Buffer.concat([signed, Buffer.of(0)])),
    /expected the signature at the end/,
  );
  const crowded = machO(0x5000);
  crowded.writeUInt8(1, 32 + 144);
  assert.throws(() => adHocSigned(crowded, "a.out"), /expected room for another command/);
  assert.equal(isMachO(Buffer.from("\u007fELF")), false);
  assert.throws(() => withoutSignature(Buffer.alloc(64)), /expected a Mach-O file/);
});
