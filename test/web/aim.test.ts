import assert from "node:assert/strict";
import { test } from "node:test";

import { createAim } from "../../src/web/aim.ts";
import { message } from "./entries.ts";

test("an edit that ends gives back the draft, what it answers, and what was typed in an edit before it", () => {
  const aim = createAim();
  const [asked, said, other] = [message("Who comes?"), message("not now"), message("or then")];
  aim.answer(asked, "");
  assert.equal(aim.edit(said, "I do"), "not now");
  assert.equal(aim.edit(other, "not today"), "or then");
  assert.deepEqual([aim.edited, aim.answered], [other, asked]);
  assert.equal(aim.edit(null, "or never"), "I do\nnot today");
  assert.deepEqual([aim.edited, aim.answered], [null, asked]);
});

test("an answer that is begun amid an edit takes along what was typed in it", () => {
  const aim = createAim();
  const [asked, said] = [message("Who comes?"), message("teh cat")];
  aim.edit(said, "");
  assert.equal(aim.answer(asked, "teh cat"), "");
  aim.edit(said, "I do");
  assert.equal(aim.answer(asked, "the cat"), "I do\nthe cat");
  assert.deepEqual([aim.edited, aim.answered], [null, asked]);
});

test("what is kept tells what the draft answers, and has the correction that was not saved", () => {
  const aim = createAim();
  const [asked, said] = [message("Who comes?"), message("teh cat")];
  assert.deepEqual(aim.keep("half a"), { draft: "half a" });
  aim.answer(asked, "");
  assert.deepEqual(aim.keep("I do"), { draft: "I do", re: asked.messageId });
  aim.edit(said, "I do");
  assert.deepEqual(aim.keep("teh cat"), { draft: "I do", re: asked.messageId });
  assert.deepEqual(aim.keep("the cat"), { draft: "I do\nthe cat", re: asked.messageId });
  aim.edit(null, "the cat");
  aim.answer(null, "");
  assert.equal(aim.edit(said, ""), "teh cat");
  assert.deepEqual(aim.keep("the cat"), { draft: "the cat" });
});

test("a draft that was kept answers its message once that has come, and is kept with it until then", () => {
  const aim = createAim();
  const [asked, other] = [message("Who comes?"), message("And when?")];
  const kept = { draft: "I do", re: asked.messageId ?? "" };
  assert.equal(aim.restore(kept, ""), "I do");
  assert.equal(aim.heard(other), false);
  assert.deepEqual([aim.answered, aim.keep("I do")], [null, kept]);
  assert.ok(aim.heard(asked));
  assert.equal(aim.answered, asked);
  assert.equal(aim.heard(asked), false);
});

test("a draft that answers another message by now no longer waits for the one that was kept", () => {
  const aim = createAim();
  const [asked, other] = [message("Who comes?"), message("And when?")];
  aim.restore({ draft: "I do", re: asked.messageId ?? "" }, "");
  aim.answer(other, "");
  assert.equal(aim.heard(asked), false);
  assert.equal(aim.answered, other);
});

test("a message that is gone takes no text along", () => {
  const aim = createAim();
  const [asked, said] = [message("Who comes?"), message("teh cat")];
  aim.answer(asked, "");
  aim.edit(said, "I do");
  assert.equal(aim.gone(asked.id, "the cat"), "the cat");
  assert.deepEqual([aim.edited, aim.answered], [said, null]);
  assert.equal(aim.gone(said.id, "the cat"), "I do\nthe cat");
  assert.equal(aim.edited, null);
});

test("the beginning of a command goes in front of the draft, not of an edit", () => {
  const aim = createAim();
  assert.equal(aim.begin("/me ", "waves"), "/me waves");
  assert.equal(aim.edit(message("teh cat"), "waves"), "teh cat");
  assert.equal(aim.begin("/me ", "the cat"), "the cat");
  assert.equal(aim.edit(null, "the cat"), "/me waves");
});
