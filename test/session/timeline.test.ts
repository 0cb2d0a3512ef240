import assert from "node:assert/strict";
import { test } from "node:test";
import { maxGapsPerKey, maxReactionsPerMessage, maxTimelineEntries } from "../../src/protocol/limits.ts";
import type { MessageBody } from "../../src/session/body.ts";
import type { Author, Entry, SessionEvent } from "../../src/session/events.ts";
import { Timeline } from "../../src/session/timeline.ts";

const ann: Author = { key: "A", name: "Ann", ordinal: 1, own: false };
const bob: Author = { key: "B", name: "Bob", ordinal: 1, own: false };
const me: Author = { key: "M", name: "Me", ordinal: 1, own: true };

/** A timeline with the screen that its events draw. */
function screen() {
  const entries = new Map<string, Entry>();
  let order: string[] = [];
  const timeline = new Timeline((event: SessionEvent) => {
    if (event.type === "gone") order = order.filter((id) => id !== event.id);
    if (event.type !== "entry") return;
    entries.set(event.entry.id, event.entry);
    order = order.filter((id) => id !== event.entry.id);
    order.splice(event.before === null ? order.length : order.indexOf(event.before), 0, event.entry.id);
  });
  const shown = () => order.map((id) => entries.get(id) ?? assert.fail());
  const message = (text: string) => {
    const found = shown().find((entry) => entry.kind === "message" && entry.text === text);
    return found?.kind === "message" ? found : assert.fail(`no message ${text}`);
  };
  return { timeline, message, lines: () => shown().map(line) };
}

function line(entry: Entry): string {
  if (entry.kind === "message") {
    const marks = `${entry.edited !== null ? " edited" : ""}${entry.deleted ? " deleted" : ""}`;
    return `${entry.author.name}: ${entry.text}${marks}${entry.delivery === "sending" ? " …" : ""}`;
  }
  return entry.kind === "gap" ? `${entry.count} missing of ${entry.author?.name}` : entry.kind;
}

const said = (author: Author, counter: number) => ({ name: author.name, at: 1, counter });
const text = (author: Author, counter: number, words: string, lasts?: number): MessageBody => ({
  kind: "text",
  ...said(author, counter),
  text: words,
  ...(lasts === undefined ? {} : { lasts }),
});

function receive(timeline: Timeline, author: Author, body: MessageBody, isChange = true): void {
  timeline.receive({ author, body, messageId: `${author.key}${body.counter}`, seq: 1 }, isChange);
}

test("own messages stand behind the numbered ones until they are numbered themselves", () => {
  const { timeline, lines } = screen();
  timeline.live();
  timeline.say(me, { kind: "text", ...said(me, 0), text: "one" });
  timeline.say(me, { kind: "text", ...said(me, 1), text: "two" });
  receive(timeline, ann, text(ann, 0, "between"));
  assert.deepEqual(lines(), ["Ann: between", "Me: one …", "Me: two …"]);
  receive(timeline, me, text(me, 0, "one"));
  receive(timeline, ann, text(ann, 1, "later"));
  assert.deepEqual(lines(), ["Ann: between", "Me: one", "Ann: later", "Me: two …"]);
});

test("the last edit wins, and only its author's counts", () => {
  const { timeline, lines } = screen();
  receive(timeline, ann, text(ann, 0, "teh"));
  receive(timeline, ann, { kind: "edit", ...said(ann, 1), of: 0, text: "the" });
  receive(timeline, ann, { kind: "edit", ...said(ann, 2), of: 0, text: "The" });
  receive(timeline, bob, { kind: "edit", ...said(bob, 0), of: 0, text: "mine" });
  assert.deepEqual(lines(), ["Ann: The edited"]);
});

test("an edit that is brought back late does not undo a later one", () => {
  const { timeline, lines } = screen();
  receive(timeline, ann, text(ann, 0, "teh"));
  receive(timeline, ann, { kind: "edit", ...said(ann, 2), of: 0, text: "The" });
  receive(timeline, ann, { kind: "edit", ...said(ann, 1), of: 0, text: "the" });
  timeline.live();
  assert.deepEqual(lines(), ["Ann: The edited"]);
});

test("a deletion is final", () => {
  const { timeline, lines } = screen();
  receive(timeline, ann, text(ann, 0, "oops"));
  receive(timeline, ann, { kind: "delete", ...said(ann, 1), of: 0 });
  receive(timeline, ann, { kind: "edit", ...said(ann, 2), of: 0, text: "back" });
  receive(timeline, bob, { kind: "react", ...said(bob, 0), id: "A0", emoji: "👍", on: true });
  assert.deepEqual(lines(), ["Ann:  deleted"]);
});

test("a deletion is final for a copy that comes later, and so is an edit", () => {
  const { timeline, lines } = screen();
  receive(timeline, ann, { kind: "delete", ...said(ann, 3), of: 0 });
  receive(timeline, ann, { kind: "edit", ...said(ann, 5), of: 1, text: "latest" });
  receive(timeline, ann, { kind: "edit", ...said(ann, 4), of: 1, text: "later" });
  receive(timeline, bob, { kind: "delete", ...said(bob, 0), of: 1 });
  receive(timeline, ann, text(ann, 0, "oops"));
  receive(timeline, ann, text(ann, 1, "first"));
  receive(timeline, ann, text(ann, 2, "other"));
  assert.deepEqual(lines(), ["Ann: latest edited", "Ann: other"]);
  assert.deepEqual([timeline.isGone("A", "A.0"), timeline.isGone("A", "A.1")], [true, false]);
});

test("an edit, deletion or reaction without its target shows nothing", () => {
  const { timeline, lines } = screen();
  receive(timeline, ann, { kind: "edit", ...said(ann, 5), of: 0, text: "x" });
  receive(timeline, ann, { kind: "delete", ...said(ann, 6), of: 1 });
  receive(timeline, ann, { kind: "react", ...said(ann, 7), id: "nobody", emoji: "👍", on: true });
  assert.deepEqual(lines(), []);
});

test("a reaction counts once per person and can be taken back", () => {
  const { timeline, message } = screen();
  receive(timeline, ann, text(ann, 0, "hello"));
  for (const counter of [0, 1]) {
    receive(timeline, bob, { kind: "react", ...said(bob, counter), id: "A0", emoji: "👍", on: true });
  }
  receive(timeline, ann, { kind: "react", ...said(ann, 1), id: "A0", emoji: "👍", on: true });
  assert.deepEqual(
    message("hello")
      .reactions.get("👍")
      ?.map((author) => author.name),
    ["Bob", "Ann"],
  );
  receive(timeline, bob, { kind: "react", ...said(bob, 2), id: "A0", emoji: "👍", on: false });
  receive(timeline, ann, { kind: "react", ...said(ann, 2), id: "A0", emoji: "👍", on: false });
  assert.equal(message("hello").reactions.size, 0);
});

test("a message shows no more kinds of reaction than the limit", () => {
  const { timeline, message } = screen();
  receive(timeline, ann, text(ann, 0, "hello"));
  for (let counter = 0; counter <= maxReactionsPerMessage; counter++) {
    receive(timeline, bob, {
      kind: "react",
      ...said(bob, counter),
      id: "A0",
      emoji: `e${counter}`,
      on: true,
    });
  }
  assert.equal(message("hello").reactions.size, maxReactionsPerMessage);
});

test("a deletion that names a missing number takes it out of the gap line, and the last one removes the line", () => {
  const { timeline, lines } = screen();
  timeline.live();
  receive(timeline, ann, text(ann, 0, "zero"));
  receive(timeline, ann, text(ann, 3, "three"));
  assert.deepEqual(lines(), ["Ann: zero", "2 missing of Ann", "Ann: three"]);
  receive(timeline, ann, { kind: "delete", ...said(ann, 4), of: 1 });
  assert.deepEqual(lines(), ["Ann: zero", "1 missing of Ann", "Ann: three"]);
  receive(timeline, ann, { kind: "delete", ...said(ann, 5), of: 2 });
  assert.deepEqual(lines(), ["Ann: zero", "Ann: three"]);
});

test("an entry that comes by in a new log keeps its place where the order is the same, and takes its new one where not", () => {
  const { timeline, lines } = screen();
  timeline.live();
  for (const counter of [0, 1, 2]) receive(timeline, ann, text(ann, counter, `no ${counter}`));
  timeline.newLog();
  receive(timeline, ann, text(ann, 0, "no 0"));
  receive(timeline, bob, text(bob, 0, "between"));
  receive(timeline, ann, text(ann, 1, "no 1"));
  receive(timeline, ann, text(ann, 1, "no 1"));
  receive(timeline, ann, text(ann, 2, "no 2"));
  assert.deepEqual(lines(), ["Ann: no 0", "Bob: between", "Ann: no 1", "Ann: no 2"]);
});

test("a new log has its order where the latest of it has left the screen", () => {
  const { timeline, lines } = screen();
  timeline.live();
  for (const counter of [0, 1]) receive(timeline, ann, text(ann, counter, `no ${counter}`));
  timeline.newLog();
  receive(timeline, bob, text(bob, 0, "first"));
  receive(timeline, bob, text(bob, 1, "short", 5));
  timeline.end("B.1");
  for (const counter of [0, 1]) receive(timeline, ann, text(ann, counter, `no ${counter}`));
  assert.deepEqual(lines(), ["Bob: first", "Ann: no 0", "Ann: no 1"]);
});

test("a timer takes part in the order of a new log", () => {
  const { timeline, lines } = screen();
  timeline.live();
  for (const counter of [0, 1]) receive(timeline, ann, text(ann, counter, `no ${counter}`));
  timeline.newLog();
  receive(timeline, bob, { kind: "timer", ...said(bob, 0), seconds: 60 });
  for (const counter of [0, 1]) receive(timeline, ann, text(ann, counter, `no ${counter}`));
  assert.deepEqual(lines(), ["timer", "Ann: no 0", "Ann: no 1"]);
});

test("a message that comes late makes the line of its gap smaller", () => {
  const { timeline, lines } = screen();
  timeline.live();
  for (const counter of [0, 3]) receive(timeline, ann, text(ann, counter, `no ${counter}`));
  assert.deepEqual(lines(), ["Ann: no 0", "2 missing of Ann", "Ann: no 3"]);
  receive(timeline, ann, text(ann, 2, "no 2"));
  assert.deepEqual(
    lines().filter((line) => line.includes("missing")),
    ["1 missing of Ann"],
  );
  receive(timeline, ann, text(ann, 1, "no 1"));
  assert.deepEqual(lines(), ["Ann: no 0", "Ann: no 3", "Ann: no 2", "Ann: no 1"]);
});

test("numbers deleted within one replay leave no gap line", () => {
  const { timeline, lines } = screen();
  timeline.replaying();
  receive(timeline, ann, text(ann, 0, "zero"));
  receive(timeline, ann, text(ann, 2, "two"));
  receive(timeline, ann, { kind: "delete", ...said(ann, 3), of: 1 });
  timeline.live();
  assert.deepEqual(lines(), ["Ann: zero", "Ann: two"]);
});

test("a double is dropped", () => {
  const { timeline, lines } = screen();
  receive(timeline, ann, text(ann, 0, "once"));
  receive(timeline, ann, text(ann, 0, "once"));
  assert.deepEqual(lines(), ["Ann: once"]);
});

test("a double that says something else gets a line, once", () => {
  const { timeline, lines } = screen();
  timeline.live();
  receive(timeline, ann, text(ann, 0, "I pay 100"));
  receive(timeline, ann, text(ann, 0, "I pay 100", 60));
  assert.deepEqual(lines(), ["Ann: I pay 100"]);
  for (let time = 0; time < 2; time++) receive(timeline, ann, text(ann, 0, "I pay nothing"));
  timeline.newLog();
  receive(timeline, ann, text(ann, 0, "I pay nothing"));
  assert.deepEqual(lines(), ["Ann: I pay 100", "notice"]);
});

test("a kind that is not shown takes its number and shows nothing", () => {
  const { timeline, lines } = screen();
  timeline.live();
  receive(timeline, ann, { kind: "unknown", ...said(ann, 0) });
  receive(timeline, ann, text(ann, 1, "one"));
  assert.deepEqual(lines(), ["Ann: one"]);
});

test("a timer that changes nothing gets no line, and takes its number", () => {
  const { timeline, lines } = screen();
  timeline.live();
  receive(timeline, ann, { kind: "timer", ...said(ann, 0), seconds: 10 });
  receive(timeline, bob, { kind: "timer", ...said(bob, 0), seconds: 10 }, false);
  receive(timeline, bob, text(bob, 1, "hello"));
  assert.deepEqual(lines(), ["timer", "Bob: hello"]);
});

test("what ended leaves the screen, whatever is on it, and comes back with no copy", () => {
  const { timeline, lines } = screen();
  receive(timeline, ann, text(ann, 0, "goes", 5));
  receive(timeline, ann, text(ann, 1, "stays"));
  timeline.end("A.0");
  timeline.end("unknown");
  timeline.newLog();
  receive(timeline, ann, text(ann, 0, "goes", 5));
  assert.deepEqual(lines(), ["Ann: stays"]);
});

test("numbers that a timer may have ended are no gap, for who has seen neither them nor the timer", () => {
  for (const between of [{ kind: "timer", ...said(bob, 0), seconds: 0 } as const, text(bob, 0, "short", 5)]) {
    const { timeline, lines } = screen();
    timeline.live();
    receive(timeline, ann, text(ann, 0, "zero"));
    receive(timeline, bob, between);
    receive(timeline, ann, text(ann, 3, "three"));
    receive(timeline, ann, text(ann, 5, "five"));
    assert.deepEqual(lines().slice(-3), ["Ann: three", "1 missing of Ann", "Ann: five"]);
    assert.equal(lines().filter((each) => each.includes("missing")).length, 1);
  }
});

test("a timer that comes by again excuses nothing that is missing", () => {
  const { timeline, lines } = screen();
  timeline.live();
  receive(timeline, bob, { kind: "timer", ...said(bob, 0), seconds: 0 });
  receive(timeline, ann, text(ann, 0, "zero"));
  timeline.newLog();
  receive(timeline, bob, { kind: "timer", ...said(bob, 0), seconds: 0 });
  receive(timeline, ann, text(ann, 3, "three"));
  assert.deepEqual(lines().slice(-2), ["2 missing of Ann", "Ann: three"]);
});

test("a reader whose last place has left the screen is not counted twice", () => {
  const { timeline, message } = screen();
  receive(timeline, me, text(me, 0, "mine"));
  receive(timeline, ann, text(ann, 0, "goes"));
  receive(timeline, ann, text(ann, 1, "stays"));
  timeline.seen(bob, "A0");
  timeline.end("A.0");
  timeline.seen(bob, "A1");
  timeline.seen(ann, "A1");
  assert.equal(message("mine").seenBy, 2);
});

test("of many gaps of one author none loses what comes late, and nothing is on screen twice", () => {
  const { timeline, lines } = screen();
  const odd = Array.from({ length: maxGapsPerKey + 2 }, (_, index) => 2 * index + 1);
  for (const counter of odd) receive(timeline, ann, text(ann, counter, `no ${counter}`));
  timeline.newLog();
  for (let counter = 0; counter <= 2 * maxGapsPerKey; counter++)
    receive(timeline, ann, text(ann, counter, `no ${counter}`));
  timeline.live();
  const shown = lines().filter((each) => each.startsWith("Ann"));
  assert.deepEqual([shown.length, new Set(shown).size], [2 * maxGapsPerKey + 3, 2 * maxGapsPerKey + 3]);
  assert.equal(lines().length, shown.length + 1);
});

test("a reader counts once in every own message up to the one that was seen", () => {
  const { timeline, message } = screen();
  for (const counter of [0, 1, 2]) receive(timeline, me, text(me, counter, `no ${counter}`));
  receive(timeline, ann, text(ann, 0, "hello"));
  const seen = () => [0, 1, 2].map((counter) => message(`no ${counter}`).seenBy);
  timeline.seen(ann, "M1");
  assert.deepEqual(seen(), [1, 1, 0]);
  timeline.seen(ann, "M0");
  timeline.seen(ann, "unknown");
  timeline.seen(me, "M2");
  assert.deepEqual(seen(), [1, 1, 0]);
  timeline.seen(bob, "A0");
  assert.deepEqual(seen(), [2, 2, 1]);
  assert.equal(message("hello").seenBy, 0);
  assert.equal(timeline.newestOfOthers(), "A0");
});

test("a gap in front of a message that draws nothing stands where that message came, in a replay too", () => {
  for (const replay of [false, true]) {
    const { timeline, lines } = screen();
    if (!replay) timeline.live();
    receive(timeline, ann, text(ann, 0, "zero"));
    receive(timeline, ann, { kind: "edit", ...said(ann, 5), of: 0, text: "Zero" });
    receive(timeline, ann, text(ann, 6, "six"));
    timeline.live();
    assert.deepEqual(lines(), ["Ann: Zero edited", "4 missing of Ann", "Ann: six"], `replay: ${replay}`);
  }
});

test("a gap line that has left the screen does not come back with the next join", () => {
  const { timeline, lines } = screen();
  timeline.live();
  receive(timeline, ann, text(ann, 0, "zero"));
  receive(timeline, ann, text(ann, 2, "two"));
  for (let counter = 3; counter < maxTimelineEntries + 3; counter++) {
    receive(timeline, ann, text(ann, counter, "x"));
  }
  timeline.replaying();
  timeline.live();
  assert.ok(!lines().includes("1 missing of Ann"));
});

test("a screen holds no more than its most entries, the oldest leave", () => {
  const { timeline, lines } = screen();
  for (let counter = 0; counter < maxTimelineEntries; counter++)
    receive(timeline, ann, text(ann, counter, "x"));
  assert.equal(lines().length, maxTimelineEntries);
  receive(timeline, ann, text(ann, maxTimelineEntries, "newest"));
  assert.equal(lines().length, maxTimelineEntries);
  assert.equal(lines().at(-1), "Ann: newest");
});
