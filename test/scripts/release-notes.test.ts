import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { type Checkout, notesOf, obstacleOf, sectionOf } from "../../scripts/release-notes.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const changelog = [
  "# Changelog",
  "## 1.2.0 - 2026-03-04",
  "### Added",
  "- more",
  "## [1.1.0] - 2026-01-02",
  "- less",
  "## 1.0.0",
  "",
].join("\n\n");
const ready: Checkout = {
  version: "1.2.0",
  repository: "https://example.org/secure-room.git",
  changelog,
  changes: [],
  head: "a1",
  tagged: null,
};

test("a section is what stands under its version's heading, up to the next one", () => {
  assert.equal(sectionOf(changelog, "1.2.0"), "### Added\n\n- more");
  assert.equal(sectionOf(changelog, "1.1.0"), "- less");
  assert.equal(sectionOf(changelog.replaceAll("\n", "\r\n"), "1.1.0"), "- less");
});

test("a version has no section when its heading is missing, another's, or above nothing", () => {
  for (const version of ["1.2", "1.2.0-rc.1", "1x2.0", "2.0.0", "1.0.0"]) {
    assert.equal(sectionOf(changelog, version), null, version);
  }
});

test("a committed tree with a section and a free tag may become a release", () => {
  assert.equal(obstacleOf(ready, false), null);
  assert.equal(obstacleOf({ ...ready, repository: null }, false), null);
});

test("refuses changes that are in no commit, and names them", () => {
  assert.match(
    obstacleOf({ ...ready, changes: [" M README.md"] }, false) ?? "",
    /commit or remove.*\n {3}M README\.md$/,
  );
});

test("refuses a version without a section, and says what to write", () => {
  assert.match(
    obstacleOf({ ...ready, version: "1.3.0" }, false) ?? "",
    /no section 1\.3\.0: .*"## 1\.3\.0 - /,
  );
});

test("refuses a tag that exists, even on this commit", () => {
  assert.match(
    obstacleOf({ ...ready, tagged: "a1" }, false) ?? "",
    /v1\.2\.0 exists already: raise the version/,
  );
});

test("builds for a tag only what the tag names, and only where npm can say where it comes from", () => {
  assert.equal(obstacleOf({ ...ready, tagged: "a1" }, true), null);
  assert.match(obstacleOf(ready, true) ?? "", /no tag v1\.2\.0/);
  assert.match(obstacleOf({ ...ready, tagged: "b2" }, true) ?? "", /another commit/);
  assert.match(obstacleOf({ ...ready, tagged: "a1", repository: null }, true) ?? "", /"repository"/);
});

test("the notes have the section, how to check a download, and every change since the version before", () => {
  const subjects = ["Say <b> plainly", "Keep `a < b` as it is", "Say <b> plainly"];
  const notes = notesOf(ready, { since: "v1.1.0", subjects });
  assert.ok(notes.startsWith("### Added\n\n- more\n\n"));
  assert.ok(notes.includes("npx secure-room@1.2.0 "));
  assert.ok(notes.includes("sha256sum -c --ignore-missing SHA256SUMS"));
  assert.ok(
    notes.includes(
      "<summary>2 changes since v1.1.0</summary>\n\n- Say \\<b> plainly\n- Keep `a < b` as it is\n\n",
    ),
  );
});

test("the first release tells of its changes since the beginning, and cuts a list too long to read", () => {
  const notes = (count: number) =>
    notesOf(ready, { since: null, subjects: Array.from({ length: count }, (_, at) => `Do ${at}`) });
  assert.ok(notes(1).includes("<summary>1 change since the beginning</summary>"));
  assert.ok(notes(400).includes("- Do 399\n\n</details>"));
  assert.ok(notes(402).includes("- Do 399\n- and 2 earlier ones\n\n</details>"));
});

test("the changelog has a section for the version in package.json", () => {
  const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string };
  const own = readFileSync(join(root, ".github/CHANGELOG.md"), "utf8");
  assert.notEqual(sectionOf(own, version), null);
});
