// Who but their owner may read or change what the folder keeps. The folder outlives a run, so others may have had their
// hands on it: a restored copy, a volume, an old umask. Knows modes and owners, not what is in the files.

import { chmod, stat } from "node:fs/promises";
import { join } from "node:path";
import { codeOf, Mistake, reasonOf } from "./mistake.ts";

/** Mode bits of group and others. */
const anyRight = 0o077;
const writeRight = 0o022;
/** Of a folder in which everybody may put something (`/tmp`). */
const sticky = 0o1000;

export interface Found {
  readonly uid: number;
  readonly mode: number;
}

/** What is wrong with `found`, seen by the user `uid`. Root's own files are as safe as root is, and root may use any. */
export function judgeOwner(found: Found, forbidden: number, uid: number): "stranger" | "loose" | null {
  if (uid !== 0 && found.uid !== 0 && found.uid !== uid) return "stranger";
  return (found.mode & forbidden) === 0 ? null : "loose";
}

/**
 * Takes from others what they must not have: to write `folder` or the file `fixed`, to read or write the files `secrets`.
 * The folder comes first: behind one that nobody else may write, nothing can be put into a file's place. What is not
 * there is passed over. Windows has neither modes nor owners.
 * @param uid of the user who runs this, undefined on Windows
 * @returns a line for each that was changed
 * @throws Mistake when one belongs to somebody else, or cannot be changed
 */
export async function guardFolder(
  folder: string,
  files: { readonly secrets: readonly string[]; readonly fixed: string },
  uid: number | undefined = process.getuid?.(),
): Promise<string[]> {
  if (uid === undefined) return [];
  const { secrets, fixed } = files;
  const lines = [
    // Others may go on reading the folder, which may hold more than ours.
    await guard(folder, uid, { forbidden: writeRight, taken: writeRight }),
    ...(await Promise.all(
      secrets.map((secret) => guard(join(folder, secret), uid, { forbidden: anyRight, taken: anyRight })),
    )),
    await guard(join(folder, fixed), uid, { forbidden: writeRight, taken: anyRight }),
  ];
  return lines.filter((line) => line !== null);
}

/**
 * Looks for what `guardFolder` refuses, and changes nothing.
 * @throws Mistake as guardFolder, but for what it could not change
 */
export async function checkFolder(
  folder: string,
  files: { readonly secrets: readonly string[]; readonly fixed: string },
  uid: number | undefined = process.getuid?.(),
): Promise<void> {
  if (uid === undefined) return;
  await looseAt(folder, uid, writeRight);
  for (const secret of files.secrets) await looseAt(join(folder, secret), uid, anyRight);
  await looseAt(join(folder, files.fixed), uid, writeRight);
}

async function guard(
  path: string,
  uid: number,
  { forbidden, taken }: { readonly forbidden: number; readonly taken: number },
): Promise<string | null> {
  const found = await looseAt(path, uid, forbidden);
  if (found === null) return null;
  try {
    await chmod(path, found.mode & 0o7777 & ~taken);
  } catch (thrown) {
    const command = `sudo chmod ${taken === anyRight ? "go=" : "go-w"} "${path}"`;
    throw new Mistake(
      `other users can get at ${path}, and that could not be changed (${reasonOf(thrown)}): run ${command}, ` +
        `or name another folder with --certs DIR`,
    );
  }
  const could = forbidden === anyRight ? "read or change" : "change";
  return `Other users could ${could} ${path}: they no longer can.`;
}

/** What is at `path` where others have a right that is forbidden, null where they have not. */
async function looseAt(path: string, uid: number, forbidden: number): Promise<Found | null> {
  const found = await statOrNull(path);
  const flaw = found === null ? null : judgeOwner(found, forbidden, uid);
  if (found === null || flaw === null) return null;
  if (flaw === "stranger") {
    throw new Mistake(
      `${path} belongs to another user, who could change it: run sudo chown ${uid} "${path}", ` +
        `or name another folder with --certs DIR`,
    );
  }
  if ((found.mode & sticky) !== 0) {
    throw new Mistake(`everybody may write to ${path}: name a folder of your own with --certs DIR`);
  }
  return found;
}

async function statOrNull(path: string): Promise<Found | null> {
  try {
    return await stat(path);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return null;
    throw new Mistake(`cannot look at ${path}: ${reasonOf(thrown)}; name another folder with --certs DIR`);
  }
}
