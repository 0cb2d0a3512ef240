import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bitString,
  elementsOf,
  explicit,
  integer,
  octets,
  oid,
  sequence,
  time,
  tlv,
} from "../../src/server/der.ts";

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

// The bytes are those of `openssl asn1parse -genstr`, and of the examples in X.690 and RFC 5280.
const written: readonly (readonly [what: string, bytes: Uint8Array, expected: string])[] = [
  ["an empty sequence", sequence(), "3000"],
  ["zero", integer(Uint8Array.of(0)), "020100"],
  ["127", integer(Uint8Array.of(127)), "02017f"],
  ["128, which needs a zero in front", integer(Uint8Array.of(128)), "02020080"],
  ["a number with zeros in front", integer(Uint8Array.of(0, 0, 1, 2)), "02020102"],
  ["a number of no bytes", integer(new Uint8Array()), "020100"],
  ["an OID with a long arc", oid("1.2.840.113549"), "06062a864886f70d"],
  ["ecdsa-with-SHA256", oid("1.2.840.10045.4.3.2"), "06082a8648ce3d040302"],
  ["bits", bitString(Uint8Array.of(0x06), 1), "03020106"],
  ["the tag [3]", explicit(3, sequence()), "a3023000"],
  [
    "the last second of UTCTime",
    time(Date.UTC(2049, 11, 31, 23, 59, 59)),
    `170d${hex(Buffer.from("491231235959Z"))}`,
  ],
  ["the first of GeneralizedTime", time(Date.UTC(2050, 0, 1)), `180f${hex(Buffer.from("20500101000000Z"))}`],
];
for (const [what, bytes, expected] of written) {
  test(`${what} is ${expected}`, () => {
    assert.equal(hex(bytes), expected);
  });
}

test("a length is one byte up to 127, and says its own length from there on", () => {
  for (const [length, head] of [
    [127, "047f"],
    [128, "048180"],
    [255, "0481ff"],
    [256, "04820100"],
    [65_536, "0483010000"],
  ] as const) {
    const whole = octets(new Uint8Array(length));
    assert.equal(hex(whole.subarray(0, whole.length - length)), head);
    assert.equal(elementsOf(whole)[0]?.content.length, length);
  }
});

test("what was written is read back", () => {
  const [outer, ...more] = elementsOf(sequence(integer(Uint8Array.of(5)), octets(Uint8Array.of(1, 2))));
  assert.deepEqual([outer?.tag, more.length], [0x30, 0]);
  const inner = elementsOf(outer?.content ?? new Uint8Array());
  assert.deepEqual(
    inner.map(({ tag, content, whole }) => [tag, hex(content), hex(whole)]),
    [
      [0x02, "05", "020105"],
      [0x04, "0102", "04020102"],
    ],
  );
});

for (const cut of ["30", "3005", "300501", "3081", "308201", "3080", "308500000000010a"]) {
  test(`${cut}, which does not end where its bytes do, is refused`, () => {
    assert.throws(() => elementsOf(Buffer.from(cut, "hex")), /expected/);
  });
}

test("any bytes are read or refused, and nothing is read that is not there", () => {
  const whole = sequence(octets(new Uint8Array(200)), tlv(0x0c, Buffer.from("text")));
  for (let at = 0; at < whole.length; at++) {
    for (const value of [0, 1, 0x7f, 0x80, 0x84, 0xff]) {
      const bytes = Uint8Array.from(whole);
      bytes[at] = value;
      try {
        const read = elementsOf(bytes).reduce((sum, element) => sum + element.whole.length, 0);
        assert.equal(read, bytes.length);
      } catch (thrown) {
        assert.match(String(thrown), /^Error: expected/);
      }
    }
  }
});
