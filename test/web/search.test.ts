import assert from "node:assert/strict";
import { test } from "node:test";
import { foldQuery, search } from "../../src/web/search.ts";
import { message, notice } from "./entries.ts";

const entries = [
  message("Grüße aus Köln", { id: "a" }),
  notice,
  message("two\n  lines here", { id: "b" }),
  message("köln", { id: "c", deleted: true }),
  message("K\u200boln again", { id: "d" }),
];
const found = (query: string) => search(entries, foldQuery(query));

test("messages are found in the order of the screen, without capitals, accents and what nobody sees", () => {
  assert.deepEqual(found("KOLN"), ["a", "d"]);
  assert.deepEqual(found("grüsse"), ["a"]);
});

test("a space in the query stands for any white space", () => {
  assert.deepEqual(found(" two  lines "), ["b"]);
});

test("what stands on the screen is found, without the marks of its source", () => {
  const all = [
    message("Hello **there people** and\n> `x < y`, she said", { id: "m" }),
    message("/me waves", { id: "n" }),
  ];
  for (const query of ["there people and", "and x < y, she"])
    assert.deepEqual(search(all, foldQuery(query)), ["m"]);
  assert.deepEqual(search(all, foldQuery("waves")), ["n"]);
  for (const query of ["**there", "/me"]) assert.deepEqual(search(all, foldQuery(query)), []);
});

test("a deleted message is not found, nor is anything by nothing", () => {
  assert.ok(!found("koln").includes("c"));
  for (const nothing of ["", "  ", "\u200b"]) assert.deepEqual(found(nothing), []);
});

test("an entry that was replaced is looked at anew", () => {
  const [first] = entries;
  assert.ok(first?.kind === "message");
  assert.deepEqual(search([{ ...first, text: "Bonn" }], "koln"), []);
  assert.deepEqual(search([{ ...first, text: "Bonn" }], "bonn"), ["a"]);
});
