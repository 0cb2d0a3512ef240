// Where in a log somebody reads. The end stays in sight for whoever is there; whoever has scrolled up to read is left in
// peace, and has a button that leads back and counts what has come below.

import { button, drawing, h, passFocus } from "./dom.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";

export interface ReadingPlace {
  /** Leads back to the end; hidden there. */
  readonly button: HTMLButtonElement;
  readonly atEnd: () => boolean;
  /** Goes to the end, and stays there. */
  toEnd(): void;
  /** Something has been added: whoever is at the end stays there. */
  stay(): void;
  /** Something is about to be brought in sight, wherever it stands: the end no longer holds anybody. */
  leave(): void;
  /** So many more have come that whoever is not at the end does not see. */
  countBelow(count: number): void;
  /** The log is in the page again: out of it, a part that scrolls forgets where it stood. */
  restore(): void;
}

/** Somebody this near to the end is reading along. */
const nearEndPixels = 80;

/**
 * @param scroller holds `list`, and scrolls
 * @param arrived called when somebody has scrolled to the end
 */
export function createReadingPlace(
  scroller: HTMLElement,
  list: HTMLElement,
  arrived: () => void,
): ReadingPlace {
  const newest = button("newest", drawing("icon-drawing", 24, iconPath.down), toEnd);
  const newestText = h("span");
  newest.append(newestText);
  newest.hidden = true;
  let isAtEnd = true;
  let sticking = false;
  let lastTop = 0;
  let below = 0;

  scroller.addEventListener("scroll", scrolled, { passive: true });
  // The keyboard of a phone, a longer draft, a picture that has loaded: the end stays in sight.
  const sizes = new ResizeObserver(stay);
  for (const each of [scroller, list]) sizes.observe(each);

  function scrolled(): void {
    if (sticking || !scroller.isConnected) return;
    lastTop = scroller.scrollTop;
    isAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < nearEndPixels;
    showButton();
    showBelow(isAtEnd ? 0 : below);
    if (isAtEnd) arrived();
  }

  /** Whoever stood on the button stands on the newest message when it goes. */
  function showButton(): void {
    const hideOrShow = (): void => void (newest.hidden = isAtEnd);
    passFocus(newest, hideOrShow, () => {
      const last = list.querySelector<HTMLElement>(":scope > :last-child") ?? scroller;
      last.focus({ preventScroll: true });
    });
  }

  function showBelow(count: number): void {
    below = count;
    newestText.textContent = count === 0 ? "" : wording.newBelow(count);
    newest.setAttribute("aria-label", wording.newBelow(count));
  }

  function toEnd(): void {
    isAtEnd = true;
    showButton();
    showBelow(0);
    stay();
  }

  /** Once a frame: asking for the height after each of many messages would lay all of them out each time. */
  function stay(): void {
    if (!isAtEnd || sticking) return;
    sticking = true;
    requestAnimationFrame(() => {
      sticking = false;
      if (isAtEnd) scroller.scrollTop = scroller.scrollHeight;
    });
  }

  return {
    button: newest,
    atEnd: () => isAtEnd,
    toEnd,
    stay,
    leave() {
      isAtEnd = false;
      requestAnimationFrame(scrolled);
    },
    countBelow(count) {
      if (!isAtEnd) showBelow(below + count);
    },
    restore() {
      if (isAtEnd) stay();
      else scroller.scrollTop = lastTop;
    },
  };
}
