import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { thirdPartyNotices } from "../../scripts/notices.ts";

/** Lays packages out as npm does; gives the path of a source file in each. */
function install(t: TestContext, packages: Readonly<Record<string, string | null>>): string[] {
  const root = mkdtempSync(join(tmpdir(), "secure-room-notices-"));
  t.after(() => rmSync(root, { recursive: true, force: true }));
  return Object.entries(packages).map(([path, licence]) => {
    const folder = join(root, "node_modules", path);
    mkdirSync(join(folder, "lib"), { recursive: true });
    const name = path.replace(/^.*node_modules\//, "");
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name, version: "1.2.3" }));
    if (licence !== null) writeFileSync(join(folder, "LICENSE"), licence);
    return join(folder, "lib/index.js");
  });
}

test("every package stands with its version above its licence, equal licences once", (t) => {
  const inputs = install(t, {
    ws: "free to all\n",
    "@a/b": "free to all",
    "ws/node_modules/c": "free to some",
  });
  const [, shared, other] = thirdPartyNotices([...inputs, ...inputs, "/src/cli.ts"]).split(/\n─+\n\n/);
  assert.equal(shared, "@a/b 1.2.3\nws 1.2.3\n\nfree to all\n");
  assert.equal(other, "c 1.2.3\n\nfree to some\n");
});

test("a bundled package without a licence text is an error that names it", (t) => {
  const inputs = install(t, { ws: "free to all", bare: null });
  assert.throws(() => thirdPartyNotices(inputs), /bare is bundled, but .* has no licence text/);
});
