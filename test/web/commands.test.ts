import assert from "node:assert/strict";
import { test } from "node:test";
import { commands, type RoomActs, runCommand } from "../../src/web/commands.ts";
import { emoteOf, saidIn } from "../../src/web/emote.ts";
import { createRoomActs } from "../../src/web/room-acts.ts";

/** Runs what is typed, and gives what came of it and what was done. */
function run(typed: string) {
  const did: string[] = [];
  const note =
    (what: string) =>
    (...details: readonly unknown[]) =>
      void did.push([what, ...details].join(" ").trimEnd());
  const acts: RoomActs = {
    rename: note("rename"),
    setTopic: (topic) => (topic.length > 20 ? "characters" : (note("topic")(topic), null)),
    setTimer: note("timer"),
    search: note("search"),
    export: note("export"),
    clear: note("clear"),
    share: note("share"),
    help: note("help"),
    leave: note("leave"),
  };
  return { outcome: runCommand(typed, acts), did };
}

const done = { kind: "done" } as const;
const usage = (name: string) => ({ kind: "fault", fault: { why: "usage", name } });

test("each command does what it is named for", () => {
  const cases = {
    "/nick Ann Lee": "rename Ann Lee",
    "/topic Plans, and /more": "topic Plans, and /more",
    "/topic off": "topic",
    "/topic AUS": "topic",
    "/timer 90s": "timer 90",
    "/timer 5m": "timer 300",
    "/timer 1 H": "timer 3600",
    "/timer 2w": "timer 1209600",
    "/timer off": "timer 0",
    "/search": "search",
    "/search two words": "search two words",
    "/export": "export txt",
    "/export .MD": "export md",
    "/export json": "export json",
    "/clear": "clear",
    "/share": "share",
    "/HELP": "help",
    "/leave ": "leave",
  };
  for (const [typed, what] of Object.entries(cases)) {
    assert.deepEqual(run(typed), { outcome: done, did: [what] }, typed);
  }
});

test("every command has a name that is completed, once", () => {
  const names = commands.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^[a-z]+$/);
});

test("a command that lacks something does nothing and tells how it is written", () => {
  for (const name of ["me", "nick", "topic", "timer"]) {
    assert.deepEqual(run(`/${name} `), { outcome: usage(name), did: [] });
  }
  for (const typed of [
    "/timer soon",
    "/timer 0s",
    "/timer 2 years",
    "/timer 53w",
    "/timer 1.5h",
    "/timer -5m",
  ]) {
    assert.deepEqual(run(typed), { outcome: usage("timer"), did: [] }, typed);
  }
  assert.deepEqual(run("/export pdf"), { outcome: usage("export"), did: [] });
});

test("a name or a topic that cannot be is refused", () => {
  assert.deepEqual(run("/nick \u202ennA").outcome, {
    kind: "fault",
    fault: { why: "name", fault: "characters" },
  });
  assert.deepEqual(run(`/topic ${"long ".repeat(9)}`).outcome, { kind: "fault", fault: { why: "topic" } });
});

test("one's own name again changes nothing, and what is searched is looked for anew on a cleared screen", () => {
  const did: string[] = [];
  const note =
    (what: string) =>
    (...details: readonly unknown[]) =>
      void did.push([what, ...details].join(" ").trimEnd());
  const quiet = (): void => {};
  const acts = createRoomActs({
    session: { rename: note("rename"), setTopic: () => null, setTimer: quiet },
    log: { entries: () => [], clear: note("clear") },
    name: () => "Ann",
    search: { open: quiet, refresh: note("look") },
    topic: () => "",
    share: quiet,
    leave: quiet,
    help: quiet,
  });
  for (const typed of ["/nick Ann", "/nick Anna", "/clear"]) assert.deepEqual(runCommand(typed, acts), done);
  assert.deepEqual(did, ["rename Anna", "clear", "look"]);
});

test("an unknown command is a fault that names it", () => {
  assert.deepEqual(run("/dance now").outcome, { kind: "fault", fault: { why: "unknown", name: "dance" } });
  assert.deepEqual(run("/constructor").outcome, {
    kind: "fault",
    fault: { why: "unknown", name: "constructor" },
  });
});

test("what only looks like a command is text", () => {
  for (const text of [
    "hello",
    "",
    "/",
    "/ a",
    "/usr/bin",
    "/5",
    "/-:",
    " /leave",
    "a /leave",
    "/tmp/x y",
    "/ä",
  ]) {
    assert.deepEqual(run(text).outcome, { kind: "text", text }, text);
  }
});

test("a doubled slash sends one", () => {
  assert.deepEqual(run("//leave now").outcome, { kind: "text", text: "/leave now" });
  assert.deepEqual(run("///").outcome, { kind: "text", text: "//" });
});

test("a doubled slash in front of /me says it, and nobody does it", () => {
  const { outcome } = run("//me waves");
  assert.deepEqual(outcome, { kind: "text", text: " /me waves" });
  assert.equal(emoteOf(" /me waves"), null);
  assert.equal(saidIn(" /me waves"), "/me waves");
  for (const text of [" /mean", "  /me waves", " a"]) assert.equal(saidIn(text), text);
  assert.deepEqual(run("//me").outcome, { kind: "text", text: "/me" });
});

test("lines behind a command belong to it", () => {
  assert.deepEqual(run("/me waves\nand smiles").outcome, { kind: "text", text: "/me waves\nand smiles" });
});

test("what somebody does is told apart from what they say", () => {
  const { outcome } = run("/me   waves ");
  assert.deepEqual(outcome, { kind: "text", text: "/me waves" });
  assert.equal(emoteOf("/me waves"), "waves");
  for (const text of ["/me", "/me ", "/mean", "me waves", " /me waves"])
    assert.equal(emoteOf(text), null, text);
});
