// Inside a room: the bar, the messages, the people and the composer. It shows what the session tells and passes on
// what the person does.

import type { RoomSymbol } from "../crypto/symbols.ts";
import type { RosterMember, SessionEvent, Status } from "../session/events.ts";
import type { SayFault } from "../session/world.ts";
import type { Way } from "./dial.ts";
import {
  createDecision,
  openCodeDialog,
  openLeaveDialog,
  openPeopleDialog,
  openShareDialog,
} from "./dialogs.ts";
import { button, drawing, h } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { createLogView } from "./log-view.ts";
import { createPeopleView } from "./people-view.ts";
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
  /** What stands there. */
  readonly drafted: () => string;
}

interface RoomOptions {
  readonly receipts: boolean;
  readonly setReceipts: (on: boolean) => void;
  readonly setTimer: (seconds: number) => void;
  /** The newest messages are before the eyes. */
  readonly saw: () => void;
  readonly phrase: string;
  readonly link: string;
  readonly name: () => string;
  readonly say: (text: string) => SayFault;
  readonly unsent: () => number;
  readonly tryNow: () => void;
  readonly rename: (name: string) => void;
  readonly comeBack: () => void;
  readonly leave: () => void;
}

/** Builds the room page. */
export function createRoomView(options: RoomOptions): RoomView {
  const log = createLogView(share);
  const people = createPeopleView(options);
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
  const composer = createComposer(options.say);
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
      labelled("leave-button", wording.leave, iconPath.leave, () =>
        openLeaveDialog(options.unsent(), options.leave),
      ),
    ),
    h("main", { class: "talk" }, log.element, banner, question, composer.element),
    side,
  );
  log.element.addEventListener("scroll", look, { passive: true });

  function share(): void {
    openShareDialog(options.link, options.phrase);
  }

  function showPeople(): void {
    openPeopleDialog(people.element, () => side.append(people.element));
  }

  function tell(event: SessionEvent): void {
    switch (event.type) {
      case "entry":
        log.put(event.entry, event.before);
        look();
        return;
      case "gone":
        log.remove(event.id);
        return;
      case "members":
        showMembers(event.members);
        return;
      case "status":
        showStatus(event.status);
        return;
      case "timer":
        people.showTimer(event.seconds);
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
    if (!document.hidden && log.atEnd()) options.saw();
  }

  function showMembers(members: readonly RosterMember[]): void {
    people.show(members);
    log.alone(members.length === 1);
    peopleCount.textContent = String(members.length);
    peopleButton.setAttribute("aria-label", wording.peopleCount(members.length));
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
      button("chip", wording.tryNow, options.tryNow),
    );
  }

  function ask(now: Extract<Status, { state: "refused" | "left" }>): void {
    const { rename, comeBack } = options;
    const name = options.name();
    question.replaceChildren(createDecision(now, name, { rename, comeBack, again: () => rename(name) }));
    question.querySelector<HTMLElement>("input, button")?.focus();
  }

  const { focus, draft, drafted } = composer;
  return { element, tell, inUse: people.showWay, look, focus, draft, drafted };
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

interface Composer {
  readonly element: HTMLElement;
  readonly enable: (able: boolean) => void;
  readonly focus: () => void;
  readonly draft: (text: string) => void;
  readonly drafted: () => string;
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

  return { element: form, enable, draft, drafted: () => field.value, focus: () => field.focus() };
}
