import assert from "node:assert/strict";
import { test } from "node:test";
import { normalisePhrase } from "../../src/crypto/phrase.ts";
import { inviteLink, readInvitation, wordsOf } from "../../src/session/invite.ts";

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
    text: "100% maple",
  });
});

test("the words of an address have spaces between them", () => {
  assert.deepEqual(readInvitation(new URL("https://room.example/join#maple-river-")), {
    kind: "words",
    text: "maple river",
  });
});

test("a pasted link gives its words", () => {
  assert.deepEqual(wordsOf(" https://room.example/join#maple-river\n"), {
    kind: "words",
    text: "maple river",
  });
});

test("a pasted address without words is lost, whatever its path", () => {
  for (const address of [
    "https://room.example/join",
    "https://room.example/join#-",
    "HTTP://room.example/",
  ]) {
    assert.deepEqual(wordsOf(address), { kind: "lost" });
  }
});

test("a link inside a sentence gives its words", () => {
  const pasted = "Come in: https://192.0.2.2:3000/join#maple-river (tonight)";
  assert.deepEqual(wordsOf(pasted), { kind: "words", text: "maple river" });
});

test("eight words with numbers or signs between them are the eight words", () => {
  const words = "sulphur aorta jamboree evergreen florist superstore rubber umbrella";
  const numbered = words.split(" ").map((word, index) => `${index + 1}. ${word}`);
  for (const pasted of [numbered.join("\n"), words.replaceAll(" ", " · "), words.toUpperCase()]) {
    assert.deepEqual(wordsOf(pasted), { kind: "words", text: words });
  }
  const others = ["seven of them", words.replace("rubber ", ""), `${words} today`];
  for (const text of others) assert.deepEqual(wordsOf(text), { kind: "typed", text });
});

test("pasted words stay as they are, to the last space", () => {
  for (const text of ["maple-river ", "see https://room.example/ for more", "https://", ""]) {
    assert.deepEqual(wordsOf(text), { kind: "typed", text });
  }
});
