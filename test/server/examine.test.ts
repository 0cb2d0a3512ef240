// What the doctor looks at before a start: each of these ended a start that it had found no fault with.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, chown, copyFile, mkdir, readdir, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { test, type TestContext } from "node:test";
import { dayMs } from "../../src/protocol/units.ts";
import { findCertificate } from "../../src/server/certificate.ts";
import { diagnose } from "../../src/server/doctor.ts";
import { examine } from "../../src/server/examine.ts";
import type { Facts } from "../../src/server/facts.ts";
import { listenOn } from "../../src/server/listen.ts";
import { findLocalCertificate } from "../../src/server/local-ca.ts";
import { Mistake } from "../../src/server/mistake.ts";
import { readSettings } from "../../src/server/settings.ts";
import type { Given } from "../../src/server/sources.ts";
import { freePort, program } from "../command.ts";
import { withFolder } from "./folder.ts";

const skip = process.platform === "win32";
const usual = { host: "127.0.0.1", port: "0", url: "http://127.0.0.1:1" };

/** What keeps a relay with these flags from starting, as `what: text`. */
async function faults(flags: Given["flags"], folder: string): Promise<string[]> {
  const settings = readSettings({ flags: { ...usual, ...flags }, env: {}, descriptorLimit: null });
  return faultsIn(await examine(settings, folder, null));
}

function faultsIn(facts: Facts): string[] {
  const { limits } = readSettings({ flags: {}, env: {}, descriptorLimit: null });
  return diagnose(limits, facts)
    .filter(({ verdict }) => verdict === "bad")
    .map(({ what, text }) => `${what}: ${text}`);
}

async function takenPort(t: TestContext): Promise<string> {
  const blocker = createServer().listen(0, "127.0.0.1");
  t.after(() => blocker.close());
  await once(blocker, "listening");
  return String((blocker.address() as AddressInfo).port);
}

test("a folder that is not there is no fault where it can be made, and is not made", async () => {
  await withFolder(async (folder) => {
    assert.deepEqual(await faults({}, join(folder, "a", "b")), []);
    assert.deepEqual(await readdir(folder), []);
  });
});

test("a folder that cannot be made is a fault", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "file"), "");
    for (const certs of [join(folder, "file"), join(folder, "file", "certs")]) {
      const [found] = await faults({}, certs);
      assert.match(found ?? "", /^folder: cannot make the folder .*; name another with --certs DIR$/);
    }
  });
});

test("a folder that is not this user's to write is a fault until all is in it", { skip }, async () => {
  await withFolder(async (place) => {
    // To root nothing is forbidden: where root runs this, nobody asks, who may not be let into this checkout either.
    const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const { uid = -1, gid = -1 } = nobody;
    const copy = join(place, "secure-room.cjs");
    const folder = join(place, "certs");
    await copyFile(program, copy);
    await chmod(place, 0o755);
    await mkdir(folder);
    await chown(folder, uid, gid);
    const folderLine = async (certs: string): Promise<string> => {
      const args = [copy, "doctor", "--certs", certs, "--host", "127.0.0.1", "--url", usual.url];
      const asked = spawn(process.execPath, args, { ...nobody, cwd: "/" });
      const [out] = await Promise.all([text(asked.stdout), once(asked, "close")]);
      return out.split("\n").find((line) => line.includes("folder")) ?? `none in ${out}`;
    };
    await chmod(folder, 0o500);
    assert.match(await folderLine(folder), /^FAIL +folder +cannot write to .*, and a start must: /);
    assert.match(await folderLine(join(folder, "new")), /^FAIL +folder +cannot make the folder /);
    await chmod(folder, 0o700);
    await findCertificate(folder, { hosts: ["localhost"], linked: [], nowMs: Date.now() });
    await writeFile(join(folder, "salt"), Buffer.alloc(32));
    for (const name of await readdir(folder)) await chown(join(folder, name), uid, gid);
    await chmod(folder, 0o500);
    assert.match(
      await folderLine(folder),
      /^look +folder +cannot write to .*, and the next certificate must: /,
    );
    await chmod(folder, 0o700);
  });
});

test("a folder that cannot be written is no fault where nothing is to be written", async () => {
  await withFolder(async (folder) => {
    const settings = readSettings({ flags: usual, env: {}, descriptorLimit: null });
    const facts = await examine(settings, folder, null);
    const fixed: Facts = { ...facts, folder: { state: "fixed", why: "cannot write" } };
    const salt = { state: "found", salt: "" } as const;
    const made = { state: "found", from: "made", renewsAtMs: null, names: "a" } as const;
    const expiresAtMs = facts.nowMs + dayMs;
    assert.equal(faultsIn(fixed).length, 1);
    assert.equal(faultsIn({ ...fixed, salt }).length, 1);
    assert.deepEqual(faultsIn({ ...fixed, salt, certificate: { state: "proxy" } }), []);
    assert.deepEqual(faultsIn({ ...fixed, salt, certificate: { ...made, expiresAtMs } }), []);
    assert.equal(faultsIn({ ...fixed, salt, certificate: { ...made, expiresAtMs: facts.nowMs } }).length, 1);
  });
});

test("a folder to which everybody may write is a fault", { skip }, async () => {
  await withFolder(async (folder) => {
    await chmod(folder, 0o1777);
    assert.match((await faults({}, folder)).join(), /^folder: everybody may write to /);
  });
});

test("a salt of another size is a fault, in the folder and elsewhere, and so is one that is missing elsewhere", async () => {
  await withFolder(async (folder) => {
    await writeFile(join(folder, "salt"), Buffer.alloc(31));
    assert.match((await faults({}, folder)).join(), /^salt: \S+ has 31 bytes instead of 32: bring it back/);
    const shared = { "salt-file": join(folder, "salt") };
    assert.match((await faults(shared, join(folder, "new"))).join(), /^salt: --salt-file \S+ has 31 bytes/);
    const missing = { "salt-file": join(folder, "none") };
    assert.match((await faults(missing, folder)).join(), /^salt: cannot read --salt-file /);
  });
});

test("a kept certificate that a start refuses is a fault", async () => {
  await withFolder(async (folder) => {
    const place = { hosts: ["localhost"], linked: [], nowMs: Date.now() };
    const { cert } = await findLocalCertificate(folder, place, "box");
    await writeFile(join(folder, "cert.pem"), "x");
    assert.match((await faults({}, folder)).join(), /^certificate: \S+ is no certificate: remove it/);
    await writeFile(join(folder, "cert.pem"), cert);
    assert.match((await faults({}, folder)).join(), /^certificate: \S+ was not made by secure-room/);
    await writeFile(join(folder, "ca-key.pem"), "x");
    assert.match((await faults({ "local-ca": true }, folder)).join(), /^certificate: .* are not a pair: /);
  });
});

test("ports beside the one for guests are looked at: taken, free, and at an address of another machine", async (t) => {
  const taken = await takenPort(t);
  await withFolder(async (folder) => {
    for (const flag of ["http-port", "metrics-port"]) {
      assert.match(
        (await faults({ [flag]: taken }, folder)).join(),
        new RegExp(`^${flag}: port ${taken} is in use by another program, .*--${flag} N$`),
      );
      assert.deepEqual(await faults({ [flag]: "0" }, folder), []);
    }
    const [elsewhere] = await faults({ host: "192.0.2.77", "metrics-port": "0" }, folder);
    assert.match(elsewhere ?? "", /^port: this machine does not have the address 192\.0\.2\.77/);
  });
});

test("two flags with one port are a fault", async () => {
  const port = String(await freePort());
  await withFolder(async (folder) => {
    const found = await faults({ port, "metrics-port": port }, folder);
    assert.match(found.join(), /^metrics-port: port \d+ is in use .*named twice/);
  });
});

test("a socket whose path is too long says so, to the doctor and at a start", { skip }, async () => {
  await withFolder(async (folder) => {
    const most = process.platform === "linux" ? 107 : 103;
    const long = (bytes: number): string => join(folder, "x".repeat(bytes - folder.length - 1));
    const flags = (socket: string) => ({ host: undefined, port: undefined, socket, "no-tls": true });
    assert.deepEqual(await faults(flags(long(most)), folder), []);
    const [found] = await faults(flags(long(most + 1)), folder);
    assert.match(found ?? "", new RegExp(`^socket: --socket has a path of ${most + 1} bytes, .* ${most}: `));
    const server = createServer();
    await listenOn(server, { socket: long(most) });
    server.close();
    await once(server, "close");
    await assert.rejects(
      listenOn(createServer(), { socket: long(most + 1) }),
      (thrown) => thrown instanceof Mistake && /a shorter one/.test(thrown.message),
    );
    assert.deepEqual(await readdir(folder), []);
  });
});
