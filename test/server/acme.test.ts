import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { maxAuthorityAnswerBytes } from "../../src/protocol/limits.ts";
import { dayMs, hourMs, minuteMs, secondMs } from "../../src/protocol/units.ts";
import { type Failure, findAcmeCertificate, keepRenewed, renewalMs, retryMs } from "../../src/server/acme.ts";
import { createChallenges } from "../../src/server/acme-challenges.ts";
import {
  type Ask,
  AcmeProblem,
  createAsk,
  problemOf,
  readText,
  retryAfterMs,
} from "../../src/server/acme-client.ts";
import { wordsFor } from "../../src/server/acme-words.ts";
import { type Certificate } from "../../src/server/certificate.ts";
import type { Clock } from "../../src/server/clock.ts";
import { base, type FakeAuthority, fakeAuthority } from "./authority.ts";
import { withFolder } from "./folder.ts";

const startMs = Date.parse("2026-06-01T12:00:00Z");
const domain = "chat.example.org";
const directoryUrl = `${base}/directory`;
const order = { directoryUrl, domain, email: null, challenge: "tls-alpn-01" } as const;

interface Office {
  readonly authority: FakeAuthority;
  readonly folder: string;
  readonly used: Certificate[];
  readonly logged: string[];
  /** What is waited for: how long, and what happens then. */
  readonly waits: { readonly ms: number; readonly run: () => void }[];
  /** Lets the next wait be over, and waits for the one after what follows. */
  readonly pass: () => Promise<void>;
  /** Sets the time of day without any of it going by. */
  readonly setClock: (ms: number) => void;
  readonly begin: (held?: Certificate | null, ask?: Ask) => Promise<Failure | null>;
}

/** An authority, a clock whose waits are over when a test says so, and one who keeps a certificate. */
async function withOffice(
  use: (office: Office) => Promise<void>,
  lastsMs: number = 90 * dayMs,
): Promise<void> {
  await withFolder(async (folder) => {
    let nowMs = startMs;
    const today = (): number => nowMs;
    const authority = fakeAuthority(lastsMs, today, domain);
    const waits: { ms: number; run: () => void }[] = [];
    let waited = (): void => {};
    const clock: Clock = {
      now: today,
      idle: () => 0,
      soon: (run) => setImmediate(run),
      every: () => () => {},
      after(ms, run) {
        // Polls are part of one attempt: they are over at once.
        if (ms < minuteMs) {
          nowMs += ms;
          setImmediate(run);
        } else {
          waits.push({ ms, run });
          waited();
        }
        return () => {};
      },
    };
    const used: Certificate[] = [];
    const logged: string[] = [];
    const challenges = createChallenges();
    const office: Office = {
      authority,
      folder,
      used,
      logged,
      waits,
      setClock(ms) {
        nowMs = ms;
      },
      async pass() {
        const next = waits.shift() ?? assert.fail("nothing is waited for");
        nowMs += next.ms;
        const following = new Promise<void>((resolve) => {
          waited = resolve;
        });
        next.run();
        await following;
      },
      async begin(held = null, ask = authority.ask) {
        const renewing = keepRenewed(
          {
            ...order,
            folder,
            tools: { ask, challenges, clock },
            use: (certificate) => void used.push(certificate),
            log: (level, event) => void logged.push(`${level} ${event}`),
            today,
            random: () => 0.5,
          },
          held,
        );
        return renewing.firstTry;
      },
    };
    await use(office);
    assert.equal(challenges.isOpen, false);
  });
}

test("a first certificate is had, kept with its key, and found again", async () => {
  await withOffice(async ({ begin, used, folder }) => {
    assert.equal(await begin(), null);
    const [certificate] = used;
    assert.deepEqual([certificate?.own, certificate?.names], [true, [domain]]);
    const found = await findAcmeCertificate(folder, order, startMs);
    assert.deepEqual(found, certificate);
    assert.doesNotMatch(certificate?.cert ?? "", /PRIVATE/);
    assert.match(certificate?.key ?? "", /^-----BEGIN PRIVATE KEY-----\n[^-]*-----END PRIVATE KEY-----\n$/);
    assert.match(
      await readFile(join(folder, "acme-account.pem"), "utf8"),
      /^account at https:.*\n-----BEGIN PRIVATE KEY/,
    );
  });
});

test("what is kept is not taken for another domain or directory, nor when it has run out", async () => {
  await withOffice(async ({ begin, folder }) => {
    await begin();
    const find = (change: object, nowMs = startMs): Promise<Certificate | null> =>
      findAcmeCertificate(folder, { ...order, ...change }, nowMs);
    assert.equal(await find({ domain: "other.example.org" }), null);
    assert.equal(await find({ directoryUrl: "https://other.test" }), null);
    assert.equal(await find({}, startMs + 90 * dayMs), null);
    assert.notEqual(await find({}, startMs + 89 * dayMs), null);
  });
});

test("with a third of its life left it is renewed with another key, and not before", async () => {
  await withOffice(async ({ begin, pass, used, logged }) => {
    await begin();
    let hours = 0;
    while (used.length === 1) {
      await pass();
      hours++;
    }
    assert.equal(hours, 60 * 24);
    const [first, second] = used.map(
      ({ cert }) => new X509Certificate(cert).publicKey.export({ format: "jwk" }).x,
    );
    assert.notEqual(first, second);
    assert.deepEqual(logged, ["info certificate-changed", "info certificate-changed"]);
  });
});

test("a certificate that is due when it is had is no reason to ask on and on: it is warned of, and waited for 6 hours", async () => {
  await withOffice(async ({ authority, begin, pass, used, logged }) => {
    authority.behindMs = 70 * dayMs;
    assert.equal(await begin(), null);
    assert.deepEqual(logged, ["info certificate-changed", "warn certificate-old"]);
    for (let hours = 0; hours < 5; hours++) await pass();
    assert.equal(used.length, 1);
    await pass();
    assert.equal(used.length, 2);
    authority.behindMs = 0;
    for (let hours = 0; hours < 6; hours++) await pass();
    assert.equal(used.length, 3);
    for (let hours = 0; hours < 24; hours++) await pass();
    assert.equal(used.length, 3);
  });
});

test("certificates of three seconds are had twice in 5 minutes, not a hundred times", async () => {
  await withOffice(async ({ begin, pass, used, waits }) => {
    await begin();
    while (waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(used.length, 2);
    assert.ok((waits[0]?.ms ?? 0) > 4 * minuteMs);
    await pass();
    assert.equal(used.length, 4);
    assert.ok((waits[0]?.ms ?? 0) > 4 * minuteMs);
  }, 3 * secondMs);
});

test("after a clock that was years ahead, what waits is reckoned anew", async () => {
  await withOffice(async ({ authority, begin, pass, used, setClock }) => {
    const away: Ask = async () => {
      throw new TypeError("fetch failed");
    };
    let isAway = true;
    setClock(startMs + 20 * 365 * dayMs);
    await begin(null, (url, request) => (isAway ? away : authority.ask)(url, request));
    isAway = false;
    setClock(startMs);
    await pass();
    assert.equal(used.length, 1);
  });
});

test("nonces that are called used are replaced, up to a dozen times", async () => {
  await withOffice(async ({ begin, authority }) => {
    authority.badNonces = 11;
    assert.equal(await begin(), null);
  });
  await withOffice(async ({ begin, authority }) => {
    authority.badNonces = 1000;
    assert.match((await begin())?.reason ?? "", /the authority is in trouble itself/);
  });
});

test("after a failure it is tried again, with the account that there is", async () => {
  await withOffice(async ({ begin, authority, waits, pass, used, folder, logged }) => {
    const problem = (type: string): object => ({ type: `urn:ietf:params:acme:error:${type}`, detail: "no" });
    authority.whim = (path) =>
      path === "/authorization" && authority.posted.includes("/challenge")
        ? { status: "invalid", challenges: [{ type: "tls-alpn-01", error: problem("connection") }] }
        : null;
    const failure = await begin();
    assert.match(
      failure?.reason ?? "",
      /^no certificate for chat\.example\.org: the authority could not reach chat/,
    );
    assert.ok((failure?.nextMs ?? 0) > startMs);
    assert.equal(waits[0]?.ms, 5 * minuteMs);
    const account = await readFile(join(folder, "acme-account.pem"));
    await pass();
    assert.equal(waits[0]?.ms, 15 * minuteMs);
    authority.whim = () => null;
    await pass();
    assert.equal(used.length, 1);
    assert.deepEqual(logged, ["warn certificate-failed", "info certificate-changed"]);
    assert.deepEqual(await readFile(join(folder, "acme-account.pem")), account);
  });
});

test("where the authority says when to come back, nobody comes before", async () => {
  await withOffice(async ({ begin, authority }) => {
    authority.whim = (path) =>
      path === "/order"
        ? { status: 429, type: "urn:ietf:params:acme:error:rateLimited", detail: "slow down" }
        : null;
    const failure = await begin();
    assert.match(
      failure?.reason ?? "",
      /rate limit is reached: wait, .*--acme-staging \(the authority says: slow down\)/,
    );
    assert.ok((failure?.nextMs ?? 0) >= startMs + 2 * hourMs);
  });
});

const strange: readonly (readonly [what: string, path: string, answer: object, words: RegExp])[] = [
  ["an order that cannot be read", "/order", {}, /order cannot be read/],
  [
    "no challenge of the wanted kind",
    "/authorization",
    { status: "pending", challenges: [{ type: "dns-01" }] },
    /add --http-port 80/,
  ],
  ["an order that fails", "/order/1", { status: "invalid", error: { detail: "too bad" } }, /says: too bad/],
  ["an order that never ends", "/order/1", { status: "processing" }, /did not finish its check in time/],
  ["somebody else's certificate", "/certificate", {}, /is not the one that was asked for/],
];
for (const [what, where, instead, words] of strange) {
  test(`${what} is a failure in words`, async () => {
    await withOffice(async ({ begin, authority, used }) => {
      authority.whim = (path) => (path === where ? instead : null);
      assert.match((await begin())?.reason ?? "", words);
      assert.deepEqual(used, []);
    });
  });
}

test("no directory, and no network, are failures in words", async () => {
  await withOffice(async ({ begin }) => {
    const nothing: Ask = async () => ({ status: 404, header: () => null, text: "<html>" });
    assert.match(
      (await begin(null, nothing))?.reason ?? "",
      /no ACME directory at its address \(status 404\)/,
    );
    const away: Ask = async () => {
      throw new TypeError("fetch failed", { cause: new Error("getaddrinfo ENOTFOUND authority.test") });
    };
    assert.match(
      (await begin(null, away))?.reason ?? "",
      /no answer from https:\S+ \(getaddrinfo ENOTFOUND .*clock/,
    );
  });
});

test("nothing but https is asked, whatever address an authority gives", async (t) => {
  const asked = t.mock.method(globalThis, "fetch", async () => new Response("{}"));
  const ask = createAsk("secure-room/test");
  for (const url of ["http://169.254.1.1/order", "data:,{}", "file:///etc/passwd", "/order", ""]) {
    await assert.rejects(ask(url, { method: "GET" }), /an address that is not https/, url);
  }
  assert.equal(asked.mock.callCount(), 0);
  assert.equal((await ask("https://authority.test/order", { method: "GET" })).text, "{}");
});

test("an authority's answer is read up to a limit, and let go there", async () => {
  const whole = "ä".repeat(maxAuthorityAnswerBytes / 2);
  assert.equal(await readText(new Response(whole)), whole);
  assert.equal(await readText(new Response(null)), "");
  let isLetGo = false;
  const endless = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(10_000)),
    cancel() {
      isLetGo = true;
    },
  });
  await assert.rejects(readText(new Response(endless)), /an answer of more than \d+ bytes/);
  assert.ok(isLetGo);
});

const advice: readonly (readonly [type: string, words: RegExp])[] = [
  ["dns", /give it an A or AAAA record/],
  ["connection", /on port 443: open it in the firewall/],
  ["unauthorized", /something else answers at/],
  ["caa", /CAA record of chat\.example\.org forbids/],
  ["rejectedIdentifier", /must be a public domain name/],
  ["invalidContact", /does not take --acme-email/],
  ["externalAccountRequired", /use another with --acme-directory/],
  ["somethingNew", /the authority refused \(the authority says: because\)/],
];
for (const [type, words] of advice) {
  test(`the problem ${type} says what to do`, () => {
    assert.match(wordsFor(new AcmeProblem(type, "because"), order), words);
  });
}

test("a directory whose certificate is not trusted asks for its root, and what does not answer for the way there", () => {
  const failed = (code: string): Error =>
    new TypeError("fetch failed", { cause: Object.assign(new Error("no chain"), { code }) });
  for (const code of [
    "SELF_SIGNED_CERT_IN_CHAIN",
    "DEPTH_ZERO_SELF_SIGNED_CERT",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    "UNABLE_TO_GET_ISSUER_CERT",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  ]) {
    assert.match(wordsFor(failed(code), order), /does not trust \(no chain\): .*NODE_EXTRA_CA_CERTS=FILE/);
  }
  for (const code of ["ECONNREFUSED", "CERT_HAS_EXPIRED"]) {
    assert.match(wordsFor(failed(code), order), /^no answer from \S+ \(no chain\): check this machine's way/);
  }
});

test("an authority's words cannot break a line or fill the screen", () => {
  const words = wordsFor(new AcmeProblem("dns", `a\u001b[2J\n${"x".repeat(5_000)}`), order);
  assert.doesNotMatch(words, /[^\x20-\x7e…]/);
  assert.ok(words.length < 600);
});

test("the problem inside a problem is the one that is told", () => {
  const inner = { type: "urn:ietf:params:acme:error:caa", detail: "inside" };
  const { type, message } = problemOf({ type: "urn:ietf:params:acme:error:compound", subproblems: [inner] });
  assert.deepEqual([type, message], ["caa", "inside"]);
  assert.equal(problemOf(null, null, "otherwise").message, "otherwise");
});

test("a third of its life is what is left at renewal", async () => {
  await withOffice(async ({ begin, used }) => {
    await begin();
    assert.equal(renewalMs(used[0]?.cert ?? ""), startMs + 60 * dayMs);
  });
});

test("waiting grows from 5 minutes to 6 hours, a fifth more or less", () => {
  const minutes = [0, 1, 2, 3, 4, 5, 50].map((failures) => Math.round(retryMs(failures, 0.5) / minuteMs));
  assert.deepEqual(minutes, [5, 15, 45, 135, 360, 360, 360]);
  assert.deepEqual([retryMs(0, 0), retryMs(0, 1)].map(Math.round), [4 * minuteMs, 6 * minuteMs]);
});

test("Retry-After is seconds or a date, and never longer than a week", () => {
  const after = (text: string | null): number | null =>
    retryAfterMs({ status: 200, header: () => text, text: "" }, startMs);
  assert.equal(after(null), null);
  assert.equal(after("90"), 90_000);
  assert.equal(after("Mon, 01 Jun 2026 12:01:00 GMT"), minuteMs);
  assert.equal(after("Mon, 01 Jun 2020 12:01:00 GMT"), 0);
  assert.equal(after("soon"), null);
  assert.equal(after("99999999999"), 7 * dayMs);
});
