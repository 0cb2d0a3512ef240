import assert from "node:assert/strict";
import { test } from "node:test";
import { safeFileName, shownAs, sniffedBytes } from "../../src/session/files.ts";
import { seededNumbers } from "../seeded.ts";

const bytesOf = (text: string) => Uint8Array.from(text, (each) => each.charCodeAt(0));

test("a name is shown and saved as it is when it is harmless", () => {
  for (const name of [
    "photo.jpg",
    "Größe 2.pdf",
    "تقرير.docx",
    "a.tar.gz",
    "README",
    "👍.png",
    "a-b_c (1).txt",
  ])
    assert.equal(safeFileName(name), name);
});

test("folders, controls, what hides or reorders, and what a system takes for something else leave a name", () => {
  for (const [claimed, name] of [
    ["../../etc/passwd", "_.._etc_passwd"],
    ["C:\\Users\\a.txt", "C__Users_a.txt"],
    [".bashrc", "bashrc"],
    ["...", "file"],
    ["", "file"],
    ["  . ", "file"],
    ["photo\u202Egpj.exe", "photogpj.exe"],
    ["\u2066a\u2069\u200B\uFEFF.txt", "a.txt"],
    ["a\0b\nc\td.txt", "ab c d.txt"],
    ["a\u2028b", "a b"],
    ["photo.jpg          .exe", "photo.jpg .exe"],
    ["name. . .", "name"],
    ["CON", "_CON"],
    ["nul.txt", "_nul.txt"],
    ["com1.tar.gz", "_com1.tar.gz"],
    ["console.log", "console.log"],
    ['a?b*c|d"e<f>g.txt', "a_b_c_d_e_f_g.txt"],
    ["lone\uD800.txt", "lone.txt"],
    [`a${"\u0301".repeat(30)}.txt`, "á\u0301\u0301.txt"],
  ] as const) {
    assert.equal(safeFileName(claimed), name, JSON.stringify(claimed));
  }
});

test("a long name keeps its extension, and is short enough for any file system", () => {
  assert.equal(safeFileName(`${"a".repeat(300)}.jpeg`), `${"a".repeat(95)}.jpeg`);
  assert.equal(safeFileName("b".repeat(300)), "b".repeat(100));
  const wide = safeFileName(`${"𝒳".repeat(200)}.txt`);
  assert.ok(Buffer.byteLength(wide) <= 247 && wide.endsWith("𝒳.txt"));
});

test("a name that passes passes again unchanged, whatever it was made of", () => {
  const parts = [
    "a",
    ".",
    " ",
    "/",
    "con",
    "\u202E",
    "\u0301",
    "é",
    "👍",
    "\n",
    "x".repeat(60),
    "\u200B",
    "\uDC00",
  ];
  const numbers = seededNumbers(3);
  for (let tries = 0; tries < 2_000; tries++) {
    const claimed = Array.from({ length: numbers() % 12 }, () => parts[numbers() % parts.length]).join("");
    const name = safeFileName(claimed);
    assert.equal(safeFileName(name), name, JSON.stringify(claimed));
    assert.ok(name !== "" && !name.startsWith(".") && !/[/\\\p{Cc}\p{Cf}]/u.test(name));
  }
});

test("what may be shown is known by its first bytes", () => {
  for (const [start, kind, type] of [
    ["\x89PNG\r\n\x1a\n", "image", "image/png"],
    ["\xff\xd8\xff\xe0", "image", "image/jpeg"],
    ["GIF89a", "image", "image/gif"],
    ["RIFF\x10\x20\n\0WEBPVP8 ", "image", "image/webp"],
    ["\0\0\0\x1cftypavif", "image", "image/avif"],
    ["ID3\x04", "audio", "audio/mpeg"],
    ["RIFF\0\0\0\0WAVE", "audio", "audio/wav"],
    ["fLaC", "audio", "audio/flac"],
    ["\0\0\0\x18ftypM4A ", "audio", "audio/mp4"],
    ["\x1a\x45\xdf\xa3", "video", "video/webm"],
    ["OggS\0", "video", "video/ogg"],
    ["\0\0\0\x18ftypmp42", "video", "video/mp4"],
    ["\0\0\0\x14ftypqt  ", "video", "video/mp4"],
  ] as const) {
    assert.deepEqual(shownAs(bytesOf(start), "text/html"), { kind, type });
  }
  assert.deepEqual(shownAs(bytesOf("OggS\0"), "audio/ogg"), { kind: "audio", type: "audio/ogg" });
});

test("what can hold a script is never shown, whatever its sender claims", () => {
  for (const start of [
    "<!doctype html><script>",
    "<html>",
    '<svg xmlns="http://www.w3.org/2000/svg">',
    "<?xml version='1.0'?><svg>",
    "\xef\xbb\xbf<svg>",
    "%PDF-1.7",
    "\n\x89PNG\r\n\x1a\n",
    " GIF89a",
    "MZ",
    "PK\x03\x04",
    "",
  ]) {
    for (const claimed of [
      "image/png",
      "image/svg+xml",
      "text/html",
      "audio/ogg",
      "video/mp4",
      "application/pdf",
    ])
      assert.equal(shownAs(bytesOf(start), claimed), null, start);
  }
  const late = bytesOf(`${"x".repeat(sniffedBytes)}GIF89a`);
  assert.equal(shownAs(late, "image/gif"), null);
});
