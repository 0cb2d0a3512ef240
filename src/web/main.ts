// The page: wires the join form, the keys, the session and the room together, and keeps the tab over a reload.

import type { Random } from "../crypto/bytes.ts";
import type { Bytes } from "../protocol/base64url.ts";
import { deriveRoomKeys, type RoomKeys } from "../crypto/keys.ts";
import { createMemberKey, restoreMemberKey } from "../crypto/member.ts";
import { generatePhrase, normalisePhrase, type Phrase } from "../crypto/phrase.ts";
import { createSession } from "../session/session.ts";
import type { SavedSession, Session } from "../session/world.ts";
import type { SessionEvent } from "../session/events.ts";
import { inviteLink, readInvitation } from "../session/invite.ts";
import type { World } from "../session/world.ts";
import { dial, type Way } from "./dial.ts";
import { h } from "./dom.ts";
import { createJoinView, type JoinView } from "./join-view.ts";
import { deriveWithProgress, fetchSalt } from "./keys.ts";
import { createRoomView, type RoomView } from "./room-view.ts";
import { dropSavedTab, putSavedTab, takeSavedTab } from "./storage.ts";
import { markDocument, wording } from "./language.ts";

const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** The room this tab is in, or was in before a reload; null while there is none. */
let tab: { readonly phrase: string; readonly save: () => SavedSession } | null = null;
let wake = (): void => {};

markDocument();
void start();

async function start(): Promise<void> {
  const address = new URL(location.href);
  const invitation = readInvitation(address);
  const trouble = await lackingHere(address);
  // Whoever has to open the link elsewhere still needs its words.
  if (trouble === null) history.replaceState(null, "", "/");
  if (trouble !== null) {
    show(h("main", { class: "join" }, h("h1", {}, wording.title), h("p", { class: "fault" }, trouble)));
    return;
  }
  keepTabOverReload();
  const saved = takeSavedTab();
  const before = saved === null ? null : normalisePhrase(saved.phrase);
  const invited = invitation.kind === "words" ? normalisePhrase(invitation.text) : null;
  // A link to the room that this tab was in is a reload; a link to another room is a farewell.
  const same = invited === null || (invited.kind === "phrase" && invited.phrase === saved?.phrase);
  if (saved !== null && before?.kind === "phrase" && same) {
    const { name } = saved.session;
    tab = { phrase: before.phrase, save: () => saved.session };
    await enter(showJoin(name, before.phrase, null), name, before.phrase);
    return;
  }
  const warning = invitation.kind === "lost" ? wording.lostFragment : null;
  showJoin("", invitation.kind === "words" ? invitation.text : "", warning);
}

/** What this browser or this address lacks for encryption, as a sentence; null when all is there. */
async function lackingHere(address: URL): Promise<string | null> {
  if (!isSecureContext) return wording.insecure(`https://${address.host}${address.pathname}${address.hash}`);
  try {
    await createMemberKey();
    return null;
  } catch {
    return wording.oldBrowser;
  }
}

function showJoin(name: string, words: string, warning: string | null): JoinView {
  const view: JoinView = createJoinView({
    name,
    words,
    warning,
    generate: () => generatePhrase(random),
    enter: (chosen, phrase) => void enter(view, chosen, phrase),
  });
  show(view.element);
  view.element.querySelector<HTMLElement>("#name")?.focus();
  return view;
}

/** Goes in, or gives the form back with a sentence on what went wrong. */
async function enter(view: JoinView, name: string, phrase: Phrase): Promise<void> {
  try {
    await deriveAndEnter(view, name, phrase);
  } catch (error) {
    reportError(error);
    view.fail(wording.failed);
  }
}

async function deriveAndEnter(view: JoinView, name: string, phrase: Phrase): Promise<void> {
  view.progress(wording.asking, null);
  const salt = await fetchSalt();
  if (salt === "silent" || salt === "foreign") {
    view.fail(salt === "silent" ? wording.serverSilent : wording.serverForeign);
    return;
  }
  const tell = (fraction: number) => view.progress(wording.deriving(Math.round(fraction * 100)), fraction);
  const keys = await deriveWithProgress(phrase, salt, random, tell);
  await enterRoom(keys, name, phrase, tab?.phrase === phrase ? tab.save() : null);
}

async function enterRoom(
  keys: RoomKeys,
  name: string,
  phrase: Phrase,
  saved: SavedSession | null,
): Promise<RoomView> {
  const restored = saved === null ? null : await restoreMemberKey(saved.member);
  const member = restored ?? (await createMemberKey());
  let tell = (_event: SessionEvent): void => {};
  let latestKeys = keys;
  const derive = async (salt: Bytes) => (latestKeys = await deriveRoomKeys(phrase, salt));
  let inUse = (_way: Way): void => {};
  const world = worldOf(
    derive,
    (event) => tell(event),
    (way) => inUse(way),
  );
  const options = { keys, member, name };
  const session = createSession(restored && saved ? { ...options, saved } : options, world);
  const room = createRoomView({
    session,
    phrase,
    link: inviteLink(location.origin, phrase),
    comeBack: () => void comeBack(latestKeys, session, phrase),
    leave() {
      session.leave();
      showJoin(session.save().name, "", null);
    },
    openSettings: () => {},
    anotherRoom: () => {},
  });
  inUse = room.inUse;
  tell = (event) => {
    room.tell(event);
    // Whoever has left for good, or has lost the seat to another tab, comes back only as a new arrival.
    if (event.type === "status" && event.status.state === "left") forgetTab();
    if (document.hidden) putTab();
  };
  tab = { phrase, save: session.save };
  wake = () => {
    session.wake();
    room.look();
  };
  show(room.element);
  session.start();
  room.focus();
  return room;
}

/**
 * In again after another tab has taken the seat: as a new arrival. What this tab had not sent is put into the composer,
 * because the other tab may have sent it, and only the person knows.
 */
async function comeBack(keys: RoomKeys, left: Session, phrase: Phrase): Promise<void> {
  const room = await enterRoom(keys, left.save().name, phrase, null);
  room.draft(left.unsentTexts().join("\n"));
}

function worldOf(derive: World["derive"], tell: World["tell"], inUse: (way: Way) => void): World {
  return {
    dial: (roomId, listener) => dial(roomId, listener, inUse),
    derive,
    random,
    now: () => Date.now(),
    after(ms, callback) {
      const timer = setTimeout(callback, ms);
      return () => clearTimeout(timer);
    },
    tell,
    fault: (error) => reportError(error),
  };
}

/** Into storage when nobody looks, out of it when somebody does: storage.ts says why. */
function keepTabOverReload(): void {
  addEventListener("pagehide", putTab);
  addEventListener("pageshow", wakeTab);
  addEventListener("online", () => wake());
  // A link opened over the page: what stands behind # must not stay in the address.
  addEventListener("hashchange", () => location.reload());
  document.addEventListener("visibilitychange", () => (document.hidden ? putTab() : wakeTab()));
}

function putTab(): void {
  if (tab !== null) putSavedTab({ phrase: tab.phrase, session: tab.save() });
}

function forgetTab(): void {
  tab = null;
  wake = () => {};
  dropSavedTab();
}

function wakeTab(): void {
  if (document.hidden) return;
  dropSavedTab();
  wake();
}

function show(element: HTMLElement): void {
  document.body.replaceChildren(element);
}
