// Looks at the folder that keeps certificate and salt, for `secure-room doctor`: would a start get along with it?

import { access, constants, stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { FolderFacts, SaltFacts } from "./facts.ts";
import { checkFolder } from "./guard.ts";
import { secretsOf } from "./identity.ts";
import { codeOf, Mistake, reasonOf } from "./mistake.ts";
import type { Settings } from "./settings.ts";
import { readSalt, readSaltFile, saltName } from "./state.ts";

export async function examineFolder(settings: Settings, path: string): Promise<FolderFacts> {
  let isThere = false;
  try {
    const nearest = await nearestThere(resolve(path));
    isThere = nearest === resolve(path);
    // By its own entry: a file has none.
    await stat(`${nearest}/.`);
    if (isThere) await checkFolder(path, { secrets: secretsOf(settings), fixed: saltName });
    await access(nearest, constants.W_OK | constants.X_OK);
    return { state: isThere ? "writable" : "none", path };
  } catch (thrown) {
    if (thrown instanceof Mistake) return { state: "refused", why: thrown.message };
    if (isThere && isReadOnly(thrown)) {
      return { state: "fixed", why: `cannot write to ${path}: ${reasonOf(thrown)}` };
    }
    const why = `cannot make the folder ${path}: ${reasonOf(thrown)}; name another with --certs DIR`;
    return { state: "refused", why };
  }
}

export async function examineSalt({ saltFile }: Settings, folder: string): Promise<SaltFacts> {
  try {
    const salt = saltFile === null ? await readSalt(folder) : await readSaltFile(saltFile);
    return salt === null ? { state: "none" } : { state: "found", salt };
  } catch (thrown) {
    return { state: "unusable", why: reasonOf(thrown) };
  }
}

/** The folder itself, or the one above it in which it, or the next one, would be made. */
async function nearestThere(path: string): Promise<string> {
  const found = await stat(path).catch((thrown: unknown) => {
    if (codeOf(thrown) !== "ENOENT" && codeOf(thrown) !== "ENOTDIR") throw thrown;
    return null;
  });
  return found === null && dirname(path) !== path ? await nearestThere(dirname(path)) : path;
}

function isReadOnly(thrown: unknown): boolean {
  return ["EACCES", "EPERM", "EROFS"].includes(codeOf(thrown));
}
