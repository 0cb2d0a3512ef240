import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, copyFile, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { describe, test } from "node:test";
import { limitRows, plainRows } from "../src/server/flags.ts";
import { withFolder } from "./server/folder.ts";
import {
  program,
  isWindows,
  launch,
  run,
  serve,
  assertOneLine,
  enter,
  contentsOf,
  freePort,
  canConnect,
  stopped,
} from "./command.ts";

describe("the command", { concurrency: 4 }, () => {
  test("--help names every flag, in 80 columns", async () => {
    const { code, out } = await run(["--help"]);
    assert.equal(code, 0);
    for (const { flag } of [...plainRows, ...limitRows])
      assert.match(out, new RegExp(`^  --${flag}( |$)`, "m"));
    assert.deepEqual(
      out.split("\n").filter((line) => line.length > 80),
      [],
    );
    assert.equal((await run(["serve", "--help"])).out, out);
  });

  test("--version is a version", async () => {
    assert.match((await run(["--version"])).out, /^\d+\.\d+\.\d+\n$/);
  });

  const mistakes: readonly (readonly [readonly string[], RegExp])[] = [
    [["dance"], /there is no command "dance"/],
    [["serve", "dance"], /there is no command "dance"/],
    [["--quiet", "doctor", "dance"], /there is no command "dance"/],
    [["--acme", "--acme-email", "a@b.c"], /--acme needs its DOMAIN: write it before --acme-email/],
    [["--max-members", "--history", "5"], /--max-members needs its N: write it before --history/],
    [["--prot", "1"], /unknown option '--prot' \(Did you mean --port\?\)/],
    [["--port"], /'--port <N>' argument missing/],
    [["--port", "x"], /--port is "x": expected a whole number/],
    [["serve", "--max-members", "0"], /--max-members is "0"/],
    [["--cert", "c.pem"], /add --key FILE/],
  ];
  for (const [args, expected] of mistakes) {
    test(`${JSON.stringify(args.join(" "))} is answered by one line`, async () => {
      await assertOneLine(run(args), expected);
    });
  }

  test("doctor is found before, between and behind the flags", async () => {
    await withFolder(async (folder) => {
      const flags = ["--certs", folder, "--host", "127.0.0.1"];
      for (const args of [
        ["doctor", ...flags, "--port", "0"],
        [...flags, "doctor", "--port", "0"],
        [...flags, "--port", "0", "doctor"],
      ]) {
        const { code, out } = await run(args);
        assert.equal(code, 0);
        assert.match(out, /^ok {4}port +free$/m);
      }
      assert.deepEqual(await readdir(folder), []);
    });
  });

  test("doctor knows the relay that runs here, whatever has become of its name", async () => {
    await withFolder(async (folder) => {
      const beside = ["--metrics-port", String(await freePort())];
      const relay = await serve(folder, beside);
      const port = /127\.0\.0\.1:(\d+)/.exec(relay.said())?.[1] ?? "";
      const place = ["--certs", folder, "--host", "127.0.0.1", "--port", port, ...beside];
      const { code, out } = await run([...place, "--url", "https://chat.invalid", "doctor"]);
      relay.child.kill();
      await relay.ended;
      assert.equal(code, 0, out);
      assert.match(out, /^ok {4}port +in use by this relay/m);
      assert.match(out, /^ok {4}metrics-port +in use: by this relay/m);
      assert.match(out, /^look {2}address +.*chat\.invalid/m);
    });
  });

  test("a bad variable is answered by one line", async () => {
    await assertOneLine(run([], { SECURE_ROOM_HISTORY: "many" }), /SECURE_ROOM_HISTORY is "many"/);
  });

  test("a folder that cannot be had is answered by one line", async () => {
    await withFolder(async (folder) => {
      await writeFile(join(folder, "file"), "");
      await assertOneLine(
        run(["--certs", join(folder, "file", "certs")]),
        /cannot make the folder .*--certs DIR/,
      );
    });
  });

  test("a pair that cannot be read is answered by one line", async () => {
    await withFolder(async (folder) => {
      const missing = join(folder, "none.pem");
      await assertOneLine(
        run(["--certs", folder, "--cert", missing, "--key", missing]),
        /cannot read --cert/,
      );
    });
  });

  test("a port in use is answered by one line", async (t) => {
    const blocker = createServer().listen(0, "127.0.0.1");
    t.after(() => blocker.close());
    await once(blocker, "listening");
    const address = blocker.address();
    assert.ok(typeof address === "object" && address !== null);
    await withFolder(async (folder) => {
      const args = ["--host", "127.0.0.1", "--port", String(address.port), "--certs", folder];
      await assertOneLine(run(args), /port \d+ is in use/);
    });
  });

  test("a start that is refused leaves the folder as it was", async (t) => {
    const blocker = createServer().listen(0, "127.0.0.1");
    t.after(() => blocker.close());
    await once(blocker, "listening");
    const address = blocker.address();
    assert.ok(typeof address === "object" && address !== null);
    const taken = String(address.port);
    await withFolder(async (folder) => {
      const first = join(folder, "first");
      const none = join(folder, "none");
      const refused: readonly (readonly [readonly string[], RegExp])[] = [
        [["--host", "192.0.2.77"], /this machine does not have the address 192\.0\.2\.77/],
        [["--host", "127.0.0.1", "--port", taken], /port \d+ is in use/],
        [["--host", "127.0.0.1", "--metrics-port", taken], /port \d+ is in use.*--metrics-port/],
        [["--host", "127.0.0.1", "--http-port", taken], /port \d+ is in use.*--http-port/],
        [["--cert", none, "--key", none], /cannot read --cert/],
        [["--salt-file", none], /cannot read --salt-file/],
      ];
      for (const [args, expected] of refused) {
        await assertOneLine(run(["--port", "0", "--certs", first, ...args]), expected);
        assert.equal(existsSync(first), false, args.join(" "));
      }
      await stopped(await serve(folder));
      const before = await contentsOf(folder);
      await assertOneLine(run(["--port", "0", "--certs", folder, "--host", "192.0.2.77"]), /192\.0\.2\.77/);
      // With its key gone the certificate would be made anew.
      await rm(join(folder, "key.pem"));
      await writeFile(join(folder, "salt"), Buffer.alloc(31));
      await assertOneLine(run(["--port", "0", "--certs", folder, "--host", "127.0.0.1"]), /31 bytes/);
      assert.equal(existsSync(join(folder, "key.pem")), false);
      await writeFile(join(folder, "key.pem"), before["key.pem"] ?? "");
      await writeFile(join(folder, "salt"), before["salt"] ?? "");
      assert.deepEqual(await contentsOf(folder), before);
    });
  });

  test("without a terminal it prints plain lines and no passphrase, and keeps three files", async () => {
    await withFolder(async (folder) => {
      const { child, ended } = await serve(folder);
      child.kill("SIGINT");
      const { code, out, err } = await ended;
      assert.deepEqual([code, err], [isWindows ? null : 0, ""]);
      assert.match(
        out,
        /^secure-room \S+ is running on https:\/\/127\.0\.0\.1:\d+\ncertificate SHA-256 (\w\w:){31}\w\w\n/,
      );
      assert.doesNotMatch(out, /#/);
      assert.deepEqual((await readdir(folder)).toSorted(), ["cert.pem", "key.pem", "salt"]);
    });
  });

  test(
    "--log-level info says start and stop on standard error, a JSON object a line",
    { skip: isWindows },
    async () => {
      await withFolder(async (folder) => {
        const started = await serve(folder, ["--log-level", "info", "--metrics-port", "0"]);
        const { err, out } = await stopped(started);
        const lines = err.trimEnd().split("\n");
        const events = lines.map((line) => JSON.parse(line) as { event: string; metricsPort?: number });
        assert.deepEqual(
          events.map(({ event }) => event),
          ["listening", "stopping", "stopped"],
        );
        assert.match(
          out,
          new RegExp(`^metrics on http://127\\.0\\.0\\.1:${events[0]?.metricsPort}/metrics$`, "m"),
        );
      });
    },
  );

  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    test(`${signal} ends it with 0`, { skip: isWindows }, async () => {
      await withFolder(async (folder) => {
        const { child, ended } = await serve(folder, ["--stop-spread", "0"]);
        child.kill(signal);
        assert.equal((await ended).code, 0);
      });
    });
  }

  test(
    "one Ctrl-C that comes twice, as under npx, still says goodbye to guests",
    { skip: isWindows },
    async () => {
      await withFolder(async (folder) => {
        const { child, said, ended } = await serve(folder);
        const guests = await Promise.all(Array.from({ length: 20 }, () => enter(said())));
        const codes = guests.map(async (guest) => {
          const [code] = (await once(guest, "close")) as [number];
          return code;
        });
        // Two of one kind may reach a process as one, and of two kinds either may come first.
        child.kill("SIGINT");
        child.kill("SIGTERM");
        const heard = new Set(await Promise.all(codes));
        assert.ok(heard.size === 1 && (heard.has(1001) || heard.has(1012)), [...heard].join(", "));
        assert.equal((await ended).code, 0);
      });
    },
  );

  test("a second Ctrl-C a little later does not wait for guests", { skip: isWindows }, async () => {
    await withFolder(async (folder) => {
      const { child, said, ended } = await serve(folder, ["--stop-timeout", "10m", "--stop-spread", "10m"]);
      const guests = await Promise.all(Array.from({ length: 20 }, () => enter(said())));
      child.kill("SIGTERM");
      const again = setInterval(() => child.kill("SIGINT"), 50);
      assert.equal((await ended).code, 0);
      clearInterval(again);
      for (const guest of guests) guest.terminate();
    });
  });

  test("a folder that others could change is told of and mended", { skip: isWindows }, async () => {
    await withFolder(async (folder) => {
      await chmod(folder, 0o777);
      const { out } = await stopped(await serve(folder));
      assert.match(out, /^Other users could change \S+: they no longer can\.\n/);
    });
  });

  test("a lost salt is told of, and the certificate stays", async () => {
    await withFolder(async (folder) => {
      const first = await serve(folder);
      await stopped(first);
      const salt = join(folder, "salt");
      await writeFile(salt, Buffer.alloc(31));
      await assertOneLine(
        run(["--port", "0", "--certs", folder, "--host", "127.0.0.1"]),
        /31 bytes instead of 32/,
      );
      await rm(salt);
      const { out } = await stopped(await serve(folder));
      assert.match(out, /^The salt was missing and was made anew: earlier rooms will not be found\.\n/);
      assert.ok(first.said().includes(/(?:\w\w:){31}\w\w/.exec(out)?.[0] ?? "no fingerprint"));
    });
  });

  test("with one's own certificate, a salt that is made is told of, and one that is there is not", async () => {
    await withFolder(async (folder) => {
      await stopped(await serve(folder));
      const own = ["--cert", join(folder, "cert.pem"), "--key", join(folder, "key.pem")];
      const other = join(folder, "other");
      const first = await stopped(await serve(other, own));
      assert.match(
        first.out,
        /^A new salt was made in .*other\. If you moved here from another machine, bring its salt along: .*\.\n/,
      );
      assert.match((await stopped(await serve(other, own))).out, /^secure-room /);
    });
  });

  test(
    "SIGHUP takes up a new pair, refuses one that does not fit, and stops nothing",
    { skip: isWindows },
    async () => {
      await withFolder(async (folder) => {
        for (const name of ["one", "two"]) await stopped(await serve(join(folder, name)));
        const own = ["--cert", join(folder, "one/cert.pem"), "--key", join(folder, "one/key.pem")];
        const relay = await serve(folder, [...own, "--log-level", "info"]);
        const guest = await enter(relay.said());
        await copyFile(join(folder, "two/cert.pem"), join(folder, "one/cert.pem"));
        relay.child.kill("SIGHUP");
        await relay.logs(
          /"certificate-refused","reason":"--key \S+ does not belong to --cert \S+: .* stays in use"/,
        );
        await copyFile(join(folder, "two/key.pem"), join(folder, "one/key.pem"));
        relay.child.kill("SIGHUP");
        await relay.logs(/"certificate-changed"/);
        const pong = once(guest, "pong");
        guest.ping();
        await pong;
        guest.terminate();
        assert.equal((await stopped(relay)).code, 0);
      });
    },
  );

  test(
    "SIGHUP without a terminal stops nothing, also where there is nothing to reload",
    { skip: isWindows },
    async () => {
      await withFolder(async (folder) => {
        const relay = await serve(folder, ["--log-level", "info"]);
        relay.child.kill("SIGHUP");
        await relay.logs(/"info","event":"nothing-to-reload"/);
        const { code, err } = await stopped(relay);
        assert.equal(code, 0);
        assert.match(err, /"nothing-to-reload"[^]*"stopping"/);
      });
    },
  );

  test("with an authority of its own it says where devices learn to trust it", async () => {
    await withFolder(async (folder) => {
      const { out } = await stopped(await serve(folder, ["--local-ca"]));
      assert.match(
        out,
        /^authority SHA-256 (\w\w:){31}\w\w\nbrowsers stop warning on .* https:\/\/127\.0\.0\.1:\d+\/ca\n/m,
      );
      assert.deepEqual((await readdir(folder)).toSorted(), ["ca-key.pem", "ca.pem", "local.pem", "salt"]);
    });
  });

  test(
    "with an authority that does not vouch for the guests' address its fingerprint is shown beside the certificate's",
    { skip: isWindows },
    async () => {
      await withFolder(async (folder) => {
        const place = ["--certs", folder, "--socket", join(folder, "room.sock")];
        const relay = launch([...place, "--local-ca", "--url", "https://chat.example.org"]);
        while (!relay.said().includes("stop it with")) await once(relay.child.stdout, "data");
        const { out } = await stopped(relay);
        const { fingerprint256 } = new X509Certificate(await readFile(join(folder, "ca.pem")));
        assert.ok(
          out.includes(`The authority that /ca offers`) && out.includes(`SHA-256 ${fingerprint256}.\n`),
        );
        assert.match(out, /^certificate SHA-256 /m);
      });
    },
  );

  test("a socket that speaks TLS is told of", { skip: isWindows }, async () => {
    await withFolder(async (folder) => {
      const socket = join(folder, "room.sock");
      const launched = launch(["--certs", folder, "--socket", socket]);
      while (!launched.said().includes("stop it with")) await once(launched.child.stdout, "data");
      assert.match((await stopped(launched)).out, /The socket speaks TLS: .* add --no-tls\./);
    });
  });

  test(
    "a crowd that takes every descriptor does not stop it",
    { skip: process.platform !== "linux" },
    async () => {
      await withFolder(async (folder) => {
        const port = await freePort();
        const limited = 'ulimit -n 128; exec "$0" "$@"';
        const flags = ["--port", String(port), "--host", "127.0.0.1", "--certs", folder];
        const child = spawn("sh", ["-c", limited, process.execPath, program, ...flags], { stdio: "ignore" });
        const ended = once(child, "exit");
        while (!(await canConnect(port))) assert.equal(child.exitCode, null);
        const crowd = Array.from({ length: 300 }, () => connect(port, "127.0.0.1").on("error", () => {}));
        await Promise.all(crowd.map((socket) => once(socket, "connect").catch(() => {})));
        for (const socket of crowd) socket.destroy();
        while (!(await canConnect(port))) assert.equal(child.exitCode, null);
        child.kill("SIGINT");
        assert.deepEqual(await ended, [0, null]);
      });
    },
  );

  test("a reader of its lines that goes away does not stop it", async () => {
    const port = await freePort();
    await withFolder(async (folder) => {
      const { child, ended } = launch(["--port", String(port), "--host", "127.0.0.1", "--certs", folder]);
      child.stdout.destroy();
      while (!(await canConnect(port))) assert.equal(child.exitCode, null);
      child.kill("SIGINT");
      assert.deepEqual(await ended, { code: isWindows ? null : 0, out: "", err: "" });
    });
  });

  /** A connection to some room of the relay that has said where it runs. */
});
