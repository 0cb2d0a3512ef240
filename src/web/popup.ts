// A menu that opens at a place and closes on Escape, on a choice or on a press elsewhere: a popover with the keys of a
// menu (WAI-ARIA Authoring Practices, "Menu Button").

import { button, drawing, h } from "./dom.ts";

/** What a menu offers. Null draws a line between groups. */
export type MenuItem = {
  readonly label: string;
  readonly icon?: string;
  readonly danger?: boolean;
  readonly run: () => void;
} | null;

/** Where a menu opens: beside an element, or at a point of the window in CSS pixels. */
export type Place = Element | { readonly x: number; readonly y: number };

/**
 * Opens a menu; the focus goes into it and comes back when it closes.
 * @param head stands above the items, such as a row of emoji
 */
export function openMenu(
  label: string,
  items: readonly MenuItem[],
  place: Place,
  head: HTMLElement | null = null,
): { readonly close: () => void } {
  const before = document.activeElement;
  const list = items.map((item) => (item === null ? h("hr") : drawItem(item, close)));
  // Not "auto": that closes when the finger is lifted that was held to open it.
  const menu = h(
    "div",
    { class: "menu", attributes: { popover: "manual", role: "menu", "aria-label": label } },
    head,
    ...list,
  );
  menu.addEventListener("keydown", (event) => steer(event, menu, close));
  document.addEventListener("pointerdown", pressed, { capture: true });
  // Within what the page is about: what stands beside it is passed over by who jumps from part to part.
  (document.querySelector("main") ?? document.body).append(menu);
  menu.showPopover();
  put(menu, place);
  const first = menu.querySelector<HTMLElement>(".menu-item") ?? menu.querySelector("button");
  first?.focus({ preventScroll: true });

  function pressed({ target }: Event): void {
    if (!(target instanceof Node) || !menu.contains(target)) close();
  }

  function close(): void {
    if (!menu.isConnected) return;
    document.removeEventListener("pointerdown", pressed, { capture: true });
    menu.remove();
    if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
  }

  return { close };
}

function drawItem(item: Exclude<MenuItem, null>, close: () => void): HTMLElement {
  const press = () => {
    close();
    item.run();
  };
  const made = button(item.danger === true ? "menu-item danger" : "menu-item", "", press);
  if (item.icon !== undefined) made.append(drawing("icon-drawing", 24, item.icon));
  made.append(item.label);
  made.setAttribute("role", "menuitem");
  made.tabIndex = -1;
  return made;
}

/** Arrows go round, Home and End to the ends, Tab out of it. */
function steer(event: KeyboardEvent, menu: HTMLElement, close: () => void): void {
  const all = [...menu.querySelectorAll<HTMLElement>("button")];
  const at = all.findIndex((each) => each === document.activeElement);
  const to = { ArrowDown: at + 1, ArrowRight: at + 1, ArrowUp: at - 1, ArrowLeft: at - 1, Home: 0, End: -1 };
  if (event.key === "Tab" || event.key === "Escape") {
    event.preventDefault();
    event.stopPropagation();
    close();
  }
  if (!(event.key in to)) return;
  event.preventDefault();
  all.at(to[event.key as keyof typeof to] % all.length)?.focus();
}

/** Puts the menu where it opens, inside the window. */
function put(menu: HTMLElement, place: Place): void {
  const { width, height } = menu.getBoundingClientRect();
  const beside = place instanceof Element ? place.getBoundingClientRect() : null;
  const x = beside === null ? (place as { x: number }).x : beside.right - width;
  const below = beside === null ? (place as { y: number }).y : beside.bottom + 4;
  const y = below + height > innerHeight - 8 ? (beside?.top ?? below) - height - 4 : below;
  menu.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  menu.style.top = `${Math.max(8, y)}px`;
}
