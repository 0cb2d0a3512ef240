// How a person learns of what came unseen: a number in the title, on the icon and on the app; a notification and a sound
// for whoever has asked for them. A notification tells neither name nor text unless that was asked for too.

import type { MessageEntry } from "../session/events.ts";
import { iconPath } from "./icons.ts";
import { wording } from "./language.ts";
import { plainName } from "./person.ts";
import { readPreference } from "./preferences.ts";
import { summaryOf } from "./summary.ts";

/** A message that came unseen. */
export interface News {
  readonly entry: MessageEntry;
  readonly mentionsMe: boolean;
  /** Brings its room to the front. */
  readonly show: () => void;
}

/** What of a message is shown in a notification. */
const shownLetters = 160;
/** Two tones, Hz, and how long they sound together, s. */
const tones = [660, 880] as const;
const soundSeconds = 0.14;

let audio: AudioContext | null = null;
let plainIcon: string | null = null;

/** Shows how much came unseen; 0 shows nothing. */
export function showUnseen(count: number): void {
  document.title = count === 0 ? wording.title : `(${count}) ${wording.title}`;
  const link = document.querySelector<HTMLLinkElement>('link[rel="icon"]');
  if (link !== null) {
    plainIcon ??= link.href;
    link.href = count === 0 ? plainIcon : badgedIcon();
  }
  // Only an installed app has one.
  if ("setAppBadge" in navigator) navigator.setAppBadge(count).catch(() => {});
}

/** Tells of a message, in the ways that were asked for. */
export function alertTo(news: News): void {
  if (readPreference("mentions-only") !== null && !news.mentionsMe) return;
  if (readPreference("sound") !== null) playSound();
  if (readPreference("notify") !== null && document.hidden) void notify(news);
}

/** Asks the browser for leave to notify; to be called on a click. */
export async function mayNotify(): Promise<boolean> {
  return "Notification" in globalThis && (await Notification.requestPermission()) === "granted";
}

/** A short sound. Called on a click first: before one, browsers let no page sound. */
export function playSound(): void {
  audio ??= new AudioContext();
  // What the browser does not let sound now is not worth hearing later.
  audio.resume().catch(() => {});
  const end = audio.currentTime + soundSeconds;
  const volume = audio.createGain();
  volume.gain.setValueAtTime(0.08, audio.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.001, end);
  volume.connect(audio.destination);
  tones.forEach((hertz, index) => {
    if (audio === null) return;
    const tone = audio.createOscillator();
    tone.frequency.value = hertz;
    tone.connect(volume);
    tone.start(audio.currentTime + (index * soundSeconds) / 3);
    tone.stop(end);
  });
}

async function notify({ entry, show }: News): Promise<void> {
  if (!("Notification" in globalThis) || Notification.permission !== "granted") return;
  const isOpen = readPreference("show-text") !== null;
  const title = isOpen ? plainName(entry.author) : wording.title;
  const body = isOpen ? summaryOf(entry, shownLetters) : wording.newMessageIn;
  // One at a time: the newest says enough.
  const options = { body, tag: "secure-room" };
  try {
    const notification = new Notification(title, options);
    notification.addEventListener("click", () => {
      window.focus();
      show();
      notification.close();
    });
  } catch {
    // Android notifies only through a worker, which is there when the page is kept.
    const worker = await navigator.serviceWorker?.getRegistration().catch(() => undefined);
    await worker?.showNotification(title, options);
  }
}

/** The mark of the page with a dot on it. */
function badgedIcon(): string {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><path fill="#0f6b57" fill-rule="evenodd" d="${iconPath.mark}"/>` +
    `<circle cx="50" cy="14" r="13" fill="#c4320a"/></svg>`;
  return `data:image/svg+xml,${encodeURIComponent(svg)}`;
}
