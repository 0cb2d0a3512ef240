// Checksums of files that people download, as `sha256sum --check` reads them.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** A line for each of `names` in `folder`, by name. */
export function sumsOf(folder: string, names: readonly string[]): string {
  const lines = names.toSorted().map((name) => {
    const digest = createHash("sha256").update(readFileSync(join(folder, name)));
    return `${digest.digest("hex")}  ${name}\n`;
  });
  return lines.join("");
}
