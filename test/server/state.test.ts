import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { findSalt, openFolder, usualFolder } from "../../src/server/state.ts";
import { withFolder } from "./folder.ts";

const isWindows = process.platform === "win32";

test("the folder is where each platform keeps such things", () => {
  assert.equal(usualFolder("linux", {}, "/home/ann"), "/home/ann/.local/state/secure-room");
  assert.equal(usualFolder("linux", { XDG_STATE_HOME: "/state" }, "/home/ann"), "/state/secure-room");
  assert.equal(
    usualFolder("linux", { XDG_STATE_HOME: "state" }, "/home/ann"),
    "/home/ann/.local/state/secure-room",
  );
  assert.match(usualFolder("darwin", {}, "/Users/ann"), /Library.Application Support.secure-room$/);
  assert.match(usualFolder("win32", { LOCALAPPDATA: "/local" }, "/Users/ann"), /^.local.secure-room$/);
});

test("a new folder is its owner's alone, and one that is there is taken", async () => {
  await withFolder(async (folder) => {
    const inner = join(folder, "a", "b");
    await openFolder(inner);
    await openFolder(inner);
    if (!isWindows) assert.equal((await stat(inner)).mode & 0o777, 0o700);
  });
});

test("a folder that cannot be made is one line that names the way out", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "file"), "");
    await assert.rejects(openFolder(join(folder, "file")), /cannot make the folder .*--certs DIR$/);
    await assert.rejects(openFolder(join(folder, "file", "inner")), /cannot make the folder .*--certs DIR$/);
  });
});

test("a salt is made once and found again, 0600, with nothing left beside it", async () => {
  await withFolder(async (folder) => {
    const first = await findSalt(folder, randomBytes);
    const second = await findSalt(folder, randomBytes);
    assert.equal(first.made, true);
    assert.deepEqual(second, { salt: first.salt, made: false });
    if (!isWindows) assert.equal((await stat(join(folder, "salt"))).mode & 0o777, 0o600);
    assert.deepEqual(await readdir(folder), ["salt"]);
  });
});

test("relays that start at once share one salt", async () => {
  await withFolder(async (folder) => {
    const found = await Promise.all(Array.from({ length: 8 }, () => findSalt(folder, randomBytes)));
    assert.equal(new Set(found.map(({ salt }) => salt)).size, 1);
    assert.equal(found.filter(({ made }) => made).length, 1);
  });
});

for (const size of [0, 31, 33]) {
  test(`a salt of ${size} bytes is refused and left alone`, async () => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, "salt"), Buffer.alloc(size, 7));
      await assert.rejects(findSalt(folder, randomBytes), /has \d+ bytes instead of 32/);
      assert.deepEqual(await readFile(join(folder, "salt")), Buffer.alloc(size, 7));
    });
  });
}
