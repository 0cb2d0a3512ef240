import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultLimits } from "../../src/protocol/relay-limits.ts";
import { dayMs, secondMs } from "../../src/protocol/units.ts";
import {
  type Language,
  preferredLanguage,
  privacyPage,
  type PrivacyFacts,
  type VouchedBy,
} from "../../src/server/privacy.ts";
import { ask, withRelay } from "./tls-house.ts";

const facts: PrivacyFacts = {
  version: "1.2.3",
  limits: defaultLimits,
  logs: true,
  logAddresses: false,
  trustProxy: false,
  vouchedBy: "files",
  contact: null,
  stylesheet: "/style.css",
};

test("the page says what the settings are, in both languages", () => {
  const english = privacyPage("en", facts);
  assert.match(english, /at most the last 500 sealed messages, for at most 24 hours/);
  assert.match(english, /Sealed files of up to 25MiB, for at most 24 hours/);
  assert.match(english, /It holds no address/);
  const german = privacyPage("de", facts);
  assert.match(german, /<html lang="de">/);
  assert.match(german, /höchstens die letzten 500 versiegelten Nachrichten, längstens 24 Stunden/);
  const limits = { ...defaultLimits, history: 0, fileAgeMs: 2 * dayMs };
  assert.match(privacyPage("en", { ...facts, limits }), /passed on and forgotten[^]* for at most 2 days/);
  const brief = { ...defaultLimits, historyAgeMs: secondMs };
  assert.match(privacyPage("de", { ...facts, limits: brief }), /längstens 1 Sekunde,/);
  assert.match(privacyPage("en", { ...facts, logAddresses: true }), /names the network addresses/);
  assert.match(privacyPage("en", { ...facts, logs: false }), /<li>No log\.<\/li>/);
  assert.match(privacyPage("en", { ...facts, trustProxy: true }), /as the proxy in front of it names it/);
});

test("the page says what is on disk, whoever vouches for the certificate", () => {
  const onDisk = (language: Language, vouchedBy: VouchedBy): string =>
    /<li>([^]*?)<\/li>/.exec(privacyPage(language, { ...facts, vouchedBy }))?.[1] ?? "";
  assert.match(onDisk("en", "proxy"), /^A random salt\. No message/);
  assert.match(onDisk("en", "files"), /^Its certificate with the key, and a random salt\. No message/);
  assert.match(onDisk("en", "acme"), /the key of its account with the authority/);
  assert.match(onDisk("en", "local-ca"), /those of the authority in this network/);
  assert.match(onDisk("de", "proxy"), /^Ein zufälliges Salz\. Keine Nachricht/);
  assert.match(onDisk("de", "acme"), /Schlüssel seines Kontos/);
});

test("a contact is text, whatever it holds", () => {
  const page = privacyPage("en", { ...facts, contact: `<script>"&'</script>` });
  assert.match(page, /<li>&#60;script&#62;&#34;&#38;&#39;&#60;\/script&#62;<\/li>/);
});

test("the language is the one that the browser likes best of the two", () => {
  const cases: readonly (readonly [string | undefined, "en" | "de"])[] = [
    [undefined, "en"],
    ["", "en"],
    ["de", "de"],
    ["de-CH", "de"],
    ["fr, de;q=0.5, en;q=0.4", "de"],
    ["en, de", "en"],
    ["de;q=0, fr", "en"],
    ["en;q=0.3,DE;q=0.9", "de"],
    ["de;q=x, en", "de"],
    [";;;,,,q=1", "en"],
  ];
  for (const [accepted, language] of cases) assert.equal(preferredLanguage(accepted), language, accepted);
});

test("the relay answers /privacy with the running settings and whom to write to", async () => {
  await withRelay(
    { history: 7 },
    async ({ port }) => {
      const english = await ask("/privacy", {}, port);
      assert.equal(english.status, 200);
      assert.equal(english.headers["content-type"], "text/html; charset=utf-8");
      assert.equal(english.headers.vary, "Accept-Language");
      assert.match(english.body, /the last 7 sealed messages[^]*ann@example\.org/);
      const german = await ask("/privacy", { headers: { "Accept-Language": "de" } }, port);
      assert.match(german.body, /Was dieser Server aufbewahrt/);
      const asked = await ask("/privacy?lang=de", { headers: { "Accept-Language": "en" } }, port);
      assert.equal(asked.body, german.body);
      assert.equal((await ask("/privacy?lang=xx", {}, port)).body, english.body);
      const told = JSON.parse((await ask("/.well-known/secure-room", {}, port)).body) as { contact: string };
      assert.equal(told.contact, "ann@example.org");
    },
    { contact: "ann@example.org" },
  );
});
