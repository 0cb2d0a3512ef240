// Gzip as small as zlib can make it. zlib begins a new code only when its memory is full; in a script that holds code,
// sentences and a word list, blocks that begin where the kind of text changes save one byte in a hundred and fifty.

import { constants, createGzip } from "node:zlib";

/** Between such places it is tried whether a block ends. */
const stepBytes = 2_000;

/** Compresses `body`: of the blocks tried, one after the other is joined to the next where that is no larger. */
export async function gzipSmall(body: Buffer): Promise<Buffer> {
  const tried = Math.ceil(body.length / stepBytes) - 1;
  let ends = Array.from({ length: tried }, (_, index) => (index + 1) * stepBytes);
  let best = await gzipInBlocks(body, ends);
  for (let before = Infinity; best.length < before;) {
    before = best.length;
    for (const end of ends) {
      const fewer = ends.filter((each) => each !== end);
      const smaller = await gzipInBlocks(body, fewer);
      if (smaller.length <= best.length) [best, ends] = [smaller, fewer];
    }
  }
  return best;
}

/** @param ends offsets in `body`, ascending */
async function gzipInBlocks(body: Buffer, ends: readonly number[]): Promise<Buffer> {
  const gzip = createGzip({ level: 9, memLevel: 9 });
  const parts: Buffer[] = [];
  gzip.on("data", (part: Buffer) => parts.push(part));
  let from = 0;
  for (const end of ends) {
    gzip.write(body.subarray(from, end));
    await new Promise<void>((resolve) => gzip.flush(constants.Z_BLOCK, () => resolve()));
    from = end;
  }
  await new Promise<void>((resolve, reject) => {
    gzip.on("error", reject).on("end", resolve);
    gzip.end(body.subarray(from));
  });
  return Buffer.concat(parts);
}
