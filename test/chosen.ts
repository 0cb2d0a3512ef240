// Which test files of a folder are run. The list comes from the sources, so that a test that was not compiled fails instead
// of going missing, and one whose source has gone is not run.

import { readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * The compiled tests of a folder right below `test`, the largest first, because they mostly take longest.
 * @param main a compiled module of that folder, its `import.meta.url`
 * @param parts only files whose names hold one of these; all, where there is none
 * @throws Error when none does
 */
export function chooseTests(main: string, parts: readonly string[]): readonly string[] {
  const built = dirname(fileURLToPath(main));
  const sources = join(built, "../../../test", basename(built));
  const names = readdirSync(sources)
    .filter((name) => name.endsWith(".test.ts"))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
    .toSorted((a, b) => statSync(join(sources, b)).size - statSync(join(sources, a)).size);
  if (names.length === 0)
    throw new Error(`no test of ${basename(built)} matches: ${parts.join(" ") || "(all)"}`);
  return names.map((name) => join(built, name.replace(/\.ts$/, ".js")));
}
