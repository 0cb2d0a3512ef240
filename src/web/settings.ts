// What a person can set for this browser: what it remembers, how it tells of what is new, and its language. Each switch
// says in plain words what it keeps.

import type { Phrase } from "../crypto/phrase.ts";
import { mayNotify, playSound } from "./alerts.ts";
import { doneFoot, openDialog } from "./dialogs.ts";
import { h } from "./dom.ts";
import { dropPage, isPageKept, keepPage } from "./keep-page.ts";
import { type Language, language, languageNames, speak, wording } from "./language.ts";
import { type Preference, readPreference, writePreference } from "./preferences.ts";
import { forgetRoom, recentRoom, rememberRoom } from "./recent-rooms.ts";

/** The room that the settings are opened in. */
export interface ThisRoom {
  readonly name: string;
  readonly phrase: Phrase;
  readonly pictures: string;
  readonly topic: string;
}

/** Opens the settings. */
export function openSettings(room: ThisRoom): void {
  const said = h("p", { class: "doubt", attributes: { role: "status" } });
  const say = (text: string): void => void (said.textContent = text);
  openDialog(
    "settings",
    wording.settings,
    h("h3", {}, wording.onDevice),
    valueSwitch("name", wording.rememberName, room.name),
    ...roomSwitches(room),
    pageSwitch(say),
    h("h3", {}, wording.alerts),
    notifySwitch(say),
    valueSwitch("show-text", wording.showText, "on"),
    soundSwitch(),
    valueSwitch("mentions-only", wording.mentionsOnly, "on"),
    said,
    h(
      "label",
      { class: "setting" },
      h("span", {}, wording.language),
      languageChoice(() => location.reload()),
    ),
    h("p", { class: "quiet" }, wording.languageHint),
    doneFoot("primary"),
  );
}

/** The languages, by their own names. `spoken` is called when another one was chosen. */
export function languageChoice(spoken: () => void): HTMLSelectElement {
  const names = Object.entries(languageNames);
  const options = names.map(([value, name]) => h("option", { attributes: { value, lang: value } }, name));
  const choice = h(
    "select",
    { class: "language", attributes: { "aria-label": wording.language } },
    ...options,
  );
  choice.value = language;
  choice.addEventListener("change", () => {
    void speak(choice.value as Language).then(spoken);
  });
  return choice;
}

interface Switch {
  readonly element: HTMLElement;
  readonly box: HTMLInputElement;
}

function createSwitch(label: string, isOn: boolean, turn: (on: boolean) => void, hint = ""): Switch {
  const box = h("input", { attributes: { type: "checkbox" } });
  box.checked = isOn;
  box.addEventListener("change", () => turn(box.checked));
  const words = h("span", {}, label, hint === "" ? null : h("small", { class: "quiet" }, hint));
  return { box, element: h("label", { class: "setting check" }, box, words) };
}

function valueSwitch(preference: Preference, label: string, value: string): HTMLElement {
  const isOn = readPreference(preference) !== null;
  return createSwitch(label, isOn, (on) => writePreference(preference, on ? value : null)).element;
}

function roomSwitches({ pictures, topic, phrase }: ThisRoom): HTMLElement[] {
  const known = recentRoom(pictures);
  const room = createSwitch(wording.rememberRoom, known !== null, keep, wording.rememberRoomHint);
  const words = createSwitch(
    wording.rememberWords,
    known !== null && known.phrase !== null,
    keep,
    wording.rememberWordsHint,
  );

  function keep(): void {
    words.box.disabled = !room.box.checked;
    if (!room.box.checked) {
      words.box.checked = false;
      forgetRoom(pictures);
      return;
    }
    rememberRoom({ pictures, topic, at: Date.now(), phrase: words.box.checked ? phrase : null });
  }

  words.box.disabled = !room.box.checked;
  return [room.element, words.element];
}

function pageSwitch(say: (text: string) => void): HTMLElement {
  const { element, box } = createSwitch(wording.app, false, (on) => void turn(on), wording.appHint);
  void isPageKept().then((isKept) => (box.checked = isKept));

  async function turn(on: boolean): Promise<void> {
    if (!on) {
      await dropPage();
      return say(wording.appGone);
    }
    const isKept = await keepPage();
    box.checked = isKept;
    say(isKept ? "" : wording.appFailed);
  }

  return element;
}

function notifySwitch(say: (text: string) => void): HTMLElement {
  const isOn = readPreference("notify") !== null;
  const { element, box } = createSwitch(wording.notify, isOn, (on) => void turn(on), wording.notifyHint);

  async function turn(on: boolean): Promise<void> {
    const may = on && (await mayNotify());
    box.checked = may;
    writePreference("notify", may ? "on" : null);
    say(on && !may ? wording.notifyDenied : "");
  }

  return element;
}

function soundSwitch(): HTMLElement {
  const isOn = readPreference("sound") !== null;
  const turn = (on: boolean): void => {
    writePreference("sound", on ? "on" : null);
    if (on) playSound();
  };
  return createSwitch(wording.sound, isOn, turn).element;
}
