import assert from "node:assert/strict";
import { test } from "node:test";
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

const entries = [
  message("one\ntwo", time),
  notice,
  message("/me waves", { ...time, author: { ...bob, ordinal: 2 } }),
  message("gone", { ...time, deleted: true, text: "" }),
  message("new", { ...time, author: bob, edited: 3, re: "id1", reactions: new Map([["👍", [ann, bob]]]) }),
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
Friday

2026-02-01 00:07  Ann: one
    two
2026-02-01 00:07  * Bob (2) waves
2026-02-01 00:07  Ann: (deleted)
2026-02-01 00:07  Bob: new (edited)
`,
  );
});

test("Markdown has each message as a quote below its author", () => {
  assert.equal(
    textOf("md", entries.slice(0, 3), ""),
    `# Saved 2026\\-02\\-03 14:05: 2 messages

**Ann** 2026-02-01 00:07

> one
> two

**Bob \\(2\\)** 2026-02-01 00:07

> *waves*
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
    [`**\\*\\*Ann\\*\\*** ${spell(named.at)}`],
  );
});

test("Markdown carries no HTML of others", () => {
  assert.ok(!/(?<!\\)</.test(textOf("md", [message("<script>alert(1)</script>\n<img src=x>")], "<b>")));
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
    re: "id1",
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
