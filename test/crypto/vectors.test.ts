import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { symbols } from "../../src/crypto/symbols.ts";
import { readVectors, vectorsWhenAllHold } from "./vectorfiles.ts";
import { runVectors } from "./vectors.ts";

test("every known answer of our own holds, and none goes missing", async () => {
  assert.deepEqual(await runVectors(readVectors()), vectorsWhenAllHold);
});

test("an answer that is not the known one is a failure", async () => {
  const vectors = readVectors();
  const [room] = vectors.rooms;
  const [first, second] = vectors.envelopesOfTheFirstRoom;
  const [file] = vectors.filesOfTheFirstRoom;
  assert.ok(room && first && second && file);
  const results = await runVectors({
    wordListSha256: "00",
    symbolsSha256: vectors.symbolsSha256,
    normal: [
      { text: "Maple River", phrase: "maple-river" },
      { text: "maple river", refused: "empty" },
    ],
    checksums: [{ seven: "aorta aorta aorta aorta aorta aorta aorta", word: "aorta" }],
    rooms: [{ ...room, access: "", code: [] }],
    envelopesOfTheFirstRoom: [
      { ...first, id: "" },
      { ...second, ciphertext: "00" },
    ],
    filesOfTheFirstRoom: [{ ...file, secret: second.iv, sealedBytes: 0 }],
  });
  const failures = results.flatMap((each) => each.failures.map((what) => `${each.part} ${what}`));
  assert.deepEqual(
    failures.map((failure) => failure.split(":")[0]),
    [
      "tables 0 SHA-256",
      "normal forms 0 phrase",
      'normal forms 1 kind of "maple river"',
      "normal forms 1 phrase",
      "checksum words 0 aorta",
      "rooms 0 access",
      "rooms 0 code",
      "envelopes 0 opened id",
      "envelopes 1 ciphertext",
      "envelopes 1 plaintext's length",
      "envelopes 1 plaintext's SHA-256",
      "envelopes 1 threw Error",
      "files 0 random bytes asked for",
      "files 0 sealed length",
      "files 0 sealed SHA-256",
    ],
  );
});

test("the symbols stand in PROTOCOL.md as they stand in the code", () => {
  const protocol = readFileSync(new URL("../../../src/protocol/PROTOCOL.md", import.meta.url), "utf8");
  const table = symbols.map(({ symbol, name }) => `${symbol} ${name}`).join(", ");
  assert.ok(protocol.replaceAll(/\s+/g, " ").includes(`${table}.`));
});
