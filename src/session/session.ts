// One person in one room, without socket or screen: bytes and intents in, frames and events out. Clock, random,
// timers and the line to the relay are handed in.
//
//   state     | what happens              | next     | and then
//   ----------+---------------------------+----------+---------------------------------------------------------------
//   dialling  | the line opens            | joining  | send `join`, once all that came before is read
//   joining   | `joined`                  | joining  | a hole in the log we know: say so; the replay follows
//   joining   | `joined`, another salt    | dialling | derive the keys anew, dial the room they name
//   joining   | `live`                    | live     | send what has no echo, oldest first
//   live      | 25 s without a frame      | live     | ping; 10 s without an answer: lost
//   any line  | closes before the join    | lost     | as below
//   any line  | closes, code says "dial"  | lost     | dial again after a jittered wait, or at once on `wake`
//   any line  | closes, code says "ask"   | refused  | the person takes another name, or tries again
//   any line  | closes, code says "stop"  | left     | for good
//   any       | `leave`                   | left     | for good

import { fromBase64url, toBase64url, type Bytes } from "../protocol/base64url.ts";
import { afterClose, close } from "../protocol/close.ts";
import { decodeRelayText, encodeText, type Joined, type Member } from "../protocol/control.ts";
import { decodeFrame, type Frame, frameKind } from "../protocol/frame.ts";
import { maxRetryAfterMs, maxRosterMembers, seatBytes } from "../protocol/limits.ts";
import { equal } from "../crypto/bytes.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { createActs } from "./acts.ts";
import { Archive } from "./archive.ts";
import { faultOfText, type MessageBody, type MessageId, type VolatileBody } from "./body.ts";
import { createBringBack } from "./bringback.ts";
import { openHello, openMessage, openVolatile, sealHello, sealMessage, sealVolatile } from "./envelope.ts";
import type { Author, Status } from "./events.ts";
import { createExpiry } from "./expiry.ts";
import { createLink } from "./link.ts";
import { Outbox } from "./outbox.ts";
import { createReceipts } from "./receipts.ts";
import { retryDelayMs } from "./retry.ts";
import { type Met, Roster, type RosterChange } from "./roster.ts";
import { entryId, type Received, Timeline } from "./timeline.ts";
import { createTyping } from "./typing.ts";
import type { Line, SavedSession, SayFault, Session, SessionOptions, World } from "./world.ts";

/** Makes the session of one tab in one room; nothing happens before `start`. */
export function createSession(options: SessionOptions, world: World): Session {
  const { member } = options;
  const ownKey = toBase64url(member.publicKey);
  const roster = new Roster(ownKey);
  const timeline = new Timeline(world.tell);
  const outbox = new Outbox();
  outbox.restore(options.saved?.unsent ?? []);

  let keys = options.keys;
  let name = options.name;
  // A seat belongs to one name for good, and so does a sealed frame.
  let seat = options.saved?.name === name ? options.saved.seat : newSeat();
  if (options.saved?.name !== name || options.saved.roomId !== keys.roomId) outbox.unseal();
  let counter = options.saved?.counter ?? 0;
  let helloAt = options.saved?.helloAt ?? 0;
  /** As others see us; the number behind the name is known after the first join. */
  let self: Author = { key: ownKey, name, ordinal: 1, own: true };
  const archive = new Archive();
  const bringBack = createBringBack(archive, world.after, {
    has: (id) => timeline.cameBy(id),
    send: (frame) => link.line?.frame(frame),
    done: () => inOrder(send),
  });
  const expiry = createExpiry(timeline, archive, world, () => forgetOverdue());
  const receipts = createReceipts(options.saved?.receipts ?? false, world.after, (id) =>
    inOrder(() => sendVolatile({ kind: "read", name, at: world.now(), id })),
  );
  const typing = createTyping(
    world,
    (on) => inOrder(() => sendVolatile({ kind: "typing", name, at: world.now(), on })),
    (authors) => world.tell({ type: "typing", authors }),
  );
  const acts = createActs({
    message: (id) => timeline.message(id),
    isFull: () => outbox.full,
    said,
    sayBody,
  });
  /** Texts that came during a replay. */
  let caughtUp = 0;
  let wasLive = false;
  /** What the relay has said of seats during a replay. */
  const seats: Member[] = [];
  let status: Status = { state: "dialling" };
  /** The log that `lastSeq` counts in; null before the first `joined`. */
  let log: string | null = null;
  let lastSeq = 0;
  let attempt = 0;
  /** The relay has said that it stops; what follows is no fault of the network. */
  let stopped = false;
  let retryAfterMs: number | null = null;
  /** Wall clock, ms: the relay has asked not to be dialled before. */
  let politeUntil = 0;
  /** Frames and texts are handled one after another, in the order they came. */
  let inbox: Promise<void> = Promise.resolve();
  let cancelRetry = (): void => {};

  function setStatus(next: Status): void {
    status = next;
    world.tell({ type: "status", status });
  }

  function newSeat(): string {
    return toBase64url(world.random(seatBytes));
  }

  // ── the line ────────────────────────────────────────────────────────────────────────────────────────────────

  const link = createLink(world, {
    opened: (line) => inOrder(() => join(line)),
    text: (line, text) => inOrder(() => relaySaid(line, text)),
    frame(frame) {
      const sealedFor = keys;
      inOrder(() => roomSaid(sealedFor, frame));
    },
    closed: (line, code) => inOrder(() => closed(line, code)),
  });

  function inOrder(work: () => void | Promise<void>): void {
    inbox = inbox.then(work).catch(world.fault);
  }

  function dial(): void {
    cancelRetry();
    retryAfterMs = null;
    link.dial(keys.roomId);
    setStatus({ state: "dialling" });
  }

  async function join(opened: Line): Promise<void> {
    if (opened !== link.line) return;
    setStatus({ state: "joining" });
    // Newer than the last, whatever the clock does: an older one would be taken for a replay.
    helloAt = Math.max(world.now(), helloAt + 1);
    const hello = await sealHello(keys, member, { name, at: helloAt }, world.random);
    if (opened !== link.line) return;
    const where = log === null ? {} : { log, after: lastSeq };
    opened.text(encodeText({ type: "join", access: toBase64url(keys.access), seat, ...hello, ...where }));
    link.keepAlive();
  }

  function closed(from: Line, code: number): void {
    if (from !== link.line) return;
    // Before the join is out nothing that we said can be wrong: a machine that slept in between has come too late.
    const then = link.joined ? afterClose(code) : "dial";
    link.drop();
    bringBack.stop();
    receipts.stop();
    typing.stop();
    // It stays said while further dials fail.
    stopped = code === close.goingAway || (stopped && code === close.abnormal);
    if (then === "dial") {
      loseAndRetry();
      return;
    }
    cancelRetry();
    if (then === "ask") {
      const why = code === close.roomFull ? "room-full" : "name-taken";
      setStatus({ state: "refused", why, retryAfterMs });
      return;
    }
    setStatus({ state: "left", why: code === close.takenOver ? "taken-over" : "refused-by-relay" });
  }

  function loseAndRetry(): void {
    politeUntil = retryAfterMs === null ? 0 : world.now() + retryAfterMs;
    const retryInMs = Math.max(retryAfterMs ?? 0, retryDelayMs(attempt++, chance()));
    cancelRetry();
    cancelRetry = world.after(retryInMs, dial);
    setStatus({ state: "lost", retryInMs, unsent: outbox.size, stopped });
  }

  // ── what the relay says ─────────────────────────────────────────────────────────────────────────────────────

  async function relaySaid(from: Line, text: string): Promise<void> {
    const said = decodeRelayText(text);
    if (said === null || from !== link.line) return;
    switch (said.type) {
      case "joined":
        return joined(said);
      case "member":
        return memberSaid(said);
      case "live":
        return live(from);
      case "error":
        retryAfterMs = said.retryAfterMs === undefined ? null : Math.min(said.retryAfterMs, maxRetryAfterMs);
        return;
      case "pong":
      case "unknown":
    }
  }

  async function joined(said: Joined): Promise<void> {
    const salt = fromBase64url(said.salt);
    if (salt !== null && !equal(salt, keys.salt)) return deriveAndDial(salt);
    seats.length = 0;
    timeline.replaying();
    if (log !== null && log === said.log && said.first > lastSeq + 1) timeline.trimmed();
    if (log !== said.log) {
      lastSeq = 0;
      timeline.newLog();
      archive.newLog();
      expiry.newLog();
    }
    log = said.log;
  }

  /** The relay's salt is another than the one these keys came from: the room has another name there. */
  async function deriveAndDial(salt: Bytes): Promise<void> {
    link.drop();
    setStatus({ state: "dialling" });
    try {
      keys = await world.derive(salt);
      log = null;
      archive.clear();
      outbox.unseal();
      timeline.notice("new-salt", self);
      world.tell({ type: "code", code: keys.code });
    } finally {
      // Whoever took another name meanwhile has dialled the room of the old keys.
      link.drop();
      if (status.state === "dialling") loseAndRetry();
    }
  }

  /** Until the replay is through, seats wait: keys are numbered in the order of the log, and a hello is newer than it. */
  async function memberSaid(said: Member): Promise<void> {
    if (status.state !== "live") {
      if (seats.length < maxRosterMembers) seats.push(said);
      return;
    }
    const { what, author } = await takeSeat(said);
    if (what !== "none" && author?.own === false) timeline.notice(what, author);
    tellMembers();
  }

  async function takeSeat(said: Member): Promise<RosterChange> {
    const hello = await openHello(keys, said);
    const known = hello && { key: hello.key, name: hello.body.name, at: hello.body.at };
    const change = roster.seat(said.fromUser, said.state, known);
    if (change.secondKey && change.author) timeline.notice("second-key", change.author);
    if (change.author?.own === true) self = change.author;
    return change;
  }

  function tellMembers(): void {
    world.tell({ type: "members", members: roster.list() });
  }

  async function live(from: Line): Promise<void> {
    attempt = 0;
    stopped = false;
    const named = seats.splice(0);
    for (const said of named) await takeSeat(said);
    // The person may have left meanwhile, or dialled anew under another name.
    if (from !== link.line) return;
    roster.keepOnly(new Set(named.map((said) => said.fromUser)));
    timeline.live();
    setStatus({ state: "live" });
    tellMembers();
    world.tell({ type: "caught-up", messages: caughtUp, first: !wasLive });
    caughtUp = 0;
    wasLive = true;
    bringBack.begin(chance());
    forgetOverdue();
    return send();
  }

  function forgetOverdue(): void {
    if (status.state !== "live") return;
    for (const seq of expiry.takeOverdue()) link.line?.text(encodeText({ type: "forget", seq }));
  }

  /** Uniform in [0, 1). */
  function chance(): number {
    const [high = 0, low = 0] = world.random(2);
    return (high * 256 + low) / 65_536;
  }

  // ── what the room says ──────────────────────────────────────────────────────────────────────────────────────

  async function roomSaid(sealedFor: RoomKeys, bytes: Bytes): Promise<void> {
    const frame = decodeFrame(bytes);
    if (frame?.kind === frameKind.volatile) return volatileSaid(frame);
    // Keys are changed only for another salt: what was still on its way was for a room that is no longer ours.
    if (frame === null || sealedFor !== keys || frame.seq <= lastSeq) return;
    lastSeq = frame.seq;
    const message = await open(frame);
    if (message === null) {
      timeline.unreadable();
      return;
    }
    const { author, body } = message;
    if (message.secondKey) timeline.notice("second-key", author);
    const clash = author.own ? echoed(body) : null;
    const id = entryId(author.key, body.counter);
    const isCopy = timeline.cameBy(id);
    const news = timeline.receive(message, world.now());
    if (clash !== null) sayBody(clash);
    // Who comes back knows what they have said themselves.
    const isNews = news === "news" && body.kind === "text" && !(wasLive && author.own);
    if (isNews && status.state !== "live") caughtUp++;
    // A second copy in one log, from somebody who was carrying too, is nothing new to anybody.
    if (!isCopy) archive.keep(id, frame);
    if (body.kind === "delete") archive.forget(entryId(author.key, body.of));
    if (author.own) ownIsBack(body, id, frame.seq);
    else if (body.kind === "text" || body.kind === "edit") typing.heard(author, false);
    expiry.check();
    bringBack.cameBy(id);
  }

  async function volatileSaid(frame: Frame): Promise<void> {
    const said = await openVolatile(keys, frame);
    const met = said && roster.author(said.fromUser, said.key, said.body.name);
    if (!said || !met) return;
    if (said.body.kind === "read" && receipts.on) timeline.seen(met.author, said.body.id);
    if (said.body.kind === "typing") typing.heard(met.author, said.body.on);
  }

  /** Null as well for a new key above the limit: a flood of keys must not push known ones out. */
  async function open(frame: Frame): Promise<(Received & Met) | null> {
    const message = await openMessage(keys, frame);
    if (message === null) return null;
    const met = roster.author(message.fromUser, message.key, message.body.name);
    return met && { seq: frame.seq, ...message, ...met };
  }

  function ownIsBack(body: MessageBody, id: string, seq: number): void {
    expiry.sent(id, seq);
    acts.ownIsBack(body);
    if (body.kind === "delete") expiry.deleted(entryId(ownKey, body.of));
  }

  /** An own message is back: it is said. Gives the one that waited under the same number, if that was another. */
  function echoed(body: MessageBody): MessageBody | null {
    counter = Math.max(counter, body.counter + 1);
    const result = outbox.acknowledge(body);
    if (result === "said") return null;
    timeline.unsay(self, body.counter);
    return result.clash;
  }

  // ── what the person says ────────────────────────────────────────────────────────────────────────────────────

  function say(text: string, re?: MessageId): SayFault {
    const fault = faultOfText(text);
    if (fault !== null) return fault;
    if (outbox.full) return "outbox-full";
    typing.write(false);
    sayBody({ kind: "text", ...said(), text, ...(re === undefined ? {} : { re }) });
    return null;
  }

  /** What every body says; the number is given by `sayBody`. */
  function said(): { name: string; at: number; counter: number } {
    return { name, at: world.now(), counter };
  }

  function sayBody(said: MessageBody): void {
    const body = { ...said, counter: counter++ };
    outbox.add(body);
    if (body.kind === "text") timeline.say(self, body);
    if (status.state === "lost") setStatus({ ...status, unsent: outbox.size });
    inOrder(send);
  }

  function setTimer(seconds: number): void {
    if (!outbox.full) sayBody({ kind: "timer", name, at: world.now(), counter, seconds });
  }

  function saw(): void {
    receipts.saw(timeline.newestOfOthers());
  }

  async function sendVolatile(body: VolatileBody): Promise<void> {
    const { line } = link;
    const frame = await sealVolatile(keys, member, body, world.random);
    if (line !== null && line === link.line && status.state === "live") line.frame(frame);
  }

  /** Sends what has not gone out on this line, oldest first, sealing what is not sealed for this room and name. */
  async function send(): Promise<void> {
    while (!bringBack.busy && link.line !== null && status.state === "live") {
      const { line } = link;
      const entry = outbox.nextFor(line);
      if (entry === null) return;
      const frame = entry.frame ?? (await sealMessage(keys, member, { ...entry.body, name }, world.random));
      // Whoever changes room or name lets go of the line first, so a frame for the old ones is dropped here.
      if (link.line !== line) continue;
      entry.frame = frame;
      entry.sentOn = line;
      line.frame(frame);
    }
  }

  function wake(): void {
    if (status.state === "lost" && world.now() >= politeUntil) dial();
    if (status.state === "live") link.ping();
  }

  function tryNow(): void {
    if (status.state === "lost") dial();
  }

  function rename(next: string): void {
    sayGoodbye();
    name = next;
    self = { key: ownKey, name, ordinal: 1, own: true };
    seat = newSeat();
    attempt = 0;
    outbox.unseal();
    dial();
  }

  function leave(): void {
    sayGoodbye();
    expiry.stop();
    setStatus({ state: "left", why: "asked" });
  }

  function sayGoodbye(): void {
    if (link.joined) link.line?.text(encodeText({ type: "leave" }));
    cancelRetry();
    bringBack.stop();
    receipts.stop();
    typing.stop();
    link.drop();
  }

  function start(): void {
    for (const { body } of outbox.waiting()) if (body.kind === "text") timeline.say(self, body);
    world.tell({ type: "code", code: keys.code });
    dial();
  }

  function save(): SavedSession {
    return {
      roomId: keys.roomId,
      name,
      member: member.saved,
      seat,
      counter,
      helloAt,
      receipts: receipts.on,
      unsent: outbox.save(),
    };
  }

  function unsentTexts(): string[] {
    return outbox.waiting().flatMap(({ body }) => (body.kind === "text" ? [body.text] : []));
  }

  return {
    setReceipts: receipts.switch,
    setTimer,
    saw,
    start,
    say,
    edit: acts.edit,
    remove: acts.remove,
    react: acts.react,
    setTopic: acts.setTopic,
    typing: typing.write,
    wake,
    tryNow,
    rename,
    leave,
    unsentTexts,
    save,
  };
}
