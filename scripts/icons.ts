// Makes the app's PNG icons from the mark of the page: `npm run icons`, after the mark has changed. They are committed,
// so that no build needs a browser. Two colours and what lies between them: sixteen shades of a palette are enough.

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32, deflateSync } from "node:zlib";
import { fileURLToPath } from "node:url";
import { iconPath } from "../src/web/icons.ts";
import { launch } from "../test/browser/browsers.ts";

type Colour = readonly [red: number, green: number, blue: number];

const folder = fileURLToPath(new URL("../../public/", import.meta.url));
const ground: Colour = [0x0f, 0x6b, 0x57];
const mark: Colour = [0xff, 0xff, 0xff];
const viewBox = 64;
/** Of the side: the mark stays within the circle that every launcher leaves of a maskable icon. */
const markShare = 0.56;
const shades = 16;

const browser = await launch("chromium");
const page = await browser.newPage();
for (const side of [192, 512]) {
  const shadeOf = await page.evaluate(drawMark, iconPath.mark, side, viewBox, markShare, shades);
  writeFileSync(join(folder, `icon-${side}.png`), encodePng(side, shadeOf));
}
await browser.close();

/** Runs in the browser: how much of the mark covers each pixel, 0 to 15. */
function drawMark(path: string, side: number, viewBox: number, share: number, shades: number): number[] {
  const canvas = new OffscreenCanvas(side, side);
  const context = canvas.getContext("2d");
  if (context === null) return [];
  const scale = (side * share) / viewBox;
  const margin = (side * (1 - share)) / 2;
  context.setTransform(scale, 0, 0, scale, margin, margin);
  context.clip(new Path2D(path), "evenodd");
  context.fillRect(0, 0, viewBox, viewBox);
  const { data } = context.getImageData(0, 0, side, side);
  const shadeOf: number[] = [];
  for (let at = 3; at < data.length; at += 4)
    shadeOf.push(Math.round(((data[at] ?? 0) / 255) * (shades - 1)));
  return shadeOf;
}

/** A PNG of 4 bits a pixel with a palette (ISO/IEC 15948). */
function encodePng(side: number, shadeOf: readonly number[]): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([4, 3, 0, 0, 0], 8);
  const palette = Buffer.alloc(shades * 3);
  for (let at = 0; at < palette.length; at++) {
    const from = ground[at % 3] ?? 0;
    const to = mark[at % 3] ?? 0;
    palette[at] = Math.round(from + ((to - from) * Math.floor(at / 3)) / (shades - 1));
  }
  const rowBytes = 1 + side / 2;
  const rows = Buffer.alloc(rowBytes * side);
  shadeOf.forEach((shade, at) => {
    const place = Math.floor(at / side) * rowBytes + 1 + Math.floor((at % side) / 2);
    rows[place] = (rows[place] ?? 0) | (at % 2 === 0 ? shade << 4 : shade);
  });
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  const data = deflateSync(rows, { level: 9 });
  return Buffer.concat([
    signature,
    chunk("IHDR", header),
    chunk("PLTE", palette),
    chunk("IDAT", data),
    chunk("IEND", Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const typed = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(typed));
  return Buffer.concat([length, typed, sum]);
}
