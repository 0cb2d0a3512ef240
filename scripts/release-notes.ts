// What is said of a release, and what must be true of a checkout before it may become one. Texts in, texts out: git, npm
// and files are release.ts's matter.

/** What a release is made from. */
export interface Checkout {
  /** Of package.json: `1.2.3` */
  readonly version: string;
  /** Where the code lives, as package.json has it; null when it says nothing. */
  readonly repository: string | null;
  /** .github/CHANGELOG.md */
  readonly changelog: string;
  /** Lines of `git status --porcelain`. */
  readonly changes: readonly string[];
  readonly head: string;
  /** The commit that the version's tag names, or null. */
  readonly tagged: string | null;
}

export interface Commits {
  /** The version tag before, null in front of the first release. */
  readonly since: string | null;
  /** The newest first. */
  readonly subjects: readonly string[];
}

/** A list that nobody reads to its end says less than its beginning. */
const mostSubjects = 400;

/**
 * Why the checkout must not become a release, and what to do about it; null when it may.
 * @param isTagged its tag has been pushed and is to be built now, so it must be there instead of being free, and npm is
 *   to say where the package was built, for which it has to know where the code lives
 */
export function obstacleOf(checkout: Checkout, isTagged: boolean): string | null {
  const { version, repository, changelog, changes, head, tagged } = checkout;
  const tag = `v${version}`;
  if (changes.length > 0) {
    const some = changes.slice(0, 10).map((line) => `  ${line}\n`);
    return `the tree has changes that are in no commit: commit or remove them\n${some.join("")}`.trimEnd();
  }
  if (sectionOf(changelog, version) === null) {
    return `.github/CHANGELOG.md has no section ${version}: write what people get under "## ${version} - YYYY-MM-DD"`;
  }
  if (!isTagged && tagged !== null) {
    return `the tag ${tag} exists already: raise the version in package.json, or build what it names with --tagged`;
  }
  if (!isTagged) return null;
  if (tagged === null) return `there is no tag ${tag}: package.json and the tag that was pushed differ`;
  if (tagged !== head) return `the tag ${tag} names another commit than the one that is checked out`;
  if (repository !== null) return null;
  return 'package.json names no "repository", without which npm refuses --provenance: write its URL there';
}

/** What stands under `## 1.2.3`, with or without brackets and a date; null when there is no such heading, or nothing. */
export function sectionOf(changelog: string, version: string): string | null {
  const lines = changelog.split(/\r?\n/);
  const start = lines.findIndex((line) => /^## \[?([^\]\s]+)/.exec(line)?.[1] === version);
  if (start === -1) return null;
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => /^## |^\[[^\]]+\]: /.test(line));
  const text = rest
    .slice(0, end === -1 ? undefined : end)
    .join("\n")
    .trim();
  return text === "" ? null : text;
}

/** The text of a release, Markdown: what people get, how to check it, and what was done in small. */
export function notesOf(
  { version, changelog }: Pick<Checkout, "version" | "changelog">,
  commits: Commits,
): string {
  // What came in over two branches is there twice.
  const subjects = [...new Set(commits.subjects)];
  const shown = subjects.slice(0, mostSubjects);
  const left = subjects.length - shown.length;
  const since = commits.since === null ? "since the beginning" : `since ${commits.since}`;
  const changes = subjects.length === 1 ? "1 change" : `${subjects.length} changes`;
  return [
    sectionOf(changelog, version) ?? "",
    "## Download",
    "```sh\n" +
      `npx secure-room@${version}                     # where there is Node\n` +
      "sha256sum -c --ignore-missing SHA256SUMS  # before a file from here is started\n" +
      "```",
    `<details><summary>${changes} ${since}</summary>`,
    [
      ...shown.map((subject) => `- ${asText(subject)}`),
      ...(left === 0 ? [] : [`- and ${left} earlier ones`]),
    ].join("\n"),
    "</details>\n",
  ].join("\n\n");
}

/** Subjects may hold code; what else looks like HTML is none. */
function asText(subject: string): string {
  return subject.replaceAll(/`[^`]*`|</g, (found) => (found === "<" ? "\\<" : found));
}
