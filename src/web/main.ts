// The page: wires the door, the keys, the sessions and the rooms together, and keeps the tab over a reload.

// First: it takes the words out of the address.
import { openedAddress, restoreAddress } from "./opened.ts";
import { type Bytes, toBase64url } from "../protocol/base64url.ts";
import type { Random } from "../crypto/bytes.ts";
import { deriveRoomKeys, type RoomKeys } from "../crypto/keys.ts";
import { createMemberKey } from "../crypto/member.ts";
import { generatePhrase, normalisePhrase, type Phrase } from "../crypto/phrase.ts";
import { faultOfText } from "../session/body.ts";
import type { SessionEvent } from "../session/events.ts";
import { type Invitation, inviteLink, readInvitation } from "../session/invite.ts";
import { createSession } from "../session/session.ts";
import type { Session, World } from "../session/world.ts";
import { alertTo, showUnseen } from "./alerts.ts";
import type { Claim } from "./claim.ts";
import { dial, type Way } from "./dial.ts";
import { h } from "./dom.ts";
import { type Arrival, createEntrance } from "./entrance.ts";
import { createFiles, type Files } from "./files.ts";
import { createJoinView, type JoinView } from "./join-view.ts";
import { markDocument, wording } from "./language.ts";
import { neutralise } from "./neutral.ts";
import { readPreference } from "./preferences.ts";
import { recentRoom, rememberRoom } from "./recent-rooms.ts";
import { createRoomView, type RoomView } from "./room-view.ts";
import { createRooms, type OpenRoom } from "./rooms.ts";
import { openSettings } from "./settings.ts";
import { isKeepable, openShelf } from "./storage.ts";
import { createTab } from "./tab.ts";
import { followKeyboard } from "./viewport.ts";
import { watchTab } from "./watch-tab.ts";

/** A room of this tab with all that belongs to it. */
interface Room extends OpenRoom {
  readonly phrase: Phrase;
  readonly session: Session;
  readonly view: RoomView;
  readonly files: Files;
  /** On the key that this room is spoken in with. */
  readonly claim: Claim;
  pictures: string;
  /** Null: nobody has told it yet. */
  topic: string | null;
}

const random: Random = (length) => crypto.getRandomValues(new Uint8Array(length));
const rooms = createRooms<Room>(anotherRoom, showUnseen);
const tab = createTab(openShelf());
const entrance = createEntrance({ rooms, tab, random, after, makeRoom });

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
  watchTab(rooms, tab, put);
  const saved = tab.load();
  if (document.hidden) put();
  const words = invitation.kind === "words" ? invitation.text : "";
  const invited = normalisePhrase(words);
  // A link to a room that this tab was in is a reload; a link to another one is its door, with the others behind it.
  const front = saved.find(
    ({ phrase }) => words === "" || (invited.kind === "phrase" && phrase === invited.phrase),
  );
  const name = front?.session?.name ?? "";
  const door = showJoin(name, front?.phrase ?? words, invitation.kind);
  if (front !== undefined) await entrance.comeBackTo(door, front);
  await entrance.comeBackBehind(saved.filter((each) => each !== front));
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

function showJoin(name: string, words: string, came: Invitation["kind"] = "none"): JoinView {
  const view: JoinView = createJoinView({
    name: name || (readPreference("name") ?? ""),
    words,
    came,
    generate: () => generatePhrase(random),
    enter: (chosen, phrase) => void entrance.enter(view, chosen, phrase),
    again: showJoin,
  });
  rooms.showDoor(view.element);
  view.element.querySelector<HTMLElement>("#name")?.focus();
  return view;
}

/** The door to one more room; whoever is in one goes by a name already. */
function anotherRoom(): void {
  const [first] = rooms.all();
  showJoin((rooms.front() ?? first)?.session.save().name ?? "", "");
}

/** Makes the room, behind what is in front, and joins it. */
async function makeRoom({ keys, name, phrase, claim, restored }: Arrival): Promise<Room> {
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
  const files = createFiles({
    place: () => ({ roomId: latestKeys.roomId, seat: session.save().seat }),
    keys: () => latestKeys,
    random,
    sendFile: session.sendFile,
  });
  const view = createRoomView({
    files,
    session: {
      ...session,
      say: (text, re) => (isKept(session, text) ? session.say(text, re) : "outbox-full"),
    },
    phrase,
    link: inviteLink(location.origin, phrase),
    comeBack: () => void comeBack(latestKeys, room),
    leave: () => leave(room),
    openSettings() {
      const { pictures, topic } = room;
      openSettings({ name: session.save().name, phrase, pictures, topic: topic ?? "" });
    },
    anotherRoom,
    news(came, entry, mentionsMe) {
      // Meanwhile it may have been left, or come into anew.
      const show = () => {
        const now = rooms.all().find((each) => each.phrase === phrase);
        if (now !== undefined) rooms.show(now);
      };
      if (rooms.news(room, came)) alertTo({ entry, mentionsMe, show });
    },
  });
  const room: Room = {
    phrase,
    session,
    view,
    files,
    claim,
    pictures: "",
    topic: null,
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
  tab.isIn(phrase, () => ({ phrase, session: session.save(), ...view.drafted() }));
  rooms.add(room);
  if (kept !== null) view.draft(kept);
  session.start();
  return room;
}

function hear(room: Room, event: SessionEvent): void {
  if (event.type === "status" && event.status.state === "left") left(room, event.status.why === "asked");
  if (event.type === "code") room.pictures = event.code.map(({ symbol }) => symbol).join(" ");
  const isTopic = event.type === "entry" && event.entry.kind === "topic";
  if (isTopic && event.entry.kind === "topic") room.topic = neutralise(event.entry.text).trim();
  if (event.type === "code" || isTopic) rooms.relabel();
  if (isTopic || (event.type === "status" && event.status.state === "live")) refreshRecent(room);
  if (document.hidden) put();
}

/** Whoever has left for good, or has lost the seat to another tab, comes back only as a new arrival. */
function left(room: Room, asked: boolean): void {
  const { phrase, session, view, claim } = room;
  rooms.remove(room);
  claim.rest();
  // Another tab may have sent what this one had not, and only the person knows: it goes into the composer.
  const drafted = view.drafted();
  const draft = [...session.unsentTexts(), drafted.draft].filter((text) => text !== "").join("\n");
  if (asked) tab.forget(phrase);
  else tab.isIn(phrase, () => ({ phrase, session: null, ...drafted, draft }));
}

/** Whether it still fits into storage while it waits: what is said must survive a reload. */
function isKept(session: Session, text: string): boolean {
  return faultOfText(text) !== null || isKeepable([...session.unsentTexts(), text]);
}

/** A room that this browser was asked to remember is kept as it is now. */
function refreshRecent({ pictures, topic }: Room): void {
  const known = recentRoom(pictures);
  if (known !== null) rememberRoom({ ...known, topic: topic ?? known.topic, at: Date.now() });
}

function leave(room: Room): void {
  room.session.leave();
  const [next] = rooms.all();
  if (next !== undefined) rooms.show(next);
  else showJoin(room.session.save().name, "");
}

/**
 * In again after another tab has taken the seat: as a new arrival. What this tab had not sent stands in the composer,
 * because the other tab may have sent it, and only the person knows; files that it had not sent are staged again.
 */
async function comeBack(keys: RoomKeys, before: Room): Promise<void> {
  const { session, phrase, claim, files } = before;
  const room = await makeRoom({ keys, name: session.save().name, phrase, claim, restored: null });
  rooms.show(room);
  room.files.stage(files.end());
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

/** Into storage, with the room in front first; false when something that was written does not fit. */
function put(): boolean {
  return tab.put(rooms.front()?.phrase ?? null);
}
