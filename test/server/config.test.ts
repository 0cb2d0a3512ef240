import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { parseConfig, readConfig } from "../../src/server/config.ts";
import { Mistake } from "../../src/server/mistake.ts";
import { readSettings } from "../../src/server/settings.ts";

test("a config file speaks as flags do: texts, numbers, switches, lists", () => {
  const text = `{ "port": 8443, "history-age": "2h", "quiet": true, "origin": ["https://a.example", "https://b.example"] }`;
  assert.deepEqual(parseConfig("room.json", text), {
    port: "8443",
    "history-age": "2h",
    quiet: true,
    origin: ["https://a.example", "https://b.example"],
  });
  assert.deepEqual(parseConfig("room.json", `{ "quiet": false, "origin": "https://a.example" }`), {
    origin: ["https://a.example"],
  });
});

test("a mark of its encoding in front of the file changes nothing, nor where a flaw is found", () => {
  assert.deepEqual(parseConfig("room.json", `\uFEFF{ "port": 8443 }`), { port: "8443" });
  assert.throws(() => parseConfig("room.json", "\uFEFF{"), /not JSON from line 1, column 2 on/);
});

test("flags win over the environment, and the environment over the file", () => {
  const config = parseConfig("room.json", `{ "port": 1, "history": 2, "max-members": 3, "quiet": true }`);
  const env = { SECURE_ROOM_HISTORY: "20", SECURE_ROOM_PORT: "10" };
  const settings = readSettings({ flags: { port: "100" }, env, config, descriptorLimit: null });
  assert.equal(settings.port, 100);
  assert.equal(settings.limits.history, 20);
  assert.equal(settings.limits.maxMembers, 3);
  assert.equal(settings.quiet, true);
  const loud = readSettings({
    flags: {},
    env: { SECURE_ROOM_QUIET: "0" },
    config,
    descriptorLimit: null,
  });
  assert.equal(loud.quiet, false);
});

test("a value of the file that is refused is named with the file", () => {
  const config = parseConfig("room.json", `{ "port": 70000 }`);
  assert.throws(
    () => readSettings({ flags: {}, env: {}, config, descriptorLimit: null }),
    (thrown) => thrown instanceof Mistake && thrown.message.startsWith(`"port" in --config is "70000"`),
  );
});

test("what is no config file is refused with what to do", async (t) => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ["{", /room\.json is not JSON from line 1, column 2 on/],
    [`{\n  "port": 1,\n}`, /not JSON from line 3, column 1 on: .*no comma behind the last entry/],
    ["[]", /must hold one object/],
    [`{ "dance": 1 }`, /has "dance", which is no setting: the names are those of the flags/],
    [`{ "prot": 1 }`, /has "prot", which is no setting: did you mean "port"\?/],
    [`{ "maxConnectionsPerIp": 1 }`, /which is no setting: did you mean "max-connections-per-ip"\?/],
    [`{ "max_members": 1 }`, /which is no setting: did you mean "max-members"\?/],
    [`{ "--port": 1 }`, /which is no setting: did you mean "port"\?/],
    [`{ "config": "other.json" }`, /has "config", which is no setting/],
    [`{ "port": [1] }`, /"port" must be a text or a number/],
    [`{ "origin": 5 }`, /"origin" must be a text or a list of texts/],
    [`{ "origin": [5] }`, /"origin" must be a text or a list of texts/],
    [`{ "quiet": "yes" }`, /"quiet" must be true or false/],
    [`{ "history": null }`, /"history" must be a text or a number/],
    [`{ "__proto__": 1 }`, /which is no setting/],
  ];
  for (const [text, expected] of refusals) assert.throws(() => parseConfig("room.json", text), expected);
  const folder = mkdtempSync(join(tmpdir(), "secure-room-"));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "room.json");
  await assert.rejects(readConfig(path), /cannot read --config .*room\.json: it does not exist; name a file/);
  writeFileSync(path, `{ "port": 8443 }`);
  assert.deepEqual(await readConfig(path), { port: "8443" });
});
