// The page: wires the join form, the keys, the session and the room together, and keeps the tab over a reload.

import type { Random } from "../crypto/bytes.ts";
import type { RoomKeys } from "../crypto/keys.ts";
import { createMemberKey, restoreMemberKey } from "../crypto/member.ts";
import { generatePhrase, normalisePhrase, type Phrase } from "../crypto/phrase.ts";
import { createSession, type SavedSession } from "../session/session.ts";
import type { SessionEvent } from "../session/events.ts";
import { inviteLink, readInvitation } from "../session/invite.ts";
import type { World } from "../session/world.ts";
import { dialWebSocket } from "./dial.ts";
import { h } from "./dom.ts";
import { createJoinView, type JoinView } from "./join-view.ts";
import { deriveWithProgress, fetchSalt } from "./keys.ts";
import { createRoomView } from "./room-view.ts";
import { dropSavedTab, putSavedTab, takeSavedTab } from "./storage.ts";
import { wording } from "./wording.ts";

const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

/** The room this tab is in, or was in before a reload; null while there is none. */
let tab: { readonly phrase: string; readonly save: () => SavedSession } | null = null;
let wake = (): void => {};

void start();

async function start(): Promise<void> {
  const address = new URL(location.href);
  const invitation = readInvitation(address);
  history.replaceState(null, "", "/");
  const trouble = await lackingHere(address);
  if (trouble !== null) {
    show(h("main", { class: "join" }, h("h1", {}, wording.title), h("p", { class: "fault" }, trouble)));
    return;
  }
  keepTabOverReload();
  const saved = takeSavedTab();
  const words = saved === null || invitation.kind === "words" ? null : normalisePhrase(saved.phrase);
  if (saved !== null && words?.kind === "phrase") {
    const { name } = saved.session;
    tab = { phrase: words.phrase, save: () => saved.session };
    await enter(showJoin(name, words.phrase, null), name, words.phrase);
    return;
  }
  const warning = invitation.kind === "lost" ? wording.lostFragment : null;
  showJoin("", invitation.kind === "words" ? invitation.text : "", warning);
}

/** What this browser or this address lacks for encryption, as a sentence; null when all is there. */
async function lackingHere(address: URL): Promise<string | null> {
  if (!isSecureContext) return wording.insecure(`https://${address.host}/`);
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

async function enter(view: JoinView, name: string, phrase: Phrase): Promise<void> {
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
): Promise<void> {
  const restored = saved === null ? null : await restoreMemberKey(saved.member);
  const member = restored ?? (await createMemberKey());
  let tell = (_event: SessionEvent): void => {};
  const world = worldOf(phrase, (event) => tell(event));
  const options = { keys, member, name };
  const session = createSession(restored && saved ? { ...options, saved } : options, world);
  const room = createRoomView({
    code: keys.code,
    phrase,
    link: inviteLink(location.origin, phrase),
    name: () => session.save().name,
    say: session.say,
    unsent: () => session.save().unsent.length,
    wake: session.wake,
    rename: session.rename,
    comeBack: () => void enterRoom(keys, session.save().name, phrase, null),
    leave() {
      session.leave();
      tab = null;
      wake = () => {};
      dropSavedTab();
      showJoin(session.save().name, "", null);
    },
  });
  tell = (event) => {
    room.tell(event);
    if (document.hidden) putTab();
  };
  tab = { phrase, save: session.save };
  wake = session.wake;
  show(room.element);
  session.start();
  room.focus();
}

function worldOf(phrase: Phrase, tell: (event: SessionEvent) => void): World {
  return {
    dial: dialWebSocket,
    derive: (salt) => deriveWithProgress(phrase, salt, random, () => {}),
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
  addEventListener("online", wakeTab);
  document.addEventListener("visibilitychange", () => (document.hidden ? putTab() : wakeTab()));
}

function putTab(): void {
  if (tab !== null) putSavedTab({ phrase: tab.phrase, session: tab.save() });
}

function wakeTab(): void {
  if (document.hidden) return;
  dropSavedTab();
  wake();
}

function show(element: HTMLElement): void {
  document.body.replaceChildren(element);
}
