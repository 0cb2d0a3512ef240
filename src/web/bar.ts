// The head of a room: its five pictures, what it is about, whether it is connected, who is there, and the ways to invite,
// to leave, and to everything else.

import type { RoomSymbol } from "../crypto/symbols.ts";
import type { Status } from "../session/events.ts";
import { openCodeDialog } from "./dialogs.ts";
import { button, drawing, h } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";
import { neutralise } from "./neutral.ts";

export interface Bar {
  readonly element: HTMLElement;
  readonly showCode: (code: readonly RoomSymbol[]) => void;
  readonly showTopic: (topic: string) => void;
  readonly showState: (state: Status["state"]) => void;
  readonly showCount: (members: number) => void;
}

interface BarOptions {
  readonly share: () => void;
  readonly leave: () => void;
  readonly people: () => void;
  readonly topic: () => void;
  readonly menu: (beside: Element) => void;
}

export function createBar(options: BarOptions): Bar {
  let shown: readonly RoomSymbol[] = [];
  const code = button("code", "", () => openCodeDialog(shown));
  code.title = wording.roomCode;
  const topic = button("topic", wording.topicAdd, options.topic);
  const state = h("span");
  const status = h(
    "p",
    { class: "status", attributes: { role: "status" } },
    h("span", { class: "dot" }),
    state,
  );
  const count = h("span");
  const people = button("icon people-button", drawing("icon-drawing", 24, iconPath.people), options.people);
  people.append(count);
  const menu = labelled("menu-button", wording.menu, iconPath.menu, () => options.menu(menu));
  menu.setAttribute("aria-haspopup", "menu");
  const element = h(
    "header",
    { class: "bar" },
    h("h1", { class: "heard" }, wording.title),
    code,
    h("div", { class: "about" }, topic, status),
    people,
    labelled("share-button", wording.share, iconPath.share, options.share),
    labelled("leave-button", wording.leave, iconPath.leave, options.leave),
    menu,
  );

  function showCode(next: readonly RoomSymbol[]): void {
    shown = next;
    code.textContent = next.map(({ symbol }) => symbol).join(" ");
    const names = next.map(wording.symbolName).join(", ");
    code.setAttribute("aria-label", `${wording.roomCode}: ${names}`);
  }

  function showTopic(text: string): void {
    const shown = neutralise(text).trim();
    topic.replaceChildren(shown === "" ? wording.topicAdd : h("bdi", {}, shown));
    topic.classList.toggle("unset", shown === "");
    topic.title = shown || wording.topic;
  }

  function showCount(members: number): void {
    count.textContent = String(members);
    people.setAttribute("aria-label", wording.peopleCount(members));
  }

  showTopic("");
  return {
    element,
    showCode,
    showTopic,
    showState: (now) => (state.textContent = wording.status[now]),
    showCount,
  };
}

function labelled(className: string, label: string, path: string, press: () => void): HTMLButtonElement {
  const made = button(`icon ${className}`, drawing("icon-drawing", 24, path), press);
  made.append(h("span", { class: "icon-label" }, label));
  made.setAttribute("aria-label", label);
  made.title = label;
  return made;
}
