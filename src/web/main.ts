// The page: wires the door, the keys, the sessions and the rooms together, and keeps the tab over a reload.

import { openedAddress, restoreAddress } from "./opened.ts";
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
import { alertTo, showUnseen } from "./alerts.ts";
import { dial, type Way } from "./dial.ts";
import { h } from "./dom.ts";
import { createJoinView, type JoinView } from "./join-view.ts";
import { deriveWithProgress, fetchSalt } from "./keys.ts";
import { markDocument, wording } from "./language.ts";
import { readPreference, writePreference } from "./preferences.ts";
import { recentRoom, rememberRoom } from "./recent-rooms.ts";
import { createRoomView, type RoomView } from "./room-view.ts";
import { createRooms, type OpenRoom } from "./rooms.ts";
import { openSettings } from "./settings.ts";
import { followKeyboard } from "./viewport.ts";
import { dropSavedTabs, maxOpenRooms, putSavedTabs, type SavedTab, takeSavedTabs } from "./storage.ts";

/** A room of this tab with all that belongs to it. */
interface Room extends OpenRoom {
  readonly phrase: Phrase;
  readonly session: Session;
  readonly view: RoomView;
  pictures: string;
  topic: string;
}

const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));
const rooms = createRooms<Room>(() => showJoin("", "", null), showUnseen);
/** Rooms of before a reload that are not back yet: they are kept over the next one too. */
const returning = new Set<SavedTab>();

markDocument();
followKeyboard();
void start();

async function start(): Promise<void> {
  const invitation = readInvitation(openedAddress);
  const trouble = await lackingHere(openedAddress);
  if (trouble !== null) {
    restoreAddress();
    rooms.showDoor(
      h("main", { class: "join" }, h("h1", {}, wording.title), h("p", { class: "fault" }, trouble)),
    );
    return;
  }
  keepTabOverReload();
  const saved = takeSavedTabs();
  for (const each of saved) returning.add(each);
  const words = invitation.kind === "words" ? invitation.text : "";
  const invited = normalisePhrase(words);
  // A link to a room that this tab was in is a reload; a link to another one is its door, with the others behind it.
  const isSame = ({ phrase }: SavedTab) => invited.kind !== "phrase" || phrase === invited.phrase;
  const front = saved.find((each) => words === "" || isSame(each));
  const door = showJoin(front?.session.name ?? "", front?.phrase ?? words, warningOf(invitation.kind));
  if (front !== undefined) await comeBackTo(door, front);
  for (const each of saved) if (each !== front) await comeBackTo(null, each);
}

function warningOf(kind: ReturnType<typeof readInvitation>["kind"]): string | null {
  return kind === "lost" ? wording.lostFragment : null;
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
    name: name || (readPreference("name") ?? ""),
    words,
    warning,
    generate: () => generatePhrase(random),
    enter: (chosen, phrase) => void enter(view, chosen, phrase),
    again: (typedName, typedWords) => showJoin(typedName, typedWords, warning),
  });
  rooms.showDoor(view.element);
  view.element.querySelector<HTMLElement>("#name")?.focus();
  return view;
}

/** A room of before a reload is back; without a door it comes back behind what is in front. */
async function comeBackTo(door: JoinView | null, saved: SavedTab): Promise<void> {
  const normal = normalisePhrase(saved.phrase);
  if (normal.kind === "phrase") await enter(door, saved.session.name, normal.phrase);
}

/** Goes in, or gives the form back with a sentence on what went wrong. */
async function enter(door: JoinView | null, name: string, phrase: Phrase): Promise<void> {
  try {
    await deriveAndEnter(door, name, phrase);
  } catch (error) {
    reportError(error);
    door?.fail(wording.failed);
  }
}

async function deriveAndEnter(door: JoinView | null, name: string, phrase: Phrase): Promise<void> {
  const open = rooms.all().find((room) => room.phrase === phrase);
  if (open !== undefined) return rooms.show(open);
  if (rooms.all().length >= maxOpenRooms) return door?.fail(wording.tooManyRooms);
  door?.progress(wording.asking, null);
  const salt = await fetchSalt();
  if (salt === "silent" || salt === "foreign") {
    door?.fail(salt === "silent" ? wording.serverSilent : wording.serverForeign);
    return;
  }
  const tell = (fraction: number) => door?.progress(wording.deriving(Math.round(fraction * 100)), fraction);
  const keys = await deriveWithProgress(phrase, salt, random, tell);
  const saved = [...returning].find((each) => each.phrase === phrase);
  const room = await enterRoom(keys, name, phrase, saved?.session ?? null);
  if (saved !== undefined) returning.delete(saved);
  if (door?.element.isConnected === true) rooms.show(room);
  if (readPreference("name") !== null) writePreference("name", name);
}

async function enterRoom(
  keys: RoomKeys,
  name: string,
  phrase: Phrase,
  saved: SavedSession | null,
): Promise<Room> {
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
  const view = createRoomView({
    session,
    phrase,
    link: inviteLink(location.origin, phrase),
    comeBack: () => void comeBack(latestKeys, room),
    leave: () => leave(room),
    openSettings() {
      const { pictures, topic } = room;
      openSettings({ name: session.save().name, phrase, pictures, topic });
    },
    anotherRoom: () => showJoin("", "", null),
    news({ author, text }, mentionsMe) {
      const show = () => rooms.show(room);
      if (rooms.news(room)) alertTo({ name: author.name, text, mentionsMe, show });
    },
  });
  const room: Room = {
    phrase,
    session,
    view,
    pictures: "",
    topic: "",
    element: view.element,
    label: () => room.topic || room.pictures,
    look: view.look,
    focus: view.focus,
  };
  inUse = view.inUse;
  tell = (event) => {
    view.tell(event);
    hear(room, event);
  };
  rooms.add(room);
  session.start();
  return room;
}

function hear(room: Room, event: SessionEvent): void {
  // Whoever has left for good, or has lost the seat to another tab, comes back only as a new arrival.
  if (event.type === "status" && event.status.state === "left") rooms.remove(room);
  if (event.type === "code") room.pictures = event.code.map(({ symbol }) => symbol).join(" ");
  const isTopic = event.type === "entry" && event.entry.kind === "topic";
  if (isTopic && event.entry.kind === "topic") room.topic = event.entry.text;
  if (event.type === "code" || isTopic) rooms.relabel();
  if (isTopic || (event.type === "status" && event.status.state === "live")) refreshRecent(room);
  if (document.hidden) putTabs();
}

/** A room that this browser was asked to remember is kept as it is now. */
function refreshRecent({ pictures, topic }: Room): void {
  const known = recentRoom(pictures);
  if (known !== null) rememberRoom({ ...known, topic: topic || known.topic, at: Date.now() });
}

function leave(room: Room): void {
  room.session.leave();
  const [next] = rooms.all();
  if (next !== undefined) rooms.show(next);
  else showJoin(room.session.save().name, "", null);
}

/**
 * In again after another tab has taken the seat: as a new arrival. What this tab had not sent is put into the composer,
 * because the other tab may have sent it, and only the person knows.
 */
async function comeBack(keys: RoomKeys, left: Room): Promise<void> {
  const room = await enterRoom(keys, left.session.save().name, left.phrase, null);
  rooms.show(room);
  room.view.draft(left.session.unsentTexts().join("\n"));
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
  addEventListener("pagehide", putTabs);
  addEventListener("pageshow", wakeTab);
  addEventListener("online", wakeRooms);
  // A link opened over the page: what stands behind # must not stay in the address.
  addEventListener("hashchange", () => location.reload());
  document.addEventListener("visibilitychange", () => (document.hidden ? hideTab() : wakeTab()));
}

function putTabs(): void {
  const front = rooms.front();
  const open = rooms.all().toSorted((a, b) => Number(b === front) - Number(a === front));
  putSavedTabs([...open.map(({ phrase, session }) => ({ phrase, session: session.save() })), ...returning]);
}

function hideTab(): void {
  putTabs();
  rooms.look();
}

function wakeTab(): void {
  if (document.hidden) return;
  dropSavedTabs();
  wakeRooms();
}

function wakeRooms(): void {
  for (const { session } of rooms.all()) session.wake();
  rooms.look();
}
