// Inside a room: the bar, the messages, the people and the composer. It shows what the session tells and passes on
// what the person does.

import type { RoomSymbol } from "../crypto/symbols.ts";
import type { RosterMember, SessionEvent, Status } from "../session/events.ts";
import type { Session } from "../session/world.ts";
import { drawCommands } from "./command-list.ts";
import { runCommand } from "./commands.ts";
import { createComposer } from "./composer.ts";
import type { Way } from "./dial.ts";
import {
  createDecision,
  openCodeDialog,
  openHelpDialog,
  openLeaveDialog,
  openPeopleDialog,
  openShareDialog,
} from "./dialogs.ts";
import { button, drawing, h } from "./dom.ts";
import { drawText } from "./draw-text.ts";
import { iconPath } from "./icons.ts";
import { createLogView } from "./log-view.ts";
import { createMentions, type Mentions } from "./mentions.ts";
import { createPeopleView } from "./people-view.ts";
import { createRoomActs } from "./room-acts.ts";
import { createSearchBar } from "./search-bar.ts";
import { wording } from "./wording.ts";

const announcedForMs = 5_000;

export interface RoomView {
  readonly element: HTMLElement;
  tell(event: SessionEvent): void;
  /** What carries the room: one word among its details. */
  readonly inUse: (way: Way) => void;
  /** Somebody looks at the page again. */
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
}

/** Builds the room page. */
export function createRoomView(options: RoomOptions): RoomView {
  const { session } = options;
  let names: readonly string[] = [];
  let mentions: Mentions = createMentions([], session.save().name);
  let topic = "";
  const log = createLogView({ share, drawText: (text) => drawText(text, mentions) });
  const people = createPeopleView({
    receipts: session.save().receipts,
    setReceipts: session.setReceipts,
    setTimer: session.setTimer,
  });
  const statusText = h("span");
  const status = h(
    "p",
    { class: "status", attributes: { role: "status" } },
    h("span", { class: "dot" }),
    statusText,
  );
  const peopleCount = h("span");
  const peopleButton = button("icon people-button", drawing("icon-drawing", 24, iconPath.people), showPeople);
  peopleButton.append(peopleCount);
  const banner = h("div", { class: "banner", attributes: { role: "status", hidden: "" } });
  const question = h("div", { class: "question", attributes: { hidden: "" } });
  const code = createCodeButton();
  const searchBar = createSearchBar({
    entries: log.entries,
    itemOf: log.itemOf,
    closed: () => composer.focus(),
  });
  const acts = createRoomActs({
    session,
    log,
    search: searchBar.open,
    topic: () => topic,
    share,
    leave: askToLeave,
    help: () => openHelpDialog(drawCommands()),
  });
  const composer = createComposer({
    say: session.say,
    edit: session.edit,
    run: (typed) => runCommand(typed, acts),
    names: () => names,
    typing: session.typing,
    editLast: () => {
      const last = log.newest((entry) => entry.author.own && !entry.deleted && entry.delivery === "sent");
      if (last !== null) composer.edit(last);
    },
  });
  const side = h("aside", { class: "side" }, people.element);
  const element = h(
    "div",
    { class: "room" },
    h("h1", { class: "heard" }, wording.title),
    h(
      "header",
      { class: "bar" },
      code.element,
      status,
      peopleButton,
      labelled("share-button", wording.share, iconPath.share, share),
      labelled("leave-button", wording.leave, iconPath.leave, askToLeave),
    ),
    h("main", { class: "talk" }, searchBar.element, log.element, banner, question, composer.element),
    side,
  );
  log.element.addEventListener("scroll", look, { passive: true });

  function share(): void {
    openShareDialog(options.link, options.phrase);
  }

  function askToLeave(): void {
    openLeaveDialog(session.save().unsent.length, options.leave);
  }

  function showPeople(): void {
    openPeopleDialog(people.element, () => side.append(people.element));
  }

  function tell(event: SessionEvent): void {
    switch (event.type) {
      case "entry":
        log.put(event.entry, event.before);
        if (event.entry.kind === "timer") people.showTimer(event.entry.seconds);
        if (event.entry.kind === "topic") topic = event.entry.text;
        if (event.entry.kind === "message" && event.entry.deleted) composer.gone(event.entry.id);
        searchBar.refresh();
        look();
        return;
      case "gone":
        log.remove(event.id);
        composer.gone(event.id);
        searchBar.refresh();
        return;
      case "typing":
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
        code.show(event.code);
    }
  }

  function look(): void {
    if (!document.hidden && log.atEnd()) session.saw();
  }

  function showMembers(members: readonly RosterMember[]): void {
    people.show(members);
    knowNames(members);
    log.alone(members.length === 1);
    peopleCount.textContent = String(members.length);
    peopleButton.setAttribute("aria-label", wording.peopleCount(members.length));
  }

  /** Whoever is here can be mentioned; what was said to them before the page knew them is marked now. */
  function knowNames(members: readonly RosterMember[]): void {
    const next = members.flatMap(({ author }) => (author === null ? [] : [author.name]));
    if (next.join("\n") === names.join("\n")) return;
    names = next;
    mentions = createMentions(names, session.save().name);
    log.redrawTexts(({ text }) => text.includes("@"));
  }

  function showStatus(now: Status): void {
    const hadFocus = banner.contains(document.activeElement) || question.contains(document.activeElement);
    element.dataset["state"] = now.state;
    statusText.textContent = wording.status[now.state];
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
    const { rename } = session;
    const { name } = session.save();
    const decide = { rename, comeBack: options.comeBack, again: () => rename(name) };
    question.replaceChildren(createDecision(now, name, decide));
    question.querySelector<HTMLElement>("input, button")?.focus();
  }

  return { element, tell, inUse: people.showWay, look, focus: composer.focus, draft: composer.draft };
}

function createCodeButton(): { element: HTMLElement; show: (code: readonly RoomSymbol[]) => void } {
  let shown: readonly RoomSymbol[] = [];
  const element = button("code", "", () => openCodeDialog(shown));
  element.title = wording.roomCode;

  function show(code: readonly RoomSymbol[]): void {
    shown = code;
    element.textContent = code.map(({ symbol }) => symbol).join(" ");
    element.setAttribute("aria-label", `${wording.roomCode}: ${code.map(({ name }) => name).join(", ")}`);
  }

  return { element, show };
}

function labelled(className: string, label: string, path: string, press: () => void): HTMLButtonElement {
  const made = button(`icon ${className}`, drawing("icon-drawing", 24, path), press);
  made.append(h("span", { class: "icon-label" }, label));
  made.setAttribute("aria-label", label);
  return made;
}
