import assert from "node:assert/strict";
import { test } from "node:test";
import { maxTextBytes } from "../../src/protocol/limits.ts";
import { exportRoom, type ExportFormat } from "../../src/web/export.ts";
import { ann, bob, message, notice } from "./entries.ts";

const at = Date.UTC(2026, 1, 3, 14, 5);
const spell = (ms: number) => new Date(ms).toISOString().slice(0, 16).replace("T", " ");
const words = {
  head: (when: string, n: number) => `Saved ${when}: ${n} messages`,
  deleted: "deleted",
  edited: "edited",
};
const facts = { at, spell, topic: "Friday", words };
const time = { at: Date.UTC(2026, 1, 1, 0, 7) };

const said = message("one\ntwo", time);
const entries = [
  said,
  notice,
  message("/me waves", { ...time, author: { ...bob, ordinal: 2 } }),
  message("gone", { ...time, deleted: true, text: "" }),
  message("new", {
    ...time,
    author: bob,
    edited: 3,
    re: said.messageId ?? "",
    reactions: new Map([["👍", [ann, bob]]]),
  }),
];

const textOf = (format: ExportFormat, all = entries, topic = facts.topic) =>
  exportRoom(format, all, { ...facts, topic }).text;

test("a file is named after the time, in letters that every file system takes", () => {
  const { name, type } = exportRoom("md", entries, facts);
  assert.equal(name, "secure-room 2026-02-03 14.05.md");
  assert.equal(type, "text/markdown;charset=utf-8");
});

test("plain text has a line for each message, and further lines are indented", () => {
  assert.equal(
    textOf("txt"),
    `Saved 2026-02-03 14:05: 4 messages
“Friday”

2026-02-01 00:07  Ann: one
    two
2026-02-01 00:07  Bob (2): * waves
2026-02-01 00:07  Ann: (deleted)
2026-02-01 00:07  Bob → Ann “one two”: new (edited)
`,
  );
});

test("Markdown has each message as a quote below its author", () => {
  assert.equal(
    textOf("md", entries.slice(0, 3), ""),
    `# Saved 2026-02-03 14:05: 2 messages

**Ann** 2026-02-01 00:07

> one  
> two

**Bob \\(2\\)** 2026-02-01 00:07

> \\* waves
`,
  );
});

test("no message can pass for another's", () => {
  const forged = message("hi\n2026-02-01 00:08  Ann: I owe you\n\n**Ann** x\n```", { author: bob });
  const named = message("hi", { author: { ...bob, name: "**Ann**\u202e" } });
  for (const line of textOf("txt", [forged], "").split("\n").slice(3, -1)) assert.match(line, /^ {4}/);
  const lines = textOf("md", [forged, named], "").split("\n");
  assert.deepEqual(
    lines.filter((line) => /^[^>]*Ann/.test(line)),
    [`**“\\*\\*Ann\\*\\*”** ${spell(named.at)}`],
  );
});

test("a name that could be read as a name and something said stands in quotation marks that it cannot end", () => {
  const names = ["Ann: I quit. Bye", "Ann” I quit", "2026-02-01 00:08  Ann", "Ann → Bob", "* Ann", "Annː x"];
  const all = names.map((name) => message("ok", { ...time, author: { ...bob, name } }));
  assert.deepEqual(textOf("txt", all, "").split("\n").slice(2, -1), [
    "2026-02-01 00:07  “Ann: I quit. Bye”: ok",
    "2026-02-01 00:07  “Ann' I quit”: ok",
    "2026-02-01 00:07  “2026-02-01 00:08  Ann”: ok",
    "2026-02-01 00:07  “Ann → Bob”: ok",
    "2026-02-01 00:07  “* Ann”: ok",
    "2026-02-01 00:07  “Annː x”: ok",
  ]);
});

test("plain text and Markdown tell what an answer answers, in words that cannot pass for the answer", () => {
  const first = message("**so** be it”: I agree\n`x`", time);
  const answer = message("no", { ...time, author: bob, re: first.messageId ?? "" });
  const lost = message("yes", { ...time, author: bob, re: "gone" });
  const all = [first, answer, lost];
  const told = "→ Ann “so be it': I agree x”";
  assert.ok(textOf("txt", all).endsWith(`Bob ${told}: no\n2026-02-01 00:07  Bob: yes\n`));
  assert.ok(textOf("md", all).includes(`**Bob** 2026-02-01 00:07 ${told}\n\n> no\n`));
  const deleted = [{ ...first, deleted: true, text: "" }, answer];
  assert.ok(textOf("txt", deleted).endsWith("Bob → Ann (deleted): no\n"));
});

test("a shared file is told by its name", () => {
  const file = { file: "f", secret: "s", size: 1, fileName: "a\u202e/[b].pdf", type: "" };
  const shared = message("", { ...time, file });
  assert.ok(textOf("txt", [shared]).endsWith("Ann: 📎 a_[b].pdf\n"));
  assert.ok(textOf("md", [shared]).endsWith("> 📎 a_\\[b\\].pdf\n"));
});

/** What Markdown has of one message. */
const marked = (text: string) =>
  textOf("md", [message(text, time)], "")
    .split("\n")
    .slice(4, -1)
    .map((line) => line.slice(2))
    .join("\n");

test("in Markdown a message is nothing but its text: no HTML, link, picture, entity or block of its own", () => {
  const cases: Readonly<Record<string, string>> = {
    "<img src=x onerror=alert(1)>": "\\<img src=x onerror=alert(1)>",
    "\\<img src=x>": "\\\\\\<img src=x>",
    "&lt;b&gt; a&b &#60;": "\\&lt;b\\&gt; a&b \\&#60;",
    "[here]: https://evil.example": "\\[here\\]: https://evil.example",
    "![](https://evil.example/x.png)": "!\\[\\](https://evil.example/x.png)",
    "# a\n===\n---\n+ b\n> c\n| d": "\\# a  \n\\===  \n\\---  \n\\+ b  \n\\> c  \n\\| d",
    "1. a\n1234) b\n1.5": "1\\. a  \n1234\\) b  \n1\\.5",
    "* a\n* * *\n**\n_ _": "\\* a  \n\\* * *  \n\\**  \n\\_ _",
    "~~~\n<b>\n~~~~": "\\~~~  \n\\<b>  \n\\~~~~",
    "a\n\n    <b>\n\t- c": "a  \n  \n\u00a0\u00a0\u00a0\u00a0\\<b>  \n\u00a0- c",
    "a ` <b>\n`` c": "a \\` \\<b>  \n\\`\\` c",
    "``<b>`` `\n<b>`": "\\`\\`\\<b>\\`\\` \\`  \n\\<b>\\`",
    "- a\n  ```\n<b>\n  ```": "\\- a  \n  ```text \n<b>\n```",
    "> ```\n<b>\n> ```": "\\> \\`\\`\\`  \n\\<b>  \n\\> \\`\\`\\`",
    "$x$ {: .y} {{z}}": "\\$x\\$ \\{: .y} \\{\\{z}}",
  };
  for (const [text, markdown] of Object.entries(cases)) assert.equal(marked(text), markdown, text);
});

test("in Markdown bold, italic, struck out and code are what they were, and nothing within code is altered", () => {
  for (const text of ["**a** *b* ~~c~~ __d__ _e_", "`1 < 2 [x]` a", "https://a.example/b_c?d=e&f=g"])
    assert.equal(marked(text), text);
  assert.equal(
    marked("a\n```ts\n1 < 2\n\n  \\[`x`]\n```\n<"),
    "a  \n```text ts\n1 < 2\n\n  \\[`x`]\n```  \n\\<",
  );
});

test("in Markdown a fence ends where it did, and nowhere else", () => {
  assert.equal(marked("```\n````\n<b>\n```"), "```text \n```  \n\\<b>  \n\\`\\`\\`");
  assert.equal(marked("````\n```\n<b>\n```` \n<b>"), "````text \n```\n<b>\n````  \n\\<b>");
  assert.equal(marked("```\n\t```\n<b>\n```"), "``````text \n\t```\n<b>\n``````");
  assert.equal(marked("```\n<b>"), "```text \n<b>\n```");
  assert.equal(marked("```\n```"), "```text \n```");
  assert.equal(marked("/me ```\n```\n<b>\n```"), "\\* \\`\\`\\`  \n```text \n<b>\n```");
  assert.equal(marked("/me \n```\n<b>\n```"), "\\*   \n```text \n<b>\n```");
});

test("what a message costs as Markdown grows with its length alone", () => {
  for (const piece of [
    "`",
    "```x\n",
    "```\n",
    "`a",
    "&a",
    "[",
    "* ",
    "* * *\n",
    "1",
    " ",
    "~",
    "\\",
    "`".repeat(99) + "\n",
  ]) {
    const text = piece.repeat(Math.ceil((4 * maxTextBytes) / piece.length));
    const from = performance.now();
    marked(`${text}x`);
    assert.ok(performance.now() - from < 5_000, piece);
  }
});

test("a second key under a name is told apart in every format, reactions too", () => {
  const other = { ...ann, key: "x", ordinal: 2 };
  const all = [message("hi", { author: other, reactions: new Map([["👍", [ann, other]]]) })];
  const read = JSON.parse(textOf("json", all)) as { messages: Record<string, unknown>[] };
  assert.equal(read.messages[0]?.["author"], "Ann (2)");
  assert.deepEqual(read.messages[0]?.["reactions"], { "👍": ["Ann", "Ann (2)"] });
  assert.ok(textOf("txt", all).includes("Ann (2): hi"));
  assert.ok(textOf("md", all).includes("**Ann \\(2\\)**"));
});

test("JSON has everything as it was said", () => {
  const tricky = message("a\u202eb", { ...time, delivery: "sending", messageId: null });
  const read = JSON.parse(textOf("json", [...entries, tricky])) as { messages: Record<string, unknown>[] };
  const { messages, ...head } = read;
  assert.deepEqual(head, { program: "secure-room", exported: "2026-02-03T14:05:00.000Z", topic: "Friday" });
  assert.equal(messages.length, 5);
  assert.deepEqual(messages[3], {
    id: entries[4]?.kind === "message" ? entries[4].messageId : "",
    at: "2026-02-01T00:07:00.000Z",
    author: "Bob",
    key: "bob",
    text: "new",
    re: said.messageId,
    edited: true,
    reactions: { "👍": ["Ann", "Bob"] },
  });
  assert.equal(messages[4]?.["text"], "a\u202eb");
  assert.equal(messages[4]?.["sending"], true);
});

test("an empty room gives an empty file with its head", () => {
  assert.equal(textOf("txt", [], ""), "Saved 2026-02-03 14:05: 0 messages\n\n");
  assert.deepEqual((JSON.parse(textOf("json", [])) as { messages: unknown }).messages, []);
});
