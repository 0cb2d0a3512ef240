// A QR code as a drawing. The squares are always dark on light: many readers fail on the reverse.

import { drawing } from "./dom.ts";

/** What version 40 with the least correction holds (ISO/IEC 18004, table 7). */
const maxBytes = 2953;

/**
 * Draws `text` as a QR code, with the quiet zone of four squares that ISO/IEC 18004 asks for. Null when it is too long
 * for one: a link with a thousand bytes of another script. Rejects when the relay is out of reach; some browsers remember
 * that until the page is loaded anew.
 */
export async function qrCode(text: string): Promise<SVGSVGElement | null> {
  if (new TextEncoder().encode(text).length > maxBytes) return null;
  const { encode } = await import("./qr-encode.ts");
  const { data, size } = encode(text, { border: 4 });
  let path = "";
  data.forEach((row, y) => {
    row.forEach((dark, x) => {
      if (dark) path += `M${x} ${y}h1v1h-1z`;
    });
  });
  return drawing("qr", size, path);
}
