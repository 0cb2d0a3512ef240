import assert from "node:assert/strict";
import { test } from "node:test";
import { closedShortcode, completionAt } from "../../src/web/completion.ts";
import { emojis } from "../../src/web/emoji.ts";

const sources = {
  names: () => ["Ann", "Anna Lee", "Ångström", "Bob"],
  commands: [
    { name: "me", usage: "TEXT", summary: "Say what you do" },
    { name: "leave", usage: "", summary: "Leave" },
  ],
};

/** Completes where the bar stands. */
function complete(marked: string) {
  const caret = marked.indexOf("|");
  const text = marked.replace("|", "");
  const found = completionAt(text, caret, sources);
  return (
    found && {
      typed: text.slice(found.from, found.to),
      inserts: found.suggestions.map(({ insert }) => insert),
    }
  );
}

test("two letters behind a colon find emoji, the whole name first, then beginnings, then words within", () => {
  assert.deepEqual(complete("well :tad|")?.inserts, ["🎉"]);
  assert.equal(complete("(:heart|")?.inserts[0], "❤️");
  assert.equal(complete(":HEART|")?.inserts[1], "😍");
  assert.equal(complete(":hear|")?.inserts[0], "❤️");
  assert.ok(complete(":eyes|")?.inserts.includes("😍"));
  assert.equal(complete(":+1|")?.inserts[0], "👍");
  assert.equal(complete(":thumbs|")?.inserts.length, 2);
});

test("times, faces, addresses and unknown names behind a colon find nothing", () => {
  for (const text of ["10:30|", ":D|", ":-D|", "https://a|", ":qqq|", ": he|", "a:heart|", ":he art|"]) {
    assert.equal(complete(text), null, text);
  }
});

test("no more is suggested than can be looked over", () => {
  assert.equal(complete(":he|")?.inserts.length, 8);
});

test("behind an @ stand the people, found by any part of the name, without accents", () => {
  assert.deepEqual(complete("@|")?.inserts, ["@Ann ", "@Anna Lee ", "@Ångström ", "@Bob "]);
  assert.deepEqual(complete("hi @lee|"), { typed: "@lee", inserts: ["@Anna Lee "] });
  assert.deepEqual(complete("@anna l|, you"), { typed: "@anna l", inserts: ["@Anna Lee "] });
  assert.deepEqual(complete("@ang|")?.inserts, ["@Ångström "]);
  assert.deepEqual(complete("@ANN|")?.inserts, ["@Ann ", "@Anna Lee "]);
  for (const text of ["ann@|", "@Carl|", "@Ann\nL|", "@Ann has gone|"])
    assert.equal(complete(text), null, text);
});

test("a whole name with a space behind it is meant, though another one begins like it", () => {
  for (const text of ["hi @Ann |", "@ANN |"]) assert.equal(complete(text), null, text);
  assert.deepEqual(complete("@Anna |")?.inserts, ["@Anna Lee "]);
  assert.deepEqual(complete("@Anna L|")?.inserts, ["@Anna Lee "]);
});

test("a slash at the very beginning finds commands until one is whole", () => {
  assert.deepEqual(complete("/|"), { typed: "/", inserts: ["/me ", "/leave "] });
  assert.deepEqual(complete("/L|")?.inserts, ["/leave "]);
  for (const text of ["/leave|", "/me wave|", " /l|", "//l|", "a /l|", "|/l"])
    assert.equal(complete(text), null, text);
});

test("a closing colon turns a known shortcode into its emoji", () => {
  assert.deepEqual(closedShortcode("so :tada:", 9), { from: 3, to: 9, insert: "🎉" });
  assert.deepEqual(closedShortcode(":+1:x", 4), { from: 0, to: 4, insert: "👍" });
  for (const text of [":none:", "10:00:", "a:tada:", "::", ":"])
    assert.equal(closedShortcode(text, text.length), null, text);
});

test("colons in code are no emoji", () => {
  for (const text of [
    "std::key:",
    "a.:key:",
    "f():key:",
    "`:key:",
    "a `b :key:",
    "```\n:key:",
    "```ts\na\n  :key:",
  ])
    assert.equal(closedShortcode(text, text.length), null, text);
  for (const text of ["`a` :key:", "(:key:", "**:key:", "好:key:", "🎉:key:", "```\na\n```\n:key:"])
    assert.equal(closedShortcode(text, text.length)?.insert, "🔑", text);
});

test("in code nothing is suggested", () => {
  for (const text of ["```\n:tad|", "```js\nx\n@an|", "`@an|", "`:tad|", "```:tad|"])
    assert.equal(complete(text), null, text);
  assert.deepEqual(complete("```\na\n``` \n@lee|")?.inserts, ["@Anna Lee "]);
});

test("each emoji and each name stands in the table once, and a name can be typed", () => {
  const names = emojis.flatMap((each) => each.names);
  assert.equal(new Set(names).size, names.length);
  assert.equal(new Set(emojis.map(({ emoji }) => emoji)).size, emojis.length);
  for (const name of names) assert.match(name, /^[a-z0-9_+-]+$/);
  for (const { emoji } of emojis) assert.match(emoji, /^\p{Emoji}/u);
  assert.ok(emojis.length > 200);
});
