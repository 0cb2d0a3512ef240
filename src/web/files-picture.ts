// Draws a picture anew, so that place, time and camera, which its file may name, stay at home, and so that it is no
// larger than a screen. What cannot be drawn without loss of what it shows is left to the person.

import { maxPicturePixels } from "../protocol/limits.ts";
import { type Shown, shownAs, sniffedBytes } from "../session/files.ts";

const jpegQuality = 0.85;
const webpQuality = 0.9;
/** Animation is declared in front of the first frame; a colour profile may stand before it. */
const animationWithinBytes = 64 * 1024;
const extensions: Readonly<Record<string, string>> = {
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/png": "png",
};

/** What a file may be shown as, by its first bytes. */
export async function shownAsFile(content: Blob, claimed: string): Promise<Shown | null> {
  return shownAs(new Uint8Array(await content.slice(0, sniffedBytes).arrayBuffer()), claimed);
}

/** Redraws a picture, or null where that cannot be done, or would make it stand still. JPEG stays JPEG, what may be transparent becomes WebP, or PNG where the browser makes none. */
export async function redraw(file: File, type: string): Promise<File | null> {
  if (await isAnimated(file, type)) return null;
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, maxPicturePixels / Math.max(bitmap.width, bitmap.height));
    const size = [bitmap.width, bitmap.height].map((side) => Math.max(1, Math.round(side * scale)));
    const [width = 1, height = 1] = size;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext("2d");
    if (context === null || !(await isFaithful())) return null;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, width, height);
    bitmap.close();
    const isJpeg = type === "image/jpeg";
    const drawn = await canvas.convertToBlob({
      type: isJpeg ? type : "image/webp",
      quality: isJpeg ? jpegQuality : webpQuality,
    });
    return new File([drawn], renamed(file.name, drawn.type), { type: drawn.type });
  } catch {
    return null;
  }
}

function renamed(name: string, type: string): string {
  const extension = extensions[type] ?? "";
  const fits = extension === "jpg" ? /\.jpe?g$/i : new RegExp(`\\.${extension}$`, "i");
  return fits.test(name) ? name : `${name.replace(/\.\w{1,5}$/, "")}.${extension}`;
}

async function isAnimated(file: Blob, type: string): Promise<boolean> {
  // One still frame is rare, and its format names no place.
  if (type === "image/gif") return true;
  const start = new Uint8Array(await file.slice(0, animationWithinBytes).arrayBuffer());
  const text = new TextDecoder("latin1").decode(start);
  if (type === "image/webp") return text.startsWith("VP8X", 12) && ((start[20] ?? 0) & 2) !== 0;
  if (type === "image/avif") return text.startsWith("avis", 8);
  return type === "image/png" && text.includes("acTL");
}

/** Browsers that resist fingerprinting hand out noise in place of what was drawn. */
async function isFaithful(): Promise<boolean> {
  const canvas = new OffscreenCanvas(8, 8);
  const context = canvas.getContext("2d");
  if (context === null) return false;
  context.fillStyle = "rgb(32 96 160)";
  context.fillRect(0, 0, 8, 8);
  const bitmap = await createImageBitmap(await canvas.convertToBlob({ type: "image/png" }));
  context.drawImage(bitmap, 0, 0);
  const { data } = context.getImageData(0, 0, 8, 8);
  const expected = [32, 96, 160, 255];
  return data.every((value, at) => Math.abs(value - (expected[at % 4] ?? 0)) < 16);
}
