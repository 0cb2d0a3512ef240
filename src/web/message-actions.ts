// What one does with a message, by mouse (a bar at the message pointed at), by touch (a tap for the bar, a held finger
// for the menu) and by keyboard (arrows from message to message, Enter or the menu key for the menu).

import type { MessageEntry } from "../session/events.ts";
import { button, drawing, h } from "./dom.ts";
import { openEmojiPicker, quickEmoji } from "./emoji-picker.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";
import type { LogView } from "./log-view.ts";
import { type MenuItem, openMenu, type Place } from "./popup.ts";

/** What a message can be asked for. The session refuses what is not its author's to do. */
export interface MessageActions {
  readonly reply: (entry: MessageEntry) => void;
  readonly react: (entry: MessageEntry, emoji: string, on: boolean) => void;
  readonly copy: (entry: MessageEntry) => void;
  readonly mayChange: (entry: MessageEntry) => boolean;
  readonly edit: (entry: MessageEntry) => void;
  readonly remove: (entry: MessageEntry) => void;
  /** Back to where one types. */
  readonly type: () => void;
}

/** How long a finger is held for the menu. */
const heldMs = 450;
/** A finger that has moved further is scrolling. */
const heldWithinPixels = 10;

/** Equips a log with the bar, the menu and the keys. */
export function equipMessages(log: LogView, actions: MessageActions): void {
  const { scroller } = log;
  /** The item that the bar stands at. */
  let pointed: HTMLLIElement | null = null;
  const bar = createBar({
    react: (place) => withPointed((entry) => pickEmoji(entry, place)),
    reply: () => withPointed(actions.reply),
    more: (place) => withPointed((entry) => openActions(entry, place)),
  });
  log.element.append(bar);

  scroller.addEventListener("pointerover", ({ pointerType, target }) => {
    if (pointerType === "mouse") point(itemAt(target));
  });
  log.element.addEventListener("pointerleave", () => point(null));
  scroller.addEventListener("scroll", () => point(null), { passive: true });
  scroller.addEventListener("contextmenu", (event) => {
    const item = itemAt(event.target);
    const entry = item && messageIn(item);
    // A selection or a link has a menu of the browser's own, which has more to offer.
    if (!entry || getSelection()?.isCollapsed === false || isControl(event.target)) return;
    event.preventDefault();
    const { clientX: x, clientY: y } = event;
    openActions(entry, x === 0 && y === 0 ? item : { x, y });
  });
  scroller.addEventListener("keydown", steer);
  scroller.addEventListener("focus", () => {
    // Whoever presses beside the messages reads on where they are.
    if (scroller.matches(":focus-visible")) (current() ?? newestItem())?.focus();
  });
  scroller.addEventListener("focusin", ({ target }) => makeCurrent(itemAt(target)));
  watchTouch(scroller, {
    tapped: (target) => point(pointed !== null && pointed === itemAt(target) ? null : itemAt(target)),
    held(target, place) {
      const item = itemAt(target);
      const entry = item && messageIn(item);
      if (entry) openActions(entry, place);
    },
  });

  function itemAt(target: EventTarget | null): HTMLLIElement | null {
    return target instanceof Element ? target.closest<HTMLLIElement>(".log > li") : null;
  }

  function messageIn(item: HTMLLIElement): MessageEntry | null {
    const entry = log.entryOf(item);
    return entry?.kind === "message" && !entry.deleted ? entry : null;
  }

  function withPointed(act: (entry: MessageEntry) => void): void {
    const entry = pointed && messageIn(pointed);
    if (entry) act(entry);
  }

  function point(item: HTMLLIElement | null): void {
    if (item === pointed && item !== null) return;
    pointed = item !== null && isNumbered(messageIn(item)) ? item : null;
    bar.hidden = pointed === null;
    if (pointed === null) return;
    const text = pointed.querySelector(".head, .quote, .text") ?? pointed;
    const top = text.getBoundingClientRect().top - log.element.getBoundingClientRect().top;
    bar.style.top = `${Math.max(top - 18, 4)}px`;
  }

  function openActions(entry: MessageEntry, place: Place): void {
    // A held finger is a press for the menu to some browsers as well.
    if (document.querySelector(".menu") !== null) return;
    const reply = { label: wording.reply, icon: iconPath.reply, run: () => actions.reply(entry) };
    const copy = { label: wording.copyText, icon: iconPath.copy, run: () => actions.copy(entry) };
    const edit = { label: wording.edit, icon: iconPath.edit, run: () => actions.edit(entry) };
    const remove = {
      label: wording.delete,
      icon: iconPath.delete,
      danger: true,
      run: () => actions.remove(entry),
    };
    const changes = [...(entry.file === undefined ? [edit] : []), null, remove];
    const items: MenuItem[] = [copy, ...(actions.mayChange(entry) ? changes : [])];
    // What has no number yet cannot be named in an answer or a reaction.
    if (!isNumbered(entry)) return void openMenu(wording.actionsFor, items, place);
    const quick = h("div", {
      class: "quick",
      attributes: { role: "group", "aria-label": wording.quickReactions },
    });
    for (const emoji of quickEmoji) quick.append(quickButton(entry, emoji, () => menu.close()));
    const more = button("emoji", drawing("icon-drawing", 24, iconPath.smile), () => {
      menu.close();
      pickEmoji(entry, place);
    });
    more.setAttribute("aria-label", wording.moreReactions);
    more.setAttribute("role", "menuitem");
    more.tabIndex = -1;
    quick.append(more);
    const menu = openMenu(wording.actionsFor, [reply, ...items], place, quick);
  }

  function quickButton(entry: MessageEntry, emoji: string, close: () => void): HTMLElement {
    const made = button("emoji", emoji, () => {
      close();
      toggle(entry, emoji);
    });
    made.setAttribute("role", "menuitemcheckbox");
    made.setAttribute("aria-checked", String(isMine(entry, emoji)));
    made.tabIndex = -1;
    return made;
  }

  function pickEmoji(entry: MessageEntry, place: Place): void {
    openEmojiPicker(place, (emoji) => toggle(entry, emoji));
  }

  function toggle(entry: MessageEntry, emoji: string): void {
    actions.react(entry, emoji, !isMine(entry, emoji));
  }

  function current(): HTMLLIElement | null {
    return scroller.querySelector<HTMLLIElement>('.log > li[tabindex="0"]');
  }

  function newestItem(): HTMLLIElement | null {
    return scroller.querySelector<HTMLLIElement>(".log > li:last-child");
  }

  /** One item takes part in the order of Tab: the one that was last in focus. */
  function makeCurrent(item: HTMLLIElement | null): void {
    if (item === null) return;
    const before = current();
    if (before !== null) before.tabIndex = -1;
    item.tabIndex = 0;
    scroller.tabIndex = -1;
  }

  function steer(event: KeyboardEvent): void {
    const item = itemAt(event.target);
    if (item === null || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === "Escape") return actions.type();
    // These keys are their own.
    if (event.target instanceof Element && event.target.closest("pre, audio, video") !== null) return;
    const siblings = { ArrowUp: item.previousElementSibling, ArrowDown: item.nextElementSibling };
    const ends = { Home: scroller.querySelector(".log > li"), End: newestItem() };
    const moves: Readonly<Record<string, Element | null>> = { ...siblings, ...ends };
    const to = moves[event.key];
    if (to instanceof HTMLElement) {
      event.preventDefault();
      to.focus();
      return;
    }
    // Below the newest message is where one types.
    if (event.key === "ArrowDown") return actions.type();
    const entry = event.key === "Enter" && event.target === item ? messageIn(item) : null;
    if (entry === null) return;
    event.preventDefault();
    openActions(entry, item.querySelector(".text") ?? item);
  }
}

/** Whether the relay has given it a number. */
function isNumbered(entry: MessageEntry | null): boolean {
  return entry !== null && entry.messageId !== null;
}

function isMine(entry: MessageEntry, emoji: string): boolean {
  return entry.reactions.get(emoji)?.some((author) => author.own) === true;
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest("a, button, input, video, audio, img") !== null;
}

/** The bar at a message. It is reached by pointing; the keyboard has the menu, which says the same. */
function createBar(press: {
  readonly react: (place: Place) => void;
  readonly reply: () => void;
  readonly more: (place: Place) => void;
}): HTMLElement {
  const tool = (label: string, path: string, act: (place: Place) => void): HTMLElement => {
    const made = button("tool", drawing("icon-drawing", 24, path), () => act(made));
    made.setAttribute("aria-label", label);
    made.title = label;
    made.tabIndex = -1;
    return made;
  };
  const bar = h(
    "div",
    { class: "hover-tools" },
    tool(wording.react, iconPath.smile, press.react),
    tool(wording.reply, iconPath.reply, press.reply),
    tool(wording.more, iconPath.more, press.more),
  );
  bar.hidden = true;
  return bar;
}

/** Tells a tap from a held finger from a scroll. */
function watchTouch(
  area: HTMLElement,
  touch: {
    readonly tapped: (target: EventTarget | null) => void;
    readonly held: (target: EventTarget | null, place: Place) => void;
  },
): void {
  let from = { x: 0, y: 0 };
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** A held finger has opened the menu: the click that follows is not for what is under it. */
  let wasHeld = false;
  const stop = (): void => clearTimeout(timer);
  area.addEventListener("pointerdown", ({ pointerType, isPrimary, clientX, clientY, target }) => {
    wasHeld = false;
    if (pointerType !== "touch" || !isPrimary) return;
    from = { x: clientX, y: clientY };
    timer = setTimeout(() => {
      wasHeld = true;
      navigator.vibrate?.(10);
      touch.held(target, from);
    }, heldMs);
  });
  area.addEventListener("pointermove", ({ clientX, clientY }) => {
    if (Math.hypot(clientX - from.x, clientY - from.y) > heldWithinPixels) stop();
  });
  for (const end of ["pointerup", "pointercancel", "scroll"] as const) area.addEventListener(end, stop);
  area.addEventListener(
    "click",
    (event) => {
      if (wasHeld) {
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      const isTouch = event instanceof PointerEvent && event.pointerType === "touch";
      if (isTouch && !isControl(event.target)) touch.tapped(event.target);
    },
    { capture: true },
  );
}
