// Messages that carry a file take part in everything that messages do.

import assert from "node:assert/strict";
import { test } from "node:test";
import { toBase64url } from "../../src/protocol/base64url.ts";
import { maxOutbox } from "../../src/protocol/limits.ts";
import { createMemberKey } from "../../src/crypto/member.ts";
import type { MessageEntry, SessionEvent } from "../../src/session/events.ts";
import type { SharedFile } from "../../src/session/files.ts";
import { createSession } from "../../src/session/session.ts";
import type { SavedSession, Session } from "../../src/session/world.ts";
import { keysOf } from "../crypto/phrases.ts";
import { random, TestRelay, until } from "./stage.ts";

const photo: SharedFile = {
  file: toBase64url(random(16)),
  secret: toBase64url(random(32)),
  size: 1_234,
  fileName: "photo.jpg",
  type: "image/jpeg",
};

/** Somebody who remembers which files are over, and what each message shows. */
class Sharer {
  readonly over: string[] = [];
  readonly messages = new Map<string, MessageEntry>();
  now = 1_000_000;
  state = "";
  #due: (() => void)[] = [];
  readonly session: Session;

  private constructor(make: (sharer: Sharer) => Session) {
    this.session = make(this);
  }

  static async enter(relay: TestRelay, name: string, saved?: SavedSession): Promise<Sharer> {
    const keys = await keysOf("river", relay.salt);
    const member = await createMemberKey();
    const sharer = new Sharer((each) =>
      createSession(
        { keys, member, name, ...(saved === undefined ? {} : { saved }) },
        {
          dial: (roomId, listener) => relay.dial(roomId, listener),
          derive: (salt) => keysOf("river", salt),
          random,
          now: () => each.now,
          after(_ms, callback) {
            each.#due.push(callback);
            return () => (each.#due = each.#due.filter((one) => one !== callback));
          },
          tell: (event) => each.#hear(event),
          fault: (error) => assert.fail(`a fault: ${String(error)}`),
        },
      ),
    );
    sharer.session.start();
    await until(`${name} is live`, () => sharer.state === "live");
    return sharer;
  }

  #hear(event: SessionEvent): void {
    if (event.type === "status") this.state = event.status.state;
    if (event.type === "file-over") this.over.push(event.file);
    if (event.type === "gone") this.messages.delete(event.id);
    if (event.type === "entry" && event.entry.kind === "message")
      this.messages.set(event.entry.id, event.entry);
  }

  get files(): (SharedFile | undefined)[] {
    return [...this.messages.values()].map(({ file }) => file);
  }

  get only(): MessageEntry {
    const [entry] = this.messages.values();
    return entry ?? assert.fail("no message");
  }

  pass(ms: number): void {
    this.now += ms;
    for (const callback of this.#due.splice(0)) callback();
  }
}

test("a file reaches the others with all that opens it, and is news to who comes back", async () => {
  const relay = new TestRelay();
  const ann = await Sharer.enter(relay, "Ann");
  const bob = await Sharer.enter(relay, "Bob");
  assert.equal(ann.session.sendFile(photo), true);
  assert.deepEqual([ann.only.file, ann.only.delivery], [photo, "sending"]);
  await until("Bob has it", () => bob.messages.size === 1);
  assert.deepEqual(bob.files, [photo]);
  assert.equal(bob.only.text, "");
  await until("it is sent", () => ann.only.delivery === "sent");
});

test("a file waits in the outbox over a loss and a reload", async () => {
  const relay = new TestRelay();
  const ann = await Sharer.enter(relay, "Ann");
  relay.deaf = true;
  ann.session.sendFile(photo);
  const saved = ann.session.save();
  assert.deepEqual(ann.session.unsentTexts(), ["photo.jpg"]);
  relay.deaf = false;
  relay.newest.cut();
  const again = await Sharer.enter(relay, "Ann", saved);
  await until("it is sent", () => again.messages.size === 1 && again.only.delivery === "sent");
  assert.deepEqual(again.files, [photo]);
});

test("deleting a file's message takes the file off every screen, and tells its author's tab alone that it is over", async () => {
  const relay = new TestRelay();
  const ann = await Sharer.enter(relay, "Ann");
  const bob = await Sharer.enter(relay, "Bob");
  ann.session.sendFile(photo);
  await until("Bob has it", () => bob.messages.size === 1);
  await until("it is sent", () => ann.only.delivery === "sent");
  assert.equal(ann.session.edit(ann.only.id, "other words"), null);
  ann.session.remove(ann.only.id);
  await until("deleted", () => bob.only.deleted && ann.only.deleted);
  assert.deepEqual([bob.files, ann.files], [[undefined], [undefined]]);
  assert.deepEqual([bob.only.text, bob.only.edited], ["", null]);
  assert.deepEqual([ann.over, bob.over], [[photo.file], []]);
});

test("the timer ends a file as it ends a text", async () => {
  const relay = new TestRelay();
  const ann = await Sharer.enter(relay, "Ann");
  const bob = await Sharer.enter(relay, "Bob");
  ann.session.setTimer(60);
  ann.session.sendFile(photo);
  await until("Bob has it", () => bob.messages.size === 1);
  await until("it is sent", () => ann.only.delivery === "sent");
  for (const each of [ann, bob]) each.pass(60_000);
  assert.deepEqual([ann.messages.size, bob.messages.size], [0, 0]);
  assert.deepEqual([ann.over, bob.over], [[photo.file], []]);
});

test("where too much waits a file is not taken", async () => {
  const relay = new TestRelay();
  const ann = await Sharer.enter(relay, "Ann");
  relay.deaf = true;
  for (let count = 0; count < maxOutbox; count++) assert.equal(ann.session.sendFile(photo), true);
  assert.equal(ann.session.sendFile(photo), false);
});
