// Inside a room: the bar, the messages, the people and the composer. It shows what the session tells and passes on
// what the person does.

import type { Author, RosterMember, SessionEvent, Status } from "../session/events.ts";
import type { SayFault, Session } from "../session/world.ts";
import { createAnswering } from "./answering.ts";
import { createBar } from "./bar.ts";
import type { Way } from "./dial.ts";
import {
  copied,
  createDecision,
  openDeleteDialog,
  openLeaveDialog,
  openPeopleDialog,
  openShareDialog,
} from "./dialogs.ts";
import { button, drawing, h } from "./dom.ts";
import { openHelpDialog } from "./help.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";
import { createLogView } from "./log-view.ts";
import { equipMessages } from "./message-actions.ts";
import { createPeopleView } from "./people-view.ts";
import { sentence } from "./person.ts";
import { type MenuItem, openMenu } from "./popup.ts";
import { openNameDialog, openTopicDialog } from "./line-dialogs.ts";

const announcedForMs = 5_000;

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
  readonly draft: (text: string) => void;
}

interface RoomOptions {
  readonly session: Session;
  readonly phrase: string;
  readonly link: string;
  readonly comeBack: () => void;
  readonly leave: () => void;
  readonly openSettings: () => void;
  /** Opens the door to another room beside this one. */
  readonly anotherRoom: () => void;
}

/** Builds the room page. */
export function createRoomView(options: RoomOptions): RoomView {
  const { session } = options;
  let topic = "";
  const log = createLogView({
    share,
    drawText: (text) => document.createTextNode(text),
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
    people: () => openPeopleDialog(people.element, () => side.append(people.element)),
    topic: () => openTopicDialog(topic, session.setTopic),
    menu: (beside) => openMenu(wording.roomMenu, menuItems(), beside),
  });
  const banner = h("div", { class: "banner", attributes: { role: "status", hidden: "" } });
  const question = h("div", { class: "question", attributes: { hidden: "" } });
  const typing = h("p", { class: "typing" });
  const composer = createComposer((text) => answering.say(text));
  const answering = createAnswering({
    say: session.say,
    edit: session.edit,
    draft: composer.text,
    setDraft(text) {
      composer.draft(text);
      composer.focus();
    },
  });
  const side = h("aside", { class: "side", attributes: { "aria-label": wording.people } }, people.element);
  const element = h(
    "div",
    { class: "room" },
    h("h1", { class: "heard" }, wording.title),
    bar.element,
    h("main", { class: "talk" }, log.element, banner, question, typing, answering.element, composer.element),
    side,
  );
  log.scroller.addEventListener("scroll", look, { passive: true });
  equipMessages(log, {
    reply: answering.reply,
    edit: answering.edit,
    copy: ({ text }) =>
      void copied(text).then((done) => announce(done ? wording.copied : wording.copyFailed)),
    react: (entry, emoji, on) => entry.messageId !== null && session.react(entry.messageId, emoji, on),
    remove: ({ id }) => openDeleteDialog(() => session.remove(id)),
    type: composer.focus,
  });

  composer.element.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    if (event.key === "Escape") answering.cancel();
    if (event.key === "ArrowUp" && composer.text() === "") reachUp(event);
  });

  /** Up out of an empty composer: to the newest message. */
  function reachUp(event: KeyboardEvent): void {
    event.preventDefault();
    log.scroller.querySelector<HTMLElement>(".log > li:last-child")?.focus();
  }

  function share(): void {
    openShareDialog(options.link, options.phrase);
  }

  function askToLeave(): void {
    openLeaveDialog(session.save().unsent.length, options.leave);
  }

  /** Everything that can be done in a room, for whoever does not type commands. */
  function menuItems(): MenuItem[] {
    return [
      { label: wording.share, icon: iconPath.share, run: share },
      { label: wording.topic, icon: iconPath.topic, run: () => openTopicDialog(topic, session.setTopic) },
      {
        label: wording.rename,
        icon: iconPath.person,
        run: () => openNameDialog(session.save().name, session.rename),
      },
      { label: wording.clear, icon: iconPath.clear, run: () => log.clear() },
      null,
      { label: wording.anotherRoom, icon: iconPath.add, run: options.anotherRoom },
      { label: wording.settings, icon: iconPath.settings, run: options.openSettings },
      { label: wording.help, icon: iconPath.help, run: openHelpDialog },
      null,
      { label: wording.leave, icon: iconPath.leave, run: askToLeave },
    ];
  }

  function tell(event: SessionEvent): void {
    switch (event.type) {
      case "entry": {
        const { entry } = event;
        log.put(entry, event.before);
        if (entry.kind === "timer") people.showTimer(entry.seconds);
        if (entry.kind === "topic") bar.showTopic((topic = entry.text));
        if (entry.kind === "message" && entry.deleted) answering.gone(entry.id);
        look();
        return;
      }
      case "gone":
        log.remove(event.id);
        answering.gone(event.id);
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
      case "caught-up":
        if (!event.first) announce(wording.back(event.messages));
        else if (event.messages > 0) announce(wording.earlier(event.messages));
        return;
      case "code":
        bar.showCode(event.code);
    }
  }

  function look(): void {
    const isLooking = !document.hidden && element.isConnected;
    log.look(isLooking);
    if (isLooking && log.atEnd()) session.saw();
  }

  function showTyping(authors: readonly Author[]): void {
    const { one, two, many } = wording.typing;
    const text = authors.length === 1 ? one : authors.length === 2 ? two : many;
    typing.replaceChildren(...(authors.length === 0 ? [] : sentence(text, authors)));
  }

  function showMembers(members: readonly RosterMember[]): void {
    people.show(members);
    log.alone(members.length === 1);
    bar.showCount(members.length);
  }

  function showStatus(now: Status): void {
    const hadFocus = banner.contains(document.activeElement) || question.contains(document.activeElement);
    element.dataset["state"] = now.state;
    bar.showState(now.state);
    const stopped = now.state === "refused" || (now.state === "left" && now.why !== "asked");
    composer.enable(now.state !== "refused" && now.state !== "left");
    log.quiet(now.state !== "live");
    // While it dials again it is still offline.
    if (now.state !== "dialling" && now.state !== "joining") banner.hidden = now.state !== "lost";
    question.hidden = !stopped;
    if (now.state === "lost") showLoss(now);
    if (stopped) ask(now);
    else if (hadFocus && banner.hidden) composer.focus();
  }

  /** Says for a moment how much has come, in place of reading all of it out. */
  function announce(text: string): void {
    banner.replaceChildren(text);
    banner.hidden = false;
    setTimeout(() => {
      if (element.dataset["state"] === "live") banner.hidden = true;
    }, announcedForMs);
  }

  function showLoss({ unsent, stopped }: Extract<Status, { state: "lost" }>): void {
    banner.replaceChildren(
      h("span", {}, stopped && unsent === 0 ? wording.stopped : wording.offline(unsent)),
      button("chip", wording.tryNow, session.tryNow),
    );
  }

  function ask(now: Extract<Status, { state: "refused" | "left" }>): void {
    const { name } = session.save();
    const { comeBack } = options;
    const decide = { rename: session.rename, comeBack, again: () => session.rename(name) };
    question.replaceChildren(createDecision(now, name, decide));
    question.querySelector<HTMLElement>("input, button")?.focus();
  }

  return { element, tell, inUse: people.showWay, look, focus: composer.focus, draft: composer.draft };
}

interface Composer {
  readonly element: HTMLElement;
  readonly enable: (able: boolean) => void;
  readonly focus: () => void;
  readonly draft: (text: string) => void;
  /** What is typed and not sent. */
  readonly text: () => string;
}

/** Enter sends where there is a keyboard; on a phone it makes a new line, and the button sends. */
function createComposer(say: (text: string) => SayFault): Composer {
  const field = h("textarea", {
    attributes: { rows: "1", placeholder: wording.composer, "aria-label": wording.composer, dir: "auto" },
  });
  const fault = h("p", { class: "fault", attributes: { role: "alert" } });
  const sendButton = h(
    "button",
    { class: "send", attributes: { type: "submit", "aria-label": wording.send } },
    drawing("icon-drawing", 24, iconPath.send),
  );
  const form = h("form", { class: "composer", on: { submit } }, fault, field, sendButton);
  const touch = matchMedia("(pointer: coarse)");
  field.addEventListener("input", fit);
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || touch.matches) return;
    event.preventDefault();
    form.requestSubmit();
  });

  function submit(event: SubmitEvent): void {
    event.preventDefault();
    const problem = say(field.value);
    fault.textContent = problem === null || problem === "empty" ? "" : wording.sayFaults[problem];
    if (problem === null) field.value = "";
    fit();
    field.focus();
  }

  /** Grows with its text, up to the most that the style allows. */
  function fit(): void {
    field.style.height = "auto";
    field.style.height = `${field.scrollHeight}px`;
  }

  function enable(able: boolean): void {
    field.disabled = !able;
    sendButton.disabled = !able;
  }

  function draft(text: string): void {
    field.value = text;
    fit();
  }

  return { element: form, enable, draft, text: () => field.value, focus: () => field.focus() };
}
