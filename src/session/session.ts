// One person in one room, without socket or screen: bytes and intents in, frames and events out. Clock, random,
// timers and the line to the relay are handed in.
//
//   state     | what happens              | next     | and then
//   ----------+---------------------------+----------+---------------------------------------------------------------
//   dialling  | the line opens            | joining  | send `join`, once all that came before is read
//   joining   | `joined`                  | joining  | a hole in the log we know: say so; the replay follows
//   joining   | `joined`, another salt    | dialling | derive the keys anew, dial the room they name
//   any line  | `cleared`                 | the same | hold nothing from before it, to bring back
//   joining   | `live`                    | live     | send what has no echo, oldest first
//   live      | 25 s without a frame      | live     | ping; 10 s without an answer: lost
//   any line  | closes before the join    | lost     | as below
//   live      | no echo for 10 s          | live     | ping; no echo in 10 s more: lost
//   any line  | closes, code says "dial"  | lost     | dial again after a jittered wait, or at once on `wake`
//   no line   | `wake`, 3 s of silence    | dialling | the network it was dialled over may be gone: dial anew
//   any line  | closes, code says "ask"   | refused  | the person takes another name, or tries again
//   any line  | closes, code says "stop"  | left     | for good
//   any       | `leave`                   | left     | for good

import { fromBase64url, type Bytes } from "../protocol/base64url.ts";
import { afterClose, close } from "../protocol/close.ts";
import { decodeRelayText, encodeText, type Joined } from "../protocol/control.ts";
import { decodeFrame, frameKind } from "../protocol/frame.ts";
import { maxRetryAfterMs } from "../protocol/limits.ts";
import { equal } from "../crypto/bytes.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { createActs } from "./acts.ts";
import { faultOfText, type MessageBody, type MessageId } from "./body.ts";
import { Cursor } from "./cursor.ts";
import { createDialling } from "./dialling.ts";
import { createEchoes } from "./echoes.ts";
import { entryId, isShown } from "./entries.ts";
import type { Status } from "./events.ts";
import type { SharedFile } from "./files.ts";
import { createHearing, type Hearing } from "./hearing.ts";
import { createIdentity } from "./identity.ts";
import { createLink } from "./link.ts";
import { Outbox } from "./outbox.ts";
import { createPresence } from "./presence.ts";
import { Roster } from "./roster.ts";
import { createSpeaking } from "./speaking.ts";
import { Timeline } from "./timeline.ts";
import type { Line, SavedSession, SayFault, Session, SessionOptions, World } from "./world.ts";

/** Makes the session of one tab in one room; nothing happens before `start`. */
export function createSession(options: SessionOptions, world: World): Session {
  const { saved } = options;
  const self = createIdentity(options, world);
  const roster = new Roster(self.author.key);
  const timeline = new Timeline(world.tell);
  const outbox = new Outbox();
  outbox.restore(saved?.unsent ?? []);

  let keys = options.keys;
  const isSameRoom = saved?.roomId === keys.roomId;
  // A sealed frame belongs to one name and one room for good.
  if (saved?.name !== self.name || !isSameRoom) outbox.unseal();
  let status: Status = { state: "dialling" };
  const cursor = new Cursor(isSameRoom ? saved.seen : null);
  /** The relay has said that it stops; what follows is no fault of the network. */
  let stopped = false;
  /** The line on which the relay has said `joined`. */
  let greeted: Line | null = null;
  /** Frames and texts are handled one after another, in the order they came. */
  let inbox: Promise<void> = Promise.resolve();

  const link = createLink(world, {
    opened: (line) => inOrder(() => join(line)),
    text: (line, text) => inOrder(() => relaySaid(line, text)),
    frame(frame) {
      const sealedFor = keys;
      inOrder(() => roomSaid(sealedFor, frame));
    },
    closed: (line, code) => inOrder(() => closed(line, code)),
  });
  const dialling = createDialling(world, {
    dial() {
      link.dial(keys.roomId);
      setStatus({ state: "dialling" });
    },
    quietSince: () => link.quietSince,
  });
  const presence = createPresence(roster, world.tell, {
    own: self.seenAs,
    notice: (what, author) => timeline.notice(what, author),
  });
  const echoes = createEchoes(world.after, link);
  const speaking = createSpeaking(
    { member: self.member, outbox, echoes, firstCounter: saved?.counter ?? 0 },
    world,
    {
      keys: () => keys,
      name: () => self.name,
      line: () => (hearing.busy ? null : liveLine()),
      liveLine,
      timerSeconds: () => hearing.timer.seconds,
      keepSeconds: (counter) => hearing.keepSeconds(entryId(self.author.key, counter)),
    },
  );

  const hearing: Hearing = createHearing(
    { receipts: saved?.receipts ?? false, timer: isSameRoom ? saved.timer : null },
    world,
    {
      roster,
      timeline,
      speaking: () => speaking,
      name: () => self.name,
      liveLine,
      chance,
      inOrder,
      sayAnew: (body) => sayBody(body),
      ownIsBack: (body) => acts.ownIsBack(body),
    },
  );
  const { receipts, timer, typing } = hearing;
  const acts = createActs(outbox.deletions(), {
    message: (id) => timeline.message(id),
    isFull,
    said,
    sayBody,
    keepSeconds: speaking.keepSeconds,
    isFresh: (counter) => outbox.freshText(counter) !== null,
    reword(counter, text) {
      const isDone = status.state !== "left" && outbox.reword(counter, text);
      if (isDone) timeline.reword(entryId(self.author.key, counter), text);
      return isDone;
    },
    takeBack(counter) {
      if (status.state === "left" || !speaking.takeBack(counter)) return false;
      timeline.unsay(entryId(self.author.key, counter));
      tellUnsent();
      return true;
    },
  });

  function setStatus(next: Status): void {
    status = next;
    world.tell({ type: "status", status });
  }

  function tellUnsent(): void {
    if (status.state === "lost") setStatus({ ...status, unsent: outbox.size });
  }

  function liveLine(): Line | null {
    return status.state === "live" ? link.line : null;
  }

  function inOrder(work: () => void | Promise<void>): void {
    inbox = inbox.then(work).catch(world.fault);
  }

  /** From a room that was left nothing goes out: nothing may look as if it did. */
  function isFull(): boolean {
    return outbox.full || status.state === "left";
  }

  /** Uniform in [0, 1). */
  function chance(): number {
    const [high = 0, low = 0] = world.random(2);
    return (high * 256 + low) / 65_536;
  }

  // ── the line ────────────────────────────────────────────────────────────────────────────────────────────────

  async function join(opened: Line): Promise<void> {
    if (opened !== link.line) return;
    setStatus({ state: "joining" });
    const text = await self.joinText(keys, cursor.where);
    if (opened !== link.line) return;
    opened.text(text);
    link.keepAlive();
  }

  function closed(from: Line, code: number): void {
    if (from !== link.line) return;
    // Before the join is out nothing that we said can be wrong: a machine that slept in between has come too late.
    const then = link.joined ? afterClose(code) : "dial";
    letGo();
    // It stays said while further dials fail.
    stopped = code === close.goingAway || (stopped && code === close.abnormal);
    if (then === "dial") {
      loseAndRetry();
      return;
    }
    if (then === "ask") {
      const why = code === close.roomFull ? "room-full" : "name-taken";
      setStatus({ state: "refused", why, retryAfterMs: dialling.retryAfterMs });
      return;
    }
    setStatus({ state: "left", why: code === close.takenOver ? "taken-over" : "refused-by-relay" });
  }

  /** Lets go of the line and of everything that waits for something on it. */
  function letGo(): void {
    dialling.stop();
    echoes.stop();
    hearing.lost();
    link.drop();
  }

  function loseAndRetry(): void {
    const retryInMs = dialling.later(chance());
    setStatus({ state: "lost", retryInMs, unsent: outbox.size, stopped });
  }

  // ── what the relay says ─────────────────────────────────────────────────────────────────────────────────────

  async function relaySaid(from: Line, text: string): Promise<void> {
    const said = decodeRelayText(text);
    if (said === null || from !== link.line) return;
    switch (said.type) {
      case "joined":
        // Once on each line: a replay that began anew would put off for good what is missing.
        if (greeted === from) return;
        greeted = from;
        return joined(said);
      case "member":
        if (status.state !== "live") return presence.hold(said);
        if ((await presence.take(keys, said)) !== null) timer.tellSoon(chance());
        return presence.tell();
      case "cleared":
        return hearing.cleared(world.now() - said.agoMs);
      case "live":
        return greeted === from && status.state === "joining" ? live(from) : undefined;
      case "error":
        dialling.askedToWait(
          said.retryAfterMs === undefined ? null : Math.min(said.retryAfterMs, maxRetryAfterMs),
        );
        return;
      case "pong":
      case "unknown":
    }
  }

  async function joined(said: Joined): Promise<void> {
    const salt = fromBase64url(said.salt);
    if (salt !== null && !equal(salt, keys.salt)) return deriveAndDial(salt);
    presence.joining();
    timeline.replaying();
    const { isNew, isTrimmed } = cursor.joined(said);
    if (isTrimmed) hearing.trimmed();
    if (isNew) hearing.newLog();
  }

  /** The relay's salt is another than the one these keys came from: the room has another name there. */
  async function deriveAndDial(salt: Bytes): Promise<void> {
    letGo();
    setStatus({ state: "dialling" });
    try {
      keys = await world.derive(salt);
      cursor.forget();
      hearing.newKeys();
      outbox.unseal();
      timeline.notice("new-salt", self.author);
      world.tell({ type: "code", code: keys.code });
    } finally {
      // Whoever took another name meanwhile has dialled the room of the old keys.
      link.drop();
      if (status.state === "dialling") loseAndRetry();
    }
  }

  async function live(from: Line): Promise<void> {
    dialling.succeeded();
    stopped = false;
    await presence.settle(keys);
    // The person may have left meanwhile, or dialled anew under another name.
    if (from !== link.line) return;
    timeline.live();
    setStatus({ state: "live" });
    presence.tell();
    hearing.live();
    return speaking.send();
  }

  // ── what the room says ──────────────────────────────────────────────────────────────────────────────────────
  async function roomSaid(sealedFor: RoomKeys, bytes: Bytes): Promise<void> {
    const frame = decodeFrame(bytes);
    if (frame?.kind === frameKind.volatile) return hearing.volatile(keys, frame);
    // Keys are changed only for another salt: what was still on its way was for a room that is no longer ours.
    if (frame === null || sealedFor !== keys || !cursor.moveTo(frame.seq)) return;
    return hearing.kept(keys, frame);
  }

  // ── what the person says ────────────────────────────────────────────────────────────────────────────────────

  function say(text: string, re?: MessageId): SayFault {
    const fault = faultOfText(text);
    if (fault !== null) return fault;
    if (isFull()) return "outbox-full";
    typing.write(false);
    sayBody({ kind: "text", ...said(), text, ...(re === undefined ? {} : { re }) });
    return null;
  }

  function sendFile(file: SharedFile): boolean {
    if (isFull()) return false;
    sayBody({ kind: "file", ...said(), ...file });
    return true;
  }

  /** What every body says; the number is given by `sayBody`. */
  function said(): { name: string; at: number; counter: number } {
    return { name: self.name, at: world.now(), counter: 0 };
  }

  /** Says a body under the next number. */
  function sayBody(unnumbered: MessageBody): void {
    const body = speaking.take(unnumbered);
    if (isShown(body)) timeline.say(self.author, body);
    timeline.foresee(self.author, body);
    tellUnsent();
    inOrder(speaking.send);
  }

  function setTimer(seconds: number): void {
    if (seconds === speaking.timerToBe() || isFull()) return;
    sayBody({ kind: "timer", ...said(), seconds });
  }

  function wake(): void {
    hearing.wake();
    if (status.state === "lost") dialling.wake();
    else if (status.state === "live") link.ping();
    else if (link.line !== null) dialling.wakeAmid();
  }

  function tryNow(): void {
    if (status.state === "lost") dialling.now();
  }

  function rename(next: string): void {
    // Another tab may speak with this key now.
    if (status.state === "left") return;
    sayGoodbye();
    self.rename(next);
    outbox.unseal();
    dialling.succeeded();
    dialling.now();
  }

  function leave(): void {
    sayGoodbye();
    hearing.stop();
    setStatus({ state: "left", why: "asked" });
  }

  function sayGoodbye(): void {
    if (link.joined) link.line?.text(encodeText({ type: "leave" }));
    letGo();
  }

  function start(): void {
    for (const { body } of outbox.waiting()) if (isShown(body)) timeline.say(self.author, body);
    world.tell({ type: "code", code: keys.code });
    if (timer.seconds > 0) world.tell({ type: "timer", seconds: timer.seconds });
    dialling.now();
  }

  function save(): SavedSession {
    return {
      ...self.save(),
      roomId: keys.roomId,
      counter: speaking.counter,
      receipts: receipts.on,
      timer: timer.saved,
      seen: cursor.seen,
      unsent: outbox.save(),
    };
  }

  function unsentTexts(): string[] {
    const shown = outbox.waiting().map(({ body }) => body);
    return shown.filter(isShown).map((body) => (body.kind === "text" ? body.text : body.fileName));
  }

  return {
    setReceipts: receipts.switch,
    setTimer,
    saw: () => receipts.saw(timeline.newestOfOthers()),
    start,
    say,
    sendFile,
    mayChange: acts.mayChange,
    edit: acts.edit,
    remove: acts.remove,
    react: acts.react,
    setTopic: acts.setTopic,
    typing: typing.write,
    wake,
    tryNow,
    rename,
    leave,
    unsent: () => outbox.size,
    unsentTexts,
    save,
  };
}
