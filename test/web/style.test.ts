// The numbers of public/style.css that something outside of it depends on.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { maxTimelineEntries } from "../../src/protocol/limits.ts";

const style = readFileSync(fileURLToPath(new URL("../../../public/style.css", import.meta.url)), "utf8");

/** Firefox lays out 2^30 sixtieths of a CSS pixel, whatever the zoom; Chromium 2^25 pixels of the screen. */
const firefoxPixels = 2 ** 30 / 60;
const chromiumPixels = 2 ** 25;
/** 300 % on a screen with two of its own pixels to each. */
const mostZoom = 6;
/** What stands around a text: its day, its author, what it answers, rows of reactions. */
const aroundPixels = 300;

test("a log full of the longest messages stays within what browsers lay out, at 300 % too", () => {
  const [, pixels = "none"] =
    /\n\.text \{[^}]*\bmax-height: (\d+)px;[^}]*\boverflow-y: auto;/.exec(style) ?? [];
  const highest = maxTimelineEntries * (Number(pixels) + aroundPixels);
  assert.ok(highest < firefoxPixels, `${highest}`);
  assert.ok(highest * mostZoom < chromiumPixels, `${highest * mostZoom}`);
});
