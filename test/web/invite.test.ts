import assert from "node:assert/strict";
import { test } from "node:test";
import { normalisePhrase } from "../../src/crypto/phrase.ts";
import { inviteLink, readInvitation, wordsOf } from "../../src/web/invite.ts";

const phrases = ["maple river", "straße über", "100% c/o #1", "日本 語", "a?b&c=d"];

test("the words of a link are the words it was made of", () => {
  for (const text of phrases) {
    const normal = normalisePhrase(text);
    const phrase = normal.kind === "phrase" ? normal.phrase : assert.fail(text);
    const invitation = readInvitation(new URL(inviteLink("https://room.example:3000", phrase)));
    const words = invitation.kind === "words" ? invitation.text : assert.fail(text);
    assert.deepEqual(normalisePhrase(words), normal);
  }
});

test("no word stands in front of the fragment", () => {
  const address = new URL(inviteLink("https://room.example", "maple river"));
  assert.equal(`${address.origin}${address.pathname}${address.search}`, "https://room.example/join");
});

test("a link that lost its words says so, and a plain address does not", () => {
  assert.equal(readInvitation(new URL("https://room.example/join")).kind, "lost");
  assert.equal(readInvitation(new URL("https://room.example/join#")).kind, "lost");
  assert.equal(readInvitation(new URL("https://room.example/")).kind, "none");
});

test("a fragment with broken escapes is taken as it stands", () => {
  assert.deepEqual(readInvitation(new URL("https://room.example/#100%-maple")), {
    kind: "words",
    text: "100%-maple",
  });
});

test("a pasted link gives its words, and pasted words stay as they are", () => {
  assert.equal(wordsOf(" https://room.example/join#maple-river\n"), "maple river");
  assert.equal(wordsOf("maple river"), "maple river");
  assert.equal(wordsOf("https://room.example/"), "https://room.example/");
  assert.equal(wordsOf("see https://room.example/#maple"), "see https://room.example/#maple");
});
