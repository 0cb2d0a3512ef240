// What the person who started the relay can put right: a bad value, a folder that cannot be written, a port in use.

/** Its message is one line for that person: what is wrong, and what to do. It is shown without a stack. */
export class Mistake extends Error {
  override readonly name = "Mistake";
}

/** The code of a system error (`EACCES`), or "" for anything else that was thrown. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error) || !("code" in thrown)) return "";
  return typeof thrown.code === "string" ? thrown.code : "";
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the disk is read-only",
  ENOENT: "it does not exist",
  ENOTDIR: "a part of its path is not a folder",
  EISDIR: "it is a folder",
  EEXIST: "a file of that name is in the way",
  ENOSPC: "the disk is full",
};

/** A system error in words. */
export function reasonOf(thrown: unknown): string {
  return reasons[codeOf(thrown)] ?? (thrown instanceof Error ? thrown.message : String(thrown));
}
