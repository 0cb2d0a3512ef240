// The page: wires the join form, the keys, the session and the room together, and keeps the tab over a reload.

import type { Random } from "../crypto/bytes.ts";
import { type Bytes, toBase64url } from "../protocol/base64url.ts";
import { deriveRoomKeys, type RoomKeys } from "../crypto/keys.ts";
import { createMemberKey, type MemberKey, restoreMemberKey } from "../crypto/member.ts";
import { generatePhrase, normalisePhrase, type Phrase } from "../crypto/phrase.ts";
import { faultOfText } from "../session/body.ts";
import { createSession } from "../session/session.ts";
import type { SayFault, Session } from "../session/world.ts";
import type { SessionEvent } from "../session/events.ts";
import { inviteLink, readInvitation } from "../session/invite.ts";
import type { World } from "../session/world.ts";
import { createClaim } from "./claim.ts";
import { dial, type Way } from "./dial.ts";
import { h } from "./dom.ts";
import { createJoinView, type JoinView } from "./join-view.ts";
import { deriveWithProgress, fetchSalt } from "./keys.ts";
import { createRoomView } from "./room-view.ts";
import { isKeepable, openShelf, type SavedRoom } from "./storage.ts";
import { createTab } from "./tab.ts";
import { wording } from "./wording.ts";

const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));

const tab = createTab(openShelf());
const claim = createClaim("locks" in navigator ? navigator.locks : undefined, after);
let wake = (): void => {};

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
  const saved = tab.load();
  const before = saved === null ? null : normalisePhrase(saved.phrase);
  const invited = invitation.kind === "words" ? normalisePhrase(invitation.text) : null;
  // A link to the room that this tab was in is a reload; a link to another room is a farewell.
  const same = invited === null || (invited.kind === "phrase" && invited.phrase === saved?.phrase);
  if (saved !== null && before?.kind === "phrase" && same) {
    const { name } = saved.session ?? { name: "" };
    const view = showJoin(name, before.phrase, null);
    if (saved.session !== null) await enter(view, name, before.phrase);
    return;
  }
  tab.leave();
  const waiting = tab.waiting();
  const kept = waiting === 0 ? null : wording.leftBehind(waiting);
  const warning = invitation.kind === "lost" ? wording.lostFragment : kept;
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
  const session = tab.kept(phrase)?.session ?? null;
  const member = session === null ? null : await restoreMemberKey(session.member);
  if (session !== null && member !== null && !(await claim.take(toBase64url(member.publicKey)))) {
    // A copy of a tab: what is unsent is the other one's to send.
    tab.forget(phrase);
    view.fail(wording.openElsewhere(session.name));
    return;
  }
  const salt = await fetchSalt();
  if (salt === "silent" || salt === "foreign") {
    view.fail(salt === "silent" ? wording.serverSilent : wording.serverForeign);
    return;
  }
  const tell = (fraction: number) => view.progress(wording.deriving(Math.round(fraction * 100)), fraction);
  const keys = await deriveWithProgress(phrase, salt, random, tell);
  await enterRoom(keys, name, phrase, member);
}

/** @param restored the key of the room that is kept, when it is this tab's */
async function enterRoom(
  keys: RoomKeys,
  name: string,
  phrase: Phrase,
  restored: MemberKey | null,
): Promise<void> {
  const kept = tab.kept(phrase);
  const saved = restored === null ? null : kept?.session;
  const member = restored ?? (await createMemberKey());
  if (restored === null) await claim.take(toBase64url(member.publicKey));
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
  const session = createSession(saved ? { ...options, saved } : options, world);
  const room = createRoomView({
    phrase,
    link: inviteLink(location.origin, phrase),
    name: () => session.save().name,
    say: (text) => sayIfKept(session, text),
    receipts: session.save().receipts,
    setReceipts: session.setReceipts,
    setTimer: session.setTimer,
    saw: session.saw,
    unsent: () => session.save().unsent.length,
    rename: session.rename,
    comeBack: () => void enterRoom(latestKeys, session.save().name, phrase, null),
    tryNow: session.tryNow,
    leave() {
      session.leave();
      showJoin(session.save().name, "", null);
    },
  });
  inUse = room.inUse;
  tell = (event) => {
    room.tell(event);
    if (event.type === "status" && event.status.state === "left") left(event.status.why === "asked");
    if (document.hidden) tab.put();
  };

  /** Whoever has left for good, or has lost the seat to another tab, comes back only as a new arrival. */
  function left(asked: boolean): void {
    wake = () => {};
    // Another tab may have sent what this one had not, and only the person knows: it goes into the composer.
    const draft = [...session.unsentTexts(), room.drafted()].filter((text) => text !== "").join("\n");
    if (asked || draft === "") tab.forget(phrase);
    else tab.isIn(phrase, () => ({ phrase, session: null, draft }));
  }

  tab.isIn(phrase, (): SavedRoom => ({ phrase, session: session.save(), draft: room.drafted() }));
  wake = () => {
    session.wake();
    room.look();
  };
  show(room.element);
  room.draft(kept?.draft ?? "");
  session.start();
  room.focus();
}

/** Takes no more than still fits into storage while it waits: what is said must survive a reload. */
function sayIfKept(session: Session, text: string): SayFault {
  const fault = faultOfText(text);
  if (fault !== null) return fault;
  return isKeepable([...session.unsentTexts(), text]) ? session.say(text) : "outbox-full";
}

function worldOf(derive: World["derive"], tell: World["tell"], inUse: (way: Way) => void): World {
  return {
    dial: (roomId, listener) => dial(roomId, listener, inUse),
    derive,
    random,
    now: () => Date.now(),
    after,
    tell,
    fault: (error) => reportError(error),
  };
}

function after(ms: number, callback: () => void): () => void {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
}

/** Into storage when nobody looks, out of it when somebody does: tab.ts says why. */
function keepTabOverReload(): void {
  /** From `pagehide` on another page may go on from what this one has put. */
  let isAway = false;
  addEventListener("pagehide", () => {
    isAway = true;
    tab.put();
    claim.rest();
  });
  addEventListener("pageshow", ({ persisted }) => void (persisted ? backFromCache() : wakeTab()));
  addEventListener("online", () => wake());
  // A link opened over the page: what stands behind # must not stay in the address.
  addEventListener("hashchange", () => location.reload());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) tab.put();
    else if (!isAway) wakeTab();
  });
  addEventListener("beforeunload", (event) => {
    // The browser asks whether to go: something that was written would be lost.
    if (!tab.put()) event.preventDefault();
    if (!document.hidden && tab.isUntouched()) tab.drop();
  });

  async function backFromCache(): Promise<void> {
    if (!tab.isUntouched() || !(await claim.again())) return location.reload();
    isAway = false;
    wakeTab();
  }
}

function wakeTab(): void {
  if (document.hidden) return;
  tab.drop();
  wake();
}

function show(element: HTMLElement): void {
  document.body.replaceChildren(element);
}
