// The folder that outlives a run: it holds the certificate, its key and the salt, readable by their owner alone.
// It knows how to keep files, not what is in them, except for the salt: 32 random bytes, made once, never replaced.

import { randomBytes } from "node:crypto";
import { chmod, link, mkdir, open, readFile, rename, rm, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { toBase64url } from "../protocol/base64url.ts";
import { saltBytes } from "../protocol/limits.ts";
import { codeOf, Mistake, reasonOf } from "./mistake.ts";

/** Of the file in the folder that nobody else may change; it is no secret. */
export const saltName = "salt";

/** The folder of the person who runs this, where their platform keeps such things. */
export function usualFolder(
  platform: NodeJS.Platform,
  env: Readonly<Record<string, string | undefined>>,
  home: string = homedir(),
): string {
  if (platform === "darwin") return join(home, "Library", "Application Support", "secure-room");
  if (platform === "win32") {
    return join(env["LOCALAPPDATA"] || join(home, "AppData", "Local"), "secure-room");
  }
  // The XDG specification: a path that is not absolute is ignored.
  const state = env["XDG_STATE_HOME"] ?? "";
  return join(state.startsWith("/") ? state : join(home, ".local", "state"), "secure-room");
}

/** Makes the folder, and those above it, where they are missing. @throws Mistake when it cannot be made */
export async function openFolder(folder: string): Promise<void> {
  try {
    await makeFolder(resolve(folder));
  } catch (thrown) {
    throw new Mistake(`cannot make the folder ${folder}: ${reasonOf(thrown)}; name another with --certs DIR`);
  }
}

/** Not mkdir's own `recursive`: under /proc, where nothing can be made, Node 20 tries forever. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, 0o700);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT" && dirname(folder) !== folder) {
      await makeFolder(dirname(folder));
      await mkdir(folder, 0o700);
      return;
    }
    // Systems differ in the error for a folder that is there, so the folder itself is asked.
    const found = await stat(folder).catch(() => null);
    if (found?.isDirectory() !== true) throw thrown;
  }
}

/** The bytes of a file, or null when there is none. @throws Mistake when it is there and cannot be read */
export async function readKept(folder: string, name: string): Promise<Buffer | null> {
  const path = join(folder, name);
  try {
    return await readFile(path);
  } catch (thrown) {
    if (codeOf(thrown) === "ENOENT") return null;
    throw new Mistake(
      `cannot read ${path}: ${reasonOf(thrown)}; make it readable or use another --certs DIR`,
    );
  }
}

/** Writes a file whole or not at all, 0600. @throws Mistake when the folder cannot be written */
export async function keep(folder: string, name: string, content: Uint8Array | string): Promise<void> {
  await writing(folder, content, (temporary) => rename(temporary, join(folder, name)));
}

/**
 * Finds the salt, or makes it where there is none.
 * @returns the salt in base64url, and whether it was made just now
 * @throws Mistake when it has the wrong size (it is never overwritten), or cannot be read or written
 */
export async function findSalt(
  folder: string,
  random: (count: number) => Uint8Array,
): Promise<{ readonly salt: string; readonly made: boolean }> {
  const kept = await readSalt(folder);
  if (kept !== null) return { salt: kept, made: false };
  let made = true;
  await writing(folder, random(saltBytes), async (temporary) => {
    try {
      // A link fails where the name is taken: of two relays that start at once, both use the salt of the first.
      await link(temporary, join(folder, saltName));
    } catch (thrown) {
      // Some file systems have no links.
      if (codeOf(thrown) !== "EEXIST") return rename(temporary, join(folder, saltName));
      made = false;
    }
    await rm(temporary);
  });
  const salt = await readSalt(folder);
  if (salt === null) throw new Mistake(`${join(folder, saltName)} went away as it was made: start again`);
  return { salt, made };
}

/**
 * Reads a salt that several relays share.
 * @returns the salt in base64url
 * @throws Mistake when it cannot be read or has the wrong size
 */
export async function readSaltFile(path: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (thrown) {
    throw new Mistake(
      `cannot read --salt-file ${path}: ${reasonOf(thrown)}; copy the file ${saltName} of a relay there`,
    );
  }
  if (bytes.length === saltBytes) return toBase64url(bytes);
  throw new Mistake(
    `--salt-file ${path} has ${bytes.length} bytes instead of ${saltBytes}: copy the file ${saltName} of a relay there`,
  );
}

/**
 * Reads the folder's salt.
 * @returns it in base64url, null when there is none
 * @throws Mistake when it has the wrong size or cannot be read
 */
export async function readSalt(folder: string): Promise<string | null> {
  const bytes = await readKept(folder, saltName);
  if (bytes === null) return null;
  if (bytes.length !== saltBytes) {
    throw new Mistake(
      `${join(folder, saltName)} has ${bytes.length} bytes instead of ${saltBytes}: bring it back from a copy, ` +
        `or remove it for a new one (earlier rooms will then not be found)`,
    );
  }
  return toBase64url(bytes);
}

async function writing(
  folder: string,
  content: Uint8Array | string,
  place: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = join(folder, `.${randomBytes(6).toString("hex")}.tmp`);
  try {
    const file = await open(temporary, "wx", 0o600);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(temporary, 0o600);
    await place(temporary);
  } catch (thrown) {
    await rm(temporary, { force: true });
    throw new Mistake(`cannot write to ${folder}: ${reasonOf(thrown)}; name another folder with --certs DIR`);
  }
}
