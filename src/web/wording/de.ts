// Every word the page says in German. Wer sie liest, wird geduzt.

import type { Wording } from "./en.ts";

const count = (n: number, one: string, many: string): string => `${n} ${n === 1 ? one : many}`;

/** Seconds, and what so many are called: one, and several in the dative. */
const units: readonly (readonly [number, string, string])[] = [
  [31_557_600, "Jahr", "Jahren"],
  [604_800, "Woche", "Wochen"],
  [86_400, "Tag", "Tagen"],
  [3_600, "Stunde", "Stunden"],
  [60, "Minute", "Minuten"],
];

/** Ungefähre Dauer; niemand braucht sie auf die Minute. */
function timeOf(seconds: number): string {
  const [length, one, dative] = units.find(([each]) => each !== 604_800 && seconds >= each) ?? [];
  if (length === undefined || one === undefined || dative === undefined) return "Sekunden";
  const amount = Math.floor(seconds / length);
  if (one === "Jahr" && amount >= 1000) return "Tausenden von Jahren";
  return `etwa ${count(amount, one, dative)}`;
}

/** The pictures of the room code, in the order of src/crypto/symbols.ts. */
const symbolNames = (
  "Hund,Katze,Löwe,Pferd,Einhorn,Schwein,Elefant,Hase,Panda,Hahn,Pinguin,Schildkröte,Fisch,Oktopus," +
  "Schmetterling,Blume,Baum,Kaktus,Pilz,Globus,Mond,Wolke,Feuer,Banane,Apfel,Erdbeere,Mais,Pizza,Kuchen," +
  "Herz,Smiley,Roboter,Hut,Brille,Schraubenschlüssel,Weihnachtsmann,Daumen hoch,Regenschirm,Sanduhr,Uhr," +
  "Geschenk,Glühbirne,Buch,Bleistift,Büroklammer,Schere,Schloss,Schlüssel,Hammer,Telefon,Flagge,Zug," +
  "Fahrrad,Flugzeug,Rakete,Pokal,Ball,Gitarre,Trompete,Glocke,Anker,Kopfhörer,Ordner,Stecknadel"
).split(",");

/** The German table. */
export const wordingDe: Wording = {
  title: "Secure Room",
  promise: "Ein Raum für alle, die die Wörter kennen.",
  fineprint:
    "Nachrichten werden in deinem Browser versiegelt. Der Server reicht sie weiter und kann weder sie noch eure Namen lesen.",
  privacy: "Datenschutz",

  nameLabel: "Dein Name",
  phraseLabel: "Passphrase",
  phrasePlaceholder: "die Wörter oder der Link, den du bekommen hast",
  phraseFromLink: "Die Wörter kamen mit deinem Link.",
  enter: "Raum betreten",
  enterAnyway: "Trotzdem mit diesen Wörtern eintreten",
  startNew: "Neuen Raum öffnen",
  startNewHint: "Würfelt acht Wörter. Wem du sie sagst, der kann herein.",
  freshPhrase: "Ein neuer Raum. Teile drinnen den Link oder lies die Wörter vor.",
  replaceBy: (word) => `„${word}“ nehmen`,
  quoted: (words) => `„${words}“`,

  nameFaults: {
    empty: "Gib einen Namen ein, den die anderen sehen.",
    characters:
      "Dieser Name enthält nicht darstellbare Zeichen. Nimm Buchstaben, Ziffern, Zeichen oder Emoji.",
    "too-long": "Dieser Name ist zu lang. Kürze ihn auf 32 Zeichen, oder nimm weniger Emoji.",
  },
  phraseFaults: {
    empty: "Gib die Wörter ein, die du bekommen hast, oder öffne einen neuen Raum.",
    characters: "Hier stehen Zeichen, die keine Tastatur macht. Gib die Wörter noch einmal ein.",
    "too-long": "Das ist zu lang für eine Passphrase. Gib nur die Wörter ein.",
  },
  lostFragment:
    "Dein Link hat seine Wörter verloren: Manche Apps schneiden alles hinter dem Zeichen # ab. Frag nach den Wörtern oder noch einmal nach dem Link.",
  insecure: (address) =>
    `Diese Seite wurde nicht sicher geöffnet, deshalb bietet dein Browser keine Verschlüsselung. Öffne stattdessen ${address}.`,
  oldBrowser:
    "Diesem Browser fehlen Ed25519-Signaturen. Nimm Firefox 129, Chrome oder Edge 137, Safari 17 oder etwas Neueres.",

  generated: "Alle acht Wörter passen zusammen.",
  typo: (word) => `„${word}“ steht nicht auf der Wortliste. Prüf die Schreibweise.`,
  checksum:
    "Diese acht Wörter passen nicht zusammen: Eines ist falsch, oder zwei sind vertauscht. Vergleiche sie mit denen, die du bekommen hast.",
  wordCount: (n) =>
    `${count(n, "Wort", "Wörter")}, aber eine Passphrase von hier hat acht. Prüf, ob eines fehlt oder doppelt ist.`,
  strength: (words, seconds) =>
    `${count(words, "Wort", "Wörter")}: mit einer Grafikkarte erraten in ${timeOf(seconds)}.`,
  cutLink: (n) =>
    `Dein Link wurde unterwegs abgeschnitten: Nur ${n} seiner acht Wörter ${n === 1 ? "ist" : "sind"} angekommen. Frag noch einmal nach dem Link.`,
  strengthWeak:
    "Leicht zu erraten für alle, die den Server betreiben oder in ihn einbrechen. Öffne besser einen neuen Raum mit zufälligen Wörtern.",
  strengthFair: "Hält beiläufiges Raten auf, entschlossenes nicht.",
  strengthStrong: "Stark.",
  notCounted: "Großbuchstaben, Satzzeichen und doppelte Leerzeichen zählen nicht.",

  asking: "Der Server wird gefragt …",
  deriving: (percent) => `Schlüssel entstehen … ${percent} %`,
  serverSilent: "Der Server antwortet nicht. Prüf deine Verbindung und versuch es noch einmal.",
  openElsewhere: (name) =>
    `Dieser Raum ist in einem anderen Tab offen, als ${name}. Mach dort weiter, oder nimm einen anderen Namen, um auch hier hereinzukommen.`,
  failed: "In diesem Browser ist etwas schiefgegangen. Versuch es noch einmal, oder lade die Seite neu.",
  serverForeign: "Dieser Server spricht eine andere Version von secure-room. Lade die Seite neu.",

  roomCode: "Raumzeichen",
  symbolName: ({ index, name }) => symbolNames[index] ?? name,
  roomCodeHint:
    "Alle mit denselben Wörtern sehen diese fünf Bilder. Sieht jemand andere, hat sich einer von euch vertippt.",
  status: {
    dialling: "Verbindungsaufbau …",
    joining: "Eintritt …",
    live: "Verbunden",
    lost: "Offline",
    refused: "Nicht im Raum",
    left: "Gegangen",
  },
  stopped:
    "Der Server wurde angehalten. Was gesagt wurde, bleibt auf diesem Bildschirm; startet der Server wieder, ist auch der Raum zurück.",
  offline: (unsent) =>
    unsent === 0
      ? "Offline. Der Raum wird wieder gesucht."
      : `Offline. ${count(unsent, "Nachricht wird", "Nachrichten werden")} noch gesendet.`,
  back: (n) => (n === 0 ? "Wieder da." : `Wieder da. ${count(n, "neue Nachricht", "neue Nachrichten")}.`),
  earlier: (n) => count(n, "frühere Nachricht", "frühere Nachrichten"),
  tryNow: "Jetzt versuchen",

  nameTaken: (name) => `Hier heißt schon jemand ${name}.`,
  nameTakenHint: "Nimm einen anderen Namen.",
  nameTakenWait: (seconds) =>
    `Nimm einen anderen Namen. Warst du das auf einem anderen Bildschirm, ist der Name in ${count(seconds, "Sekunde", "Sekunden")} wieder frei und wird dann noch einmal versucht.`,
  roomFull: "Der Raum ist voll.",
  roomFullHint: "Jemand muss gehen, bevor du hereinkannst.",
  tryAgain: "Noch einmal versuchen",
  useName: "Diesen Namen nehmen",
  takenOver: "Dieser Raum wurde in einem anderen Tab geöffnet.",
  takenOverHint: "Mach dort weiter, oder komm hier neu herein.",
  comeBack: "Neu hereinkommen",
  refusedByRelay: "Der Server hat die Verbindung geschlossen.",
  refusedByRelayHint: "Vielleicht ist die Seite älter als der Server. Lade sie neu.",
  reload: "Neu laden",
  leave: "Verlassen",
  leaveHint: "Raum verlassen?",
  leaveLoses: "Was du hier siehst, bleibt bei den anderen. Dieser Tab vergisst es.",
  leaveUnsent: (unsent) =>
    unsent === 1
      ? "1 Nachricht ist noch nicht gesendet. Wenn du jetzt gehst, ist sie verloren."
      : `${unsent} Nachrichten sind noch nicht gesendet. Wenn du jetzt gehst, sind sie verloren.`,
  stay: "Bleiben",

  people: "Im Raum",
  peopleCount: (n) => count(n, "Person", "Personen"),
  you: "du",
  away: "abwesend",
  room: "Dieser Raum",
  timer: "Nachrichten verschwinden",
  timerSet: "Für alle einstellen",
  never: "nicht von selbst",
  duration(seconds) {
    const [length = 1, one = "Sekunde", dative = "Sekunden"] =
      units.find(([each, one]) => one !== "Jahr" && seconds % each === 0 && seconds >= each) ?? [];
    return `nach ${count(seconds / length, one, dative)}`;
  },
  lasts: (duration) => `Verschwindet ${duration}`,
  timerOn: (duration) => `{name} lässt Nachrichten von hier an ${duration} verschwinden.`,
  timerOff: "{name} lässt Nachrichten von hier an stehen.",
  receipts: "Anderen zeigen, was ich gelesen habe",
  receiptsHint: "Dann siehst auch du, wie viele deine gelesen haben.",
  way: "Verbindung",
  ways: { websocket: "WebSocket", fallback: "Ausweichweg" },
  seenBy: (n) => `von ${n} gelesen`,
  unknownMember: "Jemand, dessen Name sich nicht öffnen lässt",
  alone: "Du bist allein hier.",
  aloneHint:
    "Lass mit dem Link oder den Wörtern jemanden herein. Wartest du auf jemanden, vergleicht die fünf Bilder oben: Andere Bilder heißen, dass sich einer von euch vertippt hat.",
  empty: "Noch wurde nichts gesagt.",
  emptyHint: "Was hier gesagt wird, kann nur lesen, wer die Wörter kennt.",

  share: "Einladen",
  shareTitle: "Jemanden hereinlassen",
  shareHint:
    "Wer den Link oder die Wörter hat, kann in diesem Raum lesen und schreiben. Gib sie nur denen, die du hier haben willst.",
  copyLink: "Link kopieren",
  copyWords: "Wörter kopieren",
  sendTo: "Senden …",
  copied: "Kopiert",
  copyFailed: "Kopieren ging nicht. Markiere den Text und kopiere ihn selbst.",
  link: "Link",
  words: "Wörter zum Vorlesen",
  qr: "QR-Code des Links: mit der Kamera eines Telefons ansehen.",
  done: "Fertig",

  messages: "Nachrichten",
  composer: "Nachricht",
  send: "Senden",
  sending: "wird gesendet",
  sent: "gesendet",
  numbered: (seq) => `Nummer ${seq} im Protokoll des Servers`,
  edited: "bearbeitet",
  deleted: "Diese Nachricht wurde gelöscht.",
  gap: (n) =>
    n === 1 ? "Eine Nachricht von {name} fehlt." : `${n > 999 ? "Viele" : n} Nachrichten von {name} fehlen.`,
  ordinal:
    "Nicht der erste Schlüssel unter diesem Namen: ein anderer Tab, ein anderes Gerät oder jemand anderes.",
  gapUnknown: "Während du weg warst, kamen Nachrichten, die nicht mehr aufbewahrt sind.",
  unreadable: "Eine Nachricht ließ sich nicht öffnen.",
  notices: {
    joined: "{name} ist da.",
    left: "{name} ist gegangen.",
    "second-key":
      "{name} spricht mit einem neuen Schlüssel: ein neuer Tab, ein neues Gerät oder jemand anderes unter diesem Namen. Im Zweifel frag nach.",
    "other-words":
      "{name} hat anstelle einer früheren Nachricht etwas anderes gesagt. Wer später kommt, liest vielleicht das. Frag im Zweifel nach.",
    "new-salt":
      "Der Server wurde neu aufgesetzt. Von hier an ist das ein anderer Raum: Die Bilder oben haben sich für alle geändert.",
  },
  sayFaults: {
    "too-long": "Diese Nachricht ist zu lang, um auf einmal gesendet zu werden. Teile sie auf.",
    characters: "Diese Nachricht enthält Steuerzeichen, die nicht gesendet werden können. Entferne sie.",
    "outbox-full":
      "Es wartet schon zu viel aufs Senden. Warte, bis die Verbindung wieder da ist, und sende das dann noch einmal.",
  },

  // ── messages ────────────────────────────────────────────────────────────────────────────────────────────────

  reply: "Antworten",
  react: "Reagieren",
  copyText: "Text kopieren",
  edit: "Bearbeiten",
  delete: "Löschen",
  more: "Mehr",
  cancel: "Abbrechen",
  save: "Speichern",
  actionsFor: "Was mit dieser Nachricht geschehen soll",
  today: "Heute",
  yesterday: "Gestern",
  newFromHere: "Neu",
  newBelow: (n) => (n === 0 ? "Zum Neuesten" : `${n} neu`),
  jumpTo: "Die Nachricht zeigen, auf die das antwortet",
  quoteGone: "Eine frühere Nachricht, die nicht mehr hier ist",
  quickReactions: "Schnelle Reaktionen",
  moreReactions: "Weitere Reaktionen",
  reactedBy: (emoji, n, names) => `${emoji} ${n}: ${names}`,
  reactionHint: (mine) => (mine ? "Drück, um deine zurückzunehmen." : "Drück, um mitzumachen."),
  deleteTitle: "Diese Nachricht für alle löschen?",
  deleteHint:
    "Sie verschwindet von allen Bildschirmen im Raum, und der Server vergisst sie. Wer sie gelesen hat, erinnert sich vielleicht.",
  takeBackTitle: "Diese Nachricht zurücknehmen?",
  takeBackHint: "Noch hat sie niemand, und niemand wird sie sehen.",
  topicSet: "{name} hat das Thema gesetzt: ",
  topicCleared: "{name} hat das Thema entfernt.",
  topic: "Thema",
  topicAdd: "Thema setzen",
  topicHint: "Eine Zeile, die alle im Raum sehen. Lass sie leer, um keines zu haben.",
  typing: {
    one: "{name} schreibt …",
    two: "{name} und {name} schreiben …",
    many: "Mehrere schreiben …",
  },

  // ── the person and the room ─────────────────────────────────────────────────────────────────────────────────

  menu: "Menü",
  roomMenu: "Was in diesem Raum möglich ist",
  rename: "Namen ändern",
  renameHint: "Die anderen sehen, dass der alte Name geht und der neue kommt.",
  saveAs: "Speichern als …",
  clear: "Bildschirm leeren",
  settings: "Einstellungen",
  help: "Hilfe",
  rooms: "Räume",
  anotherRoom: "Anderer Raum",
  roomWithUnread: (room, n) =>
    n === 0 ? room : `${room}, ${count(n, "neue Nachricht", "neue Nachrichten")}`,
  tooManyRooms: "Acht Räume sind schon offen. Verlass zuerst einen davon.",
  language: "Sprache",
  languageHint: "Die Seite wird dafür neu geladen.",
  rememberName: "Meinen Namen auf diesem Gerät merken",
  recentRooms: "Letzte Räume",
  recentEnter: (room) => `${room} betreten`,
  recentNoWords: "Gib oben seine Wörter ein, um einzutreten.",
  recentForget: (room) => `${room} vergessen`,
  lastHere: (day) => `Zuletzt hier: ${day}`,
  onDevice: "Auf diesem Gerät",
  rememberRoom: "Diesen Raum merken",
  rememberRoomHint:
    "Behält seine fünf Bilder, sein Thema und den Tag, an dem du zuletzt hier warst, in diesem Browser und zeigt ihn am Eingang.",
  rememberWords: "Auch die Passphrase merken",
  rememberWordsHint:
    "Dann genügt ein Druck zum Eintreten. Wer diesen Browser benutzen kann, kann ebenfalls eintreten und die Wörter lesen.",
  alerts: "Wenn etwas Neues kommt",
  notify: "Benachrichtige mich",
  notifyHint: "Solange die Seite offen, aber nicht zu sehen ist.",
  notifyDenied:
    "Dein Browser erlaubt es nicht. Gestatte Benachrichtigungen für diese Adresse in seinen Einstellungen.",
  showText: "Name und Text in der Benachrichtigung zeigen",
  mentionsOnly: "Nur wenn mich jemand erwähnt",
  sound: "Einen Ton spielen",
  newMessageIn: "Es gibt eine neue Nachricht.",
  app: "Die Seite in diesem Browser behalten",
  appHint:
    "Dann öffnet sie sich, ohne auf den Server zu warten. Behalten wird nur die Seite, nichts aus einem Raum.",
  appGone: "Die Seite wird nicht mehr behalten.",
  appFailed: "Dieser Browser behält keine Seiten von einer Adresse, deren Zertifikat er nicht kennt.",

  helpTitle: "Wie es hier zugeht",
  helpKeys: "Tasten",
  helpKeyList: [
    ["↑ ↓", "von Nachricht zu Nachricht"],
    ["Enter", "was mit einer Nachricht geschehen soll"],
    ["Esc", "zurück zum Schreiben"],
    ["Umschalt Enter", "eine neue Zeile"],
  ],
  helpReaches:
    "Zeig auf eine Nachricht, oder halte einen Finger darauf, um zu antworten, zu reagieren, zu bearbeiten oder zu löschen.",
  helpSecret:
    "Alles wird in deinem Browser mit Schlüsseln versiegelt, die aus den Wörtern entstehen. Der Server reicht es weiter und behält das Letzte davon im Arbeitsspeicher; lesen kann er nichts.",
  helpMarks:
    "Jede Person hat ein Zeichen, eine Form in einer Farbe, gemacht aus einem Schlüssel, den nur ihr Browser hat. Derselbe Name mit einem anderen Zeichen ist ein anderer Browser oder ein anderer Mensch.",

  // ── writing ─────────────────────────────────────────────────────────────────────────────────────────────────

  writing: {
    suggestions: "Vorschläge",
    suggestionCount: (n) => count(n, "Vorschlag", "Vorschläge"),
    replyingTo: "Antwort an {name}",
    editing: "Du bearbeitest deine Nachricht",
    editLost: "Diese Nachricht lässt sich nicht mehr bearbeiten. Was du geschrieben hast, steht noch hier.",
    editEmpty: "Eine leere Fassung wird nicht gespeichert. Soll die Nachricht weg, brich ab und lösche sie.",
    lettersLeft: (n) => `noch ${n} Zeichen`,
    lettersOver: (n) => `${n} Zeichen zu viel. Kürze die Nachricht, oder sende sie in zwei Teilen.`,
    unknownCommand: (name) =>
      `Einen Befehl /${name} gibt es nicht. Schreib /help für die vorhandenen, oder //${name}, um es als Text zu senden.`,
    commandUsage: (usage) => `Schreib es so: ${usage}`,
    codeBlock: "Code",
    copyCode: "Code kopieren",
    linkLeadsTo: (host) => `führt zu ${host}`,
    topicTooLong: "Dieses Thema ist zu lang für eine Zeile. Kürze es.",
  },
  helpCommands: "Befehle",
  commands: {
    help: { usage: "", summary: "Zeigen, was hier möglich ist" },
    me: { usage: "TEXT", summary: "Sagen, was du tust: /me winkt" },
    nick: { usage: "NAME", summary: "Einen anderen Namen nehmen" },
    topic: { usage: "TEXT oder aus", summary: "Sagen, worum es im Raum geht" },
    timer: { usage: "5m, 1h, 1d oder aus", summary: "Nachrichten verschwinden lassen" },
    search: { usage: "TEXT", summary: "Etwas finden, das hier gesagt wurde" },
    export: { usage: "txt, md oder json", summary: "Als Datei speichern, was dieser Tab hält" },
    clear: { usage: "", summary: "Diesen Bildschirm leeren, nicht die der anderen" },
    share: { usage: "", summary: "Jemanden hereinlassen" },
    leave: { usage: "", summary: "Den Raum verlassen" },
  },
  search: {
    label: "In diesem Tab suchen",
    none: "Nichts gefunden",
    place: (n, all) => `${n} von ${all}`,
    older: "Ältere",
    newer: "Neuere",
    close: "Suche schließen",
  },
  exported: {
    head: (at, n) => `Secure Room, gespeichert ${at}: ${count(n, "Nachricht", "Nachrichten")}`,
    deleted: "gelöscht",
    edited: "bearbeitet",
  },
  files: {
    attach: "Dateien anhängen",
    record: "Sprachnachricht aufnehmen",
    tray: "Dateien zum Senden",
    drop: "Dateien hier ablegen. Gesendet wird erst, wenn du es sagst.",
    send: (n) => (n === 1 ? "Datei senden" : `${n} Dateien senden`),
    sending: "Wird gesendet …",
    offline: "Wartet auf die Verbindung. Geht von selbst weiter; lass diese Seite offen.",
    remove: "Entfernen",
    save: "Herunterladen",
    show: { image: "Bild zeigen", audio: "Abspielen", video: "Abspielen" },
    original: "Original senden: volle Größe, mit Ort, Zeit und Kamera, falls sie darin stehen",
    asItIs: "Das geht, wie es ist, mit Ort, Zeit und Kamera, falls sie in der Datei stehen.",
    unreadable:
      "Diese Datei lässt sich nicht lesen. Vielleicht wurde sie verschoben oder geändert; einen Ordner musst du erst packen.",
    tooBig: (size, most) =>
      `Diese Datei hat ${size}. Der Server nimmt höchstens ${most}: Sende eine kleinere.`,
    noMemory:
      "Der Server hat keinen Platz mehr für diese Datei. Versuch es später noch einmal, oder sende eine kleinere.",
    cut: "Die Übertragung ist mehrmals abgebrochen. Versuch es noch einmal, oder prüfe deine Verbindung.",
    notShown: "Das lässt sich nur herunterladen.",
    faults: {
      gone: "Diese Datei ist nicht mehr auf dem Server: Er behält Dateien nur eine Weile. Bitte noch einmal darum.",
      cut: "Die Verbindung ist abgebrochen. Versuch es noch einmal.",
      refused:
        "Diese Datei wurde unterwegs verändert oder gekürzt und wird nicht gezeigt. Bitte noch einmal darum.",
    },
    recording: "Aufnahme läuft",
    voiceName: "Sprachnachricht",
    noMicrophone: "Kein Mikrofon: Es gibt keines, oder der Browser lässt diese Seite nicht daran.",
  },
};
