import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { kiB } from "../../src/protocol/units.ts";
import { limitRows, plainRows, spellDefault, variableOf } from "../../src/server/flags.ts";
import { Mistake } from "../../src/server/mistake.ts";
import { readSettings } from "../../src/server/settings.ts";

type Flags = Readonly<Record<string, string | string[] | boolean>>;

const read = (flags: Flags, env: Record<string, string> = {}, descriptorLimit: number | null = null) =>
  readSettings({ flags, env, descriptorLimit });

const age = (text: string) => read({ "history-age": text }).limits.historyAgeMs;
const size = (text: string) => read({ "log-memory": text }).limits.logMemoryBytes;

function refusalOf(flags: Flags, env: Record<string, string> = {}): string {
  try {
    read(flags, env);
  } catch (thrown) {
    if (thrown instanceof Mistake) return thrown.message;
    throw thrown;
  }
  return "accepted";
}

test("every limit has one flag", () => {
  const keys = limitRows.map(({ key }) => key);
  assert.deepEqual(keys.toSorted(), Object.keys(defaultLimits).toSorted());
  assert.equal(new Set(limitRows.map(({ flag }) => flag)).size, limitRows.length);
});

test("nothing given gives the protocol's defaults", () => {
  const { limits, port, host, own, origins, quiet, certs } = read({});
  assert.deepEqual(limits, defaultLimits);
  assert.deepEqual(
    { port, host, own, quiet, certs },
    { port: 3000, host: "0.0.0.0", own: null, quiet: false, certs: null },
  );
  assert.equal(origins.size, 0);
});

for (const row of limitRows) {
  test(`--${row.flag} takes its own default back, by flag and by variable`, () => {
    const text = spellDefault(row);
    assert.deepEqual(read({ [row.flag]: text }).limits[row.key], defaultLimits[row.key]);
    assert.deepEqual(read({}, { [variableOf(row.flag)]: text }).limits[row.key], defaultLimits[row.key]);
  });

  test(`--${row.flag} refuses what is no number, naming itself`, () => {
    for (const bad of ["", "x", "-1", "1e3", "10,000", "1:2:3", "\u001b[2J"]) {
      assert.match(refusalOf({ [row.flag]: bad }), new RegExp(`^--${row.flag} is ".*": expected `));
    }
  });

  test(`--${row.flag} takes both ends of its range and nothing beyond`, () => {
    const { flag, key } = row;
    if (row.unit === "rate") {
      assert.equal(read({ [flag]: `${row.most}:${row.most}` }).limits[row.key].count, row.most);
      assert.match(refusalOf({ [flag]: `${row.most + 1}:1` }), /up to/);
      assert.equal(read({ [flag]: "0" }).limits[row.key].count, 0);
      assert.match(refusalOf({ [flag]: "0:5" }), /expected RATE/);
      return;
    }
    const scale = row.unit === "age" ? 1000 : 1;
    // The ends of three pairs of limits are bound to each other.
    const wide = { "max-queue": "1GiB", "stop-timeout": "900s", "file-memory": "1024GiB" };
    const narrow = { "max-volatile-queue": "1KiB", "stop-spread": "0", "max-file": "1KiB" };
    assert.equal(read({ ...wide, ...narrow, [flag]: String(row.most / scale) }).limits[key], row.most);
    assert.equal(read({ ...wide, ...narrow, [flag]: String(row.least / scale) }).limits[key], row.least);
    assert.match(refusalOf({ [flag]: String(row.most / scale + 1) }), /expected .* from .* to /);
    if (row.least / scale > 1) {
      assert.match(refusalOf({ [flag]: String(row.least / scale - 1) }), /expected .* from .* to /);
    }
  });
}

test("0 turns off a rate or a limit per address and is refused elsewhere", () => {
  assert.equal(read({ "max-connections-per-ip": "0" }).limits.maxConnectionsPerIp, 0);
  assert.equal(read({ "log-share": "0" }).limits.logSharePercent, 0);
  assert.match(
    refusalOf({ "max-members": "0" }),
    /^--max-members is "0": expected a whole number from 1 to 4096$/,
  );
});

test("a rate without a burst keeps the proportion of the default", () => {
  assert.deepEqual(read({ "message-rate": "40" }).limits.messageRate, { count: 40, perMs: 1000, burst: 120 });
  assert.deepEqual(read({ "join-rate": "1" }).limits.joinRate, { count: 1, perMs: 60_000, burst: 1 });
  const { byteRate } = read({ "byte-rate": "1MiB:2MiB" }).limits;
  assert.deepEqual(byteRate, { count: 2 ** 20, perMs: 1000, burst: 2 ** 21 });
});

test("a burst that no frame fits into is refused with one that does", () => {
  assert.match(refusalOf({ "byte-rate": "1KiB" }), /write --byte-rate 1KiB:64KiB or more$/);
});

test("limits that contradict each other are refused", () => {
  assert.match(refusalOf({ "max-volatile-queue": "2MiB" }), /must not be above --max-queue, which is 1MiB/);
  assert.match(refusalOf({ "stop-spread": "11s" }), /must not be above --stop-timeout, which is 10s/);
});

test("a memory for messages of which one address could hold no chat is refused with one that it could", () => {
  assert.match(
    refusalOf({ "log-memory": "1MiB", "log-share": "1" }),
    /^--log-memory 1MiB is too little: --log-share 1% of it, .*: write --log-memory 7066KiB or more$/,
  );
  assert.equal(refusalOf({ "log-memory": "7066KiB", "log-share": "1" }), "accepted");
  assert.match(refusalOf({ "log-memory": "7065KiB", "log-share": "1" }), /too little/);
});

test("switches are flags, or variables that say so", () => {
  for (const [flag, key] of [
    ["trust-proxy", "trustProxy"],
    ["log-addresses", "logAddresses"],
    ["quiet", "quiet"],
  ] as const) {
    assert.equal(read({})[key], false);
    assert.equal(read({ [flag]: true })[key], true);
    assert.equal(read({}, { [variableOf(flag)]: "true" })[key], true);
    assert.equal(read({}, { [variableOf(flag)]: "false" })[key], false);
    assert.match(refusalOf({}, { [variableOf(flag)]: "maybe" }), /expected 1 or 0$/);
  }
});

test("the log says warnings unless another level is asked for", () => {
  assert.equal(read({}).logLevel, "warn");
  assert.equal(read({ "log-level": "silent" }).logLevel, "silent");
  assert.equal(
    refusalOf({ "log-level": "loud" }),
    '--log-level is "loud": expected error, warn, info, debug or silent',
  );
});

test("there are no metrics unless a port is said", () => {
  assert.equal(read({}).metricsPort, null);
  assert.equal(read({ "metrics-port": "9100" }).metricsPort, 9100);
  assert.match(refusalOf({ "metrics-port": "65536" }), /^--metrics-port is "65536"/);
});

test("a file that its address's share could never hold is refused with the size that it holds", () => {
  const most = (flags: Flags) => read(flags).limits.maxFileBytes;
  assert.equal(most({ "file-memory": "40MiB", "max-file": "10238KiB" }), 10_238 * kiB);
  assert.match(
    refusalOf({ "file-memory": "40MiB", "max-file": "10239KiB" }),
    /^--max-file 10239KiB is more than one address may fill, --file-share 25% of --file-memory 40MiB: write --max-file 10238KiB or less/,
  );
  assert.equal(most({ "file-memory": "40MiB", "file-share": "0", "max-file": "40958KiB" }), 40_958 * kiB);
});

test("where only the memory for files is said, the size of one follows it", () => {
  assert.equal(read({ "file-memory": "40MiB" }).limits.maxFileBytes, 10_238 * kiB);
  assert.equal(read({ "file-memory": "1MiB", "file-share": "1" }).limits.maxFileBytes, 8 * kiB);
  assert.equal(read({ "file-memory": "4GiB" }).limits.maxFileBytes, defaultLimits.maxFileBytes);
});

test("ages and sizes are read in every unit", () => {
  assert.deepEqual(
    ["90s", "90", "30m", "2h", "7d"].map(age),
    [90_000, 90_000, 1_800_000, 7_200_000, 604_800_000],
  );
  assert.deepEqual(["2097152", "4096KiB", "2MiB", "1GiB"].map(size), [2 ** 21, 2 ** 22, 2 ** 21, 2 ** 30]);
});

test("a flag wins over its variable, and an empty variable counts as none", () => {
  assert.equal(read({ port: "4000" }, { SECURE_ROOM_PORT: "5000" }).port, 4000);
  assert.equal(read({}, { SECURE_ROOM_PORT: "5000" }).port, 5000);
  assert.equal(read({}, { SECURE_ROOM_PORT: "" }).port, 3000);
});

test("a bad variable is named as the variable", () => {
  assert.match(refusalOf({}, { SECURE_ROOM_PORT: "tcp://10.0.0.1:80" }), /^SECURE_ROOM_PORT is "tcp:/);
});

test("a port above 65535 is refused", () => {
  assert.equal(read({ port: "65535" }).port, 65_535);
  assert.equal(refusalOf({ port: "65536" }), '--port is "65536": expected a whole number from 0 to 65535');
});

test("a certificate without its key, or a key without its certificate, is refused", () => {
  assert.match(refusalOf({ cert: "c.pem" }), /add --key FILE/);
  assert.match(refusalOf({ key: "k.pem" }), /add --cert FILE/);
  assert.deepEqual(read({ cert: "c.pem", key: "k.pem" }).own, { cert: "c.pem", key: "k.pem" });
});

test("origins are web origins and nothing more", () => {
  const { origins } = read({ origin: ["https://a.example", "https://b.example:444/"] });
  assert.deepEqual([...origins], ["https://a.example", "https://b.example:444"]);
  assert.equal(read({}, { SECURE_ROOM_ORIGIN: "https://a.example, https://b.example" }).origins.size, 2);
  for (const bad of [
    "a.example",
    "https://a.example/path",
    "ftp://a.example",
    "https://u:p@a.example",
    "*",
  ]) {
    assert.match(refusalOf({ origin: [bad] }), /^--origin is .*: expected an origin/);
  }
});

test("connections follow the descriptor limit, unless a number is said", () => {
  assert.equal(read({}, {}, 1024).limits.maxConnections, 819);
  assert.equal(read({}, {}, 1_000_000).limits.maxConnections, 10_000);
  assert.equal(read({ "max-connections": "2000" }, {}, 1024).limits.maxConnections, 2000);
});

test("quiet is a flag, or a variable that says so", () => {
  assert.equal(read({ quiet: true }).quiet, true);
  assert.equal(read({}, { SECURE_ROOM_QUIET: "1" }).quiet, true);
  assert.equal(read({}, { SECURE_ROOM_QUIET: "0" }).quiet, false);
  assert.match(refusalOf({}, { SECURE_ROOM_QUIET: "maybe" }), /expected 1 or 0/);
});

const acmeOf = (flags: Flags, env: Record<string, string> = {}) =>
  read({ acme: "Chat.Example.org", ...flags }, env).acme;

test("--acme names a domain, and Let's Encrypt unless another is named", () => {
  assert.deepEqual(acmeOf({}), {
    domain: "chat.example.org",
    email: null,
    directoryUrl: "https://acme-v02.api.letsencrypt.org/directory",
  });
  assert.match(acmeOf({ "acme-staging": true })?.directoryUrl ?? "", /^https:\/\/acme-staging-v02\./);
  assert.equal(
    acmeOf({ "acme-directory": "https://ca.lan/acme/dir" })?.directoryUrl,
    "https://ca.lan/acme/dir",
  );
  assert.equal(acmeOf({ "acme-email": "a@example.org" })?.email, "a@example.org");
  assert.equal(read({}, { SECURE_ROOM_ACME: "a.example" }).acme?.domain, "a.example");
  assert.deepEqual([read({}).acme, read({}).localCa, read({}).httpPort], [null, false, null]);
  assert.equal(read({ "local-ca": true }).localCa, true);
  assert.equal(read({ "http-port": "80" }).httpPort, 80);
});

for (const domain of [
  "localhost",
  "192.0.2.1",
  "*.example.org",
  "a..b",
  "a_b.example",
  "-a.example",
  "https://a.example",
  "[fd00::1]",
  "",
]) {
  test(`--acme ${JSON.stringify(domain)} is refused: no authority can check it`, () => {
    assert.match(
      refusalOf({ acme: domain }),
      /^--acme is ".*": expected a domain name such as .*--local-ca$/,
    );
  });
}

test("settings of certificates that contradict each other are refused in one line", () => {
  const acme = { acme: "a.example" };
  assert.match(refusalOf({ ...acme, "local-ca": true }), /keep one of them$/);
  assert.match(refusalOf({ ...acme, cert: "c", key: "k" }), /keep one of them$/);
  assert.match(
    refusalOf({ "acme-email": "a@b.example" }),
    /^--acme-email needs the domain: add --acme DOMAIN$/,
  );
  assert.match(refusalOf({ "acme-staging": true }), /^--acme-staging needs the domain/);
  assert.match(
    refusalOf({ ...acme, "acme-email": "nobody" }),
    /^--acme-email is "nobody": expected an address/,
  );
  assert.match(refusalOf({ ...acme, "acme-email": "a@b\nc" }), /^--acme-email is/);
  for (const url of ["http://ca.lan", "ca.lan", "https://"]) {
    assert.match(refusalOf({ ...acme, "acme-directory": url }), /^--acme-directory is .*: expected .*https:/);
  }
  assert.match(
    refusalOf({ ...acme, "acme-staging": true, "acme-directory": "https://ca.lan" }),
    /leave it or/,
  );
});

test("a variable with our beginning that is no setting is refused, with the one that was meant", () => {
  assert.match(
    refusalOf({}, { SECURE_ROOM_MAX_MEMBRS: "5" }),
    /^SECURE_ROOM_MAX_MEMBRS is no setting: did you mean SECURE_ROOM_MAX_MEMBERS\?/,
  );
  assert.match(
    refusalOf({}, { SECURE_ROOM_PROT: "5" }),
    /^SECURE_ROOM_PROT is no setting: did you mean SECURE_ROOM_PORT\?/,
  );
  assert.match(refusalOf({}, { SECURE_ROOM_DANCE: "" }), /^SECURE_ROOM_DANCE is no setting: .* --help/);
  for (const row of [...plainRows, ...limitRows]) read({}, { [variableOf(row.flag)]: "" });
});

test("the variables that Kubernetes makes of a service called secure-room are no mistake", () => {
  const made = {
    SECURE_ROOM_SERVICE_HOST: "10.0.0.1",
    SECURE_ROOM_SERVICE_PORT: "80",
    SECURE_ROOM_SERVICE_PORT_HTTPS: "443",
    SECURE_ROOM_PORT_80_TCP: "tcp://10.0.0.1:80",
    SECURE_ROOM_PORT_80_TCP_ADDR: "10.0.0.1",
  };
  assert.equal(read({}, made).port, 3000);
});

test("a size with the unit of another house is refused with how to write it", () => {
  for (const text of ["25MB", "25mb", "25M", "25 MiB"]) {
    assert.match(refusalOf({ "max-file": text }), /: write 25MiB$/);
  }
  assert.doesNotMatch(refusalOf({ "max-file": "big" }), /: write/);
});

test("a port beside a socket is refused", () => {
  const refused = refusalOf({ socket: "/run/room.sock", "no-tls": true }, { SECURE_ROOM_PORT: "3000" });
  assert.match(refused, /^SECURE_ROOM_PORT has no use beside --socket/);
});

test("an address for guests has TLS, except where browsers trust a page without it", () => {
  for (const url of [
    "https://chat.example.org",
    "http://localhost:3000",
    "http://room.localhost",
    "http://127.0.0.2:3000",
    "http://[::1]:3000",
    "http://abc.onion",
  ]) {
    assert.equal(read({ url }).url, url);
  }
  assert.match(
    refusalOf({ url: "http://chat.example.org:8080" }),
    /^--url is "http:\/\/chat\.example\.org:8080": expected https:\/\/chat\.example\.org:8080, because browsers/,
  );
  for (const url of [
    "http://192.168.1.2",
    "http://onion",
    "http://localhost.example.org",
    "http://[fd00::1]",
  ]) {
    assert.match(refusalOf({ url }, {}), /: expected https:/);
    assert.match(refusalOf({}, { SECURE_ROOM_URL: url }), /^SECURE_ROOM_URL is .*: expected https:/);
  }
});
