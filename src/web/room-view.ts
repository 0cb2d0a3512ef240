// Inside a room: the bar, the messages, the people and the composer. It shows what the session tells and passes on
// what the person does.

import { maxRosterMembers } from "../protocol/limits.ts";
import type { Author, MessageEntry, RosterMember, SessionEvent, Status } from "../session/events.ts";
import { textOf } from "../session/files.ts";
import type { Session } from "../session/world.ts";
import type { Draft } from "./aim.ts";
import { createBar } from "./bar.ts";
import { formats, runCommand } from "./commands.ts";
import { createComposer } from "./composer.ts";
import type { Way } from "./dial.ts";
import {
  copied,
  createDecision,
  openDeleteDialog,
  openLeaveDialog,
  openPeopleDialog,
  openShareDialog,
} from "./dialogs.ts";
import { h } from "./dom.ts";
import { drawText } from "./draw-text.ts";
import type { Files } from "./files.ts";
import { mentionsOneself } from "./format.ts";
import { openHelpDialog } from "./help.ts";
import { wording } from "./language.ts";
import { createLogView } from "./log-view.ts";
import { createMentions, type Mentions, mentionsAny } from "./mentions.ts";
import { equipMessages } from "./message-actions.ts";
import { createPeopleView } from "./people-view.ts";
import { sentence } from "./person.ts";
import { openMenu } from "./popup.ts";
import { createRoomActs } from "./room-acts.ts";
import { roomMenu } from "./room-menu.ts";
import { createSearchBar } from "./search-bar.ts";
import { createMomentLine, createOfflineLine } from "./status-lines.ts";
import { openNameDialog, openTopicDialog } from "./line-dialogs.ts";

export interface RoomView {
  readonly element: HTMLElement;
  tell(event: SessionEvent): void;
  /** What carries the room: one word among its details. */
  readonly inUse: (way: Way) => void;
  /** Somebody looks at the page again, or no longer. */
  readonly look: () => void;
  /** Puts the cursor where one types. */
  readonly focus: () => void;
  /** Puts a text there, to be sent or not. */
  readonly draft: (draft: Draft) => void;
  /** What is kept of it over a reload. */
  readonly drafted: () => Draft;
}

interface RoomOptions {
  readonly session: Session;
  readonly files: Files;
  readonly phrase: string;
  readonly link: string;
  readonly comeBack: () => void;
  readonly leave: () => void;
  readonly openSettings: () => void;
  /** Opens the door to another room beside this one. */
  readonly anotherRoom: () => void;
  /** So many messages of others have come at once; the one to tell of is the newest, or the newest that mentions one. */
  readonly news: (came: number, entry: MessageEntry, mentionsMe: boolean) => void;
}

/** Builds the room page. */
export function createRoomView(options: RoomOptions): RoomView {
  const { session, files } = options;
  let names: readonly string[] = [];
  /** All who have been here since this page was. */
  let known: readonly string[] = [];
  /** The name one goes by, behind those that one went by before. */
  let ownNames: readonly string[] = [session.save().name];
  let mentions: Mentions = createMentions([], ownNames);
  let topic = "";
  /** How far the page had read before a reload. */
  const readBefore = session.save().seen;
  let wasLive = false;
  const log = createLogView({
    share,
    drawText: (text) => drawText(text, mentions),
    card: files.card,
    news,
    react: (entry, emoji, on) => entry.messageId !== null && session.react(entry.messageId, emoji, on),
  });
  const people = createPeopleView({
    receipts: session.save().receipts,
    setReceipts: session.setReceipts,
    setTimer: session.setTimer,
  });
  const bar = createBar({
    share,
    leave: askToLeave,
    people: () => openPeopleDialog(people.element, putPeopleBack),
    topic: askForTopic,
    menu: (beside) =>
      openMenu(wording.roomMenu, roomMenu(acts, { ...more, save: () => askForFormat(beside) }), beside),
  });
  const offline = createOfflineLine(session.tryNow);
  const moment = createMomentLine();
  const question = h("div", { class: "question", attributes: { hidden: "" } });
  const typing = h("p", { class: "typing" });
  const searchBar = createSearchBar({
    entries: log.entries,
    itemOf: log.itemOf,
    bring: log.bring,
    closed: () => composer.focus(),
  });
  const acts = createRoomActs({
    session,
    log,
    name: () => session.save().name,
    search: searchBar,
    topic: () => topic,
    share,
    leave: askToLeave,
    help: () => openHelpDialog(composer.begin),
  });
  const more = {
    topic: askForTopic,
    rename: () => openNameDialog(session.save().name, session.rename),
    settings: options.openSettings,
    anotherRoom: options.anotherRoom,
  };
  const composer = createComposer({
    say: session.say,
    edit: session.edit,
    said: files.send,
    run: (typed) => runCommand(typed, acts),
    names: () => names.filter((name) => name !== ownNames.at(-1)),
    typing: session.typing,
    editLast() {
      const last = log.newest(
        ({ id, deleted, file }) => !deleted && file === undefined && session.mayChange(id),
      );
      if (last !== null) composer.edit(last);
    },
  });
  const side = h("aside", { class: "side", attributes: { "aria-label": wording.people } }, people.element);
  const element = h(
    "div",
    { class: "room" },
    bar.element,
    h(
      "main",
      { class: "talk" },
      searchBar.element,
      log.element,
      offline.element,
      moment.element,
      question,
      typing,
      composer.element,
    ),
    side,
  );
  files.attach(composer, element);
  log.scroller.addEventListener("scroll", look, { passive: true });
  equipMessages(log, {
    reply: composer.replyTo,
    mayChange: ({ id }) => session.mayChange(id),
    edit: composer.edit,
    copy: (entry) =>
      void copied(textOf(entry)).then((done) => moment.say(done ? wording.copied : wording.copyFailed)),
    react: (entry, emoji, on) => entry.messageId !== null && session.react(entry.messageId, emoji, on),
    remove: ({ id, seq }) => openDeleteDialog(seq !== null, () => session.remove(id)),
    type: composer.focus,
  });

  function putPeopleBack(): void {
    side.append(people.element);
    people.forgetChoice();
  }

  function share(): void {
    openShareDialog(options.link, options.phrase);
  }

  function askToLeave(): void {
    openLeaveDialog(session.unsent() + files.pending(), options.leave);
  }

  function askForFormat(beside: Element): void {
    const kinds = formats.map((each) => ({ label: `.${each}`, run: () => acts.export(each) }));
    openMenu(wording.saveAs, kinds, beside);
  }

  function askForTopic(): void {
    openTopicDialog(topic, (text) => (acts.setTopic(text) === null ? null : wording.writing.topicTooLong));
  }

  function tell(event: SessionEvent): void {
    files.tell(event);
    switch (event.type) {
      case "entry": {
        const { entry } = event;
        log.put(entry, event.before);
        if (entry.kind === "topic") bar.showTopic((topic = entry.text));
        if (entry.kind === "message") composer.heard(entry);
        searchBar.refresh();
        look();
        return;
      }
      case "gone":
        log.remove(event.id);
        composer.gone(event.id);
        searchBar.refresh();
        return;
      case "typing":
        showTyping(event.authors);
        return;
      case "members":
        showMembers(event.members);
        return;
      case "status":
        showStatus(event.status);
        return;
      case "timer":
        people.showTimer(event.seconds);
        composer.showTimer(event.seconds);
        return;
      case "caught-up":
        if (!event.first) moment.say(wording.back(event.messages));
        else if (event.messages > 0) moment.say(wording.earlier(event.messages));
        return;
      case "code":
        bar.showCode(event.code);
        return;
      case "file-over":
      case "cleared":
    }
  }

  function look(): void {
    const isLooking = !document.hidden && element.isConnected;
    log.look(isLooking);
    if (isLooking && log.atEnd()) session.saw();
  }

  function lookAgain(): void {
    look();
    searchBar.refresh();
  }

  function showTyping(authors: readonly Author[]): void {
    const { one, two, many } = wording.typing;
    const text = authors.length === 1 ? one : authors.length === 2 ? two : many;
    typing.replaceChildren(...(authors.length === 0 ? [] : sentence(text, authors)));
  }

  function showMembers(members: readonly RosterMember[]): void {
    people.show(members);
    knowNames(members);
    log.alone(members.length === 1);
    bar.showCount(members.length);
  }

  /**
   * Whoever is here can be mentioned; what was said to them before the page knew them is marked now. Other texts are not
   * drawn anew: there may be many, and long ones.
   */
  function knowNames(members: readonly RosterMember[]): void {
    names = members.flatMap(({ author }) => (author === null ? [] : [author.name]));
    const all = [...new Set([...known, ...names])];
    const { name } = session.save();
    const isRenamed = name !== ownNames.at(-1);
    if (all.length === known.length && !isRenamed) return;
    const met = createMentions(
      all.filter((each) => !known.includes(each)),
      isRenamed ? [name] : [],
    );
    // What was said to a name is still said to who went by it: to somebody who has gone, and to oneself.
    known = all.slice(-maxRosterMembers);
    if (isRenamed) ownNames = [...ownNames.filter((each) => each !== name), name];
    mentions = createMentions(known, ownNames);
    log.redrawTexts((text) => mentionsAny(text, met));
  }

  function news(entries: readonly MessageEntry[]): void {
    const mention = entries.findLast(({ text }) => mentionsOneself(text, mentions));
    const told = mention ?? entries.at(-1);
    if (told !== undefined) options.news(entries.length, told, mention !== undefined);
  }

  /** The number after which all is new: to who comes in for the first time, nothing is. */
  function readUpTo(): number {
    if (wasLive) return 0;
    return readBefore !== null && readBefore.log === session.save().seen?.log ? readBefore.seq : Infinity;
  }

  function showStatus(now: Status): void {
    const hadFocus =
      offline.element.contains(document.activeElement) || question.contains(document.activeElement);
    element.dataset["state"] = now.state;
    bar.showState(now.state);
    const stopped = now.state === "refused" || (now.state === "left" && now.why !== "asked");
    composer.enable(now.state !== "refused" && now.state !== "left");
    if (now.state === "live") {
      log.live(readUpTo());
      wasLive = true;
    } else log.quiet();
    offline.show(now);
    question.hidden = !stopped;
    if (stopped) {
      ask(now, hadFocus);
      return;
    }
    question.replaceChildren();
    if (hadFocus && offline.element.hidden) composer.focus();
  }

  /** @param hadFocus whoever stood on what this replaces stands on it then */
  function ask(now: Extract<Status, { state: "refused" | "left" }>, hadFocus: boolean): void {
    const { name } = session.save();
    const { comeBack } = options;
    const decide = { rename: session.rename, comeBack, again: () => session.rename(name) };
    question.replaceChildren(createDecision(now, name, decide));
    const { activeElement } = document;
    // Whoever is at something else, such as the search or a dialog, stays there: a name may have been tried by itself.
    if (!hadFocus && activeElement !== document.body && !composer.element.contains(activeElement)) return;
    question.querySelector<HTMLElement>("input, button")?.focus();
  }

  const { focus, draft, drafted } = composer;
  return { element, tell, inUse: people.showWay, look: lookAgain, focus, draft, drafted };
}
