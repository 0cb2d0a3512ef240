import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { maxBlockDepth, maxMarksPerText, maxTextBytes } from "../../src/protocol/limits.ts";
import { type Block, formatText, mentionsOneself } from "../../src/web/format.ts";
import type { Inline } from "../../src/web/format-inline.ts";
import { createMentions } from "../../src/web/mentions.ts";
import { seededNumbers } from "../seeded.ts";

const mentions = createMentions(["Ann", "Ann Lee", "Bob", "安娜"], ["Bob"]);

/** The tree as short text: b(…) bold, i(…) italic, s(…) struck, c(…) code, a(…) link, @(…) mention. */
function spell(text: string): string {
  return formatText(text, mentions).map(spellBlock).join("|");
}

function spellBlock(block: Block): string {
  switch (block.kind) {
    case "paragraph":
      return block.children.map(spellInline).join("");
    case "code":
      return `code[${block.language}](${block.text})`;
    case "quote":
      return `quote(${block.children.map(spellBlock).join("|")})`;
    case "list":
      return `list(${block.items.map(({ number, children }) => `${number ?? "-"} ${children.map(spellBlock).join("|")}`).join("; ")})`;
  }
}

function spellInline(node: Inline): string {
  switch (node.kind) {
    case "text":
      return node.text;
    case "code":
      return `c(${node.text})`;
    case "link":
      return `a(${node.text}${node.host === null ? "" : ` to ${node.host}`})`;
    case "mention":
      return `@(${node.text}${node.own ? " me" : ""})`;
    case "strong":
    case "emphasis":
    case "strike": {
      const letter = { strong: "b", emphasis: "i", strike: "s" }[node.kind];
      return `${letter}(${node.children.map(spellInline).join("")})`;
    }
  }
}

/** Everything a tree would show, without order of importance. */
function textOf(block: Block | Inline): string {
  switch (block.kind) {
    case "text":
    case "link":
    case "mention":
      return block.text;
    case "code":
      return "language" in block ? `${block.language}\n${block.text}` : block.text;
    case "list":
      return block.items
        .map(({ number, children }) => `${number ?? ""}${children.map(textOf).join("")}`)
        .join("");
    default:
      return block.children.map(textOf).join("");
  }
}

function depthOf(block: Block | Inline): number {
  if (block.kind === "list")
    return 1 + Math.max(...block.items.flatMap(({ children }) => children.map(depthOf)));
  return "children" in block ? 1 + Math.max(0, ...block.children.map(depthOf)) : 1;
}

const cases: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  "marks style what stands between them": [
    ["**a** and *b* and _c_ and __d__ and ~~e~~", "b(a) and i(b) and i(c) and b(d) and s(e)"],
    ["***a*** b", "b(i(a)) b"],
    ["**a *b* c**", "b(a i(b) c)"],
    ["*a **b***", "i(a b(b))"],
    ["(**a**), “*b*”!", "(b(a)), “i(b)”!"],
    ["**a\nb**", "b(a\nb)"],
    ["这是**粗体**字和*斜体*字", "这是b(粗体)字和i(斜体)字"],
    ["🎉**a**🎉", "🎉b(a)🎉"],
  ],
  "a mark without a partner is text": [
    ["**a", "**a"],
    ["a** b", "a** b"],
    ["*a **b* c", "i(a **b) c"],
    ["*a *b* c", "*a i(b) c"],
    ["2 * 3 * 4, 2*3*4, 2**3**4", "2 * 3 * 4, 2*3*4, 2**3**4"],
    ["snake_case_name and /usr/_x", "snake_case_name and /usr/_x"],
    ["a * * *", "a * * *"],
    ["**** ~~~~ ****x**** ~a~", "**** ~~~~ ****x**** ~a~"],
    ["** a **", "** a **"],
  ],
  "a backslash takes a mark its meaning, and stays anywhere else": [
    ["\\*a\\* \\`b\\` \\\\", "*a* `b` \\"],
    ["C:\\new \\d+ \\", "C:\\new \\d+ \\"],
    ["¯\\_(ツ)_/¯", "¯\\_(ツ)_/¯"],
  ],
  "code is taken as it is": [
    ["`**a**` b", "c(**a**) b"],
    ["`` a`b ``", "c(a`b)"],
    ["`a", "`a"],
    ["``a`", "``a`"],
    ["**`a**`", "**c(a**)"],
    ["`https://a.example @Ann`", "c(https://a.example @Ann)"],
  ],
  "a fence has one language behind it, whatever blanks stand around": [
    ["```  ts  \na\n``` ", "code[ts](a)"],
    ["``` ts x\na\n```", "c( ts x\na\n)"],
    [`\`\`\`${" ".repeat(9_000)}ts x`, `\`\`\`${" ".repeat(9_000)}ts x`],
  ],
  "fenced code keeps its lines and its language": [
    ["```ts\nconst a = `1`;\n\n  // **x**\n```", "code[ts](const a = `1`;\n\n  // **x**)"],
    ["a\n```\nb\n```\nc", "a|code[](b)|c"],
    ["```\na", "```\na"],
    ["```\n```", "code[]()"],
    ["```\na\n``` \nb", "code[](a)|b"],
    ["  ```ts\n  a\n    b\n c\n   ```", "code[ts](a\n  b\nc)"],
    ["    ```\na\n    ```", "    c(\na\n    )"],
    ["```not a language\na\n```", "c(not a language\na\n)"],
  ],
  "lines with a mark in front are quotes and lists": [
    ["> a\n> **b**\nc", "quote(a\nb(b))|c"],
    ["> > a\n> b", "quote(quote(a)|b)"],
    [">:( and >_<", ">:( and >_<"],
    ["- a\n- b\n\nc", "list(- a; - b)|c"],
    ["* a\n* *b*", "list(- a; - i(b))"],
    ["1. a\n2) b\n7. c", "list(1 a; 2 b; 7 c)"],
    ["- a\n  b\n  - c\n- d", "list(- a\nb|list(- c); - d)"],
    ["> - a\n>   ```\n>   b\n>   ```", "quote(list(- a|code[](b)))"],
    ["-a\n-\n12345. a\n1.a", "-a\n-\n12345. a\n1.a"],
    ["a\n\n\nb", "a\n\n\nb"],
  ],
  "links end where a person would end them": [
    ["see https://a.example/b_c_d?e=*f*&g. Or", "see a(https://a.example/b_c_d?e=*f*&g). Or"],
    [
      "(https://a.example/x_(y)) **http://b.example/**",
      "(a(https://a.example/x_(y))) b(a(http://b.example/))",
    ],
    [
      "HTTPS://A.example/, mailto:ann@a.example?subject=x!",
      "a(HTTPS://A.example/), a(mailto:ann@a.example?subject=x)!",
    ],
    ["看https://a.example/b。好", "看a(https://a.example/b)。好"],
    ["<https://a.example>", "<a(https://a.example)>"],
  ],
  "nothing but http, https and mailto becomes a link": [
    [
      "javascript:alert(1) data:text/html,x file:///etc ftp://a.example",
      "javascript:alert(1) data:text/html,x file:///etc ftp://a.example",
    ],
    [
      "xhttps://a.example http:// https://[ mailto: mailto:a",
      "xhttps://a.example http:// https://[ mailto: mailto:a",
    ],
    ["https:/a.example https:a.example", "https:/a.example https:a.example"],
  ],
  "a link that hides where it leads says so": [
    ["https://аpple.example/", "a(https://аpple.example/ to xn--pple-43d.example)"],
    ["https://bank.example@evil.example/", "a(https://bank.example@evil.example/ to evil.example)"],
    ["http://0x7f.1/", "a(http://0x7f.1/ to 127.0.0.1)"],
    ["https:///evil.example", "a(https:///evil.example to evil.example)"],
    ["https://bank.example\\@evil.example", "a(https://bank.example\\@evil.example)"],
  ],
  "names behind an @ are mentions": [
    ["@Ann @ann lee, @Bob!", "@(@Ann) @(@ann lee), @(@Bob me)!"],
    ["@Annie @Bo x@Bob.example @Carl", "@Annie @Bo x@Bob.example @Carl"],
    ["**@Bob** 你好@安娜你好", "b(@(@Bob me)) 你好@(@安娜)你好"],
  ],
};

for (const [title, pairs] of Object.entries(cases)) {
  test(title, () => {
    for (const [text, tree] of pairs) assert.equal(spell(text), tree, text);
  });
}

test("one is mentioned where one's name is marked, and nowhere else", () => {
  for (const text of ["@Bob", "> - **@bob**, look"]) assert.ok(mentionsOneself(text, mentions), text);
  for (const text of ["@Ann", "Bob", "`@Bob`", "```\n@Bob\n```", "a@Bob", "@Bobby"]) {
    assert.ok(!mentionsOneself(text, mentions), text);
  }
});

test("what looks like HTML is text", () => {
  const text = `<script>alert(1)</script><img src=x onerror="alert(1)">&lt;b&gt;`;
  assert.deepEqual(formatText(text), [{ kind: "paragraph", children: [{ kind: "text", text }] }]);
});

test("quotes and lists stop nesting at their limit, marks at five", () => {
  for (const mark of ["> ", "- ", "1. "]) {
    const [block] = formatText(mark.repeat(5_000) + "a");
    assert.ok(block && depthOf(block) <= maxBlockDepth + 2, mark);
  }
  const [block] = formatText("**__*_~~".repeat(1_000) + "a" + "~~_*__**".repeat(1_000));
  assert.ok(block && depthOf(block) <= 7);
});

/** Everything in a tree that is drawn as an element. */
function countOf(block: Block | Inline): number {
  if (block.kind === "text") return 0;
  const inner =
    block.kind === "list"
      ? block.items.flatMap(({ children }) => children)
      : "children" in block
        ? block.children
        : [];
  const items = block.kind === "list" ? block.items.length : 0;
  return inner.reduce((sum, each) => sum + countOf(each), 1 + items);
}

test("what is behind the last mark that a text may have is text", () => {
  for (const piece of [
    "*a* ",
    "`a` ",
    "@Ann ",
    "http://a.example ",
    "> a\n\n",
    "- a\n",
    "> - *a*\n\n",
    "```\n```\n",
  ]) {
    const text = piece.repeat(3 * maxMarksPerText);
    const blocks = formatText(text, mentions);
    const count = blocks.reduce((sum, block) => sum + countOf(block), 0);
    assert.ok(count > maxMarksPerText / 2 && count < 3 * maxMarksPerText, `${piece}: ${count}`);
    assert.equal(blocks.map(textOf).join("").replace(marks, ""), text.replace(marks, ""));
  }
});

const marks = /[\s*_~`\\>\-•.)]/g;
const pieces = [
  "*",
  "**",
  "***",
  "_",
  "__",
  "~~",
  "~",
  "`",
  "``",
  "```",
  "```\n",
  "\n```\n",
  "\\",
  "\n",
  "\n\n",
  " ",
  "> ",
  "\n> ",
  "- ",
  "\n- ",
  "\n1. ",
  "  ",
  "a",
  "b",
  "Ann",
  "@Ann",
  "@Bob",
  "@",
  "(",
  ")",
  "https://a.example/_x_",
  "http://",
  "mailto:a@b.example",
  "字",
  "🎉",
  "<b>",
  "&amp;",
  "\u0301",
  "\ud83c",
  ":",
  "7",
];

test("no text loses more than its marks, whatever it is made of", () => {
  const next = seededNumbers(5);
  for (let round = 0; round < 20_000; round++) {
    const text = Array.from({ length: 1 + (next() % 24) }, () => pieces[next() % pieces.length]).join("");
    const shown = formatText(text, mentions).map(textOf).join("");
    assert.equal(shown.replace(marks, ""), text.replace(marks, ""), JSON.stringify(text));
  }
});

describe("the work grows with the length alone", () => {
  const filler = createMentions(
    Array.from({ length: 32 }, (_, at) => "@".repeat(at + 1)),
    ["me"],
  );
  const hostile = [
    ...pieces.filter((piece) => piece !== "\ud83c"),
    "*a ",
    "**a",
    "_a*b ",
    "`a``b",
    "*_",
    "~~*",
    "a**",
    "[](",
    "((",
    "@Ann Le",
    "http://a(",
    "https://(((",
    "\n> a",
    "> > > > ",
    "\n- - - a",
    "\n```a",
    "` `` ``` ",
  ];
  const stepsOf = (text: string) => {
    const meter = { steps: 0, marks: 0 };
    formatText(text, filler, meter);
    return meter.steps;
  };

  test("for every mark said over and over", () => {
    for (const piece of hostile) {
      const text = piece.repeat(Math.ceil(maxTextBytes / piece.length));
      assert.ok(
        stepsOf(text) <= 12 * text.length + 64,
        `${JSON.stringify(piece)}: ${stepsOf(text) / text.length}`,
      );
    }
  });

  test("for marks mixed by chance", () => {
    const next = seededNumbers(6);
    for (let round = 0; round < 50; round++) {
      const text = Array.from({ length: 4_000 }, () => hostile[next() % hostile.length]).join("");
      assert.ok(stepsOf(text) <= 12 * text.length + 64);
    }
  });

  test("for openers of five kinds that never close", () => {
    const text = "**a __a *a _a ~~a `a @a http://a.example ".repeat(500);
    assert.ok(stepsOf(text) <= 12 * text.length);
  });
});
