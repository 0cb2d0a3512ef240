// What the room says, and what this tab keeps of it. A kept frame is opened, put on the screen, held to be brought back, and
// ended when its time is over; a volatile one is heard and gone. It knows one live line at a time and never dials: whoever
// calls it has looked at the order of the log.

import { encodeText } from "../protocol/control.ts";
import { type Frame, frameKind, lasting } from "../protocol/frame.ts";
import { broughtBackQuietMs } from "../protocol/limits.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { Archive } from "./archive.ts";
import type { MessageBody } from "./body.ts";
import { createBringBack } from "./bringback.ts";
import { createCaughtUp } from "./caughtup.ts";
import { entryId, isShown } from "./entries.ts";
import { openMessage, openVolatile } from "./envelope.ts";
import type { Author } from "./events.ts";
import { createExpiry } from "./expiry.ts";
import { createForgetting } from "./forgetting.ts";
import { createReceipts, type Receipts } from "./receipts.ts";
import type { Met, Roster } from "./roster.ts";
import type { Speaking } from "./speaking.ts";
import type { Received, Timeline } from "./timeline.ts";
import { createRoomTimer, type RoomTimer } from "./timer.ts";
import { createTyping, type Typing } from "./typing.ts";
import type { Line, World } from "./world.ts";

export interface Hearing {
  /** The next frame of the log. */
  readonly kept: (keys: RoomKeys, frame: Frame) => Promise<void>;
  readonly volatile: (keys: RoomKeys, frame: Frame) => Promise<void>;
  /** The log has lost what came between the last connection and this one. */
  readonly trimmed: () => void;
  /** This is another log than the one that was read last, if one was. */
  readonly newLog: () => void;
  /** The room is sealed under other keys: nothing of what is held can be opened there. */
  readonly newKeys: () => void;
  /** What came by at `ms` or before was deleted on the relay, and is not to be brought back. */
  readonly cleared: (ms: number) => void;
  /** The replay is through. */
  readonly live: () => void;
  /** The line is gone, and what waited for something on it waits no more. */
  readonly lost: () => void;
  /** Somebody looks again: timers may have stood still. */
  readonly wake: () => void;
  /** The session is over. */
  readonly stop: () => void;
  /** Something is to be brought back before anything new is said. */
  readonly busy: boolean;
  /** As in `Expiry`. */
  readonly keepSeconds: (id: string) => number | null;
  readonly receipts: Receipts;
  readonly timer: RoomTimer;
  readonly typing: Typing;
}

/** Where what is heard goes, and how it is answered; each may be another at the next call. */
interface Room {
  readonly roster: Roster;
  readonly timeline: Timeline;
  readonly speaking: () => Speaking;
  readonly name: () => string;
  /** The line of a live room, or null. */
  readonly liveLine: () => Line | null;
  /** Uniform in [0, 1). */
  readonly chance: () => number;
  /** Does something behind all that has come before. */
  readonly inOrder: (work: () => void | Promise<void>) => void;
  /** Says a body again under a new number: another one was said under its own. */
  readonly sayAnew: (body: MessageBody) => void;
  /** An own message is in the log. */
  readonly ownIsBack: (body: MessageBody) => void;
}

/** @param saved what was known before a reload */
export function createHearing(
  saved: { readonly receipts: boolean; readonly timer: number | null },
  world: World,
  room: Room,
): Hearing {
  const { roster, timeline } = room;
  const { after, now } = world;
  const archive = new Archive();
  const expiry = createExpiry(world, (id) => {
    timeline.end(id);
    archive.forget(id);
  });
  const bringBack = createBringBack(archive, after, {
    has: (id) => timeline.cameBy(id) || expiry.keepSeconds(id) === null,
    send: (id, frame) => room.liveLine()?.frame(lasting(frame, expiry.keepSeconds(id) ?? 1)),
    done: () => room.inOrder(room.speaking().send),
  });
  const forgetting = createForgetting((seq) => room.liveLine()?.text(encodeText({ type: "forget", seq })));
  const receipts = createReceipts(saved.receipts, after, (id) =>
    room.inOrder(() => room.speaking().sendVolatile({ kind: "read", name: room.name(), at: now(), id })),
  );
  const timer = createRoomTimer(saved.timer, world, {
    word: (seconds) =>
      room.inOrder(() =>
        room.speaking().sendVolatile({ kind: "timer", name: room.name(), at: now(), seconds }),
      ),
    changed: (seconds) => world.tell({ type: "timer", seconds }),
  });
  const typing = createTyping(
    world,
    (on) =>
      room.inOrder(() => room.speaking().sendVolatile({ kind: "typing", name: room.name(), at: now(), on })),
    (authors) => world.tell({ type: "typing", authors }),
  );
  const caughtUp = createCaughtUp(after, (messages, first) =>
    world.tell({ type: "caught-up", messages, first }),
  );

  /** The timer that the last line about it has told. */
  let shownSeconds = timer.seconds;
  let stopLooking = (): void => {};
  let isOver = false;

  async function kept(keys: RoomKeys, frame: Frame): Promise<void> {
    // Before it is opened: what waits behind it may be the end of the replay.
    const isLive = room.liveLine() !== null;
    const message = await open(keys, frame);
    if (isOver) return;
    if (message === null) {
      timeline.unreadable();
      return;
    }
    const { author, body } = message;
    const id = entryId(author.key, body.counter);
    const isCopy = timeline.cameBy(id);
    const clash = author.own ? echoed(id, frame.seq, body) : null;
    if (message.secondKey) timeline.notice("second-key", author);
    const isChange = body.kind !== "timer" || (!isCopy && timer.fromLog(body.seconds, body.at));
    const news = timeline.receive(message, isChange);
    const isGone = timeline.isGone(author.key, id);
    if (body.kind === "timer") timerCame(author, news === "news");
    if (clash !== null) room.sayAnew(clash);
    // Who comes back knows what they have said themselves.
    const isNews = news === "news" && isShown(body) && !isGone && !(caughtUp.wasLive && author.own);
    if (isNews) caughtUp.news(frame.kind === frameKind.carried);
    // A second copy in one log, from somebody who was carrying too, is nothing new to anybody.
    if (!isCopy && !isGone) archive.keep(id, frame, now());
    if (body.kind === "delete") deleted(entryId(author.key, body.of), author.own);
    // Who has said it writes no more.
    if (isShown(body) || body.kind === "edit") typing.heard(author, false);
    const isFresh = news === "news" && isLive && frame.kind !== frameKind.carried;
    expiry.note(id, body, { isFresh, isOnScreen: timeline.message(id) !== null });
    bringBack.cameBy(id);
  }

  /** A new log may order anew what was set before, or a relay leave out the last of it: what comes of that is shown. */
  function timerCame(author: Author, isNews: boolean): void {
    if (isNews) shownSeconds = timer.seconds;
    stopLooking();
    stopLooking = after(broughtBackQuietMs, () => {
      if (timer.seconds !== shownSeconds) timeline.timerAgain(author, timer.seconds);
      shownSeconds = timer.seconds;
    });
  }

  /** Null as well for a new key above the limit: a flood of keys must not push known ones out. */
  async function open(keys: RoomKeys, frame: Frame): Promise<(Received & Met) | null> {
    const message = await openMessage(keys, frame);
    if (message === null) return null;
    const met = roster.author(message.fromUser, message.key, message.body.name);
    return met && { seq: frame.seq, ...message, ...met };
  }

  /** An own message is back: it is said. Gives the one that waited under the same number, if that was another. */
  function echoed(id: string, seq: number, body: MessageBody): MessageBody | null {
    forgetting.sent(id, seq);
    room.ownIsBack(body);
    const result = room.speaking().echoed(body);
    if (result === "said") return null;
    timeline.unsay(id);
    return result.clash;
  }

  function deleted(id: string, own: boolean): void {
    archive.forget(id);
    if (own) forgetting.deleted(id);
  }

  async function volatile(keys: RoomKeys, frame: Frame): Promise<void> {
    const said = await openVolatile(keys, frame);
    const met = said && roster.author(said.fromUser, said.key, said.body.name);
    if (!said || !met || met.author.own) return;
    if (said.body.kind === "read" && receipts.on) timeline.seen(met.author, said.body.id);
    if (said.body.kind === "timer") timer.fromWord(said.body.seconds, said.body.at);
    if (said.body.kind === "typing") typing.heard(met.author, said.body.on);
  }

  return {
    kept,
    volatile,
    trimmed() {
      timeline.trimmed();
      timer.doubt();
    },
    newLog() {
      timer.doubt();
      timeline.newLog();
      archive.newLog();
      forgetting.newLog();
      caughtUp.newLog();
    },
    newKeys() {
      timer.doubt();
      archive.clear();
    },
    cleared(untilMs) {
      archive.forgetUntil(untilMs);
      world.tell({ type: "cleared", untilMs });
    },
    live() {
      caughtUp.live();
      bringBack.begin(room.chance());
      forgetting.live();
      receipts.live();
      timer.tellSoon(room.chance());
    },
    lost() {
      for (const each of [bringBack, receipts, timer, typing]) each.stop();
      caughtUp.lost();
    },
    wake: expiry.check,
    stop() {
      isOver = true;
      stopLooking();
      expiry.stop();
    },
    get busy() {
      return bringBack.busy;
    },
    keepSeconds: expiry.keepSeconds,
    receipts,
    timer,
    typing,
  };
}
