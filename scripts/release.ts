// Builds dist/release: the npm package, the binaries, SHA256SUMS over all of them, and the notes. `npm run release`; with
// `-- --tagged` it builds what the version's tag names, as the release workflow does. It pushes and publishes nothing:
// it says what is to be done next.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv, execPath, exit, platform } from "node:process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Checkout, type Commits, notesOf, obstacleOf } from "./release-notes.ts";
import { sumsOf } from "./sums.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const out = join(root, "dist/release");

const { values } = parseArgs({
  args: argv.slice(2),
  options: { tagged: { type: "boolean", default: false } },
});
const checkout = readCheckout();
const obstacle = obstacleOf(checkout, values.tagged);
if (obstacle !== null) {
  console.error(`no release: ${obstacle}`);
  exit(1);
}
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
packPackage();
copyBinaries();
const names = readdirSync(out).toSorted();
writeFileSync(join(out, "SHA256SUMS"), sumsOf(out, names));
writeFileSync(join(out, "NOTES.md"), notesOf(checkout, readCommits()));
sayNext();

function readCheckout(): Checkout {
  const { version, repository = null } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    readonly version: string;
    readonly repository?: string | { readonly url: string };
  };
  return {
    version,
    repository: typeof repository === "string" ? repository : (repository?.url ?? null),
    changelog: readFileSync(join(root, ".github/CHANGELOG.md"), "utf8"),
    changes: linesOf(git("status", "--porcelain")),
    head: git("rev-parse", "HEAD").trim(),
    // An empty answer: there is no such tag.
    tagged:
      git("for-each-ref", "--format=%(refname)", `refs/tags/v${version}`).trim() === ""
        ? null
        : commitOf(`v${version}`),
  };
}

function commitOf(tag: string): string {
  return git("rev-parse", `refs/tags/${tag}^{commit}`).trim();
}

/** Those of this release: merges say nothing that their commits do not say. */
function readCommits(): Commits {
  const own = `v${checkout.version}`;
  const tags = linesOf(git("tag", "--list", "v[0-9]*", "--merged", "HEAD", "--sort=-version:refname"));
  const since = tags.find((tag) => tag !== own) ?? null;
  const range = since === null ? "HEAD" : `${since}..HEAD`;
  return { since, subjects: linesOf(git("log", "--no-merges", "--format=%s", range)) };
}

/** As it will be published. --ignore-scripts: `npm run release` has just built it. */
function packPackage(): void {
  execFileSync("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", out], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    shell: platform === "win32",
  });
}

function copyBinaries(): void {
  const from = join(root, "dist/bin");
  rmSync(from, { recursive: true, force: true });
  execFileSync(execPath, [join(root, "build/scripts/binary.js")], { cwd: root, stdio: "inherit" });
  for (const name of readdirSync(from)) {
    if (name !== "SHA256SUMS") copyFileSync(join(from, name), join(out, name));
  }
}

function sayNext(): void {
  const tag = `v${checkout.version}`;
  const files = names.map((name) => {
    const sizeMiB = (statSync(join(out, name)).size / 1024 ** 2).toFixed(1);
    return `  ${name.padEnd(30)} ${sizeMiB.padStart(6)} MiB`;
  });
  console.log(`\n${checkout.version} is in dist/release:\n\n${files.join("\n")}\n  SHA256SUMS\n  NOTES.md\n`);
  if (values.tagged) return;
  if (checkout.repository === null) {
    console.log(`First write "repository" into package.json: without it npm refuses --provenance.\n`);
  }
  console.log(`Next, read NOTES.md and try what is in dist/release. Then

  git tag -a ${tag} -m "secure-room ${checkout.version}"
  git push origin ${tag}

The workflow release.yml builds all of it again from the tag, publishes the package to npm and puts the files into a
release on GitHub. By hand, where there is no workflow:

  npm publish ./dist/release/secure-room-${checkout.version}.tgz
  gh release create ${tag} --verify-tag --notes-file dist/release/NOTES.md dist/release/secure-room-* \\
    dist/release/THIRD-PARTY-NOTICES.txt dist/release/SHA256SUMS`);
}

function git(...args: readonly string[]): string {
  return execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
