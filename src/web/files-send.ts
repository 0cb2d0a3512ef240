// Files on their way out: chosen, looked at, sealed, sent. Nothing leaves before the person says so, and nothing that
// was to leave is dropped in silence: what breaks off goes on when the room is live again, what cannot be sent says why.

import { toBase64url } from "../protocol/base64url.ts";
import { maxUploadTries } from "../protocol/limits.ts";
import type { Random } from "../crypto/bytes.ts";
import { largestFile } from "../crypto/files.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import type { SharedFile } from "../session/files.ts";
import { retryDelayMs } from "../session/retry.ts";
import { button, h, passFocus } from "./dom.ts";
import { createItemView, type ItemView } from "./files-item.ts";
import { look, seal, type SealedContent, sharedFile } from "./files-prepare.ts";
import { fetchLimit, type Place, remove, upload } from "./files-transfer.ts";
import { wording } from "./language.ts";
import { spellSize } from "./size.ts";

export interface SendOptions {
  readonly place: () => Place;
  readonly keys: () => Pick<RoomKeys, "access">;
  readonly random: Random;
  /** Back to where one types. */
  readonly type: () => void;
  /** Tells the room of a file that the relay holds; false when too much waits. */
  readonly sendFile: (file: SharedFile) => boolean;
  /** A file is with the relay: as it was chosen, and as it was sealed. Called before the room is told. */
  readonly stored: (file: string, content: File, sealed: Blob) => void;
}

export interface Outgoing {
  /** Hidden while there is nothing on its way. */
  readonly element: HTMLElement;
  /** Puts files before the person, to be sent or not. */
  readonly stage: (files: Iterable<File>) => void;
  /** Sends what is staged. */
  readonly send: () => void;
  /** Whether the room is live: what waits goes on. */
  readonly live: (isLive: boolean) => void;
  /** How many files are neither sent nor thrown away. */
  readonly pending: () => number;
  /** Ends everything, and gives what was not sent. */
  readonly take: () => File[];
}

/** One file in the tray. */
interface Item {
  readonly file: File;
  /** "staged" waits for the person, "queued" for its turn or the connection, "failed" for another try or the end. */
  state: "staged" | "queued" | "sending" | "failed";
  /** Whether a live room is reason enough to try again. */
  isCut: boolean;
  /** The picture drawn anew; null for what goes as it is. Known once the file has been looked at. */
  redrawn: File | null;
  asOriginal: boolean;
  tries: number;
  /** Ends the upload; another one for every try. */
  stop: AbortController;
  looked: Promise<void>;
  readonly view: ItemView;
}

/** Builds the tray that stands above the composer. */
export function createOutgoing(options: SendOptions): Outgoing {
  const list = h("ul");
  const sendButton = button("primary", "", send);
  const element = h(
    "section",
    { class: "tray", attributes: { "aria-label": wording.files.tray, hidden: "" } },
    list,
    sendButton,
  );
  const items = new Set<Item>();
  let isLive = false;
  let isStopped = false;
  let isBusy = false;
  /** Of this relay, for one sealed file, in bytes; asked anew on every connection. */
  let limit: Promise<number | null> | null = null;

  function stage(files: Iterable<File>): void {
    for (const file of files) add(file);
    show();
  }

  function add(file: File): void {
    const view = createItemView(file, {
      remove: () => drop(item),
      again: () => queue(item),
      original(asOriginal) {
        item.asOriginal = asOriginal;
        item.state = "staged";
        view.staged(contentOf(item).size);
        show();
        void judge(item);
      },
    });
    const item: Item = {
      file,
      state: "staged",
      isCut: false,
      redrawn: null,
      asOriginal: false,
      tries: 0,
      stop: new AbortController(),
      looked: Promise.resolve(),
      view,
    };
    item.looked = lookAt(item);
    items.add(item);
    list.append(view.element);
  }

  async function lookAt(item: Item): Promise<void> {
    item.redrawn = await look(item.file, item.view);
    if (item.state === "staged") item.view.staged(contentOf(item).size);
    await judge(item);
  }

  /** Whether the relay would take it as it would go out; says so early when not. */
  async function judge(item: Item): Promise<boolean> {
    limit ??= fetchLimit();
    const bytes = await limit;
    if (bytes === null) limit = null;
    const mostBytes = bytes === null ? Infinity : largestFile(bytes);
    const { size } = contentOf(item);
    if (size <= mostBytes) return true;
    fail(item, wording.files.tooBig(spellSize(size), spellSize(mostBytes)), false);
    return false;
  }

  function drop(item: Item): void {
    items.delete(item);
    item.stop.abort();
    show(item.view.stop);
  }

  function fail(item: Item, sentence: string, mayTryAgain: boolean): void {
    item.state = "failed";
    item.view.failed(sentence, mayTryAgain);
    show();
  }

  /** @param change what else changes on the page */
  function show(change = () => {}): void {
    const staged = [...items].filter(({ state }) => state === "staged").length;
    const draw = (): void => {
      change();
      element.hidden = items.size === 0;
      sendButton.hidden = staged === 0;
      sendButton.textContent = wording.files.send(staged);
    };
    passFocus(element, draw, options.type);
  }

  function send(): void {
    for (const item of items) if (item.state === "staged") queue(item);
  }

  function queue(item: Item): void {
    item.state = "queued";
    item.tries = 0;
    item.isCut = false;
    item.view.waiting(isLive ? wording.files.sending : wording.files.offline);
    show();
    void work();
  }

  /** One at a time: the relay reads all that a seat sends from one bucket. */
  async function work(): Promise<void> {
    if (isBusy || isStopped || !isLive) return;
    const next = [...items].find(({ state }) => state === "queued");
    if (next === undefined) return;
    isBusy = true;
    next.state = "sending";
    next.stop = new AbortController();
    let pauseMs = 0;
    try {
      pauseMs = await transfer(next);
    } catch (error) {
      reportError(error);
      fail(next, wording.files.unreadable, true);
    }
    isBusy = false;
    if (pauseMs === 0) void work();
    else setTimeout(() => void work(), pauseMs);
  }

  /** Gives the ms to wait before anything else is sent. */
  async function transfer(item: Item): Promise<number> {
    const { view, stop } = item;
    view.sending(0);
    await item.looked;
    if (!items.has(item) || !(await judge(item))) return 0;
    const content = contentOf(item);
    const sealed = await seal(content, options.keys(), options.random);
    if (sealed === null) fail(item, wording.files.unreadable, true);
    if (sealed === null || !items.has(item)) return 0;
    const place = options.place();
    const file = toBase64url(sealed.key.file);
    const result = await upload(place, file, sealed.blob, view.sending, stop.signal);
    // Perhaps it is there and only the answer was lost; and what was cancelled must not stay.
    if (result === "cut" || !items.has(item)) void remove(place, file);
    if (!items.has(item)) return 0;
    if (result === "cut") return cut(item);
    // The relay is another one than when it was asked.
    if (result === "too-big") limit = null;
    if (result === "too-big" && !(await judge(item))) return 0;
    if (result !== "stored") fail(item, wording.files.noMemory, true);
    else tellRoom(item, { ...sealed, content });
    return 0;
  }

  function tellRoom(item: Item, { key, content, blob }: SealedContent & { readonly content: File }): void {
    const shared = sharedFile(key, content);
    options.stored(shared.file, content, blob);
    if (options.sendFile(shared)) return drop(item);
    fail(item, wording.sayFaults["outbox-full"], true);
  }

  /** Waits for the connection; where that stands, tries again a few times by itself. */
  function cut(item: Item): number {
    item.isCut = true;
    item.tries++;
    if (item.tries > maxUploadTries) {
      fail(item, wording.files.cut, true);
      return 0;
    }
    item.state = "queued";
    item.view.waiting(wording.files.offline);
    return retryDelayMs(item.tries, Math.random());
  }

  function live(now: boolean): void {
    isLive = now;
    if (!now) return;
    limit = null;
    for (const item of items) {
      item.tries = 0;
      if (item.state === "failed" && item.isCut) queue(item);
    }
    void work();
  }

  function keepPage(event: BeforeUnloadEvent): void {
    if (items.size > 0) event.preventDefault();
  }

  function take(): File[] {
    isStopped = true;
    removeEventListener("beforeunload", keepPage);
    const files = [...items].map(({ file }) => file);
    for (const item of items) drop(item);
    return files;
  }

  addEventListener("beforeunload", keepPage);
  return { element, stage, send, live, pending: () => items.size, take };
}

/** What goes out. */
function contentOf({ file, redrawn, asOriginal }: Item): File {
  return redrawn !== null && !asOriginal ? redrawn : file;
}
