// Every word the page says in English; the other languages have the same keys. It says what happened and what to do;
// it never shouts.

import type { RoomSymbol } from "../../crypto/symbols.ts";

/** What a table has to say: the keys of the English one, its sentences with what is put into them. */
export type Wording = Widened<typeof wordingEn>;

type Widened<Value> = Value extends string
  ? string
  : Value extends (...given: infer Given) => string
    ? (...given: Given) => string
    : { readonly [Key in keyof Value]: Widened<Value[Key]> };

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** A rough length of time; nobody needs it to the minute. */
function timeOf(seconds: number): string {
  const units: readonly (readonly [number, string])[] = [
    [31_557_600, "year"],
    [86_400, "day"],
    [3_600, "hour"],
    [60, "minute"],
  ];
  const [length, unit] = units.find(([each]) => seconds >= each) ?? [1, "second"];
  const amount = Math.floor(seconds / length);
  if (unit === "second") return "seconds";
  return unit === "year" && amount >= 1000
    ? "thousands of years"
    : `about ${count(amount, unit, `${unit}s`)}`;
}

/** The English table. */
export const wordingEn = {
  title: "Secure Room",
  promise: "A room for everyone who knows the words.",
  fineprint:
    "Messages are sealed in your browser. The server passes them on and can read neither them nor your names.",
  privacy: "Privacy",

  nameLabel: "Your name",
  phraseLabel: "Passphrase",
  phrasePlaceholder: "the words, or the link, you were given",
  phraseFromLink: "The words came with your link.",
  enter: "Enter the room",
  enterAnyway: "Enter with these words anyway",
  startNew: "Start a new room",
  startNewHint: "Makes eight random words. Whoever you tell them can come in.",
  freshPhrase: "A new room. Once inside, share the link or read out the words.",
  replaceBy: (word: string) => `Use “${word}”`,
  quoted: (words: string) => `“${words}”`,

  nameFaults: {
    empty: "Type a name for the others to see.",
    characters: "This name has characters that cannot be shown. Use letters, digits, signs or emoji.",
    "too-long": "This name is too long. Shorten it to 32 letters, or fewer emoji.",
  },
  phraseFaults: {
    empty: "Type the words you were given, or start a new room.",
    characters: "There are characters in here that no keyboard makes. Type the words again.",
    "too-long": "This is too long for a passphrase. Type the words alone.",
  },
  lostFragment:
    "Your link has lost its words: some apps cut off everything behind the # sign. Ask for the words, or for the link once more.",
  insecure: (address: string) =>
    `This page was not opened securely, so your browser offers no encryption. Open ${address} instead.`,
  oldBrowser:
    "This browser lacks Ed25519 signatures. Use Firefox 129, Chrome or Edge 137, Safari 17, or anything newer.",

  generated: "All eight words fit together.",
  typo: (word: string) => `“${word}” is not on the word list. Check its spelling.`,
  checksum:
    "These eight words do not fit together: one of them is wrong, or two have changed places. Compare them with the ones you were given.",
  wordCount: (n: number) =>
    `${count(n, "word", "words")}, but a passphrase made here has eight. Check whether one is missing or said twice.`,
  strength: (words: number, seconds: number) =>
    `${count(words, "word", "words")}: guessed in ${timeOf(seconds)} with one graphics card.`,
  cutLink: (n: number) =>
    `Your link was cut off on its way: only ${n} of its eight words arrived. Ask for the link once more.`,
  strengthWeak:
    "Easy to guess for whoever runs or breaks into the server. Better start a new room with random words.",
  strengthFair: "Would hold off a casual guesser, not a determined one.",
  strengthStrong: "Strong.",
  notCounted: "Capitals, punctuation and double spaces do not count.",

  asking: "Asking the server…",
  deriving: (percent: number) => `Making the keys… ${percent} %`,
  serverSilent: "The server does not answer. Check your connection and try again.",
  openElsewhere: (name: string) =>
    `This room is open in another tab, as ${name}. Go on there, or take another name to come in here as well.`,
  failed: "Something went wrong in this browser. Try again, or reload the page.",
  serverForeign: "This server does not speak this version of secure-room. Reload the page.",

  roomCode: "Room code",
  /** What a picture of the code is called. */
  symbolName: ({ name }: RoomSymbol) => name,
  roomCodeHint:
    "Everyone with the same words sees these five pictures. If a friend sees others, one of you has mistyped.",
  status: {
    dialling: "Connecting…",
    joining: "Joining…",
    live: "Connected",
    lost: "Offline",
    refused: "Not in the room",
    left: "Left",
  },
  stopped:
    "The host has stopped the server. What was said stays on this screen; if the server starts again, the room comes back.",
  offline: (unsent: number) =>
    unsent === 0
      ? "Offline. Trying to reach the room again."
      : `Offline. ${count(unsent, "message", "messages")} will be sent.`,
  back: (n: number) => (n === 0 ? "Back." : `Back. ${count(n, "new message", "new messages")}.`),
  earlier: (n: number) => count(n, "earlier message", "earlier messages"),
  tryNow: "Try now",

  nameTaken: (name: string) => `Someone here is already called ${name}.`,
  nameTakenHint: "Choose another name.",
  nameTakenWait: (seconds: number) =>
    `Choose another name. If that was you on another screen, the name is free again in ${count(seconds, "second", "seconds")}, and is then tried again.`,
  roomFull: "The room is full.",
  roomFullHint: "Somebody has to leave before you can come in.",
  tryAgain: "Try again",
  useName: "Use this name",
  takenOver: "This room was opened in another tab.",
  takenOverHint: "Go on there, or come in again here as a new arrival.",
  comeBack: "Come in again",
  refusedByRelay: "The server closed the connection.",
  refusedByRelayHint: "The page may be older than the server. Reload it.",
  reload: "Reload",
  leave: "Leave",
  leaveHint: "Leave the room?",
  leaveLoses: "What you see here stays with the others. This tab forgets it.",
  leaveUnsent: (unsent: number) =>
    unsent === 1
      ? "1 message was not sent yet. If you leave now, it is lost."
      : `${unsent} messages were not sent yet. If you leave now, they are lost.`,
  stay: "Stay",

  people: "In the room",
  peopleCount: (n: number) => count(n, "person", "people"),
  you: "you",
  away: "away",
  room: "This room",
  timer: "Messages disappear",
  timerSet: "Set for everybody",
  never: "not by themselves",
  duration(seconds: number): string {
    const units: readonly (readonly [number, string])[] = [
      [604_800, "week"],
      [86_400, "day"],
      [3_600, "hour"],
      [60, "minute"],
      [1, "second"],
    ];
    const [length = 1, unit = "second"] =
      units.find(([each]) => seconds % each === 0 && seconds >= each) ?? [];
    return `after ${count(seconds / length, unit, `${unit}s`)}`;
  },
  lasts: (duration: string) => `Gone ${duration}`,
  timerOn: (duration: string) => `{name} made messages disappear ${duration}, from here on.`,
  timerOff: "{name} made messages stay, from here on.",
  receipts: "Tell others what I have read",
  receiptsHint: "Then you also see how many have seen yours.",
  way: "Connection",
  ways: { websocket: "WebSocket", fallback: "fallback" },
  seenBy: (n: number) => `seen by ${n}`,
  unknownMember: "Somebody whose name does not open",
  alone: "You are the only one here.",
  aloneHint:
    "Let someone in with the link or the words. If you expected somebody, compare the five pictures above with theirs: other pictures mean that one of you has mistyped a word.",
  empty: "Nothing has been said yet.",
  emptyHint: "What is said here can be read only by those who know the words.",

  share: "Share",
  shareTitle: "Let someone in",
  shareHint:
    "Whoever has the link or the words can read and write in this room. Give them only to those you want here.",
  copyLink: "Copy link",
  copyWords: "Copy words",
  sendTo: "Send…",
  copied: "Copied",
  copyFailed: "Could not copy. Select the text and copy it yourself.",
  link: "Link",
  words: "Words to read out",
  qr: "QR code of the link: point a phone’s camera at it.",
  done: "Done",

  messages: "Messages",
  composer: "Message",
  send: "Send",
  sending: "sending",
  sent: "sent",
  numbered: (seq: number) => `Number ${seq} in the server’s log`,
  edited: "edited",
  deleted: "This message was deleted.",
  /** {name} is where a name goes. */
  gap: (n: number) =>
    n === 1
      ? "A message from {name} is missing."
      : `${n > 999 ? "Many" : n} messages from {name} are missing.`,
  ordinal: "Not the first key under this name: another tab or device, or somebody else.",
  gapUnknown: "Some messages came while you were away and are no longer kept.",
  unreadable: "A message could not be opened.",
  notices: {
    joined: "{name} came in.",
    left: "{name} left.",
    "second-key":
      "{name} speaks with a new key: a new tab or device, or somebody else who uses the name. If in doubt, ask.",
    "other-words":
      "{name} has said something else in place of an earlier message. Whoever comes later may read that one. If in doubt, ask.",
    "new-salt":
      "The server has been set up anew. From here on this is another room: the pictures above have changed for everybody.",
  },
  files: {
    attach: "Attach files",
    record: "Record a voice note",
    tray: "Files to send",
    drop: "Drop files here. They are sent when you say so.",
    send: (n: number) => (n === 1 ? "Send file" : `Send ${n} files`),
    sending: "Sending…",
    offline: "Waiting for the connection. Goes on by itself; keep this page open.",
    remove: "Remove",
    save: "Download",
    show: { image: "Show picture", audio: "Play", video: "Play" },
    original: "Send the original: full size, with place, time and camera if they stand in it",
    asItIs: "This goes as it is, with place, time and camera if they stand in the file.",
    unreadable:
      "This file cannot be read. It may have been moved or changed; a folder has to be packed first.",
    tooBig: (size: string, most: string) =>
      `This file has ${size}. The server takes at most ${most}: send a smaller one.`,
    noMemory: "The server has no memory left for this file. Try again later, or send a smaller one.",
    cut: "The upload broke off several times. Try again, or check your connection.",
    notShown: "This can only be downloaded.",
    faults: {
      gone: "This file is no longer on the server: it keeps files for a while only. Ask for it again.",
      cut: "The connection broke. Try again.",
      refused: "This file was altered or cut off on its way and is not shown. Ask for it again.",
    },
    recording: "Recording",
    voiceName: "Voice note",
    noMicrophone: "No microphone: there is none, or the browser does not let this page use it.",
  },
  sayFaults: {
    "too-long": "This message is too long to send at once. Split it.",
    characters: "This message has control characters that cannot be sent. Remove them.",
    "outbox-full":
      "Too much is waiting to be sent already. Wait until the connection is back, then send this again.",
  },

  // ── messages ────────────────────────────────────────────────────────────────────────────────────────────────

  reply: "Reply",
  react: "React",
  copyText: "Copy text",
  edit: "Edit",
  delete: "Delete",
  more: "More",
  cancel: "Cancel",
  save: "Save",
  actionsFor: "What to do with this message",
  today: "Today",
  yesterday: "Yesterday",
  newFromHere: "New",
  newBelow: (n: number) => (n === 0 ? "To the newest" : `${n} new`),
  jumpTo: "Show the message this answers",
  quoteGone: "An earlier message that is not here any more",
  quickReactions: "Quick reactions",
  moreReactions: "More reactions",
  reactedBy: (emoji: string, n: number, names: string) => `${emoji} ${n}: ${names}`,
  reactionHint: (mine: boolean) => (mine ? "Press to take yours back." : "Press to join in."),
  deleteTitle: "Delete this message for everybody?",
  deleteHint:
    "It disappears from every screen in the room, and the server forgets it. Whoever has read it may remember.",
  takeBackTitle: "Take this message back?",
  takeBackHint: "Nobody has it yet, and nobody will see it.",
  topicSet: "{name} set the topic: ",
  topicCleared: "{name} took the topic away.",
  topic: "Topic",
  topicAdd: "Add a topic",
  topicHint: "One line that everybody in the room sees. Leave it empty to have none.",
  typing: {
    one: "{name} is typing …",
    two: "{name} and {name} are typing …",
    many: "Several people are typing …",
  },

  // ── the person and the room ─────────────────────────────────────────────────────────────────────────────────

  menu: "Menu",
  roomMenu: "What can be done in this room",
  rename: "Change my name",
  renameHint: "The others see that the old name leaves and the new one comes in.",
  saveAs: "Save as …",
  clear: "Clear this screen",
  settings: "Settings",
  help: "Help",
  rooms: "Rooms",
  anotherRoom: "Another room",
  roomWithUnread: (room: string, n: number) =>
    n === 0 ? room : `${room}, ${count(n, "new message", "new messages")}`,
  tooManyRooms: "Eight rooms are open already. Leave one of them first.",
  language: "Language",
  languageHint: "The page is loaded anew for it.",
  rememberName: "Remember my name on this device",
  recentRooms: "Recent rooms",
  recentEnter: (room: string) => `Enter ${room}`,
  recentNoWords: "Type its words above to enter.",
  recentForget: (room: string) => `Forget ${room}`,
  lastHere: (day: string) => `Last here: ${day}`,
  onDevice: "On this device",
  rememberRoom: "Remember this room",
  rememberRoomHint:
    "Keeps its five pictures, its topic and the day you were last here in this browser, and lists it at the door.",
  rememberWords: "Keep the passphrase too",
  rememberWordsHint: "Then one press enters. Whoever can use this browser can enter too, and read the words.",
  alerts: "When something new comes",
  notify: "Notify me",
  notifyHint: "While the page is open but not in sight.",
  notifyDenied: "Your browser does not allow it. Permit notifications for this address in its settings.",
  showText: "Show name and text in the notification",
  mentionsOnly: "Only when somebody mentions me",
  sound: "Play a sound",
  newMessageIn: "There is a new message.",
  app: "Keep the page in this browser",
  appHint: "Then it opens without waiting for the server. It keeps the page alone, nothing of any room.",
  appGone: "The page is no longer kept.",
  appFailed: "This browser does not keep pages from an address with a certificate it does not know.",

  helpTitle: "How it works here",
  helpKeys: "Keys",
  helpKeyList: [
    ["↑ ↓", "from message to message"],
    ["Enter", "what to do with a message"],
    ["Esc", "back to where you type"],
    ["Shift Enter", "a new line"],
  ],
  helpReaches: "Point at a message, or hold a finger on it, to answer, react, edit or delete.",
  helpSecret:
    "Everything is sealed in your browser with keys made from the words. The server passes it on and keeps the last of it in memory; it can read none of it.",
  helpMarks:
    "Each person has a mark, a shape in a colour, made from a key that only this person’s browser has. The same name with another mark is another browser or another person.",
  // ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────

  writing: {
    suggestions: "Suggestions",
    suggestionCount: (n: number) => count(n, "suggestion", "suggestions"),
    replyingTo: "Replying to {name}",
    editing: "Editing your message",
    editLost: "This message can no longer be edited. What you wrote is still here.",
    editEmpty: "An empty edit is not saved. If the message is to go, cancel this and delete it.",
    lettersLeft: (n: number) => `${count(n, "letter", "letters")} left`,
    lettersOver: (n: number) => `${count(n, "letter", "letters")} too many. Shorten it, or send it in two.`,
    unknownCommand: (name: string) =>
      `There is no command /${name}. Write /help to see those there are, or //${name} to send it as text.`,
    commandUsage: (usage: string) => `Write it like this: ${usage}`,
    codeBlock: "Code",
    copyCode: "Copy code",
    linkLeadsTo: (host: string) => `leads to ${host}`,
    topicTooLong: "This topic is too long for one line. Shorten it.",
  },
  helpCommands: "Commands",
  /** `usage` stands behind the name of the command. */
  commands: {
    help: { usage: "", summary: "Show what can be done here" },
    me: { usage: "TEXT", summary: "Say what you do: /me waves" },
    nick: { usage: "NAME", summary: "Take another name" },
    topic: { usage: "TEXT or off", summary: "Say what the room is about" },
    timer: { usage: "5m, 1h, 1d or off", summary: "Make messages disappear" },
    search: { usage: "TEXT", summary: "Find something said here" },
    export: { usage: "txt, md or json", summary: "Save what this tab holds as a file" },
    clear: { usage: "", summary: "Take everything off this screen, not off the others’" },
    share: { usage: "", summary: "Let someone in" },
    leave: { usage: "", summary: "Leave the room" },
  },
  search: {
    label: "Search in this tab",
    none: "Nothing found",
    place: (n: number, all: number) => `${n} of ${all}`,
    older: "Older",
    newer: "Newer",
    close: "Close the search",
  },
  exported: {
    head: (at: string, n: number) => `Secure Room, saved ${at}: ${count(n, "message", "messages")}`,
    deleted: "deleted",
    edited: "edited",
  },
} as const;
