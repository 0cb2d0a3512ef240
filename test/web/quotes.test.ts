import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { createQuotes, type Quotes } from "../../src/web/quotes.ts";
import { ann, bob, message } from "./entries.ts";

const first = message("first", { messageId: "one" });
const answer = message("answer", { messageId: "two", re: "one" });

describe("a quote is drawn anew", () => {
  let redrawn: string[] = [];
  let quotes: Quotes<string>;
  beforeEach(() => {
    redrawn = [];
    quotes = createQuotes((item) => redrawn.push(item));
    quotes.put("the answer", answer, undefined);
  });

  test("when what it quotes comes, changes or goes", () => {
    quotes.put("the first", first, undefined);
    let known = first;
    for (const change of [{ text: "other" }, { deleted: true }, { author: { ...ann, name: "Anna" } }]) {
      const next = { ...known, ...change };
      quotes.put("the first", next, known);
      known = next;
    }
    quotes.remove("the first", known);
    assert.deepEqual(redrawn, Array(5).fill("the answer"));
  });

  test("for no reaction and no reader more", () => {
    quotes.put("the first", first, undefined);
    quotes.put("the first", { ...first, reactions: new Map([["👍", [bob]]]) }, first);
    quotes.put("the first", { ...first, seenBy: 1 }, first);
    assert.deepEqual(redrawn, ["the answer"]);
  });
});
