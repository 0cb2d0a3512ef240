import assert from "node:assert/strict";
import { test } from "node:test";
import { createForgetting } from "../../src/session/forgetting.ts";

test("a deleted message is forgotten under all its numbers, and asked for again on every line of the same log", () => {
  const asked: number[] = [];
  const forgetting = createForgetting((seq) => asked.push(seq));
  forgetting.sent("a", 1);
  forgetting.sent("b", 2);
  forgetting.sent("a", 3);
  assert.deepEqual(asked, []);
  forgetting.deleted("a");
  assert.deepEqual(asked.splice(0), [1, 3]);
  forgetting.live();
  assert.deepEqual(asked.splice(0), [1, 3]);
  forgetting.newLog();
  forgetting.live();
  assert.deepEqual(asked, []);
  forgetting.sent("a", 7);
  forgetting.deleted("unknown");
  assert.deepEqual(asked, [7]);
});
