import assert from "node:assert/strict";
import { test } from "node:test";
import { mentionsOneself } from "../../src/web/format.ts";
import { createMentions, mentionsAny } from "../../src/web/mentions.ts";

test("a text is drawn anew for a new name only where that stands in it behind an @, in capitals or not", () => {
  const met = createMentions(["Ann Lee"], []);
  for (const text of ["@Ann Lee", "so @ann lee, come", "@Bob and @ANN LEE"])
    assert.ok(mentionsAny(text, met), text);
  for (const text of ["Ann Lee", "@Ann", "@Ann Leech", "a@b @Bob @"])
    assert.ok(!mentionsAny(text, met), text);
});

test("what was said to a name that one went by before is said to oneself", () => {
  const mentions = createMentions(["Cleo", "Ann", "Anna"], ["Ann", "Anna"]);
  for (const [text, isOwn] of [
    ["@Ann?", true],
    ["@Anna?", true],
    ["@Cleo?", false],
  ] as const)
    assert.equal(mentionsOneself(text, mentions), isOwn, text);
});
