// A shared file in the log: a card with its name and size, and where its first bytes allow it the picture, sound or film
// itself. Nothing is fetched before it is wanted, except small pictures that come into sight.

import { maxShownFileBytes, unaskedPictureBytes } from "../protocol/limits.ts";
import type { MessageEntry } from "../session/events.ts";
import { safeFileName, type SharedFile, type Shown } from "../session/files.ts";
import { button, drawing, h, passFocus } from "./dom.ts";
import { save } from "./download.ts";
import { fetchContent, type FetchOptions } from "./files-fetch.ts";
import { shownAsFile } from "./files-picture.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";
import { spellSize } from "./size.ts";

export interface Cards {
  /** The card of a message with a file, always the same one; null for other messages. */
  readonly of: (entry: MessageEntry) => HTMLElement | null;
  /** The message `id` has left the screen or was deleted. */
  readonly forget: (id: string) => void;
  /** The content of a file is at hand already: it was sent from here. */
  readonly hold: (file: string, content: Blob) => void;
  readonly stop: () => void;
}

interface Card {
  readonly element: HTMLElement;
  /** Fetches a small picture when it comes into sight. */
  readonly seen: () => void;
  /** Lets go of what is shown. */
  readonly release: () => void;
  readonly stop: () => void;
}

/** What the cards of a room share. */
interface Shelf extends FetchOptions {
  /** Content sent from here, until its card takes it. */
  readonly held: Map<string, Blob>;
  /** One unasked picture after the other. */
  readonly inTurn: (work: () => Promise<void>) => void;
  /** A card shows content of so many bytes; others may have to let go of theirs. */
  readonly shows: (card: Card, bytes: number) => void;
  readonly watch: (card: Card) => void;
}

/** Makes the cards of one room. */
export function createCards(options: FetchOptions): Cards {
  const cards = new Map<string, Card>();
  const cardOf = new WeakMap<Element, Card>();
  /** The longest shown first. */
  const shown = new Map<Card, number>();
  const sight = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) if (isIntersecting) cardOf.get(target)?.seen();
    },
    { rootMargin: "200px" },
  );
  let turn: Promise<void> = Promise.resolve();
  const shelf: Shelf = {
    ...options,
    held: new Map(),
    inTurn: (work) => void (turn = turn.then(work).catch(reportError)),
    shows(card, bytes) {
      shown.delete(card);
      shown.set(card, bytes);
      let sum = [...shown.values()].reduce((all, each) => all + each, 0);
      for (const [other, size] of shown) {
        if (sum <= maxShownFileBytes || other === card) return;
        sum -= size;
        shown.delete(other);
        other.release();
      }
    },
    watch(card) {
      cardOf.set(card.element, card);
      sight.observe(card.element);
    },
  };

  function of({ id, file }: MessageEntry): HTMLElement | null {
    if (file === undefined) return null;
    const card = cards.get(id) ?? createCard(file, shelf);
    cards.set(id, card);
    return card.element;
  }

  function forget(id: string): void {
    const card = cards.get(id);
    if (card === undefined) return;
    cards.delete(id);
    shown.delete(card);
    sight.unobserve(card.element);
    card.stop();
  }

  return {
    of,
    forget,
    hold: (file, content) => void shelf.held.set(file, content),
    stop() {
      for (const id of cards.keys()) forget(id);
      sight.disconnect();
    },
  };
}

function createCard(file: SharedFile, shelf: Shelf): Card {
  const name = safeFileName(file.fileName);
  const stage = h("div", { class: "stage" });
  const said = h("p", { class: "quiet", attributes: { role: "status" } });
  const bar = h("progress", {
    attributes: { max: "1", "aria-label": name, hidden: "" },
  });
  const claim = /^(image|audio|video)\//.exec(file.type)?.[1] as Shown["kind"] | undefined;
  const showButton = button("secondary", wording.files.show[claim ?? "image"], () => void run(showContent));
  const saveButton = button("secondary", wording.files.save, () => void run(saveContent));
  const cancelButton = button("secondary", wording.cancel, () => fetching?.abort());
  for (const each of [showButton, saveButton, cancelButton]) {
    each.setAttribute("aria-label", `${each.textContent}: ${name}`);
  }
  const element = h(
    "div",
    { class: "file-card" },
    stage,
    h(
      "div",
      { class: "file-line" },
      drawing("icon-drawing", 24, iconPath.file),
      h("bdi", { class: "file-name" }, name),
      h("span", { class: "quiet" }, spellSize(file.size)),
      showButton,
      saveButton,
      cancelButton,
    ),
    said,
    bar,
  );
  const isUnasked = claim === "image" && file.size <= unaskedPictureBytes;
  let fetching: AbortController | null = null;
  let isStopped = false;
  let content: Blob | null = null;
  let url: string | null = null;

  /** @param change what else changes in the card */
  function settle(change = () => {}): void {
    const draw = (): void => {
      change();
      drawState();
    };
    passFocus(element, draw, () => {
      const player = stage.querySelector<HTMLElement>("button, audio, video");
      (fetching === null ? (player ?? saveButton) : cancelButton).focus();
    });
  }

  function drawState(): void {
    const isShown = url !== null;
    bar.hidden = fetching === null;
    cancelButton.hidden = fetching === null;
    saveButton.hidden = fetching !== null;
    showButton.hidden = fetching !== null || isShown || claim === undefined;
    // A small picture keeps its place free, so that nothing jumps when it comes.
    stage.classList.toggle("awaited", isUnasked && !isShown && said.textContent === "");
  }

  /** The content, fetched unless it is at hand; null when that failed, which is said. */
  async function get(): Promise<Blob | null> {
    const held = content ?? shelf.held.get(file.file);
    shelf.held.delete(file.file);
    if (held !== undefined) return held;
    const { signal } = (fetching = new AbortController());
    said.textContent = "";
    bar.value = 0;
    settle();
    const fetched = await fetchContent(file, shelf, (fraction) => (bar.value = fraction), signal);
    fetching = null;
    if (fetched instanceof Blob) return fetched;
    if (!signal.aborted) said.textContent = wording.files.faults[fetched];
    return null;
  }

  async function run(then: (found: Blob) => void | Promise<void>): Promise<void> {
    if (fetching !== null || isStopped) return;
    const found = await get();
    if (found !== null && !isStopped) await then(found);
    settle();
  }

  function saveContent(found: Blob): void {
    // A type that says nothing: no browser opens it in place.
    save(found.slice(0, found.size, "application/octet-stream"), name);
  }

  async function showContent(found: Blob): Promise<void> {
    const shown = await shownAsFile(found, file.type);
    if (isStopped || url !== null) return;
    if (shown === null) return refuse();
    content = found.slice(0, found.size, shown.type);
    url = URL.createObjectURL(content);
    stage.replaceChildren(picture(shown.kind, url));
    shelf.shows(card, content.size);
  }

  function refuse(): void {
    said.textContent = wording.files.notShown;
    settle(() => showButton.remove());
  }

  function picture(kind: Shown["kind"], src: string): HTMLElement {
    const failed = (): void => {
      refuse();
      release();
    };
    if (kind === "image") {
      const image = h("img", { attributes: { src, alt: name }, on: { error: failed } });
      return button("picture-button", image, () => openPicture(src, name));
    }
    const player = h(kind, { attributes: { src, controls: "", preload: "metadata", "aria-label": name } });
    player.addEventListener("error", () => {
      // Later ones are the loudspeaker's, or a damaged end: what can be played stays.
      if (player.readyState === HTMLMediaElement.HAVE_NOTHING) failed();
    });
    return player;
  }

  function release(): void {
    if (url !== null) URL.revokeObjectURL(url);
    url = null;
    content = null;
    settle(() => stage.replaceChildren());
  }

  function stop(): void {
    isStopped = true;
    fetching?.abort();
    shelf.held.delete(file.file);
    release();
  }

  function seen(): void {
    if (url !== null || said.textContent !== "") return;
    if (shelf.held.has(file.file) && claim !== undefined) void run(showContent);
    else if (isUnasked) shelf.inTurn(() => (url === null ? run(showContent) : Promise.resolve()));
  }

  const card: Card = { element, seen, release, stop };
  settle();
  shelf.watch(card);
  return card;
}

/** The picture as large as the window allows. */
function openPicture(src: string, name: string): void {
  const image = h("img", { attributes: { src, alt: name } });
  const dialog = h(
    "dialog",
    { class: "picture-dialog", attributes: { "aria-label": name } },
    image,
    button("secondary", wording.done, () => dialog.close()),
  );
  dialog.addEventListener("click", ({ target }) => {
    if (target === dialog || target === image) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}
