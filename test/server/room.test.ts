import assert from "node:assert/strict";
import { test } from "node:test";

import { encodeText, type MemberState } from "../../src/protocol/control.ts";
import { memberFrame, withState } from "../../src/server/room.ts";
import { textFrame } from "../../src/server/wire.ts";

const states = Object.keys({ here: 0, away: 0, left: 0 } satisfies Record<MemberState, 0>) as MemberState[];
const hello = { fromUser: "AAAAAAAAAAAAAAAAAAAAAA", iv: "BBBBBBBBBBBBBBBB" };

for (const symbols of [22, 363, 1387]) {
  test(`a member text of ${symbols} symbols is the same in another state as if it were made anew`, () => {
    const ciphertext = "here".repeat(symbols).slice(0, symbols);
    const admission = { type: "join", seat: "", ...hello, ciphertext } as const;
    const here = memberFrame(admission);
    const before = Buffer.from(here);
    for (const state of states) {
      const anew = textFrame(encodeText({ type: "member", ...hello, ciphertext, state }));
      assert.deepEqual(Buffer.from(withState(here, state)), Buffer.from(anew));
      assert.deepEqual(Buffer.from(withState(withState(here, "left"), state)), Buffer.from(anew));
    }
    assert.deepEqual(Buffer.from(here), before, "what may be on its way to somebody stays as it is");
  });
}
